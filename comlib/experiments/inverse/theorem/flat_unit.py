"""The memory of one unit whose activation is flat at zero: sigma(z) = z^3."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from scipy.integrate import solve_ivp

from comlib import Table
from comlib.evidence import figures

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The unit dh/dt = sigma(-rate h + u x), y = h, sigma(z) = z^3 for |z| <= 1.

    Args:
        rate: lambda.
        u: input weight.
        bounds: the B of M_B, with |u| B <= 1.
        first: first time > 0.
        last: last time.
        count: number of times.
        inputs: number of inputs of each bound, at equal ratios.
    """

    rate: float = 1.0
    u: float = 1.0
    bounds: tuple[float, ...] = (0.1, 0.3, 1.0)
    first: float = 0.1
    last: float = 1e4
    count: int = 31
    inputs: int = 200


def run(config: Config) -> Table:
    """Return bound, time, the largest ratio of the inputs, and its law.

    Source: prp-flat-unit in the book.

    Args:
        config: the unit.
    """
    t = np.geomspace(config.first, config.last, config.count)
    tables = []
    for bound in config.bounds:
        size = abs(config.u) * bound
        s = size * np.geomspace(1e-3, 1.0, config.inputs)
        z = solve_ivp(lambda _, z: -config.rate * np.clip(z, -1, 1) ** 3, (0.0, t[-1]),
                      s, method="LSODA", t_eval=t, rtol=1e-9, atol=1e-13).y
        memory = (abs(config.u) * z**3 / s[:, None]).max(0)
        tables.append(Table(time=t, memory=memory, law=_law(config, size, t)))
    return Table.stack(tables, bound=config.bounds)


def plot(table: Table) -> Figure:
    """Draw the memory found as dots on its law.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=2.8)
    look = {"xscale": "log", "yscale": "log", "xlabel": "time $t$",
            "ylabel": "$M_B(t)$", "ax": ax}
    labels = [f"B = {bound:g}" for bound in table.values("bound")]
    figures.lines(table, "time", "law", by="bound", labels=labels, linewidth=1.2,
                  **look)
    ax.set_prop_cycle(None)
    figures.lines(table, "time", "memory", by="bound", labels=[None] * len(labels),
                  linestyle="none", marker="o", markersize=3, **look)
    ax.set(title="One unit that is flat at zero")
    figures.slope(ax, 100, 4e-2, -1, "slope −1", x1=2000)
    figures.legend_above(ax, cols=3)
    return fig


def _law(config: Config, size: float, t: np.ndarray) -> np.ndarray:
    early = size**2 * (1 + 2 * config.rate * t * size**2) ** -1.5
    late = 1 / (3 * math.sqrt(3) * config.rate * t)
    return abs(config.u) * np.where(config.rate * t * size**2 < 1, early, late)
