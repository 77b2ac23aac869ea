"""The memories of the chapter at the lags 0, 1, ..., and modes that hear them."""

import numpy as np
import torch
from torch import Tensor

from comlib import ExponentialSum, Kernel, Polynomial, RNN
from comlib.functional import DTYPE
from comlib.horizon import LagFit

__all__ = ["SLOW_AND_FAST", "best_error", "hump", "kernels", "network", "samples",
           "stationary_states"]

SLOW_AND_FAST = ExponentialSum((0.5, 0.5), (0.01, 0.2))


def kernels() -> dict[str, Kernel]:
    """Return the completely monotone targets by name."""
    draw, pairs = np.random.default_rng(3), []
    for _ in range(7):
        amplitude = float(draw.uniform(0.1, 1))
        pairs.append((amplitude, float(10 ** draw.uniform(-3, 0))))
    return {"power 1.1": Polynomial(1.1), "power 1.5": Polynomial(1.5),
            "power 0.6": Polynomial(0.6), "two rates": SLOW_AND_FAST,
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


def network(fit: LagFit) -> RNN:
    """Return a network with the kernel sum_i c_i z_i^s at the timebase one.

    Args:
        fit: amplitudes and poles below one.
    """
    ones = torch.ones_like(fit.poles)
    return RNN(fit.poles.log(), ones[:, None], fit.amplitudes[None], dt=1.0,
               activation="identity", discretisation="exact")


def best_error(rho: Tensor, pole: Tensor) -> float:
    """Return sum_s e_s^2 of one mode with the best amplitude for its pole.

    Args:
        rho: the target's kernel.
        pole: z.
    """
    mode = pole ** torch.arange(len(rho), dtype=DTYPE)
    amplitude = (1 - pole.square()) * (mode @ rho)
    return float((rho - amplitude * mode).square().sum())


def stationary_states(poles: Tensor, shape: tuple[int, ...],
                      g: torch.Generator) -> Tensor:
    """Return states of modes that have heard the same white noise forever.

    Args:
        poles: of the modes.
        shape: of the streams; the modes are the last dimension of what is returned.
        g: where the numbers come from.
    """
    covariance = 1 / (1 - poles[:, None] * poles)
    root = torch.linalg.cholesky(covariance)
    return torch.randn(*shape, len(poles), generator=g, dtype=DTYPE) @ root.T
