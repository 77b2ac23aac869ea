"""How well one layer, and two layers, multiply two samples of white noise."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE

from .constructions import powers, real_factors

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The product and the layers.

    Args:
        lag: s > 0 of the target x_0 x_(-s).
        modes: numbers of modes.
        slowest: largest factor; real ones are even from 0.05 to it.
        rings: radii of the complex factors, in turn.
    """

    lag: int = 2
    modes: tuple[int, ...] = (2, 3, 4, 5, 6, 8, 10, 12)
    slowest: float = 0.85
    rings: tuple[float, ...] = (0.3, 0.6)


def run(config: Config) -> Table:
    """Return the least mean square errors for white noise of variance one.

    Columns: ``real``, one layer of real modes, any function of each; ``complex``, one
    layer of complex modes, squares of their real and imaginary parts; ``two``, all
    products of two real modes; ``floor``, that of thm-one-real-layer.

    Args:
        config: what to compute.
    """
    s, rows = config.lag, []
    for m in config.modes:
        z = real_factors(m, config.slowest)
        V = powers(z)
        rows.append({
            "modes": m, "real": _hankel_error(V, s),
            "complex": _squares_error(powers(_complex_factors(m, config.rings)), s),
            "two": _products_error(V, s), "floor": (s - 1) / (s + 1)})
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw the errors against the number of modes.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=2.6)
    figures.lines(table, "modes", ["real", "complex", "two"], yscale="log", marker="o",
                  labels=["one layer, real", "one layer, complex", "two layers, real"],
                  xlabel="modes", ylabel="mean square error", ax=ax, floor=1e-15)
    ax.plot(table["modes"], table["floor"], ":", color="C0", label=None)
    ax.set_title("error of the product")
    ax.set_xticks(range(2, int(max(table["modes"])) + 1, 2))
    figures.label_lines(ax)
    return fig


def _complex_factors(m: int, rings: tuple[float, ...]) -> Tensor:
    angle = math.pi * (torch.arange(m, dtype=DTYPE) + 0.5) / m
    radius = torch.tensor(rings, dtype=DTYPE).repeat(m)[:m]
    return torch.polar(radius, angle)


def _hankel_error(V: Tensor, s: int) -> float:
    """Return 2 min over a of |f - sum a_i v_i v_i^T|^2, f the kernel of x_0 x_(-s).

    These kernels are z^(j+k), constant on antidiagonals: only the mean 1/(s+1) of f
    on the one with j + k = s can be fitted, and j + k = n counts n + 1 times.
    """
    n = torch.arange(len(V), dtype=DTYPE)
    mean = torch.zeros(len(V), 1, dtype=DTYPE)
    mean[s] = (s + 1) ** -0.5
    A = (n + 1).sqrt()[:, None] * V
    left = A @ torch.linalg.lstsq(A, mean, driver="gelsd").solution - mean
    return 2 * float(left.square().sum()) + (s - 1) / (s + 1)


def _squares_error(V: Tensor, s: int) -> float:
    """Return the same for other v_i, that have died out after 60 lags."""
    squares = (V[:60, None] * V[None, :60]).flatten(0, 1)
    f = torch.zeros(60, 60, dtype=DTYPE)
    f[0, s] = f[s, 0] = 0.5
    a = torch.linalg.lstsq(squares, f.flatten()[:, None], driver="gelsd").solution
    return 2 * float((squares @ a - f.flatten()[:, None]).square().sum())


def _products_error(V: Tensor, s: int) -> float:
    """Return 1 - |p|^2 |q|^2 - (p q)^2, p and q the projections of e_0 and e_s."""
    Q = torch.linalg.qr(V).Q
    p, q = Q[0], Q[s]
    return float(1 - (p @ p) * (q @ q) - (p @ q) ** 2)
