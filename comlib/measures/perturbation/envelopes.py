"""How far a perturbation can move a linear model with a dense W: proved upper bounds.

With E(t) = exp(W t) a perturbed exponential is the series E + E*DE + E*DE*DE + ...
of convolutions, and each norm of a convolution is at most the product of norms. So
the bounds ask for the norms of c E, E U and E only. Of their integrals they take
the trapezoidal rule plus a bound of its error: an upper bound on every grid.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from scipy import linalg
from torch import Tensor

from ...functional import DTYPE, Functional
from ...models.scan import krylov
from ..spectrum.radii import complex_stability_radius
from ..spectrum.transients import numerical_abscissa

_EXCESS = 1e-4  # of an integral, relative, that the bound of its error may add
_NODES = 4000
_END = 1e-8  # |exp(W t)| from which on the tail is a geometric series


class Radii(NamedTuple):
    """How far each weight may move: spectral norm of W, Euclidean of U and c.

    Args:
        W: of the recurrent weights.
        U: of the input weights.
        c: of the readout.
    """

    W: float
    U: float
    c: float


class _Sizes(NamedTuple):
    """|E|, |c E|, |E U|, |c W E| and |E W U|: over time, or their integrals."""

    E: Tensor
    c: Tensor
    U: Tensor
    cW: Tensor
    WU: Tensor


def dense_change(
    model: Functional, radii: Radii, length: int | None, norm: str
) -> float:
    """Return an upper bound of |rho_hat~ - rho_hat|; see ``certified_change``.

    Source: prp-dense-change in the book (ours).

    Args:
        model: linear, with a dense W, one input, one output; no stack.
        radii: how far the weights may move.
        length: number of time points, or None, continuous time up to infinity.
        norm: "L1", "L2" or "W1".
    """
    W, U, c = (p.detach() for p in (model.W, model.input_weights, model.c))
    if length is not None:
        return _on_a_horizon(model, W, U, c, radii, length, norm)
    if torch.linalg.eigvals(W).real.max() >= 0:
        return math.inf
    sizes = _integrals(W, U, c)
    if norm == "L2":
        return _square(W, U, c, sizes, radii)
    room = 1 - radii.W * float(sizes.E)
    if room <= 0:
        return math.inf
    return _total(sizes, radii, (W, U, c), norm, torch.mul, lambda size: size / room,
                  float)


def _total(
    sizes: _Sizes, radii: Radii, weights: tuple[Tensor, Tensor, Tensor], norm: str,
    convolve: Callable, resolve: Callable, measure: Callable,
) -> float:
    """Return the bound, from sizes and from what convolution does to them.

    ``resolve`` turns sizes of E, c E or E U into those of the perturbed ones.
    """
    E, c, U = (resolve(size) for size in sizes[:3])
    change = measure(radii.W * convolve(sizes.c, U) + radii.c * U + radii.U * c
                     + radii.c * radii.U * E)
    if norm != "W1":
        return change
    W, *ends = (float(torch.linalg.matrix_norm(p, 2)) for p in weights)

    def slope(c: Tensor, WU: Tensor, at_c: float, at_U: float, U: float) -> float:
        """W U moves by D U~ + W (U~ - U), the rest of c E W U like c E U."""
        seen = resolve(c) + at_c * E
        return measure(radii.W * convolve(c, resolve(WU)) + at_c * resolve(WU)
                       + seen * (radii.W * (U + at_U) + W * at_U))

    start = radii.c * ends[0] + radii.U * ends[1] + radii.c * radii.U
    return change + start + min(
        slope(sizes.c, sizes.WU, radii.c, radii.U, ends[0]),
        slope(sizes.U, sizes.cW, radii.U, radii.c, ends[1]))


def _square(W: Tensor, U: Tensor, c: Tensor, sizes: _Sizes, radii: Radii) -> float:
    """Return the bound in L2, where E counts by the largest norm of its spectrum."""
    room = 1 - radii.W / complex_stability_radius(W)
    if room <= 0:
        return math.inf
    one = -torch.eye(len(W)).to(W).numpy()
    X, Y = (torch.from_numpy(linalg.solve_continuous_lyapunov(A, one))
            for A in (W.numpy(), W.T.numpy()))
    c2, U2 = float((c @ X @ c.T).sqrt()), float((U.T @ Y @ U).sqrt())
    E2 = math.sqrt(min(float(torch.linalg.matrix_norm(G, 2)) for G in (X, Y)))
    return (radii.W * min(float(sizes.c) * U2, c2 * float(sizes.U)) + radii.c * U2
            + radii.U * c2 + radii.c * radii.U * E2) / room


def _on_a_horizon(
    model: Functional, W: Tensor, U: Tensor, c: Tensor, radii: Radii, length: int,
    norm: str,
) -> float:
    """Return the bound for sampled kernels c A^k U, k < length.

    Convolutions and the series are sums of products of sizes, so nothing cancels:
    the relative error of rounding is below length log2(length) units, a few times,
    and the bound is raised by more.
    """
    if model.discretisation == "hold":
        return math.inf
    A, dt = model.transition(U)[0].detach(), model.dt
    if model.discretisation == "exact":
        # |exp(dt (W + D)) - exp(dt W)| by Duhamel's formula
        growth = numerical_abscissa(W)
        radii = radii._replace(W=math.exp(growth * dt) * math.expm1(radii.W * dt) / dt)
    step = (A - torch.eye(len(W)).to(W)) / dt
    E = krylov(A, torch.eye(len(W)).to(W), length, diagonal=False)
    sizes = _sizes(E, step, U, c)
    series = geometric_series(radii.W * dt * _later(sizes.E))

    def measure(size: Tensor) -> float:
        return float((dt * size**2).sum().sqrt() if norm == "L2" else dt * size.sum())

    bound = _total(sizes, radii, (step, U, c), norm,
                   lambda a, b: dt * _later(_convolve(a, b)),
                   lambda size: _convolve(series, size), measure)
    return bound * (1 + 8 * length * math.log2(2 * length) * torch.finfo(DTYPE).eps)


def geometric_series(q: Tensor) -> Tensor:
    """Return 1 + q + q*q + ..., with convolutions for products, by doubling.

    Known on n samples, the series g leaves a rest (q*g)_k at n <= k < 2n, and
    g + g*rest is the series on 2n samples; of a q >= 0 all terms are >= 0.

    Args:
        q: samples; the first one is zero.
    """
    series = torch.ones(1, dtype=DTYPE)
    while (known := len(series)) < len(q):
        rest = _convolve(q[:2 * known], series)[known:]
        series = torch.cat([series, _convolve(series[:len(rest)], rest)])
    return series


def _convolve(a: Tensor, b: Tensor) -> Tensor:
    """Return sum_j a_j b_(k-j); by sums, as Fourier's transform would cancel."""
    return torch.from_numpy(np.convolve(a.numpy(), b.numpy())[:len(a)])


