"""The generalisation measure tau of a kernel, and what it bounds."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_finite, check_tensor
from ..functional import DTYPE


@checked
def output_measure(
    rho: Float[Tensor, "*stack lags"], covariance: Float[Tensor, "lags lags"],
    mean: Float[Tensor, " lags"] | None = None,
) -> Float[Tensor, "*stack"]:
    """Return tau = (sum_s |rho_s| sqrt(K_ss) + |sum_s rho_s mu_s|)^2.

    Of the covariance only the variances enter.

    Source: def-output-measure in the book, after Liu and Li (2024).

    Args:
        rho: kernels at the lags 0, 1, ...; the output is sum_s rho_s x_s.
        covariance: K of the inputs, by lag.
        mean: mu of the inputs, by lag; default zero.

    Raises:
        InputError: sizes that differ, or a negative variance.
    """
    mean = _checked(rho, covariance, mean)
    deviations = covariance.diagonal().sqrt()
    return (rho.abs() @ deviations + (rho @ mean).abs()).square()


@checked
def output_power(
    rho: Float[Tensor, "*stack lags"], covariance: Float[Tensor, "lags lags"],
    mean: Float[Tensor, " lags"] | None = None,
) -> Float[Tensor, "*stack"]:
    """Return E y^2 = rho' K rho + (rho' mu)^2 of the output y = sum_s rho_s x_s.

    Args:
        rho: kernels at the lags 0, 1, ...
        covariance: K of the inputs, by lag.
        mean: mu of the inputs, by lag; default zero.

    Raises:
        InputError: sizes that differ, or a negative variance.
    """
    mean = _checked(rho, covariance, mean)
    return ((rho @ covariance) * rho).sum(-1) + (rho @ mean).square()


@checked
def ar_covariance(length: int, a: float) -> Float[Tensor, "lags lags"]:
    """Return a^|j-k|, of a stationary autoregression of order one and variance one.

    Args:
        length: number of lags.
        a: correlation of neighbours, between -1 and 1; 0 for white, 1 for constant
            input.

    Raises:
        InputError: a length that is not positive, or a outside.
    """
    if not abs(check_finite("a", a)) <= 1:
        raise InputError("a", "must be between -1 and 1", a, "pass e.g. 0.9")
    s = torch.arange(check_count("length", length), dtype=DTYPE)
    return torch.tensor(a, dtype=DTYPE) ** (s[:, None] - s).abs()


def _checked(rho: Tensor, covariance: Tensor, mean: Tensor | None) -> Tensor:
    check_tensor("rho", rho.reshape(-1, rho.shape[-1]), "stack lags")
    if (check_tensor("covariance", covariance, "lags lags").diagonal() < 0).any():
        raise InputError("covariance", "must have variances that are not negative",
                         covariance.diagonal().min().item(),
                         "pass e.g. ar_covariance(length, 0.9)")
    if mean is None:
        return torch.zeros_like(covariance[0])
    return check_tensor("mean", mean, "lags")
