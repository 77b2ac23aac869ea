"""Exact losses of linear models in continuous time, on [0, infinity).

A model with biases counts as H - H(0), which has a kernel. All are
differentiable, and give one number for each model of a stack. Adaptive panels of a
Gauss-Legendre rule are halved until the halves agree with the whole.
"""

import functools
import math
from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError
from ..functional import DTYPE, Functional, check_recurrent
from ..kernels import Kernel, quadrature

_NODES, _WEIGHTS = (torch.from_numpy(v) for v in np.polynomial.legendre.leggauss(16))
# the ends have no weight, but show a sign change that no inner node sees
_NODES = torch.nn.functional.pad(_NODES, (0, 1), value=1.0)
_NODES = torch.nn.functional.pad(_NODES, (1, 0), value=-1.0)
_WEIGHTS = torch.nn.functional.pad(_WEIGHTS, (1, 1))
_PANELS = 2000
_DEAD = 800.0  # exp(-800) is zero in double precision


@checked
def l1_loss(
    model: Functional, kernel: Kernel, tolerance: float = 1e-12
) -> Float[Tensor, "*stack"]:
    """Return int |rho - rho_hat| dt over t >= 0, in continuous time.

    Infinity for an unstable model. The derivative is that of the rule on the final
    panels, and only good to the root of ``tolerance`` if rho - rho_hat has zeros.

    Source: def-distance in the book; "Inverse Approximation Theory", Def. 3.7.

    Args:
        model: with the activation "identity"; one input, one output; or a stack.
        kernel: rho.
        tolerance: relative, of each panel.

    Raises:
        InputError: another model.
    """
    return _integral(model, kernel, 1, 0, tolerance)


@checked
def l2_loss(
    model: Functional, kernel: Kernel, tolerance: float = 1e-12
) -> Float[Tensor, "*stack"]:
    """Return int |rho - rho_hat|^2 dt over t >= 0, in continuous time.

    For rates lambda_i and weights a_i = c_i U_i this is |rho|^2 - 2 sum a_i
    L(lambda_i) + sum a_i a_j / (lambda_i + lambda_j), with L the Laplace transform
    of rho; but that sum cancels. The integral of the square does not: it keeps its
    relative precision until rho - rho_hat itself has none left.

    Source: prp-l2-loss in the book.

    Args:
        model: with the activation "identity"; one input, one output; or a stack.
        kernel: rho.
        tolerance: relative, of each panel.

    Raises:
        InputError: another model.
    """
    return _integral(model, kernel, 2, 0, tolerance)


@checked
def w1_loss(
    model: Functional, kernel: Kernel, tolerance: float = 1e-12
) -> Float[Tensor, "*stack"]:
    """Return int |e| dt + |e(0)| + int |e'| dt with e = rho - rho_hat.

    Source: def-distance in the book; "Inverse Approximation Theory", Def. 3.7.

    Args:
        model: with the activation "identity"; one input, one output; or a stack.
        kernel: rho.
        tolerance: relative, of each panel.

    Raises:
        InputError: another model.
    """
    smooth = sum(_integral(model, kernel, 1, k, tolerance) for k in (0, 1))
    jump = (model.c @ model.input_weights)[..., 0, 0]
    return smooth + (kernel(torch.zeros((), dtype=DTYPE)) - jump).abs()


