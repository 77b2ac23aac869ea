"""The claims of a chapter, collected: what failed, what holds, and of which kind.

A chapter hands its claims to ``checks = Checks()`` where the numbers arise, and its
last cell shows ``checks``. A claim that fails raises at once.
"""

from collections.abc import Callable

from ..checks import InputError
from .claims import KINDS, Claim, Untested
from .layout import Grid


class ClaimError(AssertionError):
    """A claim does not hold; the message lists every claim that failed."""


def _check(claims: tuple) -> None:
    if not claims or not all(isinstance(c, (Claim, Untested)) for c in claims):
        raise InputError("claims", "must be Claim or Untested objects",
                         [type(c).__name__ for c in claims], "pass at least one")
    failed = [c for c in claims if isinstance(c, Claim) and not c.holds]
    if failed:
        lines = [f"{len(failed)} of {len(claims)} claims fail"]
        for claim in failed:
            text, label, _, reference, tolerance, *_ = claim.line()
            lines.append(f"  {text} ({label}): measured {claim.value!r}, "
                         f"must be {reference} ({tolerance})")
        raise ClaimError("\n".join(lines))


def _counted(number: int, thing: str) -> str:
    plural = thing[:-1] + "ies" if thing.endswith("y") else thing + "s"
    return f"{number} {thing if number == 1 else plural}"


class Checks:
    """The claims of a chapter, checked where they arise and shown at its end.

    ``checks(Claim(...), ...)`` shows nothing and raises if a claim fails; ``checks``
    as the last line of a cell shows all, folded under a line that counts them. A
    claim with the same words on the same statement replaces the earlier one, so
    that a cell may be run twice.
    """

    HEAD = ("claim", "statement", "measured", "reference", "tolerance", "kind", "")

    def __init__(self):
        self._claims = {}

    def __call__(self, *claims: object) -> None:
        """Check claims.

        Args:
            claims: each says its kind.

        Raises:
            ClaimError: a claim does not hold; all that failed are listed.
            InputError: no claims, something else, or a claim without a kind.
        """
        for claim in claims:
            if isinstance(claim, Claim) and not claim.kind:
                raise InputError("kind", f"must be one of {', '.join(KINDS)}", "none",
                                 f"say what {claim.text!r} is")
            if isinstance(claim, (Claim, Untested)):
                self._claims[claim.line()[:2]] = claim
        _check(claims)

    @property
    def summary(self) -> str:
        """How many claims hold, by kind, and how many statements are not tested."""
        claims = [c for c in self._claims.values() if isinstance(c, Claim)]
        kinds = [claim.kind for claim in claims]
        counts = ", ".join(_counted(kinds.count(kind), kind) for kind in KINDS
                           if kind in kinds)
        text = (f"{sum(c.holds for c in claims)} of {_counted(len(claims), 'claim')} "
                f"{'holds' if len(claims) == 1 else 'hold'}: {counts or 'none'}")
        untested = len(self._claims) - len(claims)
        verb = "is" if untested == 1 else "are"
        rest = f"; {_counted(untested, 'statement')} {verb} not tested here"
        return text + rest * bool(untested) + "."

    def _grid(self, link: Callable[[str], str]) -> Grid:
        lines = [claim.line() for claim in self._claims.values()]
        return Grid(self.HEAD, [(text, link(label), *rest)
                                for text, label, *rest in lines])

    def __repr__(self) -> str:
        return f"{self.summary}\n{self._grid(str)}"

    def _repr_mimebundle_(self, **_) -> dict[str, str]:
        fold = (f'<details class="checks">\n<summary>{self.summary}</summary>\n\n'
                "{}\n\n</details>")
        table = self._grid(_link)._repr_markdown_()
        return {"text/plain": repr(self), "text/markdown": fold.format(table),
                "text/html": fold.format(self._grid(str).to_html())}


def _link(label: str) -> str:
    role = "numref" if label.startswith("fig-") else "prf:ref"
    return f"{{{role}}}`{label}`"
