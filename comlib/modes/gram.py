"""Gauss-Newton matrices of real modes: what the parameters of a mode do to its output.

The loss is half the mean square of an output for white input. Entry (i, j) is the mean
product of the output's derivatives; at an exact solution it is the Hessian.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_choice, check_count
from ..functional import DTYPE
from .moments import check_inside

SLOPES: dict[str, Callable[[Tensor], Tensor]] = {
    "direct": torch.ones_like,
    "double exp": lambda lam: lam * lam.log(),
    "sigmoid": lambda lam: lam * (1 - lam),
    "tanh": lambda lam: 1 - lam**2,
}
"""dlambda/dw as a function of lambda in (0, 1), of the maps lambda = w,
exp(-exp(w)), 1/(1 + exp(-w)) and tanh(w)."""


def _slopes(eigenvalues: Tensor, map_name: str) -> Tensor:
    check_choice("map_name", map_name, SLOPES)
    check_inside("eigenvalues", eigenvalues)
    if not (eigenvalues > 0).all():
        raise InputError("eigenvalues", "must be in (0, 1)", eigenvalues.tolist(),
                         "the maps reach no others")
    return SLOPES[map_name](eigenvalues)


@checked
def mode_gram(eigenvalues: Float[Tensor, " modes"], map_name: str = "direct",
              normalised: bool = False) -> Float[Tensor, "modes modes"]:
    """Return the matrix of the raw weights of modes that are added, readouts fixed.

    Source: prp-sensitivity-moments and thm-poincare-mode in the book.

    Args:
        eigenvalues: in (0, 1).
        map_name: from raw weights to eigenvalues, a key of ``SLOPES``.
        normalised: whether each mode has the input gain sqrt(1 - lambda^2).

    Raises:
        InputError: an unknown map, or an eigenvalue outside (0, 1).
    """
    slopes, lam = _slopes(eigenvalues, map_name), eigenvalues
    product = lam[:, None] * lam
    if not normalised:
        return slopes[:, None] * slopes * (1 + product) / (1 - product) ** 3
    # in w = artanh(lambda) the entries are those of -sech''(w_i - w_j)
    tanh = (lam[:, None] - lam) / (1 - product)
    in_w = (1 - tanh**2).sqrt() * (1 - 2 * tanh**2)
    each = slopes / (1 - lam**2)
    return each[:, None] * each * in_w


@checked
def readout_hessian(eigenvalues: Float[Tensor, " modes"], map_name: str = "direct",
                  normalised: bool = False) -> Float[Tensor, "modes 2 2"]:
    """Return the Hessian in (c, w) of one mode c h, or c z, at its solution c = 1.

    Source: prp-joint-hessian in the book.

    Args:
        eigenvalues: one for each matrix, in (0, 1).
        map_name: from w to the eigenvalue, a key of ``SLOPES``.
        normalised: whether the mode has the input gain sqrt(1 - lambda^2).

    Raises:
        InputError: an unknown map, or an eigenvalue outside (0, 1).
    """
    slope, lam = _slopes(eigenvalues, map_name), eigenvalues
    free = 1 - lam**2
    if normalised:
        cc, cw, ww = torch.ones_like(lam), torch.zeros_like(lam), (slope / free) ** 2
    else:
        cc, cw = 1 / free, slope * lam / free**2
        ww = slope**2 * (1 + lam**2) / free**3
    return torch.stack([cc, cw, cw, ww], -1).unflatten(-1, (2, 2))


@checked
def dense_derivatives(eigenvalues: Float[Tensor, " modes"], length: int
                      ) -> Float[Tensor, "time entries"]:
    """Return the derivatives of 1' A^k 1 with respect to all entries of A = diag.

    The entry (p, q) gives (l_p^k - l_q^k) / (l_p - l_q), and k l_p^(k-1) if p = q.

    Source: prp-dense-spectrum in the book.

    Args:
        eigenvalues: different ones, inside the unit circle.
        length: number of lags k.

    Raises:
        InputError: an eigenvalue not inside the unit circle, or two that agree.
    """
    lam, n = check_inside("eigenvalues", eigenvalues), len(eigenvalues)
    if len(lam.unique()) < n:
        raise InputError("eigenvalues", "must be different", lam.tolist(),
                         "move one of them")
    k = torch.arange(check_count("length", length), dtype=DTYPE)[:, None]
    powers = lam**k
    gaps = lam[:, None] - lam + torch.eye(n, dtype=DTYPE)
    entries = (powers[:, :, None] - powers[:, None, :]) / gaps
    index = torch.arange(n)
    entries[:, index, index] = k * lam ** (k - 1).clamp(min=0)
    return entries.flatten(1)


@checked
def rotations(width: int, count: int, seed: int = 0
              ) -> Float[Tensor, "count width width"]:
    """Return orthogonal matrices, uniformly distributed up to the signs of columns.

    Args:
        width: of each matrix.
        count: how many.
        seed: of the draws.
    """
    draw = torch.Generator().manual_seed(seed)
    shape = (check_count("count", count), check_count("width", width), width)
    return torch.linalg.qr(torch.randn(shape, generator=draw, dtype=DTYPE))[0]


@checked
def condition(H: Float[Tensor, "*stack n n"], scaled: bool = False
              ) -> Float[Tensor, "*stack"]:
    """Return the ratio of the extreme eigenvalues of positive definite matrices.

    Args:
        H: symmetric matrices.
        scaled: first divide rows and columns by the roots of the diagonal, as the
            best method with one step size for each parameter would, up to a factor n.

    Raises:
        InputError: a matrix is not positive definite to working precision.
    """
    if scaled:
        root = H.diagonal(dim1=-2, dim2=-1).sqrt()
        H = H / (root[..., :, None] * root[..., None, :])
    if not H.isfinite().all() or H.shape[-1] == 0:
        raise InputError("H", "must be finite, with a positive diagonal", "not so",
                         "drop parameters without effect")
    values = torch.linalg.eigvalsh(H)
    if not (values[..., 0] > 0).all():
        raise InputError("H", "must be positive definite to working precision",
                         f"least eigenvalue {values.min():.3g}", "take fewer modes")
    return values[..., -1] / values[..., 0]