def _integral(
    model: Functional, kernel: Kernel, power: int, order: int, tolerance: float
) -> Tensor:
    """Return the integral of |d^order/dt^order (rho - rho_hat)|^power."""
    if not check_recurrent(model).affine:
        raise InputError("model", "must have the activation 'identity'",
                         repr(model.activation),
                         "use response_distance, which takes inputs")
    if (model.d_in, model.d_out) != (1, 1):
        raise InputError("model", "must have one input and one output",
                         (model.d_in, model.d_out), "take the coordinates one by one")
    rho = kernel.derivative if order else kernel
    rates = -model.eigenvalues().detach().real
    stable = rates.amin(-1) > 0
    slowest = rates[stable].amin().item() if stable.any() else 1.0
    fastest = model.W.detach().abs().amax().item() * model.width
    end = 2.0 ** math.ceil(math.log2(_DEAD / slowest))
    start = math.floor(math.log2(1 / max(fastest, slowest)))
    edges = {2.0**k for k in range(start, round(math.log2(end)) + 1)} | {0.0}
    edges |= {p for p in kernel.breakpoints if 0 < p < end}

    def error(t: Tensor) -> Tensor:
        return rho(t) - _response(model, t, order, stable)

    panels = torch.tensor(sorted(edges), dtype=DTYPE)
    panels = _partition(error, panels[:-1], panels[1:], power, tolerance)
    value = _panels(error, *panels, power)[0].sum(-1)
    return torch.where(stable, value + _tail(kernel, end, power, order), math.inf)


def _response(model: Functional, t: Tensor, order: int, stable: Tensor) -> Tensor:
    """Return c W^order exp(W t) U, (*stack, t); of an unstable model, of W = -1."""
    W, c, U = model.W, model.c, model.input_weights
    if model.diagonal:
        W = torch.where(stable[..., None], W, -1.0)
        modes = torch.exp(t[:, None] * W[..., None, :])
        return (modes @ (c[..., 0, :] * U[..., 0] * W**order)[..., None])[..., 0]
    W = torch.where(stable[..., None, None], W, -torch.eye(model.width).to(W))
    read = (c @ W if order else c)[..., None, :, :]
    states = torch.linalg.matrix_exp(t[:, None, None] * W[..., None, :, :])
    return (read @ (states @ U[..., None, :, :]))[..., 0, 0]


def _panels(
    f: Callable[[Tensor], Tensor], left: Tensor, right: Tensor, power: int
) -> tuple[Tensor, Tensor]:
    """Return int |f|^power over each panel, and how far that may be trusted.

    Where f changes its sign |f| has a corner, and the rule may be wrong by all of it.
    """
    half = (right - left) / 2
    t = ((left + right) / 2)[:, None] + half[:, None] * _NODES
    values = f(t.flatten()).unflatten(-1, t.shape)
    whole = values.abs() ** power @ _WEIGHTS * half
    corner = (values.amin(-1) < 0) & (values.amax(-1) > 0) & (power == 1)
    return whole, torch.where(corner, whole.detach(), 0.0)


@torch.no_grad()
def _partition(
    f: Callable[[Tensor], Tensor], left: Tensor, right: Tensor, power: int,
    tolerance: float,
) -> tuple[Tensor, Tensor]:
    """Return the left and right ends of panels on which the rule has converged."""
    whole, _ = _panels(f, left, right, power)
    allowed, done = tolerance * whole.sum(-1, keepdim=True), []
    while len(left):
        middle = (left + right) / 2
        ends = torch.stack([left, middle, middle, right], -1).reshape(-1, 2)
        halves, doubts = (v.unflatten(-1, (-1, 2))
                          for v in _panels(f, *ends.unbind(-1), power))
        bad = torch.maximum((whole - halves.sum(-1)).abs(), doubts.sum(-1)) > allowed
        bad = bad.reshape(-1, len(left)).any(0)
        if sum(map(len, done)) + 2 * len(left) > _PANELS:
            bad[:] = False
        ends = ends.reshape(-1, 2, 2)
        done.append(ends[~bad].reshape(-1, 2))
        left, right = ends[bad].reshape(-1, 2).unbind(-1)
        whole = halves[..., bad, :].flatten(-2)
    return torch.cat(done).unbind(-1)


@functools.lru_cache(256)
def _tail(kernel: Kernel, start: float, power: int, order: int) -> float:
    """Return the integral over t > start, where the model has died out."""
    rho = kernel.derivative if order else kernel

    def rest(t: Tensor) -> Tensor:
        return torch.where(t > start, rho(t).abs() ** power, 0.0)

    return quadrature(rest, (*kernel.breakpoints, start))
