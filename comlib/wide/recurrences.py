"""Limits of the tangent kernel for recurrences other than the Gaussian one."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_positive
from ..functional import DTYPE
from .networks import Variances


@checked
def recurrence_kernel(
    gram: Float[Tensor, "time time"], variances: Variances, *, gain: float = 1.0
) -> Float[Tensor, "time time"]:
    """Return (nu_U + nu_c) g_jk + gain nu_c nu_U sum g_st g_(j-1-s)(k-1-t), s<j, t<k.

    The limit of the tangent kernel of a recurrence A with tr(A^j' A^k)/m -> g_jk, of
    which the entries of W are trained in A = fixed + sqrt(gain) W / sqrt(m).

    Source: prp-recurrence-kernel in the book.

    Args:
        gram: g, symmetric.
        variances: of U and c; that of W is not used.
        gain: how strongly a weight enters A, squared; 0 for a frozen recurrence.

    Raises:
        InputError: not square, or a negative gain.
    """
    check_positive("gain", gain, zero=True)
    T, kernel = len(gram), (variances.U + variances.c) * gram
    for s in range(T - 1):
        for t in range(T - 1):
            kernel[s + 1:, t + 1:] += (gain * variances.c * variances.U * gram[s, t]
                                       * gram[: T - 1 - s, : T - 1 - t])
    return kernel


@checked
def residual_gram(
    alpha: float, beta: float, length: int
) -> Float[Tensor, "time time"]:
    """Return the sum over i of C(j,i) C(k,i) alpha^(j+k-2i) beta^(2i): g_jk of
    A = alpha I + beta X / sqrt(m), X of independent normal entries of variance one.

    With alpha = 0 it is that of the Gaussian recurrence, with beta = 0 that of a
    multiple of the identity.

    Source: prp-recurrences in the book.

    Args:
        alpha: weight of the identity.
        beta: of the random matrix, the radius of the disc around alpha.
        length: number of lags.

    Raises:
        InputError: ``length`` is not positive.
    """
    T = check_count("length", length)
    return torch.tensor([[sum(
        math.comb(j, i) * math.comb(k, i) * alpha ** (j + k - 2 * i) * beta ** (2 * i)
        for i in range(min(j, k) + 1)) for k in range(T)] for j in range(T)],
        dtype=DTYPE)


@checked
def symmetric_gram(nu: float, length: int) -> Float[Tensor, "time time"]:
    """Return nu^n C_n, n = (j + k)/2, where j + k is even, else 0: Catalan numbers C_n.

    It is g_jk of a symmetric A with entries of variance nu / m, whose eigenvalues
    fill the interval from -2 sqrt(nu) to 2 sqrt(nu) by the semicircle law.

    Source: prp-recurrences in the book.

    Args:
        nu: m times the variance off the diagonal.
        length: number of lags.

    Raises:
        InputError: a negative variance, or ``length`` is not positive.
    """
    check_positive("nu", nu, zero=True)
    total = torch.arange(check_count("length", length))[:, None] + torch.arange(length)
    catalan = [math.comb(2 * n, n) // (n + 1) * nu**n for n in range(length)]
    even = torch.tensor(catalan, dtype=DTYPE)[total // 2]
    return torch.where(total % 2 == 0, even, 0.0)


@checked
def orthogonal_fluctuations(
    variances: Variances, length: int
) -> Float[Tensor, "time time"]:
    """Return the limit of m Var(Theta_jk) for W = sqrt(m nu_W) times a rotation.

    (1 + delta_jk) nu_W^(j+k) ((nu_U + kappa s)^2 + (nu_c + kappa s)^2), s = min(j, k)
    and kappa = nu_c nu_U / nu_W: one term of the sum in ``kernel_fluctuations``.

    Source: prp-orthogonal-fluctuations in the book.

    Args:
        variances: nu_W, and those of the entries of U and c; that of W is positive.
        length: number of lags.

    Raises:
        InputError: the variance of W is zero, or ``length`` is not positive.
    """
    if variances.W == 0:
        raise InputError("variances", "must have a positive W", variances.W,
                         "with W = 0 only the lag zero fluctuates")
    j = torch.arange(check_count("length", length), dtype=DTYPE)
    step = variances.c * variances.U / variances.W * torch.minimum(j[:, None], j)
    squares = (variances.U + step).square() + (variances.c + step).square()
    return ((1 + torch.eye(length, dtype=DTYPE)) * squares
            * variances.W ** (j[:, None] + j))
