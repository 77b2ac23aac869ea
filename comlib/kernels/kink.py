"""Kernels for testing rates of approximation: limited smoothness, and dilation."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_finite, check_positive
from .base import Kernel


@checked
@dataclass(frozen=True)
class Kink(Kernel):
    """rho(t) = exp(-rate t) (1 + amplitude max(t - center, 0)^p): p - 1 slopes.

    Its derivatives up to order p - 1 are continuous, the p-th one jumps at the
    center by p! amplitude exp(-rate center).

    Source: def-smoothness in the book.

    Args:
        rate: decay rate, > 0.
        amplitude: any real number.
        center: time of the kink, > 0.
        p: order of the derivative that jumps, a whole number >= 1.

    Raises:
        InputError: the rate or the center is not positive, or p no such number.
    """

    rate: float = 2.0
    amplitude: float = 5.0
    center: float = 1.0
    p: int = 2

    def __post_init__(self):
        check_positive("rate", self.rate)
        check_positive("center", self.center)
        check_count("p", self.p)
        check_finite("amplitude", self.amplitude)

    def __call__(self, t: Tensor) -> Tensor:
        # so far out that the exponential has underflowed, the power must not overflow
        late = (t - self.center).clamp(0, 1e300 ** (1 / self.p))
        return torch.exp(-self.rate * t) * (1 + self.amplitude * late**self.p)

    @property
    def decay_rate(self) -> float:
        return self.rate

    @property
    def breakpoints(self) -> tuple[float, ...]:
        return (self.center,)

    def l1_norm(self) -> float:
        return self.laplace(0.0) if self.amplitude >= 0 else super().l1_norm()

    def l2_norm(self) -> float:
        a, p, r = self.amplitude, self.p, 2 * self.rate
        late = (2 * a * math.factorial(p) / r ** (p + 1)
                + a**2 * math.factorial(2 * p) / r ** (2 * p + 1))
        return math.sqrt(1 / r + math.exp(-r * self.center) * late)

    def laplace(self, s: float) -> float:
        self._check_laplace(s)
        r = s + self.rate
        late = self.amplitude * math.factorial(self.p) / r ** (self.p + 1)
        return 1 / r + math.exp(-r * self.center) * late


@checked
@dataclass(frozen=True)
class Dilated(Kernel):
    """rho_L(t) = L rho(L t): the same memory on a clock that runs L times as fast.

    The L1 norm stays, the decay rate is multiplied by L.

    Source: prp-rate-scaling in the book.

    Args:
        kernel: rho.
        factor: L > 0.

    Raises:
        InputError: the factor is not positive, or the kernel is none.
    """

    kernel: Kernel
    factor: float

    def __post_init__(self):
        check_positive("factor", self.factor)
        if not isinstance(self.kernel, Kernel):
            raise InputError("kernel", "must be a Kernel", repr(self.kernel),
                             "pass e.g. Exponential(rate=1.0)")

    def __call__(self, t: Tensor) -> Tensor:
        return self.factor * self.kernel(self.factor * t)

    def derivative(self, t: Tensor) -> Tensor:
        return self.factor**2 * self.kernel.derivative(self.factor * t)

    @property
    def decay_rate(self) -> float:
        return self.factor * self.kernel.decay_rate

    @property
    def breakpoints(self) -> tuple[float, ...]:
        return tuple(p / self.factor for p in self.kernel.breakpoints)

    def l1_norm(self) -> float:
        return self.kernel.l1_norm()

    def l2_norm(self) -> float:
        return math.sqrt(self.factor) * self.kernel.l2_norm()

    def total_variation(self) -> float:
        return self.factor * self.kernel.total_variation()

    def laplace(self, s: float) -> float:
        return self.kernel.laplace(s / self.factor)
