"""The memories of the chapter, at the lags 0, 1, ..."""

import numpy as np
import torch
from torch import Tensor

from comlib import ExponentialSum, Kernel, Polynomial
from comlib.functional import DTYPE

__all__ = ["SLOW_AND_FAST", "hump", "kernels", "samples"]

SLOW_AND_FAST = ExponentialSum((0.5, 0.5), (0.01, 0.2))


def kernels() -> dict[str, Kernel]:
    """Return the completely monotone targets by name."""
    draw, pairs = np.random.default_rng(3), []
    for _ in range(7):
        amplitude = float(draw.uniform(0.1, 1))
        pairs.append((amplitude, float(10 ** draw.uniform(-3, 0))))
    return {"1.1": Polynomial(1.1), "1.5": Polynomial(1.5), "0.6": Polynomial(0.6),
            "two rates": SLOW_AND_FAST,
            "seven rates": ExponentialSum(*map(tuple, zip(*pairs, strict=True)))}


def samples(kernel: Kernel, length: int) -> Tensor:
    """Return the kernel at the first lags.

    Args:
        kernel: rho.
        length: number of lags.
    """
    return kernel(torch.arange(length, dtype=DTYPE))


def hump(length: int, tau: float) -> Tensor:
    """Return (s + 1) exp(-s/tau) at the first lags.

    Args:
        length: number of lags.
        tau: where it peaks, but for one lag.
    """
    s = torch.arange(length, dtype=DTYPE)
    return (s + 1) * torch.exp(-s / tau)
