"""Adam on a plateau: how its rates settle, and what they settle at."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Exponential, Gaussian, Table
from comlib.dynamics import ModeLoss
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.training import Descent

__all__ = ["Config", "plot", "run"]

_EPSILON = 1e-8  # of torch.optim.Adam


@dataclass(frozen=True)
class Config:
    """The target exp(-t) + exp(-(t - D)^2 / 2), the start and Adam's numbers.

    Args:
        delay: D.
        weights: a_i at the start; all rates are one.
        learning_rates: of Adam.
        momentum: its beta_1.
        updates: so many.
        points: rows of a curve in each decade of updates.
    """

    delay: float = 14.0
    weights: tuple[float, ...] = (0.6, 0.4)
    learning_rates: tuple[float, ...] = (0.01, 0.001)
    momentum: float = 0.9
    updates: int = 5000
    points: int = 10


RECORDS = {"adam-edge": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return learning rate, update, sharpness, effective rate and drop of the loss.

    With s the root of Adam's corrected second moment, the effective rate is the
    learning rate over the mean of s + epsilon among the weights a, and the sharpness
    the learning rate times the largest eigenvalue of P^(-1) Hessian, where P is the
    diagonal matrix of s + epsilon.

    Args:
        config: what to compute.
    """
    loss = ModeLoss(Exponential() + Gaussian(config.delay, 1.0))
    start = torch.tensor([*config.weights, *(1.0 for _ in config.weights)], dtype=DTYPE)
    decades = np.arange(config.points * np.log10(config.updates) + 1e-9)
    at = {*(10 ** (decades / config.points)).round().astype(int), config.updates}
    rows = []
    for rate in config.learning_rates:
        theta = start.clone()
        adam = Descent("adam", rate, config.momentum).optimiser([theta])
        for update in range(1, config.updates + 1):
            theta.grad = loss.gradient(theta)
            hessian = loss.hessian(theta) if update in at else None
            adam.step()
            if hessian is not None:
                scale = _scale(adam.state[theta])
                half = hessian / (scale[:, None] * scale).sqrt()
                weights = scale[: len(config.weights)]
                largest = float(torch.linalg.eigvalsh(half)[-1])
                rows.append((rate, update, rate * largest, rate / float(weights.mean()),
                             float(loss.drop(theta, start))))
    names = "learning_rate", "update", "sharpness", "effective_rate", "drop"
    return Table.from_rows(names, rows)


def plot(table: Table) -> Figure:
    """Draw the sharpness against the updates, and where Adam becomes unstable.

    The first update is left out: there Adam divides by a gradient that, in the
    steep directions, is nearly zero.

    Args:
        table: what ``run`` returned, with momentum 0.9.
    """
    rates = table.values("learning_rate")
    fig, ax = figures.lines(table, "update", "sharpness", by="learning_rate",
                            labels=[f"rate {rate:g}" for rate in rates], xscale="log",
                            yscale="log", ylabel="rate × preconditioned sharpness")
    ax.axhline(38, color=figures.GUIDE, linewidth=1.0, linestyle=(0, (4, 3)))
    ax.set(xlim=(2, None), ylim=(1, 100))
    ax.annotate("38", (2, 38), xytext=(3, 4), textcoords="offset points",
                color=figures.GUIDE)
    ax.legend(loc="lower right")
    return fig


def _scale(state: dict[str, Tensor]) -> Tensor:
    """Return the numbers by which Adam divides each entry of the gradient."""
    count = float(state["step"])  # the tensor is of single precision
    return (state["exp_avg_sq"] / (1 - 0.999**count)).sqrt() + _EPSILON