def _later(size: Tensor) -> Tensor:
    return torch.cat([torch.zeros(1, dtype=DTYPE), size[:-1]])


def _sizes(E: Tensor, W: Tensor, U: Tensor, c: Tensor) -> _Sizes:
    """Return the spectral norms of E, (time, m, m), and of its products."""
    products = (E, c @ E, E @ U, c @ W @ E, E @ (W @ U))
    return _Sizes(*(torch.linalg.matrix_norm(p, 2) for p in products))


def _integrals(W: Tensor, U: Tensor, c: Tensor) -> _Sizes:
    """Return upper bounds of the integrals of the sizes over t >= 0.

    Between two nodes each product v differs from its chord, whose norm is convex,
    by at most s (h - s)/2 sup |v''|, and v'' = W^2 v grows like exp(omega t).
    """
    growth, square = max(numerical_abscissa(W), 0.0), W @ W

    def rows(t: Tensor) -> Tensor:
        E = torch.linalg.matrix_exp(t[:, None, None] * W)
        return torch.stack([t, *_sizes(E, W, U, c), *_sizes(E @ square, W, U, c)])

    end = 1 / float(torch.linalg.matrix_norm(W, 2))
    while (torch.linalg.matrix_norm(torch.linalg.matrix_exp(end * W), 2) > _END):
        end *= 2
    start = math.log2(end * float(torch.linalg.matrix_norm(W, 2)))
    values = rows(end * 2.0 ** torch.arange(-round(start) - 6, 1, dtype=DTYPE))
    values = torch.cat([rows(torch.zeros(1, dtype=DTYPE)), values], 1)
    while True:
        t, sizes, bends = values[0], values[1:6], values[6:, :-1]
        h = t.diff()
        excess = bends * torch.exp(growth * h) * h**3 / 12
        areas = h * (sizes[:, 1:] + sizes[:, :-1]) / 2 + excess
        whole = areas.sum(-1, keepdim=True)
        bad = (excess > _EXCESS * whole / len(h)).any(0)
        if not bad.any() or len(t) > _NODES:
            break
        values = torch.cat([values, rows((t[1:] + t[:-1])[bad] / 2)], 1)
        values = values[:, values[0].argsort()]
    E = whole[0] / (1 - sizes[0, -1])
    return _Sizes(E, *(area + size * E for area, size
                       in zip(whole[1:], sizes[1:, -1, None], strict=True)))
