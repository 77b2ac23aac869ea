"""Parts of descents: Adam with many learning rates, and a bisection for them."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ..functional import DTYPE

BETAS, EPSILON = (0.9, 0.999), 1e-8
"""Of Adam: its usual numbers."""


def bisect(
    grows: Callable[[Tensor], Tensor], low: Tensor, high: Tensor, halvings: int
) -> Tensor:
    """Return where ``grows`` becomes true, between low and high at equal ratios.

    Args:
        grows: from learning rates to verdicts.
        low: learning rates at which it is false.
        high: learning rates at which it is true.
        halvings: number of steps.
    """
    for _ in range(halvings):
        middle = (low * high).sqrt()
        verdict = grows(middle)
        low = torch.where(verdict, low, middle)
        high = torch.where(verdict, middle, high)
    return torch.where(grows(low) | ~grows(high), math.nan, (low * high).sqrt())


def adam(learning_rate: Tensor) -> Callable[[Tensor], Tensor]:
    """Return what turns gradients, in order, into the steps of Adam.

    PyTorch's has one rate for a tensor; this one has a rate for each entry.

    Args:
        learning_rate: of a shape that gradients are broadcast with.
    """
    beta, beta2 = BETAS
    m = v = torch.zeros(1, dtype=DTYPE)
    step = 0

    def move(gradient: Tensor) -> Tensor:
        nonlocal m, v, step
        m = beta * m + (1 - beta) * gradient
        v = beta2 * v + (1 - beta2) * gradient**2
        step += 1
        scale = (v / (1 - beta2**step)).sqrt() + EPSILON
        return learning_rate * m / (1 - beta**step) / scale
    return move
