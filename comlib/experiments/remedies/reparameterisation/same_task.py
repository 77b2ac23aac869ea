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
from comlib.experiments.index import fixed_perturbation

__all__ = ["Config", "plot", "run"]

_TASKS = ("power law", "exponential")
_MAPS = {"direct": Direct(), "exp": Exp()}


@dataclass(frozen=True)
class Config:
    """The memories, widths, move and horizon of the first page.

    Args:
        first_page: its configuration.
    """

    first_page: fixed_perturbation.Config = fixed_perturbation.Config()


def run(config: Config) -> Table:
    """Return memories before and after the move, with the errors on every row.

    ``target``, ``memory`` and ``moved`` are kernels over ``time``; ``moved`` belongs
    to the move towards slower rates. ``error`` and ``moved_error`` are L1 distances on
    the horizon over the L1 norm of the target, the second after the worse of the two
    moves; ``floor`` is that of the dilated target.

    Args:
        config: what to compute.
    """
    page, tables, keys = config.first_page, [], []
    for task, gamma in zip(_TASKS, (0.0, page.gamma), strict=True):
        rho = TemperedPolynomial(page.p, gamma)
        floor = _dilation(rho, page)
        for name, f in _MAPS.items():
            for width in page.widths:
                model = fit_exponentials(rho, width, dt=page.dt,
                                         parameterization=f).model
                tables.append(_rows(rho, model, floor, page))
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


def _dilation(rho: TemperedPolynomial, page: fixed_perturbation.Config) -> float:
    """Return the distance of rho(exp(-beta t)) from rho over the norm of rho."""
    t = time_grid(round(page.horizon / page.dt), page.dt)
    apart = (rho(math.exp(-page.radius) * t) - rho(t)).abs().sum() * page.dt
    return float(apart) / rho.l1_norm()


@torch.no_grad()
def _rows(
    rho: TemperedPolynomial, model: object, floor: float,
    page: fixed_perturbation.Config,
) -> Table:
    """Return the rows of one network; of the two moves the slower one is drawn."""
    length, H = round(page.horizon / page.dt), LinearFunctional(rho, page.dt)
    moved = Ball(page.radius, ("w",)).shifts(model)
    errors = [float(distance(H, network, length).max()) / rho.l1_norm()
              for network in (model, moved)]
    numbers = {"error": errors[0], "moved_error": errors[1], "floor": floor}

    def sampled(network: object) -> Tensor:
        return network.kernel_samples(length)[..., ::page.every, 0, 0]

    target, memory, both = map(sampled, (H, model, moved))
    return Table(time=page.dt * page.every * torch.arange(len(target)),
                 target=target, memory=memory, moved=both.amax(0),
                 **{name: [value] * len(target) for name, value in numbers.items()})
