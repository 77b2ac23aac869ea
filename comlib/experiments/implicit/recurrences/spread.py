"""How the kernels of Gaussian and orthogonal recurrences spread around one limit."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.wide import (Variances, WideNetwork, finite_width_kernel,
                         kernel_fluctuations, orthogonal_fluctuations, scale_factors)

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The width, the draws and the variances of W; nu_U and nu_c are one.

    Args:
        width: m.
        draws: networks of each kind.
        length: number of lags.
        nu: nu_W, and the square of the rotation's factor.
        seed: of the draws.
    """

    width: int = 100
    draws: int = 500
    length: int = 13
    nu: float = 0.9
    seed: int = 0


def run(config: Config) -> Table:
    """Return kind, lag, the standard deviation of Theta_jj / r_j, and its law.

    Args:
        config: what to compute.
    """
    nu, T = Variances(config.nu, 1.0, 1.0), config.length
    gaussian = WideNetwork.random(config.width, nu, draws=config.draws,
                                  seed=config.seed)
    Q, R = torch.linalg.qr(gaussian.W.detach())
    signs = R.diagonal(dim1=-2, dim2=-1).sign()[..., None, :]
    rotated = WideNetwork((config.nu * config.width) ** 0.5 * Q * signs,
                          gaussian.U, gaussian.c)
    tables, r = [], scale_factors(nu, T)
    for H, law in ((gaussian, kernel_fluctuations), (rotated, orthogonal_fluctuations)):
        kernel = finite_width_kernel(H, T)[:, :, 0, 0, :, 0, 0]
        ratio = kernel.diagonal(dim1=-2, dim2=-1) / r
        tables.append(Table(lag=range(T), mean=ratio.mean(0), sd=ratio.std(0),
                            law=(law(nu, T).diagonal() / config.width).sqrt() / r))
    return Table.stack(tables, kind=["Gaussian", "orthogonal"])


def plot(table: Table) -> Figure:
    """Draw the standard deviations and their laws.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=2.8)
    for colour, (kind, rows) in zip(figures.COLOURS, table.groups("kind")):
        ax.plot(rows["lag"], rows["sd"], "o", color=colour, label=kind)
        ax.plot(rows["lag"], rows["law"], "--", color=colour)
    ax.set(xlabel="lag j", ylabel="standard deviation of Θ_jj / r_j", ylim=(0, None))
    figures.label_lines(ax)
    return fig
