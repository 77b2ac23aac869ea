"""How well one layer, and two layers, multiply two samples of white noise."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table, white_noise
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.models import Layer, Stack

__all__ = ["Config", "cube_error", "gelu_product", "plot", "run", "simulated"]

_TAIL = 400
"""Lags kept of every mode; the slowest one has .85^400 < 1e-28 left."""


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
        z = _real_factors(m, config.slowest)
        V = _powers(z)
        rows.append({
            "modes": m, "real": _hankel_error(V, s),
            "complex": _squares_error(_powers(_complex_factors(m, config.rings)), s),
            "two": _products_error(V, s), "floor": (s - 1) / (s + 1)})
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw the errors against the number of modes.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=3.0)
    figures.lines(table, "modes", ["real", "complex", "two"], yscale="log", marker="o",
                  labels=["one layer, real", "one layer, complex", "two layers, real"],
                  xlabel="modes", ylabel="mean square error", ax=ax, floor=1e-15)
    ax.plot(table["modes"], table["floor"], ":", color="C0", label=None)
    ax.set_title("error of the product")
    ax.set_xticks(range(2, int(max(table["modes"])) + 1, 2))
    figures.label_lines(ax)
    return fig


def gelu_product(lag: int, modes: int, slowest: float, scale: float) -> Stack:
    """Return two layers that multiply x_0 and x_(-lag), with GELU after each.

    Layer one hands real modes on, as gelu(h) - gelu(-h) = h. Layer two has no memory
    and squares: gelu(z) + gelu(-z) is close to sqrt(2/pi) z^2 for small z.

    Args:
        lag: s.
        modes: m.
        slowest: as in ``Config``.
        scale: how large a feature that is squared may be, for inputs of size one.
    """
    z = _real_factors(modes, slowest)
    a, b = torch.linalg.lstsq(_powers(z), torch.eye(_TAIL, dtype=DTYPE)[:, [0, lag]],
                              driver="gelsd").solution.T
    signs = torch.tensor([[1.0], [-1.0]], dtype=DTYPE)
    eye = torch.eye(modes, dtype=DTYPE)
    first = Layer(z, torch.ones(modes, 1, dtype=DTYPE), torch.cat([eye, -eye]))
    ways = torch.stack([a + b, a - b])
    B = scale * torch.cat([ways, -ways], 1)  # the difference of each pair
    second = Layer(torch.zeros(2, dtype=DTYPE), B,
                   torch.kron(torch.eye(2, dtype=DTYPE), signs))
    unit = math.sqrt(math.pi / 2) / (4 * scale**2)
    decoder = unit * torch.tensor([[1.0, 1.0, -1.0, -1.0]], dtype=DTYPE)
    return Stack([first, second], decoder)


def simulated(table: Table, modes: tuple[int, ...] = (4, 8, 12)) -> Table:
    """Return mean square errors of ``gelu_product`` on noise, beside those of ``run``.

    Columns: ``gelu`` and its standard ``deviation``; ``expected``, the error of all
    products and the squared mean that the stack, without a bias, does not remove;
    ``log10_G``, of the constant in thm-stack-memory.

    Args:
        table: of the default ``Config``.
        modes: which of its rows.
    """
    x, rows = white_noise(100, 500, dt=1.0, seed=0), []
    wanted = x[:, 200:, 0] * x[:, 198:-2, 0]
    for m in modes:
        model, case = gelu_product(2, m, 0.85, 0.01), table.where(modes=m)
        error = (model(x)[:, 200:, 0].detach() - wanted).square().mean(1)
        Q = torch.linalg.qr(_powers(_real_factors(m, 0.85))).Q
        rows.append((m, case["real"][0], case["two"][0], float(error.mean()),
                     float(error.std()) / math.sqrt(len(error)),
                     case["two"][0] + float(Q[0] @ Q[2]) ** 2,
                     math.log10(model.memory_bound(1)[0])))
    names = ("modes", "real", "two", "gelu", "deviation", "expected", "log10_G")
    return Table.from_rows(names, rows)


def cube_error(lags: tuple[int, int, int], cubes: int = 400) -> float:
    """Return the error of the best sum of cubes of Re c h_z for three distinct lags.

    Args:
        lags: of the target, a product of three samples.
        cubes: number of random z inside the disc of radius .55, and of random c.
    """
    g, n = np.random.default_rng(0), 12
    z = 0.55 * g.uniform(size=cubes) ** 0.5 * np.exp(1j * np.pi * g.uniform(size=cubes))
    c = np.exp(2j * np.pi * g.uniform(size=cubes))
    v = (c * z ** np.arange(n)[:, None]).real
    kernels = np.einsum("ji,ki,li->jkli", v, v, v).reshape(-1, cubes)
    f = np.zeros((n, n, n))
    for order in itertools.permutations(lags):
        f[order] = 1 / 6
    fit = np.linalg.lstsq(kernels, f.ravel(), rcond=1e-13)[0]
    return 6 * float(((kernels @ fit - f.ravel()) ** 2).sum())


def _real_factors(m: int, slowest: float) -> Tensor:
    return torch.linspace(0.05, slowest, m, dtype=DTYPE)


def _complex_factors(m: int, rings: tuple[float, ...]) -> Tensor:
    angle = math.pi * (torch.arange(m, dtype=DTYPE) + 0.5) / m
    radius = torch.tensor(rings, dtype=DTYPE).repeat(m)[:m]
    return torch.polar(radius, angle)


def _powers(z: Tensor) -> Tensor:
    """Return z^k, (lags, modes); for complex z the real and the imaginary parts."""
    powers = z ** torch.arange(_TAIL, dtype=DTYPE)[:, None]
    return torch.cat([powers.real, powers.imag], 1) if z.is_complex() else powers


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
