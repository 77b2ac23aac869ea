"""One task that a network learns and cannot keep, beside one that it can.

Both tasks ask for a weighted mean of the past. The networks are the best of their
width in mean square on white noise; then all eigenvalues are moved by one amount.
"""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import (Ball, LinearFunctional, Table, TemperedPolynomial, distance,
                    fit_exponentials, stability_margin)
from comlib.evidence import figures
from comlib.measures import certified_lower_curve

__all__ = ["Config", "plot", "run"]

_TASKS = ("power law", "exponential")


@dataclass(frozen=True)
class Config:
    """Memories (1 + t)^(-p) and exp(-gamma t) (1 + t)^(-p), networks, the move.

    Args:
        p: exponent of both.
        gamma: decay rate of the second.
        widths: hidden units m.
        radius: beta, by which every eigenvalue moves.
        horizon: the last time.
        dt: timebase.
        every: number of time points between two rows of a kernel.
    """

    p: float = 1.5
    gamma: float = 0.5
    widths: tuple[int, ...] = (1, 2, 3, 4, 6)
    radius: float = 0.05
    horizon: float = 100.0
    dt: float = 0.02
    every: int = 50


def run(config: Config) -> Table:
    """Return memories before and after the move, with the errors on every row.

    ``target``, ``memory`` and ``moved`` are kernels over ``time``. ``error`` and
    ``moved_error`` are L1 distances on the horizon over the L1 norm of the target,
    the second after the worse of the two moves; ``floor`` is what the target alone
    says of it as the width grows (thm-shift); ``margin`` is the stability margin.

    Args:
        config: what to compute.
    """
    tables, tasks, widths = [], [], []
    for task, gamma in zip(_TASKS, (0.0, config.gamma), strict=True):
        for width in config.widths:
            tables.append(_rows(TemperedPolynomial(config.p, gamma), width, config))
            tasks.append(task)
            widths.append(width)
    return Table.stack(tables, task=tasks, width=widths)


def plot(table: Table) -> Figure:
    """Draw the memories of the widest networks, and the errors by width.

    Args:
        table: from ``run``.
    """
    fig, (left, right) = figures.panels(2, height=2.9)
    widest = table.where(width=table["width"].max())
    for task, color in zip(_TASKS, figures.COLOURS):
        rows, points = widest.where(task=task), table.where(task=task, time=0.0)
        left.plot(rows["time"], rows["target"], "-", color=color, lw=4, alpha=0.3)
        left.plot(rows["time"], rows["memory"], "-", color=color)
        left.plot(rows["time"], rows["moved"], "--", color=color,
                  label=f"{task}, moved")
        right.plot(points["width"], points["error"], "o-", color=color)
        right.plot(points["width"], points["moved_error"], "o--", color=color,
                   label=f"{task}, moved")
        right.axhline(points["floor"][0], color=color, lw=0.8, ls=":")
    left.set(xlabel="time since the input", ylabel="memory", yscale="log",
             ylim=(1e-6, 2), title="what is remembered")
    right.set(xlabel="width m", ylabel="relative error", yscale="log",
              xticks=sorted(set(table["width"].tolist())),
              title="error, before and after")
    figures.label_lines(left, right)
    return fig


def _rows(rho: TemperedPolynomial, width: int, config: Config) -> Table:
    length, H = round(config.horizon / config.dt), LinearFunctional(rho, config.dt)
    model = fit_exponentials(rho, width, dt=config.dt).model
    moved = Ball(config.radius, ("w",)).shifts(model)
    floor = certified_lower_curve(rho, [config.radius], config.horizon)["lower"][0]
    errors = [float(distance(H, network, length).detach().max()) / rho.l1_norm()
              for network in (model, moved)]
    numbers = {"error": errors[0], "moved_error": errors[1],
               "floor": floor / rho.l1_norm(), "margin": float(stability_margin(model))}
    target, memory, grown = (
        network.kernel_samples(length).detach()[..., ::config.every, 0, 0]
        for network in (H, model, moved))
    return Table(time=config.dt * config.every * torch.arange(len(target)),
                 target=target, memory=memory, moved=grown[0],
                 **{name: [value] * len(target) for name, value in numbers.items()})
