"""How much a stable linear recurrence can grow before it decays."""

import math

import numpy as np
import torch
from scipy import optimize

from ...arguments import checked
from .matrices import Matrix, square
from .radii import complex_stability_radius


@checked
def numerical_abscissa(W: Matrix) -> float:
    """Return max Re v* W v over |v| = 1, the growth rate of |exp(W t)| at t = 0.

    Source: def-numerical-abscissa in the book; Trefethen and Embree 2005, Ch. 17.

    Args:
        W: a square matrix, or a model, whose W it is.

    Raises:
        InputError: not a square matrix.
    """
    A = square(W).detach()
    return float(torch.linalg.eigvalsh((A + A.mT) / 2)[-1])


@checked
def kreiss_constant(W: Matrix) -> float:
    """Return sup over x > 0 of x / r_C(W - x), the sup of Re z |(z - W)^-1|.

    sup over t of |exp(W t)| lies between it and e*m times it. The search is over a
    grid of x, refined around the best one: what it returns is attained, a lower
    bound of the supremum. Infinity if W is not stable.

    Source: def-kreiss-constant in the book; Trefethen and Embree 2005, Ch. 18.

    Args:
        W: a square matrix, or a model, whose W it is.

    Raises:
        InputError: not a square matrix.
    """
    A = square(W).detach()
    if torch.linalg.eigvals(A).real.max() >= 0:
        return math.inf
    one = torch.eye(len(A)).to(A)

    def fall(log: float) -> float:
        x = math.exp(log)
        return -x / complex_stability_radius(A - x * one)

    scale = math.log(float(torch.linalg.matrix_norm(A, 2)))
    grid = np.linspace(scale - 12, scale + 6, 37)
    k = int(np.argmin([fall(log) for log in grid]))
    around = (grid[max(k - 1, 0)], grid[min(k + 1, 36)])
    best = optimize.minimize_scalar(fall, bounds=around, method="bounded")
    return max(1.0, -float(best.fun))  # one is the limit x -> infinity
