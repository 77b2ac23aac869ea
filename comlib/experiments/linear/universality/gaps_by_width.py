"""Which sequences of rates can approximate one more exponential."""

import math
from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.measures import muntz_gap

_SEQUENCES = {
    "k": lambda k: float(k),
    "k log(k + 1)": lambda k: k * math.log(k + 1),
    "k²": lambda k: float(k**2),
    "2^k": lambda k: 2.0**k,
}


@dataclass(frozen=True)
class Config:
    """The exponential to be approximated, and the numbers of others.

    Args:
        rate: of the exponential that is approximated.
        sequences: formulas of the rates of the others, as far as known here:
            "k", "k log(k + 1)", "k²", "2^k".
        widths: how many of them, k = 1, ..., m.
    """

    rate: float = 0.5
    sequences: tuple[str, ...] = ("k", "k log(k + 1)", "k²", "2^k")
    widths: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 512)


def run(config: Config) -> Table:
    """Return sequence, width, the largest rate and the relative L2 distance.

    Source: prp-gap in the book.

    Args:
        config: what to compute.
    """
    tables = []
    for name in config.sequences:
        rates = [_SEQUENCES[name](k) for k in range(1, max(config.widths) + 1)]
        tables.append(Table(width=config.widths,
                            largest=[rates[m - 1] for m in config.widths],
                            gap=[muntz_gap(config.rate, rates[:m])
                                 for m in config.widths]))
    return Table.stack(tables, sequence=config.sequences)


def plot(table: Table) -> Figure:
    """Draw the distances against the number of exponentials.

    Args:
        table: what ``run`` returned.
    """
    names = table.values("sequence")
    fig, (ax,) = figures.panels(1, height=3.0)
    figures.lines(
        table, "width", "gap", by="sequence", xscale="log", yscale="log",
        labels=[f"rates {name}" for name in names], marker="o", ax=ax,
        xlabel="number of exponentials m", ylabel="relative distance in L2")
    ax.set(title="distance to the span")
    figures.label_lines(ax)
    return fig
