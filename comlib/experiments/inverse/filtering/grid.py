"""Students of several widths learn all teachers, and are then perturbed."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Ball, RNN, Table, fit, variations, white_noise
from comlib.evidence import figures
from comlib.experiments.inverse.nonlinear.networks import (member, spread_rates,
                                                           uniform)
from comlib.training import OnlineAdamW

from .teachers import FAMILIES, Classroom, teachers

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Tanh students of one width, one for each teacher.

    Args:
        width: number of hidden units.
        each: teachers in each of the six families.
        length: number of time points T.
        updates: of AdamW.
        batch: inputs in one update.
        radii: the beta > 0.
        copies: random perturbations of each student, in the ball.
        inputs: that judge the students.
    """

    width: int = 16
    each: int = 8
    length: int = 60
    updates: int = 240
    batch: int = 32
    radii: tuple[float, ...] = tuple(4e-3 * 2**k for k in range(8))
    copies: int = 14
    inputs: int = 32


RECORDS = {
    "grid": tuple(variations(Config(), width=(4, 8, 16))),
    "part": Config(width=4, each=2, updates=10)}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return teacher, family, size, radius and the largest error found.

    The error is the mean square on inputs that training did not see; the zero
    functional has about one. At a radius it is the largest of the random
    perturbations, of W + radius I and of W - radius I, a lower bound.

    Source: def-perturbation-error and fig-filter in the book.

    Args:
        config: what to train and to perturb.
    """
    known = teachers(config.each)
    room = Classroom([teacher.functional for teacher in known], config.length)
    protocol = OnlineAdamW(updates=config.updates, batch=config.batch, clip=1.0,
                           learning_rate=0.02, validation=2 * config.batch,
                           check_every=max(config.updates // 5, 1))
    done = fit(_start(config.width, len(known)), room, length=config.length,
               protocol=protocol, allow_unstable=True, progress=False)
    x = white_noise(config.inputs, config.length, dt=1.0, seed=999)
    y, rows = room(x), []
    for k, teacher in enumerate(known):
        student = member(done.model, k)
        rows += [(k, teacher.family, teacher.size, radius,
                  _largest(student, x, y[k], radius, config.copies))
                 for radius in (0.0, *config.radii)]
    return Table.from_rows(("teacher", "family", "size", "radius", "error"), rows)


def plot(table: Table) -> Figure:
    """Draw the perturbation errors, a panel for each family, a curve for a teacher.

    Args:
        table: what ``run`` returned, of one width.
    """
    fig, axes = figures.panels(6, 3, 2.0, sharey=True)
    for ax, family in zip(axes, FAMILIES, strict=True):
        for _, rows in table.where(family=family).groups("teacher"):
            ax.plot(rows["radius"][1:], np.minimum(rows["error"][1:], 1e6),
                    color=figures.COLOURS[0])
        ax.axhline(0.5, linestyle="--", color=figures.INK)
        ax.set(title=family, xscale="log", yscale="log", ylim=(3e-4, 1e4),
               xlabel="perturbation β", ylabel="error")
    return fig


def _start(m: int, count: int) -> RNN:
    W = -torch.diag(spread_rates(m)).expand(count, m, m)
    # without the bias b every tanh network is odd, and attention is not
    return RNN(W, uniform(count, m, 1, bound=1.0, seed=4),
               uniform(count, 1, m, bound=m**-0.5, seed=1),
               uniform(count, m, bound=0.5, seed=5),
               uniform(count, 1, bound=0.1, seed=6), dt=1.0, allow_unstable=True)


@torch.no_grad()
def _largest(student: RNN, x: Tensor, y: Tensor, radius: float, copies: int) -> float:
    if not radius:
        return float((student(x) - y).square().mean())
    ball = Ball(radius)
    moved = (ball.sample(student, copies, seed=0), ball.shifts(student))
    errors = torch.cat([(s(x) - y).square().mean((-3, -2, -1)) for s in moved])
    return float(torch.nan_to_num(errors, nan=math.inf, posinf=math.inf).max())
