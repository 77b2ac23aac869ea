"""Integrals over [0, infinity) of functions with known corners."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float
from scipy import integrate, optimize
from torch import Tensor

from ..functional import DTYPE

NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)
"""The Gauss-Legendre rule of one panel in ``Kernel.laplace_moments``."""

TAIL = (0.0, 1e-9, 1e-6, 1e-3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0,
        512.0, 700.0)
"""Panels in u = log(1 + t) of a quadrature, up to the end of a double's range.

An adaptive rule trusts its first look; in one large panel it would overlook a
kernel that has decayed before the first node."""


@lru_cache(maxsize=64)
def graded_rule(
    breakpoints: tuple[float, ...]
) -> tuple[Float[Tensor, " node"], Float[Tensor, " node"]]:
    """Return nodes and weights of a quadrature over [0, 1e12].

    Panels grow by sqrt 2 and end at each breakpoint, so that exp(-s t) and a power
    law are smooth in each, whatever their scale.

    Args:
        breakpoints: times between which the integrand is smooth.
    """
    ends = [0.0, *(2.0 ** (k / 2) for k in range(-44, 81))]
    ends = np.unique([*ends, *(p for p in breakpoints if 0 < p < 1e12)])
    half = np.diff(ends)[:, None] / 2
    nodes = (ends[:-1, None] + half * (1 + NODES)).ravel()
    return torch.from_numpy(nodes), torch.from_numpy((half * WEIGHTS).ravel())


def quadrature(
    f: Callable[[Tensor], Tensor], breakpoints: tuple[float, ...]
) -> float:
    """Return the integral of f over [0, infinity), adaptively.

    The last piece is integrated in u = log(1 + t - last), in which power laws
    decay exponentially; infinity if f is positive and does not decay so far out.

    Args:
        f: the integrand, vectorised.
        breakpoints: times between which f is smooth.
    """
    points = [0.0, *sorted(p for p in breakpoints if 0 < p < math.inf)]
    options = {"rule": "gk21", "atol": 1e-13, "rtol": 1e-12, "max_subdivisions": 2000}

    def piece(t: np.ndarray) -> np.ndarray:
        return f(torch.from_numpy(t[:, 0])).detach().numpy()

    def tail(u: np.ndarray) -> np.ndarray:
        value = piece(points[-1] + np.expm1(u))
        # beyond a double's range only a value of exactly zero can be integrable
        return np.where(value == 0, 0, value * np.exp(u[:, 0]))

    rest = 0.0
    middle, end = tail(np.array([[TAIL[-1] / 2], [TAIL[-1]]]))
    if end != 0:
        # out here only a power law is left, exp(-rate u)
        with np.errstate(all="ignore"):
            rate = 2 * np.log(abs(middle / end)) / TAIL[-1]
        if not rate > 1e-6:
            return math.inf
        rest = float(end / rate)
    panels = [(piece, a, b) for a, b in zip(points, points[1:])]
    panels += [(tail, a, b) for a, b in zip(TAIL, TAIL[1:])]
    return rest + float(sum(integrate.cubature(g, [a], [b], **options).estimate
                            for g, a, b in panels))


def quadrature_of_size(
    f: Callable[[Tensor], Tensor], breakpoints: tuple[float, ...]
) -> float:
    """Return the integral of |f| over [0, infinity).

    The corners of |f| are found first: a rule that samples none of the other sign
    next to a zero believes that there is none.

    Args:
        f: the function inside, vectorised.
        breakpoints: times between which f is smooth.
    """
    points = [0.0, *sorted(p for p in breakpoints if 0 < p < math.inf)]
    grids = [np.linspace(a, b, 257) for a, b in zip(points, points[1:])]
    grids.append(points[-1] + np.expm1(np.linspace(0, 64, 4097)))
    t = np.unique(np.concatenate(grids))
    sign = np.sign(f(torch.from_numpy(t)).detach().numpy())
    crossings = np.flatnonzero(sign[:-1] * sign[1:] < 0)

    def value(z: float) -> float:
        return float(f(torch.tensor(z, dtype=DTYPE)))

    # at a zero the sign is rounding, which may differ between one time and many
    zeros = [optimize.brentq(value, t[k], t[k + 1], xtol=1e-15, rtol=1e-14)
             for k in crossings if value(t[k]) * value(t[k + 1]) < 0]
    touched = t[sign == 0] if len(crossings) else t[:0]
    return quadrature(lambda z: f(z).abs(), (*breakpoints, *zeros, *touched[:64]))
