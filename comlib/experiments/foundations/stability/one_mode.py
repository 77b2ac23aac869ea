"""One exponential mode: perturbation error, exact and as sampled.

The target is the model itself, so that all error comes from the perturbation.
"""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import RNN, Table, perturbation_error
from comlib.evidence import figures
from comlib.functional import DTYPE

_MOVED = {"W only": ("w",), "W, U and c": None}


@dataclass(frozen=True)
class Config:
    """The model exp(-rate t), with c = U = 1, and how it is perturbed.

    With Euler steps the sums over an infinite horizon equal the integrals of
    prp-scalar-exact for every dt, so that only the horizon is a bias.

    Args:
        rate: lambda.
        dt: timebase.
        horizons: lengths of time over which the error is measured.
        step: distance of two radii.
        count: number of radii, from zero.
        copies: number of random perturbations.
        seed: of the perturbations.
    """

    rate: float = 1.0
    dt: float = 0.1
    horizons: tuple[float, ...] = (10.0, 30.0, 100.0, 300.0)
    step: float = 0.05
    count: int = 25
    copies: int = 30
    seed: int = 0


def run(config: Config) -> Table:
    """Return moved, horizon, radius, exact (infinite horizon) and sampled error.

    Source: prp-scalar-exact in the book.

    Args:
        config: what to compute.
    """
    one = torch.ones(1, 1, dtype=DTYPE)
    model = RNN(-config.rate * one[0], one, one, dt=config.dt, activation="identity")
    radii = [k * config.step for k in range(config.count)]
    tables, moved, horizons = [], [], []
    for what, only in _MOVED.items():
        exact = [_exact(config.rate, beta, only is None) for beta in radii]
        for horizon in config.horizons:
            error = perturbation_error(
                model, model, radii, length=round(horizon / config.dt),
                copies=config.copies, seed=config.seed, only=only, search=None)
            # the box of one mode is its ball
            tables.append(Table(radius=radii, sampled=error["sampled"], exact=exact))
            moved.append(what)
            horizons.append(horizon)
    return Table.stack(tables, moved=moved, horizon=horizons)


def plot(table: Table) -> Figure:
    """Draw the exact curve and the sampled ones, one panel for what is moved.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.7, sharey=True)
    for ax, what in zip(axes, _MOVED, strict=True):
        rows = table.where(moved=what)
        labels = [f"T = {T:g}" for T in rows.values("horizon")]
        figures.lines(rows, "radius", "sampled", by="horizon", labels=labels,
                      floor=0.0, ax=ax)
        exact = rows.where(horizon=rows["horizon"][0])
        figures.lines(exact, "radius", "exact", floor=0.0, ax=ax, yscale="log",
                      labels=["exact"], color=figures.INK, linestyle="", marker="o",
                      markersize=3.5, xlabel="perturbation β", ylabel="error E(β)")
        ax.set(title=what, ylim=(0.03, 3e3))
    return fig


def _exact(rate: float, beta: float, weights: bool) -> float:
    """Return the supremum on the infinite horizon."""
    if beta >= rate:
        return math.inf
    return ((1 + beta) ** 2 if weights else 1.0) / (rate - beta) - 1 / rate
