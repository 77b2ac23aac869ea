"""One mode and nothing learnt: the escape time from above and from below."""

import math

import numpy as np
import torch
from scipy.optimize import brentq
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_positive
from ..functional import DTYPE
from ..kernels import Kernel

NODES, WEIGHTS = (torch.from_numpy(v) for v in np.polynomial.legendre.leggauss(16))
"""The Gauss-Legendre rule of one panel in w."""

PANELS = 300


@checked
def slow_manifold_time(rho: Kernel, rate: float, drop: float = 0.05) -> float:
    """Return ln of the integral of 1/(2 L^2 (2 w mu - 1)) from w_delta to ``rate``.

    With the weight at its best, 2 w L(w), the rate obeys w' = -2 L^2 (2 w mu - 1),
    mu = -L'/L. It ends at w_delta, where 2 w L(w)^2 = drop, or where w mu = 1 if
    that comes first. A lower bound of ln(tau_0) of the full flow of one mode.

    Source: prp-slow-manifold in the book (ours).

    Args:
        rho: the target, a late bump.
        rate: w at time 0; the weight starts between 0 and its best.
        drop: delta.

    Raises:
        InputError: not positive, or w mu(w) < 1 at the start.
    """
    end = _turning(rho, rate)
    if _gain(rho, end) > check_positive("drop", drop):
        end = brentq(lambda w: _gain(rho, w) - drop, end, rate, xtol=1e-14)
    ends = torch.linspace(rate, end, PANELS + 1, dtype=DTYPE)
    return float(_times(rho, ends, torch.ones(PANELS, dtype=DTYPE)).sum().log())


@checked
def slow_manifold_ceiling(rho: Kernel, rate: float, drop: float = 0.05) -> float:
    """Return an upper bound of ln(tau_0) of the full flow of one mode.

    After a time k ``rate`` the weight is at least beta = (1 - exp(-k))/(1 + eps)
    of its best, eps the largest 4 w L^2 mu (w mu - 1) so far; the best k of 1..30
    counts. inf if w mu = 1 before the loss is sure to have fallen by ``drop``.

    Source: prp-slow-manifold in the book (ours).

    Args:
        rho: the target, a late bump.
        rate: w at time 0; the weight starts between 0 and its best.
        drop: delta.

    Raises:
        InputError: not positive, or w mu(w) < 1 at the start.
    """
    check_positive("drop", drop)
    ends = torch.linspace(rate, _turning(rho, rate), PANELS + 1, dtype=DTYPE)
    L, mu = _moments(rho, ends)
    eps = (4 * ends * L**2 * mu * (ends * mu - 1)).cummax(0).values
    best = math.inf
    for k in range(1, 31):
        beta = (-math.expm1(-k) / (1 + eps))[1:]
        gain = 2 * (ends * L**2)[1:] * (2 * beta - beta**2)
        times = _times(rho, ends, beta).cumsum(0)[gain >= drop]
        if len(times):
            best = min(best, math.log(k * rate + float(times[0])))
    return best


@checked
def slow_manifold_law(rate: float, omega: float, width: float = 1.0) -> float:
    """Return ln of exp(2 w/omega - s^2 w^2) omega^2 / (16 pi s^2 w).

    The leading term for a Gaussian bump of amplitude one as omega falls to zero.

    Source: prp-slow-manifold in the book.

    Args:
        rate: w at time 0.
        omega: one over the delay.
        width: s, the standard deviation of the bump.

    Raises:
        InputError: one of them is not positive.
    """
    for name, value in (("rate", rate), ("omega", omega), ("width", width)):
        check_positive(name, value)
    square = (width * rate) ** 2
    return (2 * rate / omega - square + 2 * math.log(omega)
            - math.log(16 * math.pi * width**2 * rate))


def _moments(rho: Kernel, w: Tensor) -> tuple[Tensor, Tensor]:
    L, M = rho.laplace_moments(w, 1)
    return L, M / L


def _gain(rho: Kernel, w: float) -> float:
    """The most that one mode of rate w takes off the loss."""
    return 2 * w * rho.laplace(w) ** 2


def _turning(rho: Kernel, rate: float) -> float:
    """The rate below the start at which w mu(w) = 1."""
    check_positive("rate", rate)

    def excess(w: float) -> float:
        return w * float(_moments(rho, torch.tensor(w, dtype=DTYPE))[1]) - 1

    if not excess(rate) > 0:
        raise InputError("rate", "must be above the turning point w mu(w) = 1", rate,
                         "choose a larger rate or a later bump")
    return brentq(excess, 1e-6 * rate, rate, xtol=1e-14)


def _times(rho: Kernel, ends: Tensor, beta: Tensor) -> Tensor:
    """What each panel between two ends takes at beta times the best weight."""
    half = (ends[:-1] - ends[1:])[:, None] / 2
    w = ends[1:, None] + half * (1 + NODES)
    L, mu = _moments(rho, w)
    slowness = 1 / (2 * L**2 * beta[:, None] * (2 * w * mu - beta[:, None]))
    return (half * WEIGHTS * slowness).sum(1)
