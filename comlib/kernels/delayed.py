"""Kernels whose mass arrives late, or never leaves."""

import math
from dataclasses import dataclass

import torch
from scipy import special
from torch import Tensor

from ..functional import InputError, check_positive
from .base import Kernel
from .decaying import Exponential


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


@dataclass(frozen=True)
class Airy(Kernel):
    """rho(t) = Ai(scale (t - center)): oscillates up to the center, then decays.

    Args:
        center: time t_0 up to which it oscillates, >= 0.
        scale: s_0 > 0.

    Raises:
        InputError: the center is negative or the scale not positive.
    """

    center: float = 6.0
    scale: float = 1.0

    def __post_init__(self):
        check_positive("center", self.center, zero=True)
        check_positive("scale", self.scale)

    def __call__(self, t: Tensor) -> Tensor:
        return self._airy(t, 0)

    def derivative(self, t: Tensor) -> Tensor:
        return self.scale * self._airy(t, 1)

    def _airy(self, t: Tensor, order: int) -> Tensor:
        z = self.scale * (t.detach().cpu() - self.center)
        # beyond 100 the value is below 1e-290 and scipy returns NaN
        values = special.airy(z.clamp(max=100).numpy())[order]
        return torch.where(z > 100, 0.0, torch.as_tensor(values)).to(t)

    @property
    def decay_rate(self) -> float:
        return math.inf

    @property
    def breakpoints(self) -> tuple[float, ...]:
        # up to depth z there are about 0.21 z^(3/2) zeros
        count = int((self.scale * self.center) ** 1.5 / 4) + 2
        zeros = special.ai_zeros(count)[:2]
        return (self.center, self.center + 20 / self.scale,
                *(self.center + z / self.scale for part in zeros for z in part))

    def l2_norm(self) -> float:
        z = self.scale * self.center
        ai, slope = special.airy(-z)[:2]
        return math.sqrt((slope**2 + z * ai**2) / self.scale)


@dataclass(frozen=True)
class ShiftedBox(Kernel):
    """rho(t) = 1 for start < t < stop, else 0: a delayed moving average.

    Args:
        start: >= 0.
        stop: > start.

    Raises:
        InputError: the interval is empty or starts before zero.
    """

    start: float = 9.0
    stop: float = 11.0

    def __post_init__(self):
        check_positive("start", self.start, zero=True)
        if not self.stop > self.start:
            raise InputError("stop", f"must be greater than start = {self.start}",
                             self.stop, "choose a later stop")

    def __call__(self, t: Tensor) -> Tensor:
        return ((t > self.start) & (t < self.stop)).to(t.dtype)

    @property
    def decay_rate(self) -> float:
        return math.inf

    @property
    def breakpoints(self) -> tuple[float, ...]:
        return self.start, self.stop

    def derivative(self, t: Tensor) -> Tensor:
        return torch.zeros_like(t)

    def l1_norm(self) -> float:
        return self.stop - self.start

    def l2_norm(self) -> float:
        return math.sqrt(self.stop - self.start)

    def total_variation(self) -> float:
        return 2.0

    def laplace(self, s: float) -> float:
        if s == 0:
            return self.stop - self.start
        return (math.exp(-s * self.start) - math.exp(-s * self.stop)) / s


@dataclass(frozen=True)
class Sine(Kernel):
    """rho(t) = amplitude sin(frequency t): bounded, not integrable, no memory decay.

    Args:
        frequency: angular frequency, > 0.
        amplitude: any real number.

    Raises:
        InputError: the frequency is not positive.
    """

    frequency: float = 1.0
    amplitude: float = 1.0

    def __post_init__(self):
        check_positive("frequency", self.frequency)

    def __call__(self, t: Tensor) -> Tensor:
        return self.amplitude * torch.sin(self.frequency * t)

    def l1_norm(self) -> float:
        return math.inf

    def l2_norm(self) -> float:
        return math.inf

    def total_variation(self) -> float:
        return math.inf

    def laplace(self, s: float) -> float:
        self._check_laplace(s)
        return self.amplitude * self.frequency / (s**2 + self.frequency**2)
