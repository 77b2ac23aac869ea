"""Sums of exponentials with evenly spaced rates: polynomials in exp(-rate t)."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_positive
from ..functional import DTYPE
from .base import Kernel
from .decaying import ExponentialSum


@checked
@dataclass(frozen=True)
class PolynomialSum(Kernel):
    """rho_hat(t) = s p(s) with s = exp(-rate t): rates rate, 2 rate, ..., m rate.

    Given by its values at the m times of ``sum_times``, between which p is the
    polynomial of degree m - 1 in Chebyshev's basis. So it is evaluated to full
    precision where the sum of its exponentials loses all digits.

    Source: lem-muntz in the book.

    Args:
        rate: kappa > 0.
        values: rho_hat at the times ``sum_times(m, rate)``.

    Raises:
        InputError: no values, or the rate is not positive.
    """

    rate: float
    values: tuple[float, ...]

    def __post_init__(self):
        check_positive("rate", self.rate)
        if len(self.values) == 0:
            raise InputError("values", "must be at least one", "none", "pass a tuple")

    @property
    def rates(self) -> tuple[float, ...]:
        """The rates rate, 2 rate, ..., m rate."""
        return tuple(self.rate * j for j in range(1, len(self.values) + 1))

    @cached_property
    def coefficients(self) -> np.ndarray:
        """Those of p in the polynomials T_j(2 s - 1) of Chebyshev, j < m."""
        m = len(self.values)
        x = np.cos(np.pi * np.arange(1, m + 1) / (m + 1))
        p = np.array(self.values) / ((1 + x) / 2)
        return np.linalg.solve(np.polynomial.chebyshev.chebvander(x, m - 1), p)

    def __call__(self, t: Tensor) -> Tensor:
        s = torch.exp(-self.rate * t)
        return s * _chebyshev_sum(self.coefficients, s)

    def derivative(self, t: Tensor) -> Tensor:
        s = torch.exp(-self.rate * t)
        slopes = 2 * np.polynomial.chebyshev.chebder(self.coefficients)
        value = _chebyshev_sum(self.coefficients, s)
        return -self.rate * s * (value + s * _chebyshev_sum(slopes, s))

    @property
    def decay_rate(self) -> float:
        return self.rate

    @property
    def breakpoints(self) -> tuple[float, ...]:
        return tuple(sum_times(len(self.values), self.rate).tolist())

    def as_exponential_sum(self) -> ExponentialSum:
        """Return the same kernel as weights and rates, the weights to full precision.

        They alternate in sign and may grow by a factor of 5.8 from width to width,
        so that evaluating what is returned loses all digits for large m.
        """
        powers, before, now = [Fraction(0)] * len(self.values), [], [1]
        for k, a in enumerate(self.coefficients):
            for j, c in enumerate(now):
                powers[j] += Fraction(float(a)) * c
            # T_{k+1} = 2 (2 s - 1) T_k - T_{k-1}, and T_1 = (2 s - 1) T_0
            twice = 2 if k else 1
            later = [twice * (2 * up - c) for up, c in zip([0, *now], [*now, 0])]
            old = [*before, *[0] * (len(later) - len(before))]
            before, now = now, [c - b for c, b in zip(later, old)]
        return ExponentialSum(tuple(map(float, powers)), self.rates)


@checked
def sum_times(width: int, rate: float) -> Float[Tensor, " width"]:
    """Return the times t_k at which exp(-rate t_k) = cos^2(k pi / (2 width + 2)).

    In x = 2 s - 1 these are the zeros of the Chebyshev polynomial U_m. A polynomial
    that meets a function there and crosses it nowhere else is its best one in L1.

    Source: lem-canonical in the book.

    Args:
        width: m.
        rate: kappa > 0.

    Raises:
        InputError: the width or the rate is not positive.
    """
    angles = torch.arange(1, check_count("width", width) + 1, dtype=DTYPE)
    angles = angles * (math.pi / (2 * width + 2))
    return -2 * angles.cos().log() / check_positive("rate", rate)


@checked
def polynomial_sum(kernel: Kernel, width: int, rate: float) -> PolynomialSum:
    """Return the sum with rates rate, ..., m rate that meets rho at m times.

    A near-best approximation in L1 among the sums with these rates.

    Source: lem-muntz and lem-canonical in the book.

    Args:
        kernel: rho.
        width: number m of exponentials.
        rate: kappa > 0, the smallest rate and the spacing.

    Raises:
        InputError: the width or the rate is not positive.
    """
    values = kernel(sum_times(width, rate))
    return PolynomialSum(float(rate), tuple(values.tolist()))


def _chebyshev_sum(coefficients: np.ndarray, s: Tensor) -> Tensor:
    """Return sum_j coefficients_j T_j(2 s - 1) for 0 <= s <= 1."""
    a = torch.as_tensor(coefficients).to(s)
    # T_j(cos theta) = cos(j theta), and 2 s - 1 = cos theta for s = cos^2(theta/2)
    theta = 2 * torch.arccos(s.clamp(0, 1).sqrt())
    return torch.cos(theta[..., None] * torch.arange(len(a)).to(s)) @ a
