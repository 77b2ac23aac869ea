"""Where -exp(M) and -log(1 + exp(M)) are stable, eigenvalue by eigenvalue of M."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Exp, Softplus, Table
from comlib.evidence import figures
from comlib.functional import DTYPE

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """A grid of complex eigenvalues zeta = x + iy.

    Args:
        reach: x runs from -reach to reach.
        columns: number of values of x, even: f is singular at zeta = i pi.
        rows: number of values of y, from 0 to 2 pi; 32 of them miss pi/2.
    """

    reach: float = 3.0
    columns: int = 30
    rows: int = 32


def run(config: Config = Config()) -> Table:
    """Return the largest real part of the eigenvalues of f(M), M = [[x, -y], [y, x]].

    Columns: map, x, y and ``real_part``; M has the eigenvalues x + iy and x - iy.

    Args:
        config: what to compute.
    """
    x = torch.linspace(-config.reach, config.reach, config.columns, dtype=DTYPE)
    y = torch.linspace(0, 2 * math.pi, config.rows, dtype=DTYPE)
    x, y = (v.flatten() for v in torch.meshgrid(x, y, indexing="ij"))
    M = torch.stack([torch.stack([x, -y], -1), torch.stack([y, x], -1)], -2)
    tables = [Table(x=x, y=y, real_part=torch.linalg.eigvals(f.matrix(M)).real.amax(-1))
              for f in (Exp(), Softplus())]
    return Table.stack(tables, map=["exp", "softplus"])


def plot(table: Table) -> Figure:
    """Shade where f(M) is unstable, with the boundary that the proposition gives.

    Args:
        table: from ``run``.
    """
    fig, axes = figures.panels(2, height=2.7, sharey=True)
    y = np.linspace(0, 2 * np.pi, 400)
    with np.errstate(invalid="ignore", divide="ignore"):
        edge = np.log(-2 * np.cos(y))
    titles = {"exp": "$f(M) = -e^M$", "softplus": r"$f(M) = -\log(1 + e^M)$"}
    for ax, (name, title) in zip(axes, titles.items(), strict=True):
        rows = table.where(map=name)
        grid = [np.unique(rows[axis]) for axis in "xy"]
        part = rows["real_part"].reshape(len(grid[0]), len(grid[1])).T
        ax.contourf(*grid, part, levels=[0, np.inf], colors=[figures.COLOURS[1]],
                    alpha=0.35)
        if name == "exp":
            ax.hlines([np.pi / 2, 3 * np.pi / 2], *grid[0][[0, -1]], figures.INK,
                      "--")
        else:
            ax.plot(edge, y, color=figures.INK, linestyle="--")
        ax.text(grid[0][0] / 2, np.pi, "unstable", ha="center", va="center")
        ax.text(0, 0.7, "stable", ha="center", va="center")
        ax.set(title=title, xlabel=r"Re $\zeta$", ylabel=r"Im $\zeta$",
               xlim=grid[0][[0, -1]],
               yticks=[0, np.pi / 2, np.pi, 3 * np.pi / 2, 2 * np.pi],
               yticklabels=["0", "π/2", "π", "3π/2", "2π"])
    return fig
