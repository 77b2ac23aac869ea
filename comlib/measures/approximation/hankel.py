"""Singular values of Hankel operators, which bound the width of linear networks.

The Hankel operator of a kernel is (Gamma f)(t) = int rho(t + s) f(s) ds, s, t >= 0.
"""

import math

import numpy as np
import torch
from jaxtyping import Float
from scipy import linalg
from torch import Tensor

from ...arguments import checked
from ...checks import InputError, check_positive
from ...functional import DTYPE, Functional, check_recurrent
from ...kernels import Kernel

_STEPS = (0.6, 0.4, 0.27, 0.18)
_NODES = (8, 12, 18, 27)
_LARGEST = 5000
_ROWS = 64  # of the matrix at a time: a sum of exponentials needs its width in memory
_EARLY, _LATE = -100.0, 700.0
"""Logarithms of the times between which the mass of a kernel is looked for."""


@checked
def hankel_singular_values(
    H: Functional | Kernel, floor: float = 1e-8, tolerance: float = 1e-6
) -> Float[Tensor, "*stack k"]:
    """Return the singular values of the Hankel operator, the largest first.

    Of a linear model: all of them, as many as its width, the absolute eigenvalues of
    its ``cross_gramian``. Of a kernel: those above ``floor``, the eigenvalues of the
    symmetric matrix sqrt(w_i) rho(t_i + t_j) sqrt(w_j) of a quadrature rule, refined
    until each of them agrees with that of the rule before to ``tolerance``.

    Source: def-hankel and prp-cross-gramian in the book (ours).

    Args:
        H: a kernel; or a linear model with one input and one output, or a stack.
        floor: values of a kernel below it are left out; above rounding, about
            1e-15 times the L1 norm.
        tolerance: relative, of each value of a kernel.

    Raises:
        InputError: an unsuitable model; a kernel that is not integrable, decays too
            slowly for double precision, or is too rough for the tolerance: then the
            message says how many values may be trusted.
    """
    if not isinstance(H, Kernel):
        if not H.recurrent:
            raise InputError(
                "H", "must be a kernel, or a linear model with weights W, U and c",
                type(H).__name__, "of a LinearFunctional H pass H.kernels[0]")
        sizes = torch.linalg.eigvals(cross_gramian(H)).abs()
        return sizes.sort(-1, descending=True)[0]
    check_positive("floor", floor), check_positive("tolerance", tolerance)
    old, trusted = np.zeros(_LARGEST), 0
    for level in range(len(_STEPS)):
        t, root = _rule(H, floor, level)
        if len(t) > _LARGEST:
            break
        new = _spectrum(H, t, root)
        count = int((new > floor).sum())
        agree = np.isclose(old[:count], new[:count], tolerance, 0)
        trusted = int(agree.cumprod().sum())
        if level and trusted == count:
            return torch.from_numpy(new[:count].copy())
        old = new
    raise InputError(
        "floor", f"must be one that {_LARGEST} nodes can reach",
        f"{floor:g}; only {trusted} values may be trusted",
        "pass a larger floor or tolerance")


@checked
def width_lower_bound(H: Functional | Kernel, eps: float) -> int:
    """Return N(eps), the number of Hankel singular values above eps.

    No linear network of smaller width has an L1 distance of eps or less.

    Source: thm-hankel-width in the book (ours).

    Args:
        H: the target: a kernel, or a linear model.
        eps: the L1 distance allowed.

    Raises:
        InputError: as ``hankel_singular_values``.
    """
    sigma = hankel_singular_values(H, check_positive("eps", eps) / 2, 1e-4)
    return int((sigma > eps).sum())


