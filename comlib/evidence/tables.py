"""Tables: named columns of equal length, and their text form."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from torch import Tensor

from ..checks import InputError, check_choice
from .files import write_text
from .layout import Grid, plain

_KINDS = {"b": np.int64, "i": np.int64, "u": np.int64, "f": np.float64, "U": np.str_}


def _as_column(name: str, values: object) -> np.ndarray:
    if isinstance(values, Tensor):
        values = values.detach().cpu().numpy()
    try:
        column = np.array(values)
    except ValueError:
        column = np.array(None)  # ragged
    if column.ndim != 1 or column.size == 0:
        raise InputError(name, "must be a column of at least one value",
                         f"shape {column.shape}", "pass a list or a 1-d tensor")
    kind = column.dtype.kind
    mixed = kind == "U" and not all(isinstance(v, str) for v in values)
    if kind not in _KINDS or mixed:
        raise InputError(name, "must hold real numbers or text, not both",
                         f"dtype {column.dtype}", "make one column for each kind")
    if kind == "u" and column.max() > np.iinfo(np.int64).max:
        raise InputError(name, "must hold whole numbers below 2^63", column.max(),
                         "pass floating point numbers")
    column = column.astype(_KINDS[kind])
    column.flags.writeable = False
    return column


def _from_texts(name: str, texts: Sequence[str]) -> np.ndarray:
    for kind in (int, float):
        with suppress(ValueError):
            return _as_column(name, [kind(text) for text in texts])
    return _as_column(name, texts)


class Table:
    """Immutable named columns of equal length, in a fixed order.

    Columns are read-only numpy arrays: float64, int64 or text; NaN is a value.

    Args:
        columns: name=values; a list, a numpy array or a 1-d tensor each.

    Raises:
        InputError: no columns, an empty one, unequal lengths, or other values.
    """
    def __init__(self, /, **columns):
        if not columns:
            raise InputError("columns", "must be at least one", "none", "pass time=t")
        self._columns = {n: _as_column(n, v) for n, v in columns.items()}
        lengths = {name: len(column) for name, column in self._columns.items()}
        if len({*lengths.values()}) > 1:
            raise InputError("columns", "must have equal lengths", lengths,
                             "drop the rows of the longer ones")

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self._columns)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._columns[check_choice("column", name, self.columns)]

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table) or self.columns != other.columns:
            return False
        return all(np.array_equal(self[n], other[n], equal_nan=self[n].dtype.kind ==
                                  other[n].dtype.kind == "f") for n in self.columns)

    __hash__ = None

    def show(self, /, *, digits: int = 4, rows: int = 16, **headings) -> Grid:
        """Return the table for a page: chosen columns, rounded.

        Args:
            digits: significant digits of floats.
            rows: at most so many.
            headings: column=heading of the columns to show; all if none is given.
        """
        names = [*headings] or self.columns
        cells = [[plain(v, digits) for v in self[n][:rows].tolist()] for n in names]
        return Grid([*headings.values()] or names, [*zip(*cells, strict=True)],
                    [self[n].dtype.kind != "U" for n in names], len(self))

    def __repr__(self) -> str:
        return repr(self.show(rows=6))

    def _repr_markdown_(self) -> str:
        return self.show()._repr_markdown_()

    def where(self, /, **values) -> "Table":
        """Return the rows in which each named column has the given value.

        Floats match within a relative 1e-9, which survives a CSV file.

        Args:
            values: column=value.

        Raises:
            InputError: an unknown column, or no row matches.
        """
        rows = np.ones(len(self), dtype=bool)
        for name, value in values.items():
            match = self[name] == value
            if self[name].dtype.kind == "f" and not isinstance(value, str):
                match = np.isclose(self[name], value, rtol=1e-9, atol=0, equal_nan=True)
            if not np.any(rows & match):
                known = ", ".join(map(plain, np.unique(self[name])[:10].tolist()))
                raise InputError(name, f"must match a row; values: {known}",
                                 repr(value), "use a value that occurs")
            rows = rows & match
        return Table(**{name: self[name][rows] for name in self.columns})

    def values(self, name: str) -> list:
        """Return the different values of a column, in the order of their rows.

        Args:
            name: of the column.
        """
        return list(dict.fromkeys(self[name].tolist()))

    def groups(self, name: str) -> Iterator[tuple[object, "Table"]]:
        """Yield each value of a column and its rows.

        Args:
            name: of the column.
        """
        yield from ((v, self.where(**{name: v})) for v in self.values(name))

    @staticmethod
    def from_rows(names: Sequence[str], rows: Iterable[Sequence]) -> "Table":
        """Return a table from its rows.

        Args:
            names: of the columns.
            rows: one value for each name.

        Raises:
            InputError: no rows, or a row of another length.
        """
        rows = [tuple(row) for row in rows]
        if {*map(len, rows)} != {len(names)}:
            raise InputError("rows", f"must be some, of {len(names)} values each",
                             sorted({*map(len, rows)}), f"give one for each of {names}")
        return Table(**dict(zip(names, zip(*rows))))

    def with_columns(self, /, **columns) -> "Table":
        """Return the table with more, or replaced, columns.

        Args:
            columns: name=values, as long as the table.

        Raises:
            InputError: lengths differ.
        """
        return Table(**self._columns | columns)

    @staticmethod
    def stack(tables, /, **labels) -> "Table":
        """Return tables below each other, told apart by label columns in front.

        Args:
            tables: tables with the same columns.
            labels: name=values, one value for each table.

        Raises:
            InputError: columns differ, or a label has not one value a table.
        """
        tables = list(tables)
        if len({table.columns for table in tables}) != 1:
            raise InputError("tables", "must be at least one, with the same columns",
                             [t.columns for t in tables], "select columns first")
        stacked = {}
        for name in labels:
            values = _as_column(name, labels[name])
            if len(values) != len(tables) or name in tables[0].columns:
                raise InputError(name, f"must be new, with {len(tables)} values",
                                 f"{len(values)} values", "give one for each table")
            stacked[name] = np.repeat(values, [*map(len, tables)])
        for name in tables[0].columns:
            parts = [table[name] for table in tables]
            if len({part.dtype.kind == "U" for part in parts}) > 1:
                raise InputError(name, "must be numbers or text", "both", "convert one")
            stacked[name] = np.concatenate(parts)
        return Table(**stacked)

    def to_text(self) -> str:
        """Return the table as CSV: ten significant digits, ``\\n`` line ends.

        Raises:
            InputError: a text column would be read back as numbers.
        """
        columns = [[*map(plain, self[name].tolist())] for name in self.columns]
        for name, texts in zip(self.columns, columns, strict=True):
            if _from_texts(name, texts).dtype.kind != self[name].dtype.kind:
                raise InputError(name, "must not be numbers written as text",
                                 texts[0], "store the numbers")
        rows, buffer = [self.columns, *zip(*columns, strict=True)], io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(rows)
        return buffer.getvalue()

    @staticmethod
    def from_text(text: str) -> "Table":
        """Return the table that ``to_text`` wrote.

        Args:
            text: CSV with one line of names.

        Raises:
            InputError: no rows, or rows of different lengths.
        """
        names, *rows = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
        if len({*names}) < len(names) or {*map(len, rows)} != {len(names)}:
            raise InputError("text", "must be names, then full rows",
                             f"{len(rows)} rows under {names}", "write it again")
        columns = zip(names, zip(*rows, strict=True), strict=True)
        return Table(**{name: _from_texts(name, texts) for name, texts in columns})

    def to_csv(self, path: str | Path) -> None:
        """Write ``to_text`` to a file, in one step.

        Args:
            path: where; its folder exists.
        """
        write_text(Path(path), self.to_text())

    @staticmethod
    def from_csv(path: str | Path) -> "Table":
        """Return the table in a file that ``to_csv`` wrote.

        Args:
            path: the file.
        """
        return Table.from_text(Path(path).read_bytes().decode("utf-8"))
