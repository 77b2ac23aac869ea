"""The gradient flow of a full linear network, and how fast it leaves a plateau."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from scipy.integrate import solve_ivp
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_filled, check_positive
from ..functional import DTYPE
from ..kernels import ExponentialSum, Kernel
from .dense_loss import DenseLoss

BEGIN = -6.0
"""The first s, where time is tau = exp(s) - exp(BEGIN): exact, and 0 there."""

RTOL, ATOL = 1e-8, 1e-15
"""Of a step. The growth of an idle neuron is seen if ATOL is below its weights."""

NEAR = 1e-4
"""Relative distance of an idle rate from a pole below which the limit is taken."""


@checked
def dense_flow(
    loss: DenseLoss, theta0: Float[Tensor, " n"], log_times: Sequence[float]
) -> Float[Tensor, "time n"]:
    """Return theta at given times along theta' = -grad J(theta).

    Integrated in ln(tau) by LSODA with the relative tolerance 1e-8.

    Args:
        loss: J.
        theta0: parameters at time 0.
        log_times: ln(tau), increasing.

    Raises:
        InputError: wrong arguments, or times that do not increase.
    """
    times = np.logaddexp(check_filled("log_times", log_times), BEGIN)
    if (np.diff([BEGIN, *times]) <= 0).any() or not np.isfinite(times).all():
        raise InputError("log_times", "must be finite and increase", log_times,
                         "sort them; time begins at zero")
    solution = _integrate(loss, theta0, times[-1], t_eval=times)
    return torch.from_numpy(solution.y.T.copy())


@checked
def dense_hits(
    loss: DenseLoss, theta0: Float[Tensor, " n"], levels: Sequence[float],
    until: float = 16.0,
) -> Float[Tensor, " level"]:
    """Return ln(tau) of the first time at which J has come down to each level.

    It is -inf for a level at which the flow starts, and inf for one that it does
    not reach.

    Args:
        loss: J.
        theta0: parameters at time 0.
        levels: values of J; the flow is followed to the smallest.
        until: the last ln(tau).

    Raises:
        InputError: wrong arguments.
    """
    check_filled("levels", levels)
    if not BEGIN < until < math.inf:
        raise InputError("until", f"must be finite and > {BEGIN:g}", until,
                         "it is the logarithm of the last time")
    start = loss(theta0)
    events = [_Falls(loss, level) for level in levels]
    events[int(np.argmin(levels))].terminal = True
    hits = _integrate(loss, theta0, until, events=events).t_events
    times = [-math.inf if level >= start else
             float(s[0] + np.log1p(-np.exp(BEGIN - s[0]))) if len(s) else math.inf
             for level, s in zip(levels, hits, strict=True)]
    return torch.tensor(times, dtype=DTYPE)


@checked
def plateau_rate(kernel: Kernel, poles: ExponentialSum, idle: float) -> float:
    """Return gamma = 2 |R(w0)| (1 + sum_j |a_j| / (l_j - w0)^2).

    R is the Laplace transform of the residual rho - poles. Where an idle neuron has
    the rate of a pole, R(w0) is zero and gamma is the limit |R''(w0) a_j|.

    Source: thm-plateau-escape in the book.

    Args:
        kernel: the target rho.
        poles: a_j and l_j of a stationary sum.
        idle: the rate w0 of the idle neurons.

    Raises:
        InputError: the rate is not positive.
    """
    at = torch.tensor(check_positive("idle", idle), dtype=DTYPE)
    R, _, bend = (kernel.laplace_moments(at, 2) - poles.laplace_moments(at, 2)).tolist()
    a, gaps = np.abs(poles.weights), np.array(poles.rates) - idle
    if abs(gaps).min() < NEAR * idle:
        return abs(bend) * float(a[abs(gaps).argmin()])
    return 2 * abs(R) * float(1 + (a / gaps**2).sum())


class _Falls:
    """An event: J has come down to a level."""

    terminal, direction = False, -1

    def __init__(self, loss: DenseLoss, level: float):
        self.loss, self.level = loss, level

    def __call__(self, s: float, y: np.ndarray) -> float:
        return self.loss(torch.from_numpy(y.copy())) - self.level


def _integrate(loss, theta0, until, **options):
    loss(theta0)
    solution = solve_ivp(
        lambda s, y: -math.exp(s) * loss.gradient(torch.from_numpy(y.copy())).numpy(),
        (BEGIN, until), theta0.numpy(), "LSODA", rtol=RTOL, atol=ATOL, **options)
    if solution.status < 0:
        raise InputError("theta0", "must lead to a flow that can be integrated",
                         solution.message, "stop earlier")
    return solution
