"""How many updates different optimisers need to leave the same plateau."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Exponential, Gaussian, Table
from comlib.dynamics import ModeLoss, escape_time
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.training import Descent, descend

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The target exp(-t) + exp(-(t - D)^2 / 2), the start and the optimisers.

    The start has learnt the exponential with two neurons of the same rate.

    Args:
        delays: D.
        weights: a_i at the start, with sum one.
        drop: of the loss, that counts as an escape.
        optimisers: method, learning rate and momentum of a ``Descent``; the method
            "flow" is the gradient flow, its time divided by the rate.
        updates: at most so many.
    """

    delays: tuple[float, ...] = (5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0)
    weights: tuple[float, ...] = (0.6, 0.4)
    drop: float = 0.05
    optimisers: tuple[tuple[str, float, float], ...] = (
        ("gd", 0.1, 0.0), ("heavy ball", 0.1, 0.9), ("heavy ball", 0.1, 0.99),
        ("adam", 0.01, 0.9), ("adam", 0.001, 0.9))
    updates: int = 200_000


RECORDS = {
    "by-optimiser": Config(),
    "adam": Config((13.0, 14.0, 15.0), optimisers=(("adam", 0.01, 0.9),)),
    "adam-slow": Config((13.0, 14.0), optimisers=(("adam", 0.001, 0.9),)),
    "flow": Config(tuple(map(float, range(5, 16))), optimisers=(("flow", 0.1, 0.0),)),
}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return optimiser, delay, the updates until the escape and the way to it.

    Columns: ``updates`` is infinite if there was no escape, ``moved`` the largest
    change of a parameter until then, ``slope`` the size of the gradient at the
    start.

    Args:
        config: what to compute.
    """
    rows = [(*optimiser, D, *_escape(optimiser, D, config))
            for optimiser in config.optimisers for D in config.delays]
    names = "method", "learning_rate", "momentum", "delay", "updates", "moved", "slope"
    return Table.from_rows(names, rows)


def plot(table: Table) -> Figure:
    """Draw the updates until the escape against the delay.

    Args:
        table: what ``run`` returned.
    """
    fig, ax = None, None
    for method, rate, momentum in dict.fromkeys(zip(
            *(table[n].tolist() for n in ("method", "learning_rate", "momentum")))):
        rows = table.where(method=method, learning_rate=rate, momentum=momentum)
        order = rows["delay"].argsort(kind="stable")  # of several records
        rows = Table(**{name: rows[name][order] for name in rows.columns})
        label = {"gd": f"gradient descent, rate {rate:g}",
                 "flow": f"gradient flow, time / {rate:g}",
                 "heavy ball": f"heavy ball {momentum:g}, rate {rate:g}",
                 "adam": f"Adam, rate {rate:g}"}[method]
        look = {"marker": "o"}
        if method == "flow":
            look = {"color": figures.FAINT, "linestyle": "-", "zorder": 1}
        fig, ax = figures.lines(rows, "delay", "updates", labels=[label], ax=ax,
                                yscale="log", xlabel="delay D = 1/ω",
                                ylabel="updates until escape", **look)
    ax.set_ylim(top=1e10)  # room for the legend
    return fig


def _escape(optimiser: tuple[str, float, float], D: float, config: Config
            ) -> tuple[float, float, float]:
    """Return the updates, the largest move of a parameter, the slope at the start."""
    method, rate, momentum = optimiser
    theta = torch.tensor([*config.weights, *(1.0 for _ in config.weights)], dtype=DTYPE)
    loss = ModeLoss(Exponential() + Gaussian(D, 1.0))
    slope = float(loss.gradient(theta).norm())
    if method == "flow":
        time = math.exp(escape_time(loss, theta, config.drop))
        return time / rate, math.nan, slope
    goal = float(loss(theta)) - config.drop
    path = descend(theta, loss, Descent(method, rate, momentum, config.updates),
                   goal=goal, progress=False)
    moved = float((path.end - theta).abs().max())
    return float(path.arrivals(goal)), moved, slope
