"""Kernels that decay from the start: exponentials and power laws."""

import math
from dataclasses import dataclass

import mpmath
import torch
from scipy import special
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_finite, check_positive
from ..functional import DTYPE
from .base import Kernel, check_rates


@checked
@dataclass(frozen=True)
class Exponential(Kernel):
    """rho(t) = amplitude exp(-rate t).

    Args:
        rate: > 0.
        amplitude: any real number.

    Raises:
        InputError: the rate is not positive.
    """

    rate: float = 1.0
    amplitude: float = 1.0

    def __post_init__(self):
        check_positive("rate", self.rate)
        check_finite("amplitude", self.amplitude)

    def __call__(self, t: Tensor) -> Tensor:
        return self.amplitude * torch.exp(-self.rate * t)

    @property
    def decay_rate(self) -> float:
        return self.rate

    def l1_norm(self) -> float:
        return abs(self.amplitude) / self.rate

    def l2_norm(self) -> float:
        return abs(self.amplitude) / math.sqrt(2 * self.rate)

    def total_variation(self) -> float:
        return 2 * abs(self.amplitude)

    def laplace(self, s: float) -> float:
        self._check_laplace(s)
        return self.amplitude / (s + self.rate)

    def laplace_moments(self, s: Tensor, order: int = 0) -> Tensor:
        return ExponentialSum((self.amplitude,), (self.rate,)).laplace_moments(s, order)


@checked
@dataclass(frozen=True)
class ExponentialSum(Kernel):
    """rho(t) = sum_i weights_i exp(-rates_i t), a linear diagonal RNN's kernel.

    Args:
        weights: the coefficients.
        rates: as many positive rates.

    Raises:
        InputError: different numbers, or a rate that is not positive.
    """

    weights: tuple[float, ...]
    rates: tuple[float, ...]

    def __post_init__(self):
        if len(self.weights) != len(self.rates) or not self.rates:
            raise InputError("weights", "must be one for each rate",
                             f"{len(self.weights)} and {len(self.rates)}",
                             "pass tuples of the same positive length")
        for rate, weight in zip(self.rates, self.weights):
            check_positive("rates", rate)
            check_finite("weights", weight)

    def __call__(self, t: Tensor) -> Tensor:
        w, r = (torch.tensor(v, dtype=t.dtype) for v in (self.weights, self.rates))
        return torch.exp(-r * t[..., None]) @ w

    @property
    def decay_rate(self) -> float:
        return min(self.rates)

    def l1_norm(self) -> float:
        if min(self.weights) < 0 < max(self.weights):
            return super().l1_norm()
        return sum(abs(w) / r for w, r in zip(self.weights, self.rates))

    def l2_norm(self) -> float:
        w, r = (torch.tensor(v, dtype=DTYPE) for v in (self.weights, self.rates))
        return math.sqrt(w @ (1 / (r[:, None] + r)) @ w)

    def laplace(self, s: float) -> float:
        self._check_laplace(s)
        return sum(w / (s + r) for w, r in zip(self.weights, self.rates))

    def laplace_moments(self, s: Tensor, order: int = 0) -> Tensor:
        check_rates(s, order)
        w, r = (torch.tensor(v, dtype=DTYPE) for v in (self.weights, self.rates))
        R = 1 / (s[..., None] + r)
        return torch.stack([math.factorial(k) * R ** (k + 1) @ w
                            for k in range(order + 1)])


@checked
@dataclass(frozen=True)
class TemperedPolynomial(Kernel):
    """rho(t) = exp(-gamma t) (1 + t)^(-p): power law at first, then exponential.

    Args:
        p: exponent, > 0.
        gamma: decay rate, >= 0; 0 is the pure power law.

    Raises:
        InputError: p is not positive or gamma is negative.
    """

    p: float = 1.5
    gamma: float = 0.0

    def __post_init__(self):
        check_positive("p", self.p)
        check_positive("gamma", self.gamma, zero=True)

    def __call__(self, t: Tensor) -> Tensor:
        return torch.exp(-self.gamma * t) * (1 + t) ** (-self.p)

    @property
    def decay_rate(self) -> float:
        return self.gamma

    def l1_norm(self) -> float:
        return _scaled_expint(self.p, self.gamma)

    def l2_norm(self) -> float:
        return math.sqrt(_scaled_expint(2 * self.p, 2 * self.gamma))

    def total_variation(self) -> float:
        return 2.0

    def laplace(self, s: float) -> float:
        self._check_laplace(s)
        return _scaled_expint(self.p, s + self.gamma)

    def exponential_sum(self, width: int) -> ExponentialSum:
        """Return an approximation by ``width`` exponentials with positive weights.

        (1+t)^(-p) is the integral of s^(p-1) exp(-s) exp(-s t) / Gamma(p) over
        s > 0; the Gauss-Laguerre rule for that weight has the rates as nodes.

        Args:
            width: number of exponentials, at most 150.

        Raises:
            InputError: ``width`` is not in 1..150.
        """
        if check_count("width", width) > 150:
            raise InputError("width", "must be at most 150", width,
                             "larger ones have weights of zero in double precision")
        nodes, weights = special.roots_genlaguerre(width, self.p - 1)
        return ExponentialSum(tuple(map(float, weights / math.gamma(self.p))),
                              tuple(map(float, nodes + self.gamma)))


@checked
@dataclass(frozen=True)
class Polynomial(Kernel):
    """rho(t) = (a + b t)^(-p), the power law of the papers' experiments.

    Args:
        p: exponent, > 0.
        a: value at zero to the power -1/p, > 0.
        b: rate at which time counts, > 0.

    Raises:
        InputError: a parameter is not positive.
    """

    p: float = 1.5
    a: float = 1.0
    b: float = 1.0

    def __post_init__(self):
        for name in ("p", "a", "b"):
            check_positive(name, getattr(self, name))

    def __call__(self, t: Tensor) -> Tensor:
        return (self.a + self.b * t) ** (-self.p)

    def l1_norm(self) -> float:
        if self.p <= 1:
            return math.inf
        return self.a ** (1 - self.p) / (self.b * (self.p - 1))

    def l2_norm(self) -> float:
        q = 2 * self.p
        return math.sqrt(self.a ** (1 - q) / (self.b * (q - 1))) if q > 1 else math.inf

    def total_variation(self) -> float:
        return 2 * self.a**-self.p

    def laplace(self, s: float) -> float:
        self._check_laplace(s)
        z = s * self.a / self.b
        return self.a ** (1 - self.p) / self.b * _scaled_expint(self.p, z)

    def exponential_sum(self, width: int) -> ExponentialSum:
        """Return an approximation by ``width`` exponentials with positive weights.

        Args:
            width: number of exponentials, at most 150.

        Raises:
            InputError: ``width`` is not in 1..150.
        """
        unit = TemperedPolynomial(self.p).exponential_sum(width)
        return ExponentialSum(tuple(w * self.a**-self.p for w in unit.weights),
                              tuple(r * self.b / self.a for r in unit.rates))


def _scaled_expint(p: float, z: float) -> float:
    """Return exp(z) E_p(z), the integral of exp(-z t) (1 + t)^(-p)."""
    if z == 0:
        return 1 / (p - 1) if p > 1 else math.inf
    return float(mpmath.exp(z) * mpmath.expint(p, z))
