"""The task of the first page again: the same networks, moved in other coordinates."""

import math
from dataclasses import dataclass

import torch
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
    fig, axes = figures.panels(2, height=2.9)
    left, right = axes
    widest = table.where(width=table["width"].max(), task="power law")
    one = widest.where(map="exp")
    left.plot(one["time"], one["target"], "-", color=figures.INK, lw=4, alpha=0.25)
    left.plot(one["time"], one["memory"], "-", color=figures.INK, label="before")
    for name, color in zip(_MAPS, figures.COLOURS):
        rows = widest.where(map=name)
        left.plot(rows["time"], rows["moved"], "--", color=color,
                  label=f"{name}, moved")
        for task, marker in zip(_TASKS, "os"):
            points = table.where(map=name, task=task, time=0.0)
            right.plot(points["width"], points["moved_error"], marker + "--",
                       color=color, label=f"{name}, {task}")
            if name == "exp":
                right.axhline(points["floor"][0], color=color, lw=0.8, ls=":")
    before = table.where(map="exp", task="power law", time=0.0)
    right.plot(before["width"], before["error"], "o-", color=figures.INK,
               label="before, power law")
    left.set(xlabel="time since the input", ylabel="memory", yscale="log",
             ylim=(1e-6, 2), title="what is remembered")
    right.set(xlabel="width m", ylabel="relative error", yscale="log",
              xticks=sorted(set(table["width"].tolist())), title="error after the move")
    figures.legend_above(*axes)
    return fig


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
