"""A power law that ends, smoothly, at a finite time."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..arguments import checked
from ..checks import check_count, check_positive
from .base import Kernel


@checked
@dataclass(frozen=True)
class Truncated(Kernel):
    """rho(t) - sum_{j < order} rho^(j)(end) (t - end)^j / j! up to end, then 0.

    rho(t) = (1 + t)^(-p). Without the polynomial the kernel would jump at the end;
    with it the derivatives below ``order`` are continuous, and that one jumps.

    Source: prp-counting in the book.

    Args:
        p: exponent of the power law, > 0.
        end: T > 0.
        order: alpha, a whole number >= 1.

    Raises:
        InputError: the exponent or the end is not positive, or order no such number.
    """

    p: float
    end: float
    order: int = 1

    def __post_init__(self):
        check_positive("p", self.p)
        check_positive("end", self.end)
        check_count("order", self.order)

    def __call__(self, t: Tensor) -> Tensor:
        # 1 + t = (1 + end) (1 - x), and the polynomial is a part of a binomial series
        x = (self.end - t).clamp(min=0) / (1 + self.end)
        rest, term = (1 - x) ** -self.p, torch.ones_like(x)
        for j in range(self.order):
            rest, term = rest - term, term * x * (self.p + j) / (j + 1)
        return (1 + self.end) ** -self.p * rest

    @property
    def decay_rate(self) -> float:
        return math.inf

    @property
    def breakpoints(self) -> tuple[float, ...]:
        return (self.end,)
