"""A picture of margin and radius: matrices that have the same eigenvalues."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from comlib import Table, complex_stability_radius
from comlib.evidence import figures
from comlib.functional import DTYPE


@dataclass(frozen=True)
class Config:
    """W = [[a, -b, K], [b, a, 0], [0, 0, d]] for two values of K.

    Args:
        pair: a and b; the first eigenvalues are a +- ib.
        last: d, the third eigenvalue.
        couplings: the values of K; W is normal for K = 0.
        points: of the grid in each direction.
    """

    pair: tuple[float, float] = (-0.5, 1.0)
    last: float = -1.1
    couplings: tuple[float, ...] = (0.0, 4.0)
    points: int = 31


def run(config: Config = Config()) -> Table:
    """Return coupling, x, y, sigma, margin and radius.

    ``sigma`` is the least singular value of (x + iy) - W: the least norm of a change
    that makes x + iy an eigenvalue. It is zero in the rows of the eigenvalues,
    which come first.

    Source: prp-stability-radius in the book; Trefethen and Embree 2005.

    Args:
        config: what to compute.
    """
    x = torch.linspace(-2.0, 0.4, config.points, dtype=DTYPE)
    y = torch.linspace(-1.8, 1.8, config.points, dtype=DTYPE)
    grid = (v.flatten() for v in torch.meshgrid(x, y, indexing="ij"))
    (a, b), d = config.pair, config.last
    x, y = (torch.cat([torch.tensor(first, dtype=DTYPE), rest]) for first, rest in
            zip(((a, a, d), (b, -b, 0.0)), grid, strict=True))
    tables = []
    for K in config.couplings:
        W = torch.tensor([[a, -b, K], [b, a, 0.0], [0.0, 0.0, d]], dtype=DTYPE)
        shifted = (x + 1j * y)[:, None, None] * torch.eye(3) - W
        sigma = torch.linalg.svdvals(shifted)[:, -1]
        sigma[:3] = 0.0
        tables.append(Table(x=x, y=y, sigma=sigma, margin=[-max(a, d)] * len(x),
                            radius=[complex_stability_radius(W)] * len(x)))
    return Table.stack(tables, coupling=config.couplings)


def plot(table: Table) -> Figure:
    """Shade where changes of norm up to the radius can move eigenvalues.

    Args:
        table: from ``run``.
    """
    couplings = np.unique(table["coupling"])
    fig, axes = figures.panels(len(couplings), height=2.9)
    for ax, K in zip(axes, couplings, strict=True):
        rows = table.where(coupling=K)
        _shade(ax, rows)
        kind = "not normal" if K else "normal"
        ax.set(title=rf"{kind}: $\mu = {rows['margin'][0]:.2f}$, "
               f"$r = {rows['radius'][0]:.2f}$",
               xlabel="real part", ylabel="imaginary part", aspect="equal")
        k = rows["x"][:3].argmax()
        x, y = rows["x"][k], rows["y"][k]
        ax.annotate("", (0.0, y), (x, y), arrowprops={
            "arrowstyle": "<|-|>", "color": figures.INK, "shrinkA": 3, "shrinkB": 0})
        ax.text(x / 2, y + 0.1, r"$\mu$", ha="center")
    return fig


def _shade(ax: Axes, rows: Table) -> None:
    """Draw the axis, the reachable eigenvalues and those of W."""
    x, y, sigma = (rows[name][3:] for name in ("x", "y", "sigma"))
    grid = np.unique(x), np.unique(y)
    level = sigma.reshape(len(grid[0]), len(grid[1])).T
    ax.contourf(*grid, level, levels=[0, rows["radius"][0]], alpha=0.3,
                colors=[figures.COLOURS[0]])
    ax.axvline(0, color=figures.GUIDE, linestyle="--", linewidth=1.2)
    ax.plot(rows["x"][:3], rows["y"][:3], "o", color=figures.INK)
    ax.grid(False)
