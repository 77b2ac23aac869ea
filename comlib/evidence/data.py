"""Data that are computed once and read ever after, with their provenance.

A record has the address of its chapter: ``linear.escape.law`` lies in the folder
comlib/records/linear/escape, as law.csv if it is the table behind a figure and as
law.json if it is a run that takes long or needs a GPU. Records are part of the
package, so an installed comlib has them. With the environment variable
COMLIB_REGEN=1 the tables of figures are written, without it compared.
"""

import os
from pathlib import Path

import numpy as np

from ..arguments import checked
from .files import check_address
from .tables import Table

FOLDER = Path(__file__).parents[1] / "records"
"""Where the records lie."""


class RecordError(AssertionError):
    """A record is missing, unreadable, or not what was computed."""


def regenerate() -> bool:
    """Whether records are to be written, and not compared."""
    return os.environ.get("COMLIB_REGEN") == "1"


@checked
def compare(
    what: str, stored: Table, computed: Table, rtol: float, atol: float
) -> None:
    """Refuse a computed table that differs from the stored one.

    Args:
        what: whose table it is, for the message.
        stored: the table on file.
        computed: the new one.
        rtol: relative tolerance.
        atol: absolute tolerance.

    Raises:
        RecordError: columns, lengths or values differ.
    """
    cure = "find out why, or store it anew with COMLIB_REGEN=1"
    if stored.columns != computed.columns:
        raise RecordError(f"{what}: stored columns {', '.join(stored.columns)}; "
                          f"computed {', '.join(computed.columns)}; {cure}")
    if len(stored) != len(computed):
        raise RecordError(f"{what}: stored {len(stored)} rows, computed "
                          f"{len(computed)}; {cure}")
    for name in stored.columns:
        old, new = stored[name], computed[name]
        if "U" in (old.dtype.kind, new.dtype.kind):
            differs = old.astype(str) != new.astype(str)
        else:
            differs = ~np.isclose(new, old, rtol=rtol, atol=atol, equal_nan=True)
        if differs.any():
            row = int(differs.argmax())
            raise RecordError(
                f"{what}: column {name}, row {row}: stored {old[row]}, computed "
                f"{new[row]} (rtol {rtol:g}, atol {atol:g}; {differs.sum()} of "
                f"{len(old)} rows differ); {cure}")


@checked
def figure_data(name: str, table: Table, rtol: float = 1e-6,
                atol: float = 1e-12) -> None:
    """Store the data behind a figure, or compare with what is stored.

    Prints one line that is the same on every machine.

    Args:
        name: its address, the chapter's and a name.
        table: what the figure shows.
        rtol: relative tolerance of the comparison.
        atol: absolute tolerance of the comparison.

    Raises:
        InputError: not an address.
        RecordError: nothing is stored, or the values differ.
    """
    path = record_path(name, ".csv")
    if regenerate():
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(path)
    elif not path.exists():
        raise RecordError(f"figure data {name}: nothing is stored; store it with "
                          "COMLIB_REGEN=1")
    else:
        compare(f"figure data {name}", Table.from_csv(path), table, rtol, atol)
    rows = "1 row" if len(table) == 1 else f"{len(table)} rows"
    print(f"figure data {name}: {rows}, columns {', '.join(table.columns)}")


@checked
def record_path(name: str, suffix: str) -> Path:
    """Return the file of a record.

    Args:
        name: its address, the chapter's and a name.
        suffix: ".csv" of the table behind a figure, ".json" of a run.

    Raises:
        InputError: not an address.
    """
    *folders, last = check_address("name", name).split(".")
    return FOLDER.joinpath(*folders, last + suffix)
