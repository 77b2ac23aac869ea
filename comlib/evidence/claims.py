"""What a statement says about a number, checked.

A chapter ends with ``verdicts(Claim(...), ...)``. What is shown is the same on
every machine: references and tolerances, never the measured value. A claim that
fails raises, and then everything is said.
"""

import math
from dataclasses import KW_ONLY, dataclass

from ..arguments import checked
from ..checks import InputError
from .files import check_name

_SIGNS = {"equals": "=", "at_most": "≤", "at_least": "≥"}


class ClaimError(AssertionError):
    """A claim does not hold; the message lists every claim that failed."""


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

    Raises:
        InputError: not exactly one relation, a reference that says nothing, a
            tolerance that is negative, or a float compared without tolerance.
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
        if math.isinf(value) or math.isinf(reference):
            slack = 0.0
        else:
            slack = self.atol + self.rtol * abs(reference)
        if self.relation == "at_most":
            return value <= reference + slack
        if self.relation == "at_least":
            return value >= reference - slack
        return value == reference or abs(value - reference) <= slack

    def row(self) -> tuple[str, str, str, str, str]:
        """Return claim, label, reference, tolerance and verdict as text."""
        tolerances = [f"{name} {getattr(self, name):.6g}" for name in ("rtol", "atol")
                      if getattr(self, name)]
        return (self.text, self.label,
                f"{_SIGNS[self.relation]} {_text(self.reference)}",
                ", ".join(tolerances) or "exact", "holds" if self.holds else "FAILS")


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

    def row(self) -> tuple[str, str, str, str, str]:
        """Return claim, label, reference, tolerance and verdict as text."""
        return "", self.label, "", "", f"not tested here: {self.reason}"


def _check_words(argument: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip() or "\n" in value:
        raise InputError(argument, "must be a line of text", repr(value),
                         "say it in a few words")


class Verdicts:
    """The table of a chapter's claims, as text and as Markdown.

    Args:
        claims: the claims, in the order shown.
    """

    HEAD = ("claim", "statement", "reference", "tolerance", "verdict")

    def __init__(self, claims: tuple):
        self.claims = claims

    def __repr__(self) -> str:
        rows = [self.HEAD, *(claim.row() for claim in self.claims)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [[c.ljust(w) for c, w in zip(row, widths, strict=True)] for row in rows]
        return "\n".join("  ".join(line).rstrip() for line in lines)

    def _repr_markdown_(self) -> str:
        lines = [self.HEAD, ("---",) * len(self.HEAD)]
        for claim in self.claims:
            cells = [cell.replace("|", r"\|") for cell in claim.row()]
            cells[1] = f"{{prf:ref}}`{cells[1]}`"
            lines.append(tuple(cells))
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


@checked
def verdicts(*claims) -> Verdicts:
    """Return the table of claims for the last line of a cell to show.

    Args:
        claims: ``Claim`` and ``Untested`` objects.

    Raises:
        ClaimError: a claim does not hold; all that failed are listed with their
            measured value, reference and tolerance.
        InputError: no claims, or something else.
    """
    if not claims or not all(isinstance(c, (Claim, Untested)) for c in claims):
        raise InputError("claims", "must be Claim or Untested objects",
                         [type(c).__name__ for c in claims], "pass at least one")
    failed = [c for c in claims if isinstance(c, Claim) and not c.holds]
    if failed:
        lines = [f"{len(failed)} of {len(claims)} claims fail"]
        for claim in failed:
            text, label, reference, tolerance, _ = claim.row()
            lines.append(f"  {text} ({label}): measured {claim.value!r}, "
                         f"must be {reference} ({tolerance})")
        raise ClaimError("\n".join(lines))
    return Verdicts(claims)
