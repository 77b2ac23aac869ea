"""Kernels whose mass arrives late, or never leaves."""

import math
from dataclasses import dataclass

import torch
from scipy import special
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_positive
from .base import Kernel


@checked
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


@checked
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


@checked
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
