"""How long a time step may be: the stable disc, and modes at its edge."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import RNN, Table
from comlib.evidence import figures
from comlib.functional import DTYPE

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """A grid of eigenvalues times time step, and three real modes.

    Args:
        columns: values of Re from -2.5 to 0.5.
        rows: values of Im from -1.5 to 1.5.
        rates: rate*dt of the modes that are followed.
        length: number of steps.
    """

    columns: int = 37
    rows: int = 37
    rates: tuple[float, ...] = (1.9, 2.0, 2.1)
    length: int = 25


def run(config: Config = Config()) -> Table:
    """Return growth a step, panel "plane", and kernels of modes, panel "time".

    In the plane x + iy is eigenvalue*dt, and value the factor by which a pair of
    modes x +- iy grows each step; in time x is the step, y the rate*dt, and value
    the kernel. Both are responses of networks, one stack of them each.

    Args:
        config: what to compute.
    """
    x = torch.linspace(-2.5, 0.5, config.columns, dtype=DTYPE)
    y = torch.linspace(-1.5, 1.5, config.rows, dtype=DTYPE)
    x, y = (v.flatten() for v in torch.meshgrid(x, y, indexing="ij"))
    W = torch.stack([torch.stack([x, -y], -1), torch.stack([y, x], -1)], -2)
    size = torch.linalg.matrix_norm(_kernels(W, config.length))
    growth = (size[:, -1] / size[:, 0]) ** (1 / (config.length - 1))
    rates = torch.tensor(config.rates, dtype=DTYPE)
    kernels = _kernels(-rates[:, None, None], config.length)[..., 0, 0]
    steps = torch.arange(config.length, dtype=DTYPE)
    modes = [Table(x=steps, y=rate.expand(config.length), value=kernel)
             for rate, kernel in zip(rates, kernels)]
    return Table.stack([Table(x=x, y=y, value=growth), *modes],
                       panel=["plane"] + ["time"] * len(modes))


def _kernels(W: torch.Tensor, length: int) -> torch.Tensor:
    """Return (I + W)^k for a stack of W."""
    one = torch.eye(W.shape[-1], dtype=DTYPE).expand_as(W)
    return RNN(W, one, one, dt=1.0, activation="identity",
               allow_unstable=True).kernel_samples(length).detach()


def plot(table: Table) -> Figure:
    """Draw the plane in three shades, and the modes as they alternate.

    Args:
        table: from ``run``.
    """
    fig, (left, right) = figures.panels(2, height=2.7)
    plane, modes = table.where(panel="plane"), table.where(panel="time")
    rates = np.unique(modes["y"])
    x, y = np.unique(plane["x"]), np.unique(plane["y"])
    growth = plane["value"].reshape(len(x), len(y)).T
    left.axvspan(x[0], 0, color=figures.COLOURS[0], alpha=0.15, linewidth=0,
                 zorder=0)
    left.contourf(x, y, growth, levels=[0, 1], colors=[figures.COLOURS[0]], alpha=0.3,
                  zorder=1)
    left.text(-1, 0.3, "Euler decays", ha="center")
    left.text(-1.25, 1.2, "only the flow decays", ha="center")
    for rate, colour in zip(rates, figures.COLOURS):
        left.plot(-rate, 0, "o", color=colour, zorder=3)
    left.set(aspect="equal", xlabel=r"Re $\zeta$ dt", ylabel=r"Im $\zeta$ dt")
    left.grid(False)
    figures.lines(modes, "x", "value", by="y", xlabel="step k", ylabel="kernel",
                  ax=right, marker="o", markersize=3, linewidth=1,
                  labels=[f"rate × dt = {rate:g}" for rate in rates])
    right.set_ylim(-10, 17)
    return fig
