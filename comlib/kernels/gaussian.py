"""Gaussian bumps: memory that arrives late."""

import math
from dataclasses import dataclass

import torch
from scipy import special
from torch import Tensor

from ..arguments import checked
from ..checks import check_finite, check_positive
from .base import Kernel, check_rates
from .decaying import Exponential


@checked
@dataclass(frozen=True)
class Gaussian(Kernel):
    """rho(t) = amplitude exp(-(t - center)^2 / (2 width^2)), a delayed bump.

    Args:
        center: time of the peak.
        width: standard deviation, > 0.
        amplitude: any real number.

    Raises:
        InputError: the width is not positive.
    """

    center: float = 9.0
    width: float = 1.0
    amplitude: float = 1.0

    def __post_init__(self):
        check_positive("width", self.width)
        for name in ("center", "amplitude"):
            check_finite(name, getattr(self, name))

    def __call__(self, t: Tensor) -> Tensor:
        z = (t - self.center) / self.width
        return self.amplitude * torch.exp(-z * z / 2)

    @property
    def decay_rate(self) -> float:
        return math.inf

    @property
    def breakpoints(self) -> tuple[float, ...]:
        return tuple(self.center + k * self.width for k in (-8, -2, 0, 2, 8))

    def l1_norm(self) -> float:
        return abs(self.laplace(0.0))

    def l2_norm(self) -> float:
        mass = special.ndtr(math.sqrt(2) * self.center / self.width)
        return abs(self.amplitude) * math.sqrt(math.sqrt(math.pi) * self.width * mass)

    def laplace(self, s: float) -> float:
        d, w = self.center, self.width
        log = -s * d + (s * w) ** 2 / 2 + special.log_ndtr(d / w - s * w)
        return self.amplitude * math.sqrt(2 * math.pi) * w * math.exp(log)

    def laplace_moments(self, s: Tensor, order: int = 0) -> Tensor:
        check_rates(s, order)
        d, w = self.center, self.width
        if float(s.detach().max()) * w > d / w - 1:
            # the recurrence below would cancel: the mass sits at time zero
            return super().laplace_moments(s, order)
        log = -s * d + (s * w) ** 2 / 2 + torch.special.log_ndtr(d / w - s * w)
        moments = [self.amplitude * math.sqrt(2 * math.pi) * w * torch.exp(log)]
        edge = self.amplitude * math.exp(-(d / w) ** 2 / 2)
        for k in range(order):
            before = k * moments[k - 1] if k else edge
            moments.append((d - s * w**2) * moments[k] + w**2 * before)
        return torch.stack(moments)


@checked
@dataclass(frozen=True)
class TwoPart(Kernel):
    """rho(t) = exp(-rate t) + exp(-(t - center)^2 / (2 width^2)).

    A short memory and a delayed one. The authors' code has rate 1, center 9 and
    2 width^2 = 1.

    Args:
        rate: of the exponential, > 0.
        center: of the bump.
        width: of the bump, > 0.

    Raises:
        InputError: the rate or the width is not positive.
    """

    rate: float = 1.0
    center: float = 9.0
    width: float = math.sqrt(0.5)

    def __post_init__(self):
        check_positive("rate", self.rate)
        check_positive("width", self.width)
        check_finite("center", self.center)

    @property
    def parts(self) -> tuple[Exponential, Gaussian]:
        """The exponential and the bump."""
        return Exponential(self.rate), Gaussian(self.center, self.width)

    def __call__(self, t: Tensor) -> Tensor:
        short, long = self.parts
        return short(t) + long(t)

    @property
    def decay_rate(self) -> float:
        return self.rate

    @property
    def breakpoints(self) -> tuple[float, ...]:
        return self.parts[1].breakpoints

    def l1_norm(self) -> float:
        return sum(part.l1_norm() for part in self.parts)

    def l2_norm(self) -> float:
        short, long = self.parts
        overlap = long.laplace(self.rate)
        return math.sqrt(short.l2_norm() ** 2 + 2 * overlap + long.l2_norm() ** 2)

    def laplace(self, s: float) -> float:
        return sum(part.laplace(s) for part in self.parts)

    def laplace_moments(self, s: Tensor, order: int = 0) -> Tensor:
        return sum(part.laplace_moments(s, order) for part in self.parts)
