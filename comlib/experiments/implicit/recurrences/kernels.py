"""Tangent kernels of eight recurrences: sampled, and their limits."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.wide import (Variances, WideNetwork, finite_width_kernel,
                         recurrence_kernel, residual_gram, symmetric_gram)

__all__ = ["Config", "plot", "run"]

_UNIT = Variances(1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Config:
    """The width and the draws; nu_U and nu_c are one.

    Args:
        width: m.
        draws: networks of each kind.
        length: number of lags.
        seed: of the draws.
    """

    width: int = 300
    draws: int = 40
    length: int = 10
    seed: int = 0


def run(config: Config) -> Table:
    """Return one row for each recurrence and pair of lags j, k.

    Columns: ``mean`` of the sampled kernel, its standard ``error``, and the ``limit``.

    Args:
        config: what to compute.
    """
    m, T, tables = config.width, config.length, []
    generator = torch.Generator().manual_seed(config.seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=DTYPE)

    for draw, gain, limit in _dense(T).values():
        kernels = []
        for _ in range(config.draws):
            H = WideNetwork(math.sqrt(m) * draw(m, normal), normal(m, 1), normal(1, m))
            kernel = finite_width_kernel(H, T, multipliers=(gain, 1.0, 1.0))
            kernels.append(kernel[:, 0, 0, :, 0, 0])
        tables.append(_rows(torch.stack(kernels), limit))
    for kernel, limit in (_diagonal(T), _ring(T), _lines(T)):
        draws = [kernel(10 * m, generator) for _ in range(config.draws)]
        tables.append(_rows(torch.stack(draws), limit))
    names = [*_dense(T), "real diagonal", "complex disc", "S4D-Lin"]
    return Table.stack(tables, recurrence=names)


def plot(table: Table) -> Figure:
    """Draw the limits, divided by the square roots of their diagonals.

    Args:
        table: what ``run`` returned.
    """
    same = ("orthogonal", "complex disc")  # as diagonal as the first one
    names = [name for name in table.values("recurrence") if name not in same]
    fig, axes = figures.panels(len(names), height=2.5)
    for ax, name in zip(axes, names, strict=True):
        rows = table.where(recurrence=name)
        diagonal = rows["limit"][rows["j"] == rows["k"]]
        scale = np.sqrt(diagonal[rows["j"]] * diagonal[rows["k"]])
        figures.heatmap(rows.with_columns(coupling=rows["limit"] / scale), "j", "k",
                        "coupling", ax=ax, xlabel="lag j", ylabel="lag k", label="")
        ax.set_title(name)
    return fig


def _dense(T: int) -> dict[str, tuple[Callable, float, Tensor]]:
    """Return for each kind a draw of A, the gain of W, and the limit."""
    def gaussian(m: int, normal: Callable) -> Tensor:
        return math.sqrt(0.8 / m) * normal(m, m)

    def rotation(m: int, normal: Callable) -> Tensor:
        Q, R = torch.linalg.qr(normal(m, m))
        return math.sqrt(0.8) * Q * R.diagonal().sign()

    def residual(m: int, normal: Callable) -> Tensor:
        return 0.6 * torch.eye(m, dtype=DTYPE) + 0.4 * normal(m, m) / math.sqrt(m)

    def symmetric(m: int, normal: Callable) -> Tensor:
        X = normal(m, m)
        return math.sqrt(0.2 / (2 * m)) * (X + X.mT)

    def identity(m: int, normal: Callable) -> Tensor:
        return 0.9 * torch.eye(m, dtype=DTYPE)

    gram = residual_gram(0.0, math.sqrt(0.8), T)
    kinds = {"Gaussian": (gaussian, 1.0, gram), "orthogonal": (rotation, 1.0, gram),
             "residual": (residual, 0.16, residual_gram(0.6, 0.4, T)),
             "symmetric": (symmetric, 1.0, symmetric_gram(0.2, T)),
             "identity": (identity, 1.0, residual_gram(0.9, 0.0, T))}
    return {name: (draw, gain, recurrence_kernel(g, _UNIT, gain=gain))
            for name, (draw, gain, g) in kinds.items()}


def _diagonal(T: int) -> tuple[Callable, Tensor]:
    """Eigenvalues uniform on (0, 1), trained themselves."""
    k = torch.arange(T, dtype=DTYPE)

    def draw(m: int, generator: torch.Generator) -> Tensor:
        rate = torch.rand(m, 1, generator=generator, dtype=DTYPE)
        u, c = torch.randn(2, m, 1, generator=generator, dtype=DTYPE)
        powers, slopes = rate**k, k * rate ** (k - 1).clamp(min=0)
        return sum(part.mT @ part for part in (u * powers, c * powers, u * c * slopes)
                   ) / m

    total = k[:, None] + k
    return draw, 2 / (total + 1) + k[:, None] * k / (total - 1).clamp(min=1)


def _ring(T: int) -> tuple[Callable, Tensor]:
    """Eigenvalues even in the unit disc, trained by phase and log(-log) modulus."""
    k = torch.arange(T, dtype=DTYPE)

    def draw(m: int, generator: torch.Generator) -> Tensor:
        area, phase = torch.rand(2, m, 1, generator=generator, dtype=DTYPE)
        u, c = torch.randn(2, m, 1, generator=generator, dtype=torch.complex128)
        log_r = area.log() / 2
        powers = torch.exp(k * torch.complex(log_r, 2 * math.pi * phase))
        slopes = u * c * k * powers
        # a real part of c z moves with both parts of c: their squares add up
        parts = torch.cat([torch.view_as_real(v * powers).movedim(-1, 0).flatten(0, 1)
                           for v in (u, c)] + [slopes.imag, slopes.real * log_r])
        return parts.mT @ parts / m

    own = 2 / (k + 1) + k**2 / 2 * (1 / (k + 1) + 1 / (2 * (k + 1) ** 3))
    return draw, own.diag()


def _lines(T: int, step: float = 0.1, modes: int = 32) -> tuple[Callable, Tensor]:
    """Eigenvalues exp(step (-1/2 + i pi n)), n < modes, many units each, all frozen."""
    k = torch.arange(T, dtype=DTYPE)
    n = math.pi * torch.arange(modes, dtype=DTYPE)[:, None]
    powers = torch.exp(step * k * torch.complex(torch.full_like(n, -0.5), n))

    def draw(m: int, generator: torch.Generator) -> Tensor:
        u, c = torch.randn(2, m // modes, modes, 1, generator=generator,
                           dtype=torch.complex128)
        weight = (u.abs().square() + c.abs().square()).sum(0) / (m // modes * modes)
        return (powers.conj().mT @ (weight * powers)).real

    lags = k[:, None] - k
    waves = torch.cos(step * n[:, :, None] * lags).mean(0)
    return draw, 2 * torch.exp(-step * (k[:, None] + k) / 2) * waves


def _rows(kernels: Tensor, limit: Tensor) -> Table:
    T = len(limit)
    j, k = np.divmod(np.arange(T * T), T)
    return Table(j=j, k=k, mean=kernels.mean(0).flatten(), limit=limit.flatten(),
                 error=(kernels.std(0) / len(kernels) ** 0.5).flatten())
