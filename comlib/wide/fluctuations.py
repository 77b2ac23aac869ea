"""How far a finite width is from the limit: fluctuations, and powers of a matrix."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count
from ..functional import DTYPE
from .networks import Variances

_CHUNK = 2**17  # numbers in one block of matrices, which then stays in the cache


@checked
def kernel_fluctuations(
    variances: Variances, length: int
) -> Float[Tensor, "time time"]:
    """Return the limit of m Var(Theta_jk) for one input and one output.

    (1 + delta_jk) nu_W^(j+k) sum over i <= s = min(j, k) of (nu_U + kappa (s - i))^2
    + (nu_c + kappa (s - i))^2, where kappa = nu_c nu_U / nu_W.

    Source: thm-fluctuations in the book.

    Args:
        variances: of the entries at the start; that of W is positive.
        length: number of lags.

    Raises:
        InputError: the variance of W is zero, or ``length`` is not positive.
    """
    if variances.W == 0:
        raise InputError("variances", "must have a positive W", variances.W,
                         "with W = 0 only the lag zero fluctuates")
    j = torch.arange(check_count("length", length), dtype=DTYPE)
    steps = variances.c * variances.U / variances.W * j
    walk = ((variances.U + steps).square() + (variances.c + steps).square()).cumsum(0)
    shorter = torch.minimum(j[:, None], j).long()
    twice = 1 + torch.eye(length, dtype=DTYPE)
    return twice * variances.W ** (j[:, None] + j) * walk[shorter]


@checked
def power_norms(
    width: int, length: int, draws: int, *, complex_entries: bool = False,
    seed: int = 0,
) -> Float[Tensor, "draws time"]:
    """Return draws of |A^k u|^2, k < length, for |u| = 1 and entries of variance 1/m.

    In the basis that Gram-Schmidt makes of u, A u, A^2 u, ... the matrix is upper
    Hessenberg with independent entries: normal ones, and below the diagonal chi ones
    with m - 1, m - 2, ... degrees of freedom. So length^2 numbers a draw are enough
    at any width, and the law is exact.

    Source: prp-shift-register in the book.

    Args:
        width: m.
        length: number of powers, at most m.
        draws: how many.
        complex_entries: complex normal entries instead of real ones.
        seed: of the local generator.

    Raises:
        InputError: a number is not positive, or more powers than dimensions.
    """
    m, T = check_count("width", width), check_count("length", length)
    if T > m:
        raise InputError("length", f"must be at most the width {m}", T,
                         "take fewer powers")
    generator = torch.Generator().manual_seed(seed)
    dtype = torch.complex128 if complex_entries else DTYPE
    field = 2 if complex_entries else 1  # real numbers in an entry
    freedom = torch.arange(m - 1, m - T, -1, dtype=DTYPE) * field / 2
    found, left = [], check_count("draws", draws)
    while left:
        count = min(left, max(1, _CHUNK // T**2))
        left -= count
        A = torch.randn(count, T, T, generator=generator, dtype=dtype).triu()
        chi2 = torch._standard_gamma(freedom.repeat(count, 1), generator=generator)
        rows = torch.arange(T - 1)
        A[:, rows + 1, rows] = (chi2 * 2 / field).sqrt().to(dtype)
        v = torch.eye(T, 1, dtype=dtype).expand(count, T, 1)
        norms = [torch.ones(count, dtype=DTYPE)]
        for _ in range(T - 1):
            v = A @ v / math.sqrt(m)
            norms.append(v.abs().square().sum((-2, -1)))
        found.append(torch.stack(norms, -1))
    return torch.cat(found)


@checked
def mean_power_norms(width: int, length: int) -> Float[Tensor, " time"]:
    """Return E tr(A^k A^k*) / m, k < length, for complex normal entries: exact.

    m / ((k+1) (k+2)) times the product of 1 + i/m over i <= k + 1, less that of
    1 - i/m; for k of the order x sqrt(m) that is sinh(x^2/2) / (x^2/2).

    Source: prp-finite-mean in the book.

    Args:
        width: m.
        length: number of powers.

    Raises:
        InputError: a number is not positive.
    """
    k = torch.arange(check_count("length", length), dtype=DTYPE)
    m = check_count("width", width)
    up, down = ((1 + sign * (k + 1) / m).cumprod(0) for sign in (1, -1))
    return m * (up - down) / ((k + 1) * (k + 2))
