"""One contracting cell, and three ways of reading it: what the readout alone does."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The cell h' = q h + (1 - q), from zero.

    Args:
        contractions: the values of q.
        longest: number of repetitions.
    """

    contractions: tuple[float, ...] = (0.5, 0.9)
    longest: int = 200


def run(config: Config) -> Table:
    """Return the changes |z(n + 1) - z(n)| of the last state and of the mean.

    Columns: ``contraction``, ``repeats``, ``last``, ``mean``; ``law``, |S|/n^2.

    Args:
        config: what to compute.
    """
    n, tables = torch.arange(1, config.longest + 2, dtype=DTYPE), []
    for q in config.contractions:
        h, states = 0.0, []
        for _ in n:
            h = q * h + (1 - q)
            states.append(h)
        states = torch.tensor(states, dtype=DTYPE)
        mean = states.cumsum(0) / n
        tables.append(Table(repeats=n[:-1], last=states.diff().abs(),
                            mean=mean.diff().abs(), law=q / (1 - q) / n[:-1] ** 2))
    return Table.stack(tables, contraction=config.contractions)


def plot(table: Table) -> Figure:
    """Draw both changes against n, and the law of the mean dashed.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.6)
    labels = [f"q = {q:g}" for q in table.values("contraction")]
    for ax, column in zip(axes, ("last", "mean")):
        look = {"by": "contraction", "xscale": "log", "yscale": "log", "floor": 1e-11,
                "xlabel": "repetitions $n$", "ylabel": "change of $z$", "ax": ax}
        figures.lines(table, "repeats", column, labels=labels, **look)
        if column == "mean":
            figures.lines(table, "repeats", "law", labels=[None] * len(labels),
                          linestyle="--", color=figures.INK, **look)
        ax.set_ylim(1e-11, 10.0)
    axes[0].set_title("last state"), axes[1].set_title("mean of the states")
    figures.label_lines(*axes)
    return fig
