"""The task of the first page again: the same networks, moved in other coordinates."""

import math
from dataclasses import dataclass

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from comlib import (Ball, Direct, Exp, LinearFunctional, Table, TemperedPolynomial,
                    distance, fit_exponentials, time_grid)
from comlib.evidence import figures

__all__ = ["Config", "plot", "run"]

_TASKS = ("power law", "exponential")
_MAPS = {"direct": Direct(), "exp": Exp()}


@dataclass(frozen=True)
class Config:
    """The memories, networks, move and horizon of the first config.

    Args:
        p: exponent of (1 + t)^(-p) and exp(-gamma t) (1 + t)^(-p).
        gamma: decay rate of the second.
        widths: hidden units m.
        radius: beta, by which every raw weight moves.
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

    ``target``, ``memory`` and ``moved`` are kernels over ``time``; ``moved`` belongs
    to the move towards slower rates. ``error`` and ``moved_error`` are L1 distances on
    the horizon over the L1 norm of the target, the second after the worse of the two
    moves; ``floor`` is that of the dilated target.

    Args:
        config: what to compute.
    """
    tables, keys = [], []
    for task, gamma in zip(_TASKS, (0.0, config.gamma), strict=True):
        rho = TemperedPolynomial(config.p, gamma)
        floor = _dilation(rho, config)
        for name, f in _MAPS.items():
            for width in config.widths:
                model = fit_exponentials(rho, width, dt=config.dt,
                                         parameterization=f).model
                tables.append(_rows(rho, model, floor, config))
                keys.append((task, name, width))
    tasks, names, widths = zip(*keys, strict=True)
    return Table.stack(tables, task=tasks, map=names, width=widths)


def plot(table: Table) -> Figure:
    """Draw the memories of the widest networks of the power law, and all errors.

    Args:
        table: from ``run``.
    """
    fig, axes = figures.panels(1 + len(_TASKS), height=2.6)
    widest = table.where(width=table["width"].max(), task="power law")
    before = widest.where(map="exp")
    axes[0].plot(before["time"], before["target"], color=figures.INK, lw=4, alpha=0.25)
    axes[0].plot(before["time"], before["memory"], color=figures.INK, label="before")
    for name, color in zip(_MAPS, figures.COLOURS):
        rows = widest.where(map=name)
        axes[0].plot(rows["time"], rows["moved"], "--", color=color, label=name)
    for ax, task in zip(axes[1:], _TASKS, strict=True):
        _draw_errors(ax, table.where(task=task, time=0.0))
        ax.set(title=f"error, {task}")
    axes[0].set(xlabel="time since the input", ylabel="memory", yscale="log",
                ylim=(1e-4, 2), title="what is remembered")
    figures.label_lines(*axes)
    return fig


def _draw_errors(ax: Axes, points: Table) -> None:
    """Draw the errors of one task by width, and the level of the dilated target."""
    for name, color in zip(_MAPS, figures.COLOURS):
        rows = points.where(map=name)
        ax.plot(rows["width"], rows["moved_error"], "o--", color=color, label=name)
    ax.axhline(rows["floor"][0], color=color, lw=0.8, ls=":")
    ax.plot(rows["width"], rows["error"], "o-", color=figures.INK, label="before")
    ax.set(xlabel="width m", ylabel="relative error", yscale="log",
           ylim=(1e-3, 5), xticks=sorted(set(rows["width"].tolist())))


def _dilation(rho: TemperedPolynomial, config: Config) -> float:
    """Return the distance of rho(exp(-beta t)) from rho over the norm of rho."""
    t = time_grid(round(config.horizon / config.dt), config.dt)
    apart = (rho(math.exp(-config.radius) * t) - rho(t)).abs().sum() * config.dt
    return float(apart) / rho.l1_norm()


@torch.no_grad()
def _rows(
    rho: TemperedPolynomial, model: object, floor: float,
    config: Config,
) -> Table:
    """Return the rows of one network; of the two moves the slower one is drawn."""
    length, H = round(config.horizon / config.dt), LinearFunctional(rho, config.dt)
    moved = Ball(config.radius, ("w",)).shifts(model)
    errors = [float(distance(H, network, length).max()) / rho.l1_norm()
              for network in (model, moved)]
    numbers = {"error": errors[0], "moved_error": errors[1], "floor": floor}

    def sampled(network: object) -> Tensor:
        return network.kernel_samples(length)[..., ::config.every, 0, 0]

    target, memory, both = map(sampled, (H, model, moved))
    return Table(time=config.dt * config.every * torch.arange(len(target)),
                 target=target, memory=memory, moved=both.amax(0),
                 **{name: [value] * len(target) for name, value in numbers.items()})
