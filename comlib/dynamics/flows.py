"""Gradient flow and heavy ball in logarithmic time, over any number of scales."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from scipy.integrate import solve_ivp
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_filled, check_positive
from ..evidence import Table
from ..functional import DTYPE
from .mode_loss import ModeLoss

BEGIN = -6.0
"""The first s, where time is tau = exp(s) - exp(BEGIN): exact, and 0 there."""

RTOL, ATOL = 1e-6, 1e-14
LIMIT = 100_000
"""Evaluations of the gradient after which a flow is given up: it needs 300 to 10,000
while exp(s) times the rounding of the gradient stays small."""

FLOOR = 1e-9
"""A rate that comes down to this has stopped to be one."""


@checked
def gradient_flow(
    loss: ModeLoss, theta0: Float[Tensor, " n"], until: float,
    friction: float | None = None, level: float = -math.inf,
) -> Table:
    """Return the columns log_time, loss, a1.., w1.. along theta' = -grad J(theta).

    Integrated by Radau's method of order five with the exact Hessian, relative
    tolerance 1e-6 a step, in a variable that runs like ln(tau) on a plateau and like
    the length of the path in a jump; the steps are its own. With friction mu it is
    the heavy ball theta'' + mu theta' = -grad J(theta), started at rest.

    Source: thm-escape and prp-momentum in the book.

    Args:
        loss: J.
        theta0: weights and rates at time 0.
        until: the last ln(tau).
        friction: mu >= 0, or None for the gradient flow.
        level: stop when J has come down to this.

    Raises:
        InputError: wrong arguments, or a rate came down to zero.
    """
    solution = _integrate(loss, theta0, until, friction, [level])
    path = torch.from_numpy(solution.y.T[1:, : len(theta0)].copy())
    m = path.shape[1] // 2
    columns = {f"{'a' if k < m else 'w'}{k % m + 1}": path[:, k]
               for k in range(2 * m)}
    return Table(log_time=_log_time(solution.y[-1, 1:]), loss=loss(path), **columns)


@checked
def hitting_times(
    loss: ModeLoss, theta0: Float[Tensor, " n"], levels: Sequence[float],
    until: float = 60.0, friction: float | None = None, rtol: float = RTOL,
) -> Float[Tensor, " level"]:
    """Return ln(tau) of the first time at which J has come down to each level.

    It is -inf for a level at which the flow starts, and inf for one that it does
    not reach. With friction a level is noticed if J is below it at the end of a
    step of the integrator.

    Source: thm-escape in the book.

    Args:
        loss: J.
        theta0: weights and rates at time 0.
        levels: values of J; the flow is followed to the smallest.
        until: the last ln(tau).
        friction: as in ``gradient_flow``.
        rtol: relative tolerance of a step.

    Raises:
        InputError: wrong arguments, or a rate came down to zero.
    """
    check_positive("rtol", rtol)
    check_filled("levels", levels)
    solution = _integrate(loss, theta0, until, friction, levels, rtol)
    start = float(loss(theta0))
    times = [-math.inf if level >= start else _log_time(hits[0, -1]) if len(hits)
             else math.inf
             for level, hits in zip(levels, solution.y_events, strict=False)]
    return torch.tensor(times, dtype=DTYPE)


@checked
def escape_time(
    loss: ModeLoss, theta0: Float[Tensor, " n"], drop: float = 0.05,
    until: float = 60.0, friction: float | None = None,
) -> float:
    """Return ln(tau_0) of the first time at which J(theta0) - J >= drop, or inf.

    Source: thm-escape in the book.

    Args:
        loss: J.
        theta0: weights and rates at time 0.
        drop: delta > 0.
        until: the last ln(tau).
        friction: as in ``gradient_flow``.

    Raises:
        InputError: wrong arguments, or a rate came down to zero.
    """
    level = float(loss(theta0)) - check_positive("drop", drop)
    return float(hitting_times(loss, theta0, [level], until, friction)[0])


def _log_time(s: np.ndarray | float) -> np.ndarray | float:
    return s + np.log1p(-np.exp(BEGIN - s))


def _integrate(loss, theta0, until, friction, levels, rtol=RTOL):
    loss.split(theta0)
    if theta0.ndim != 1:
        raise InputError("theta0", "must have shape (2m,)", tuple(theta0.shape),
                         "follow one flow after the other")
    if not BEGIN < until < math.inf:
        raise InputError("until", f"must be finite and > {BEGIN:g}", until,
                         "it is the logarithm of the last time")
    size = len(theta0)
    events = [_Falls(loss, level, size) for level in levels]
    events[int(np.argmin(levels))].terminal = True
    events += [_RateVanishes(size), _TimeIsUp(until)]
    field = _Field(loss, size, friction)
    start = np.concatenate([theta0.numpy(), np.zeros(field.size - size), [BEGIN]])
    solution = solve_ivp(field, (0.0, 1e9), start, "Radau", jac=field.jacobian,
                         events=events, rtol=rtol, atol=ATOL)
    if len(solution.t_events[-2]):
        raise InputError("theta0", "must lead to a flow with positive rates",
                         f"a rate of zero at ln(tau) = {solution.y[-1, -1]:.3f}",
                         "stop before: pass a smaller until or a higher level")
    if solution.status < 0:
        raise InputError("theta0", "must lead to a flow that can be integrated",
                         solution.message, "pass a smaller until")
    return solution


class _Field:
    """The flow in u, which grows by ds on a plateau and by the path in a jump.

    A jump of length one at tau = exp(30) has no room between doubles near s = 30.
    """

    def __init__(self, loss: ModeLoss, size: int, friction: float | None):
        self.loss, self.position, self.left = loss, slice(size), LIMIT
        self.size = size if friction is None else 2 * size
        self.mu = None if friction is None else check_positive(
            "friction", friction, zero=True)

    def velocity(self, y: np.ndarray) -> np.ndarray:
        """dy/dtau for the weights and rates, and their velocities under friction."""
        force = -self.loss.gradient(_theta(y[self.position])).numpy()
        if self.mu is None:
            return force
        v = y[len(force): -1]
        return np.concatenate([v, force - self.mu * v])

    def slopes(self, y: np.ndarray) -> np.ndarray:
        """The derivative of ``velocity``."""
        hessian = self.loss.hessian(_theta(y[self.position])).numpy()
        if self.mu is None:
            return -hessian
        eye = np.eye(len(hessian))
        return np.block([[0 * eye, eye], [-hessian, -self.mu * eye]])

    def __call__(self, u: float, y: np.ndarray) -> np.ndarray:
        """With E = exp(s): dy/du = E f/(1 + E |f|), ds/du = 1/(1 + E |f|)."""
        self.left -= 1
        if self.left < 0:
            raise InputError("until", f"must be reached in {LIMIT} evaluations",
                             f"only ln(tau) = {y[-1]:.3f} was", "pass a smaller one")
        E, f = math.exp(y[-1]), self.velocity(y)
        return np.append(E * f, 1.0) / (1 + E * np.linalg.norm(f))

    def jacobian(self, u: float, y: np.ndarray) -> np.ndarray:
        E, f, A = math.exp(y[-1]), self.velocity(y), self.slopes(y)
        n = np.linalg.norm(f)
        speed = 1 + E * n
        by_y = E * A.T @ f / (n or 1.0)
        above = np.column_stack([E * A, E * f])
        below = np.append(E * f, 1.0)[:, None] * np.append(by_y, E * n)
        return np.vstack([above, np.zeros(len(y))]) / speed - below / speed**2


class _Falls:
    """An event: J has come down to a level."""

    terminal, direction = False, -1

    def __init__(self, loss: ModeLoss, level: float, size: int):
        self.loss, self.level, self.size = loss, level, size

    def __call__(self, u: float, y: np.ndarray) -> float:
        return max(float(self.loss(_theta(y[: self.size]))) - self.level, -1e300)


class _RateVanishes:
    """An event: the smallest rate has come down to the floor."""

    terminal, direction = True, -1

    def __init__(self, size: int):
        self.rates = slice(size // 2, size)

    def __call__(self, u: float, y: np.ndarray) -> float:
        return float(y[self.rates].min()) - 2 * FLOOR


class _TimeIsUp:
    """An event: s has come to its end."""

    terminal, direction = True, 1

    def __init__(self, until: float):
        self.until = np.logaddexp(until, BEGIN)  # s is ahead of ln(tau)

    def __call__(self, u: float, y: np.ndarray) -> float:
        return y[-1] - self.until


def _theta(y: np.ndarray) -> Tensor:
    """A trial step of the integrator may leave the domain."""
    theta = torch.from_numpy(y.copy())
    theta[len(y) // 2:].clamp_(min=FLOOR)
    return theta
