"""What a perturbation of the weights does to an approximation."""

import functools
import math
from collections.abc import Iterable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from ..functional import DTYPE, Functional, InputError, check_count, check_positive
from ..kernels import Kernel, quadrature
from ..tables import Table


def stability_margin(model: Functional) -> Float[Tensor, "*stack"]:
    """Return -max Re of the eigenvalues of W, the distance to the imaginary axis.

    Source: def-stability-margin in the book.

    Args:
        model: a functional with ``eigenvalues()``.

    Raises:
        InputError: it has none.
    """
    if not hasattr(model, "eigenvalues"):
        raise InputError("model", "must have eigenvalues()", type(model).__name__,
                         "pass an RNN or an SSM")
    return -model.eigenvalues().detach().real.amax(-1)


def perturb(
    model: Functional, radius: float, copies: int, seed: int,
    only: Iterable[str] | None = None, norm: str = "ball",
) -> Functional:
    """Return a stack of copies, each weight moved by exactly ``radius``.

    Directions are normal, scaled to the norm of Definition 3.4: spectral for
    matrices (the largest entry for a diagonal recurrence), Euclidean for vectors.
    With ``norm="box"`` the largest entry is ``radius``, as in the authors' code.

    Source: def-perturbation-error in the book; "Inverse Approximation Theory",
    Def. 3.4.

    Args:
        model: a model without stack dimensions.
        radius: beta >= 0.
        copies: number of copies.
        seed: of the local generator; the same directions for every radius.
        only: names of the parameters that move (default: all).
        norm: "ball" or "box".

    Raises:
        InputError: negative radius, unknown names, or a model that is a stack.
    """
    weights = dict(model.named_parameters())
    names = list(weights) if only is None else list(only)
    if unknown := set(names) - set(weights):
        raise InputError("only", f"must be among {sorted(weights)}", sorted(unknown),
                         "name parameters of the model")
    if norm not in ("ball", "box"):
        raise InputError("norm", "must be 'ball' or 'box'", repr(norm), "choose one")
    check_positive("radius", radius, zero=True)
    if any(weight.ndim > 2 for weight in weights.values()):
        raise InputError("model", "must be a single one, weights of 1 or 2 dimensions",
                         {name: tuple(w.shape) for name, w in weights.items()},
                         "perturb the members of a stack one by one")
    generator = torch.Generator().manual_seed(seed)
    moved = {}
    for name, weight in weights.items():
        shape = (check_count("copies", copies), *weight.shape)
        direction = torch.randn(shape, generator=generator, dtype=DTYPE)
        size = radius / weight_norms(direction, name, norm) if name in names else 0.0
        moved[name] = weight.detach() + size * direction
    return model.with_parameters(moved)


def weight_norms(weights: Tensor, name: str, norm: str = "ball") -> Tensor:
    """Return the norm of each copy of one weight, shaped to divide it.

    Source: def-perturbation-error in the book; "Inverse Approximation Theory",
    Def. 3.4.

    Args:
        weights: the copies, (copies, \\*shape).
        name: of the weight; ``w`` of one dimension is a diagonal recurrence.
        norm: "ball", spectral or Euclidean, or "box", the largest entry.
    """
    if norm == "box":
        return weights.abs().amax(tuple(range(1, weights.ndim)), keepdim=True)
    if weights.ndim == 3:
        return torch.linalg.matrix_norm(weights, 2, keepdim=True)
    # a diagonal recurrence: the spectral norm of diag(w)
    order = math.inf if name.rpartition(".")[2] == "w" else 2
    return torch.linalg.vector_norm(weights, order, dim=-1, keepdim=True)


def certified_lower_curve(
    kernel: Kernel, radii: Sequence[float], horizon: float = math.inf
) -> Table:
    """Return int_0^T (exp(beta t) - 1) |rho(t)| dt: what E(beta) is at least.

    For every sequence of linear networks that approximates the target, however
    wide and however trained, because W + beta I is within beta of W.

    Source: thm-shift in the book (ours).

    Args:
        kernel: the target's memory kernel.
        radii: the beta >= 0.
        horizon: T, or infinity. Then the value is infinity above the decay rate,
            and NaN at it, where more than the rate decides. Within 3 percent
            below it a kernel that changes sign underflows too early: the value
            is too small, and still a lower bound.

    Raises:
        InputError: a negative radius or a horizon that is not positive.
    """
    def growth(t: Tensor, beta: float) -> Tensor:
        # the clamp keeps the factor finite where the kernel has underflowed
        forced = torch.expm1((beta * t).clamp(max=700)) * kernel(t).abs()
        return torch.where(t <= horizon, forced, 0.0)

    rate, lower = kernel.decay_rate, []
    mass = kernel.l1_norm() if rate > 0 and math.isinf(horizon) else math.inf
    if math.isfinite(horizon):
        check_positive("horizon", horizon)
    one_sign = mass < math.inf and math.isclose(abs(kernel.laplace(0.0)), mass)
    for beta in radii:
        check_positive("radii", beta, zero=True)
        if math.isinf(horizon) and beta >= rate and beta > 0:
            lower.append(math.inf if beta > rate else math.nan)
        elif one_sign and beta > rate / 2:
            # near the rate exp(beta t) rho lives on where rho has underflowed
            lower.append(abs(kernel.laplace(-beta)) - mass)
        else:
            forced = functools.partial(growth, beta=beta)
            lower.append(quadrature(forced, (*kernel.breakpoints, horizon)))
    return Table(radius=list(radii), lower=lower)
