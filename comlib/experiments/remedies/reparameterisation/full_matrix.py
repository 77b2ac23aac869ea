"""W = -exp(M) with a full matrix M that moves: sums for a power law, wider and wider.

The move is -beta times the orthogonal factor of the gradient of the mass of the
kernel, c exp(-M) U, which is symmetric; so W keeps real eigenvalues below zero.
"""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Polynomial, Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.kernels import trapezoid_sum

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """A power law, its explicit sums, and the size of the move.

    Args:
        p: exponent of (1 + t)^(-p), > 1.
        errors: relative L1 distances of the sums.
        radius: beta.
    """

    p: float = 1.5
    errors: tuple[float, ...] = (0.03, 0.01, 0.003, 0.001)
    radius: float = 0.05


def run(config: Config) -> Table:
    """Return width, ``slowest`` rate and relative errors of the kernels' masses.

    ``diagonal``: all entries of a diagonal M moved down; ``full``: M moved by a full
    matrix of the same norm; ``proved``: the lower bound of prp-full-matrix, or zero.

    Args:
        config: what to compute.
    """
    rho, rows = Polynomial(config.p), []
    mass, beta = rho.l1_norm(), config.radius
    for eps in config.errors:
        rho_hat = trapezoid_sum(rho, eps)
        rates, a = (torch.tensor(v, dtype=DTYPE)
                    for v in (rho_hat.rates, rho_hat.weights))
        masses = (math.exp(beta) * (a / rates).sum(), _moved(rates, a.sqrt(), beta),
                  _proved(rates, a, beta))
        errors = [float(value) / mass - 1 for value in masses]
        rows.append((len(a), float(rates.min()), abs(errors[0]), abs(errors[1]),
                     max(errors[2], 0.0)))
    return Table.from_rows(["width", "slowest", "diagonal", "full", "proved"], rows)


def plot(table: Table) -> Figure:
    """Draw what a diagonal and a full move add to the mass of the kernel.

    Args:
        table: from ``run``.
    """
    fig, (ax,) = figures.panels(1, height=2.9)
    figures.lines(table, "width", ["diagonal", "full", "proved"], yscale="log",
                  labels=["diagonal", "full", "full, proved"], xlabel="width $m$",
                  ylabel="relative error", floor=0.0, ax=ax)
    figures.label_lines(ax)
    return fig


def _moved(rates: Tensor, c: Tensor, radius: float) -> Tensor:
    """Return the mass c exp(-(M - radius Q)) c, Q the orthogonal factor."""
    x = rates.log()
    apart = x[:, None] - x
    # (1/r_j - 1/r_i) / (x_i - x_j), and 1/r_i for equal rates
    quotient = torch.where(apart == 0, -1.0, torch.expm1(-apart) / torch.where(
        apart == 0, 1.0, apart)) / -rates
    u, _, vh = torch.linalg.svd(quotient * torch.outer(c, c))
    Q = u @ vh
    mu, V = torch.linalg.eigh(torch.diag(x) - radius * (Q + Q.mT) / 2)
    return ((V.mT @ c) ** 2 * torch.exp(-mu)).sum()


def _proved(rates: Tensor, a: Tensor, radius: float) -> Tensor:
    """Return the largest a_j beta^2 / (r_k (ln(r_j/r_k)^2 + 4 beta^2)), r_k < r_j."""
    gaps = (rates[:, None] / rates).log()
    bound = a[:, None] * radius**2 / (rates * (gaps**2 + 4 * radius**2))
    return torch.where(gaps > 0, bound, 0.0).max()
