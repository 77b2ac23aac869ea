"""Errors of networks of each width above the floor of the Hankel singular values."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import (Gaussian, Kernel, Polynomial, RNN, Table, fit_exponentials,
                    hankel_singular_values, l1_loss)
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.kernels import trapezoid_sum
from comlib.measures import equispaced_error
from comlib.training import balanced_truncation

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Two targets and the widths.

    Args:
        omega: of the power law (1 + t)^(-1-omega).
        center: D of the bump exp(-(t - D)^2 / 2).
        widths: numbers of neurons m.
        eps: relative error of the sum of which the power law's networks are parts.
        modes: K of the network of width 2 K + 1 of which the bump's are parts.
        rates: the list of r for real exponentials near the bump.
    """

    omega: float = 0.5
    center: float = 5.0
    widths: tuple[int, ...] = (1, 2, 3, 4, 6, 8)
    eps: float = 1e-5
    modes: int = 20
    rates: tuple[float, ...] = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)


def run(config: Config) -> Table:
    """Return relative L1 errors by target and width.

    Columns: ``floor``, the Hankel singular value sigma_{m+1}; ``balanced``, a balanced
    truncation of a network that is wide and accurate; ``real``, real exponentials: for
    the power law those of least L2 error, for the bump, where the best ones are not
    well determined, the rates r, 2 r, ..., m r with the best r of a list.

    Args:
        config: what to compute.
    """
    power, bump = Polynomial(1 + config.omega), Gaussian(config.center)
    rho_hat = trapezoid_sum(power, config.eps)
    rates, a = (torch.tensor(v, dtype=DTYPE) for v in (rho_hat.rates, rho_hat.weights))
    wide = RNN(-rates, a.sqrt()[:, None], a.sqrt()[None], dt=1e-3,
               activation="identity", discretisation="exact")
    fitted = [_error(fit_exponentials(power, m).model, power) for m in config.widths]
    equispaced = np.min([equispaced_error(bump, config.widths, rate)["upper"]
                         for rate in config.rates], 0) / bump.l1_norm()
    parts = [_errors(power, wide, config.widths, fitted),
             _errors(bump, _ring(config.center, config.modes), config.widths,
                     equispaced.tolist())]
    return Table.stack(parts, target=["power law", "bump"])


def plot(table: Table) -> Figure:
    """Draw the errors above the floor, one panel a target.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8, sharey=True)
    for ax, target in zip(axes, ("power law", "bump"), strict=True):
        rows = table.where(target=target)
        figures.lines(rows, "width", ["real", "balanced"], yscale="log", ax=ax,
                      labels=["real exponentials", "balanced truncation"], marker="o",
                      xlabel="neurons m", ylabel="relative L1 error")
        ax.fill_between(rows["width"], rows["floor"], 1e-5, color=figures.FAINT,
                        alpha=0.4, linewidth=0)
        ax.text(1.3, 2e-4, "excluded", color=figures.GUIDE)
        ax.set(title=target, ylim=(1e-4, 300))
        ax.legend(loc="upper right")
    return fig


def _error(model: RNN, kernel: Kernel) -> float:
    return float(l1_loss(model, kernel, 1e-6).detach()) / kernel.l1_norm()


def _errors(
    kernel: Kernel, wide: RNN, widths: tuple[int, ...], real: list[float]
) -> Table:
    sigma = hankel_singular_values(kernel, 1e-6) / kernel.l1_norm()
    balanced = [_error(balanced_truncation(wide, m), kernel) for m in widths]
    return Table(width=list(widths), floor=sigma[list(widths)].tolist(), real=real,
                 balanced=balanced)


def _ring(D: float, K: int) -> RNN:
    """Return the network of prp-ring for the bump, with the period T = 2 D + 5."""
    T = 2 * D + 5
    mu = math.log(1e4) / T
    W, U, c = -mu * torch.eye(2 * K + 1, dtype=DTYPE), [1.0], []
    for k in range(K + 1):
        z = torch.tensor(complex(mu, -2 * math.pi * k / T), dtype=torch.complex128)
        g = math.sqrt(2 * math.pi) / T * torch.exp(z * D + z * z / 2)
        c += [2 * float(g.real), -2 * float(g.imag)] if k else [float(g.real)]
        U += [1.0, 0.0] if k else []
        if k:
            W[2 * k - 1, 2 * k], W[2 * k, 2 * k - 1] = z.imag, -z.imag
    return RNN(W, torch.tensor(U, dtype=DTYPE)[:, None],
               torch.tensor(c, dtype=DTYPE)[None], dt=1e-3, activation="identity",
               discretisation="exact")
