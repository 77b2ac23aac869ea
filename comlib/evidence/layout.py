"""Numbers and tables as a page shows them, the same on every machine."""

import html
import math
from collections.abc import Sequence


def rounded(value: float, digits: int) -> float:
    """Return the value in so many significant digits.

    Ten digits first: values that differ by rounding alone then fall on the same
    side of a tie.

    Args:
        value: a number; infinity and NaN stay.
        digits: how many, at least one.
    """
    return float(f"{float(f'{value:.9e}'):.{digits - 1}e}") + 0.0


def plain(value: object, digits: int = 10) -> str:
    """Return a value as text; a float always looks like one, and never is -0.

    Args:
        value: a number or text.
        digits: significant digits of floats.
    """
    if not isinstance(value, float):
        return str(value)
    text = f"{rounded(value, digits):.{digits}g}"
    return text if set(text) & set(".en") else text + ".0"


def fixed(value: float, digits: int) -> str:
    """Return a number in so many significant digits, trailing zeros included.

    Args:
        value: a number.
        digits: how many, at least one.
    """
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    value = rounded(value, digits)
    if value == 0 or math.isnan(value):
        return f"{value:.0f}"
    power = math.floor(math.log10(abs(value)))
    if -5 < power < 6:
        return f"{value:.{max(0, digits - 1 - power)}f}"
    return f"{value:.{digits - 1}e}"


class Grid:
    """Cells under a head, as text and as Markdown.

    Args:
        head: the names of the columns.
        rows: the cells, row by row; Markdown, with ``$...$``.
        numbers: which columns stand to the right; none if not given.
        total: how many rows there are, if some are left out.
    """

    def __init__(self, head: Sequence[str], rows: Sequence[Sequence[str]],
                 numbers: Sequence[bool] = (), total: int = 0):
        self.head, self.rows = head, rows
        self.numbers = numbers or [False] * len(head)
        self.note = f"... ({total} rows)" if total > len(rows) else ""

    def __repr__(self) -> str:
        widths = [max(map(len, column)) for column in
                  zip(self.head, *self.rows, strict=True)]
        lines = ["  ".join(cell.rjust(width) if right else cell.ljust(width)
                           for cell, width, right in
                           zip(row, widths, self.numbers, strict=True)).rstrip()
                 for row in (self.head, *self.rows)]
        return "\n".join(lines + [self.note] * bool(self.note))

    def _repr_markdown_(self) -> str:
        rule = ["---:" if right else ":---" for right in self.numbers]
        lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |"
                 for row in (self.head, rule, *self.rows)]
        return "\n".join(lines + ["", self.note] * bool(self.note))

    def to_html(self) -> str:
        """Return the table in HTML, for pages that know no roles."""
        def line(tag: str, row: Sequence[str]) -> str:
            cells = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row)
            return f"<tr>{cells}</tr>"

        body = "".join(line("td", row) for row in self.rows)
        return f"<table>{line('th', self.head)}{body}</table>"
