"""An exponential target by networks of any width whose modes share its rate."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import (Exponential, LinearFunctional, RNN, Search, Table,
                    perturbation_error)
from comlib.evidence import figures
from comlib.functional import DTYPE

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The rate, the widths and the search.

    Args:
        rate: lambda of the target exp(-lambda t).
        widths: m; W = -lambda I is a matrix, and all of it may move.
        shares: radii in units of lambda.
        copies: random perturbations at each radius.
        restarts: of the search for the worst one.
        updates: of each start.
    """

    rate: float = -math.log(0.9)
    widths: tuple[int, ...] = (1, 2, 4)
    shares: tuple[float, ...] = (0.02, 0.06, 0.2, 0.4, 0.6, 0.8, 0.9)
    copies: int = 10
    restarts: int = 2
    updates: int = 20


RECORDS = {"one-rate": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return E_m(beta) in L1, exactly, sampled, searched for and from above.

    Source: prp-same-rate in the book, column ``exact``.

    Args:
        config: what to compute.
    """
    rate, tables = config.rate, []
    target = LinearFunctional(Exponential(rate), 1.0)
    radii = [share * rate for share in config.shares]
    for m in config.widths:
        read = torch.full((1, m), m**-0.5, dtype=DTYPE)
        model = RNN(-rate * torch.eye(m, dtype=DTYPE), read.mT, read, dt=1.0,
                    activation="identity", discretisation="exact")
        found = perturbation_error(
            model, target, radii, copies=config.copies,
            search=Search(config.restarts, config.updates))
        exact = [(1 + b) ** 2 / (rate - b) - 1 / rate for b in radii]
        tables.append(Table(
            radius=radii, exact=exact,
            **{name: found[name] for name in ("sampled", "found", "upper")}))
    return Table.stack(tables, width=config.widths)


def plot(table: Table) -> Figure:
    """Draw the exact curve, what was found, and what ten random draws see.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=3.2)
    words = {"xscale": "log", "yscale": "log", "xlabel": "perturbation β",
             "ylabel": "error E(β) in L1", "ax": ax}
    labels = [f"sampled, m = {m}" for m in table.values("width")]
    figures.lines(table, "radius", "sampled", by="width", labels=labels, **words)
    widest = table.where(width=table["width"].max())
    figures.lines(widest, "radius", "found", labels=["found, widest"], linestyle="",
                  marker="o", color=figures.INK, **words)
    figures.lines(widest, "radius", "exact", labels=["exact, every width"],
                  color=figures.INK, linewidth=1.2, **words)
    figures.legend_above(ax)
    return fig
