"""What a statement says about a number, checked.

What is shown is the same on every machine: a measured value only in the digits that
count.
"""

import math
from dataclasses import KW_ONLY, dataclass, replace

from ..arguments import checked
from ..checks import InputError
from .files import check_name
from .layout import fixed, rounded

_SIGNS = {"equals": "=", "at_most": "≤", "at_least": "≥"}
KINDS = {
    "identity": {"equals", "at_most"},
    "bound": {"at_most", "at_least"},
    "observation": {*_SIGNS},
    "regression": {"equals"},
}
"""What a claim is, and which relations can say it: two things proved to be equal, or
their difference to be zero; a proved inequality; what an experiment showed, with a
limit that we chose; the number that an earlier run gave."""
_NOISE = 1e-6
"""Below it a number may be rounding."""


def _number(argument: str, value: object) -> bool | int | float:
    """The plain Python number in a number or a 0-d tensor."""
    if getattr(value, "ndim", None) == 0:
        value = value.item()
    if not isinstance(value, (bool, int, float)):
        raise InputError(argument, "must be one real number or truth value",
                         repr(value)[:60], "reduce it first, e.g. with .max()")
    return value


def _text(value: bool | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value + 0.0:.6g}" if isinstance(value, float) else str(value)


@checked
@dataclass(frozen=True)
class Claim:
    """One number, and what a statement of the book says about it.

    ``equals`` holds if |value - equals| <= atol + rtol*|equals|; the two bounds
    are widened by the same amount. NaN never holds, infinity equals itself only.

    Args:
        text: the claim in a few words; may contain ``$...$``.
        label: label of the definition or theorem in the book.
        value: what was measured: a number, a 0-d tensor or a truth value.
        equals: the value it must have; True for a truth value if nothing is given.
        at_most: the value it must not exceed.
        at_least: the value it must reach.
        rtol: relative tolerance.
        atol: absolute tolerance.
        kind: one of ``KINDS``.

    Raises:
        InputError: not exactly one relation, a reference that says nothing, a
            tolerance that is negative, a float compared without tolerance, a kind
            that the relation cannot be, or a definition, which claims nothing.
    """

    text: str
    label: str
    value: object
    _: KW_ONLY
    equals: object = None
    at_most: object = None
    at_least: object = None
    rtol: float = 0.0
    atol: float = 0.0
    kind: str = ""

    def __post_init__(self):
        check_name("label", self.label)
        _check_words("text", self.text)
        object.__setattr__(self, "value", _number("value", self.value))
        if isinstance(self.value, bool) and not self._relations():
            object.__setattr__(self, "equals", True)
        if len(self._relations()) != 1:
            raise InputError("equals, at_most, at_least", "exactly one must be given",
                             self._relations() or "none", "split the claim")
        object.__setattr__(self, self.relation, self.reference)
        self._check_reference()
        for name in ("rtol", "atol"):
            if not 0 <= getattr(self, name) < math.inf:
                raise InputError(name, "must be finite and >= 0", getattr(self, name),
                                 f"pass e.g. {name}=1e-6")
        self._check_exactness()
        if self.kind:
            self._check_kind()

    def _relations(self) -> list[str]:
        return [name for name in _SIGNS if getattr(self, name) is not None]

    def _check_reference(self) -> None:
        vacuous = {"equals": math.nan, "at_most": math.inf, "at_least": -math.inf}
        if math.isnan(self.reference) or self.reference == vacuous[self.relation]:
            raise InputError(self.relation, "must be a value that can be missed",
                             self.reference, "state the bound")

    def _check_exactness(self) -> None:
        kinds = {type(self.value), type(self.reference)}
        if bool in kinds and (kinds != {bool} or self.relation != "equals"):
            raise InputError(self.relation, "must be equals=True or False for a truth "
                             "value", self.reference, "compare numbers with numbers")
        exact = self.relation == "equals" and not (self.rtol or self.atol)
        if exact and float in kinds and not math.isinf(self.reference):
            raise InputError("rtol, atol", "must not both be 0 for a float",
                             f"equals={self.reference}", "pass rtol or atol")

    def _check_kind(self) -> None:
        if self.relation not in KINDS.get(self.kind, ()):
            known = [kind for kind, relations in KINDS.items()
                     if self.relation in relations]
            raise InputError("kind", f"must with {self.relation} be one of "
                             f"{', '.join(known)}", repr(self.kind),
                             "say what the claim is")
        if self.label.startswith("def-"):
            raise InputError(
                "label", "must be of a statement that could make the claim fail",
                repr(self.label), "name the theorem or the figure; what checks code "
                "against a definition is a test")

    @property
    def relation(self) -> str:
        """Which of equals, at_most and at_least was given."""
        return self._relations()[0]

    @property
    def reference(self) -> bool | int | float:
        """The value on the right hand side of the relation."""
        return _number(self.relation, getattr(self, self.relation))

    @property
    def holds(self) -> bool:
        """Whether the measured value satisfies the relation."""
        value, reference = self.value, self.reference
        slack = self._slack
        if self.relation == "at_most":
            return value <= reference + slack
        if self.relation == "at_least":
            return value >= reference - slack
        return value == reference or abs(value - reference) <= slack

    @property
    def _slack(self) -> float:
        if math.isinf(self.value) or math.isinf(self.reference):
            return 0.0
        return self.atol + self.rtol * abs(self.reference)

    @property
    def measured(self) -> str:
        """The value as text that is the same on every machine.

        In the fewest digits, two to six, in which it still satisfies the claim; or
        ``0 ± x`` if it is so small that it may be rounding and zero would do.
        """
        value = self.value
        if not isinstance(value, float) or not math.isfinite(value):
            return "∞" if value == math.inf else _text(value)
        if abs(value) < _NOISE and replace(self, value=0.0).holds:
            limit = abs(self.reference) + self._slack
            within = abs(value) <= limit < _NOISE and limit > 0
            return f"0 ± {limit if within else _NOISE:.0e}"
        digits = next((d for d in range(2, 7) if
                       replace(self, value=rounded(value, d)).holds is self.holds), 6)
        return fixed(value, digits)

    def line(self) -> tuple[str, ...]:
        """Return claim, label, measured, reference, tolerance, kind and tick."""
        tolerances = [f"{name} {getattr(self, name):.6g}" for name in ("rtol", "atol")
                      if getattr(self, name)]
        return (self.text, self.label, self.measured,
                f"{_SIGNS[self.relation]} {_text(self.reference)}",
                ", ".join(tolerances) or "exact", self.kind,
                "✓" if self.holds else "✗")


@checked
@dataclass(frozen=True)
class Untested:
    """A statement of the chapter that no number here can test.

    Args:
        label: label of the definition or theorem in the book.
        reason: why, in a few words.

    Raises:
        InputError: no reason, or not a label.
    """

    label: str
    reason: str

    def __post_init__(self):
        check_name("label", self.label)
        _check_words("reason", self.reason)

    def line(self) -> tuple[str, ...]:
        """Return the reason and the label; the rest is empty."""
        return (f"not tested here: {self.reason}", self.label, *[""] * 5)


def _check_words(argument: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip() or "\n" in value:
        raise InputError(argument, "must be a line of text", repr(value),
                         "say it in a few words")
