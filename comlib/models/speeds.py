"""How fast a step on raw weights moves what the network sees, to first order."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from .parameterizations import Parameterization


@checked
def eigenvalue_speeds(
    f: Parameterization, eigenvalues: Float[Tensor, " m"]
) -> Float[Tensor, "m m"]:
    """Return the divided differences (f(w_i) - f(w_j)) / (w_i - w_j), f'(w_i) if equal.

    Gradient descent on raw weights multiplies the steps of the eigenvalues by the
    squares of the diagonal, and those of a symmetric matrix, in its basis of
    eigenvectors, by the squares of all.

    Source: prp-matrix-speed in the book.

    Args:
        f: the map.
        eigenvalues: f(w_i), real.

    Raises:
        InputError: an eigenvalue outside the range of f.
    """
    w = f.inverse(eigenvalues)
    rise = f(w)[:, None] - f(w)
    run = w[:, None] - w
    # between neighbours the quotient is all rounding, and the mean slope is exact
    near = run.abs() < 1e-5 * (1 + w.abs())
    slope = f.derivative(w)
    return torch.where(near, (slope[:, None] + slope) / 2, rise / torch.where(
        near, torch.ones_like(run), run))
