"""How much a stable linear recurrence can grow before it decays."""

import math

import numpy as np
import torch
from jaxtyping import Float
from scipy import optimize
from torch import Tensor

from ...arguments import checked
from ...checks import InputError, check_tensor
from .radii import complex_stability_radius


@checked
def numerical_abscissa(W: Float[Tensor, "m m"]) -> float:
    """Return max Re v* W v over |v| = 1, the growth rate of |exp(W t)| at t = 0.

    Source: def-numerical-abscissa in the book; Trefethen and Embree 2005, Ch. 17.

    Args:
        W: a square matrix.

    Raises:
        InputError: not a square matrix.
    """
    return float(torch.linalg.eigvalsh((_square(W) + W.mT) / 2)[-1].detach())


@checked
def kreiss_constant(W: Float[Tensor, "m m"]) -> float:
    """Return sup over x > 0 of x / r_C(W - x), the sup of Re z |(z - W)^-1|.

    sup over t of |exp(W t)| lies between it and e*m times it. The search is over a
    grid of x, refined around the best one: what it returns is attained, a lower
    bound of the supremum. Infinity if W is not stable.

    Source: def-kreiss-constant in the book; Trefethen and Embree 2005, Ch. 18.

    Args:
        W: a square matrix.

    Raises:
        InputError: not a square matrix.
    """
    if torch.linalg.eigvals(_square(W)).real.max() >= 0:
        return math.inf
    one = torch.eye(len(W)).to(W)

    def fall(log: float) -> float:
        x = math.exp(log)
        return -x / complex_stability_radius(W - x * one)

    scale = math.log(float(torch.linalg.matrix_norm(W.detach(), 2)))
    grid = np.linspace(scale - 12, scale + 6, 37)
    k = int(np.argmin([fall(log) for log in grid]))
    around = (grid[max(k - 1, 0)], grid[min(k + 1, 36)])
    best = optimize.minimize_scalar(fall, bounds=around, method="bounded")
    return max(1.0, -float(best.fun))  # one is the limit x -> infinity


def _square(W: Tensor) -> Tensor:
    if check_tensor("W", W, "m m").shape[0] != W.shape[1]:
        raise InputError("W", "must be square", tuple(W.shape), "pass (m, m)")
    return W