@checked
def cross_gramian(model: Functional) -> Float[Tensor, "*stack m m"]:
    """Return X = int exp(Wt) U c exp(Wt) dt, the solution of W X + X W = -U c.

    Its eigenvalues are those of the Hankel operator. For a diagonal model it is the
    Cauchy matrix U_i c_j / (lambda_i + lambda_j), and differentiable.

    Source: prp-cross-gramian in the book; Fernando and Nicholson 1983.

    Args:
        model: linear, with weights W, U, c; one input, one output; or a stack.

    Raises:
        InputError: another model, or one that is not stable.
    """
    if not check_recurrent(model).affine or (model.d_in, model.d_out) != (1, 1):
        raise InputError("model", "must be linear, with one input and one output",
                         f"d_in = {model.d_in}, d_out = {model.d_out}, "
                         f"activation = {model.activation}",
                         "take the coordinates one by one")
    if not model.eigenvalues().real.max() < 0:
        raise InputError("model", "must be stable", "an eigenvalue with Re >= 0",
                         "an unstable model has no Hankel operator")
    source = model.input_weights @ model.c
    if model.diagonal:
        return source / -(model.W[..., :, None] + model.W[..., None, :])
    m = model.width
    pairs = zip(model.W.detach().reshape(-1, m, m), source.detach().reshape(-1, m, m),
                strict=True)
    solutions = [linalg.solve_sylvester(W.numpy(), W.numpy(), -s.numpy())
                 for W, s in pairs]
    return torch.from_numpy(np.stack(solutions)).reshape(source.shape)


def _spectrum(kernel: Kernel, t: Tensor, root: Tensor) -> np.ndarray:
    """Return |eigenvalues| of root_i rho(t_i + t_j) root_j in order, then zeros."""
    rho = torch.cat([kernel(part[:, None] + t) for part in t.split(_ROWS)])
    sizes = np.abs(linalg.eigvalsh((rho * root * root[:, None]).detach().numpy()))
    return np.pad(np.sort(sizes)[::-1], (0, _LARGEST - len(t)))


def _rule(kernel: Kernel, floor: float, level: int) -> tuple[Tensor, Tensor]:
    """Return times and roots of weights of a rule: finer and longer by level."""
    if not isinstance(kernel, Kernel):
        raise InputError("H", "must be a Kernel, an RNN or an SSM",
                         type(kernel).__name__, "pass its .kernels[0]")
    points = sorted(p for p in kernel.breakpoints if 0 < p < math.inf)
    last = points[-1] if points else 0.0
    start, end = _support(kernel, last, floor * 10.0 ** (-1 - 2 * level))
    if not points:
        # the trapezoid rule in log t is exact to exp(-const/step) for kernels that
        # are analytic in t > 0
        step = _STEPS[level]
        x = torch.arange(start, end + step, step, dtype=DTYPE)
        return torch.exp(x), torch.exp(x / 2) * step**0.5
    gaps = np.diff([0.0, *points])
    # t + s passes a bump at every t below it: all panels are as short as the bump
    size = max(gaps[gaps > 0].min(), last / 200)
    edges = [*np.linspace(0, last, math.ceil(last / size) + 1)]
    while edges[-1] - last < math.exp(end):
        edges.append(edges[-1] + max(size, edges[-1] - last))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES[level])
    half = np.diff(edges)[:, None] / 2
    t = np.array(edges[:-1])[:, None] + half * (1 + nodes)
    return torch.from_numpy(t.ravel()), torch.from_numpy((half * weights).ravel()**0.5)


def _support(kernel: Kernel, last: float, mass: float) -> tuple[float, float]:
    """Return logs of the times between which all but ``mass`` of the kernel lies.

    What is cut off changes no singular value by more than its mass.
    """
    rate = kernel.decay_rate
    late = math.log(1e4 / rate) if 0 < rate < math.inf else _LATE
    x = np.arange(_EARLY, late, 0.1)
    rho = kernel(torch.from_numpy(last + np.exp(x))).detach().numpy()
    each = 0.1 * np.exp(x) * np.abs(rho)
    after = np.cumsum(each[::-1])[::-1]
    if not after[-1] < mass or not after[0] < math.inf:
        raise InputError("floor", "must be above the kernel's mass beyond exp(700)",
                         f"{each[-1]:g} there, kernel {kernel!r}",
                         "choose an integrable kernel, or a larger floor")
    # a singular value changes by as much as the time cut off in front, relatively
    before = min(np.searchsorted(np.cumsum(each), 1e-6 * mass), len(x) - 1)
    return float(x[before]), float(x[np.argmax(after < mass)])
