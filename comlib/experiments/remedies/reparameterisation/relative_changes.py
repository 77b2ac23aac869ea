"""How much a step of the raw weight changes a memory, by rate and by map."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Direct, Exp, Softplus, Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.measures import relative_change
from comlib.models import InverseQuadratic, Reciprocal, Sigmoid, Square

__all__ = ["Config", "MAPS", "plot", "run"]

MAPS = {"direct": Direct(), "square": Square(), "reciprocal": Reciprocal(),
        "exp": Exp(), "softplus": Softplus(), "sigmoid": Sigmoid(),
        "inverse quadratic": InverseQuadratic()}
_STABLE = 3


@dataclass(frozen=True)
class Config:
    """A step, and the rates of the modes.

    Args:
        radius: beta.
        first: logarithm to base ten of the slowest rate.
        last: that of the fastest.
        count: number of rates.
    """

    radius: float = 0.1
    first: float = -5.0
    last: float = 2.0
    count: int = 141


def run(config: Config) -> Table:
    """Return map, ``rate`` and ``change``, sup |f(w)/f(w') - 1| over the step.

    Infinite changes, and rates outside the range of a map, are left out.

    Args:
        config: what to compute.
    """
    rates = torch.logspace(config.first, config.last, config.count, dtype=DTYPE)
    top = {"sigmoid": 1.0, "inverse quadratic": 1 / InverseQuadratic().b}
    tables = []
    for name, f in MAPS.items():
        some = rates[rates < top.get(name, math.inf)]
        change = relative_change(f, f.inverse(-some), config.radius)
        tables.append(Table(rate=some[change < math.inf],
                            change=change[change < math.inf]))
    return Table.stack(tables, map=list(MAPS))


def plot(table: Table) -> Figure:
    """Draw the maps without a bound, and those with one.

    Args:
        table: from ``run``.
    """
    fig, axes = figures.panels(2, height=2.9, sharey=True)
    names = list(MAPS)
    for ax, some, title in ((axes[0], names[:_STABLE], "no bound"),
                            (axes[1], names[_STABLE:], "one bound for all rates")):
        for name in some:
            figures.lines(table.where(map=name), "rate", "change", labels=[name],
                          xscale="log", yscale="log", ax=ax, xlabel="rate |f(w)|",
                          ylabel="change relative to the mode")
        ax.set(title=title, xlim=(table["rate"].min(), table["rate"].max()),
               ylim=(1e-3, 10))
    figures.legend_above(*axes)
    return fig
