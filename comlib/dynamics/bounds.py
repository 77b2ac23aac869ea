"""Certified lower bounds of the time that a flow spends on its plateau.

Every bound has one form: while theta stays in the ball of radius r around its start
the loss falls by eta(r) at most, and crossing the ball takes at least r^2 / eta(r).
Each radius gives a bound, so a maximum over a grid of radii is one too.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_positive, check_tensor
from ..functional import DTYPE
from ..kernels import Kernel, graded_rule

GRID = 200
"""Number of radii, and of shifts sigma, that are tried."""


@checked
def explicit_floor(
    theta0: Float[Tensor, " n"], omega: float, mass: float
) -> float:
    """Return ln of omega^2 exp(w_*/omega - 2) / (M (|a|_1 + sqrt(m) omega)).

    A lower bound of tau_0(delta) for an exact start, if the loss can fall by delta
    at most in the ball of radius 2 omega, and 2 omega < w_*.

    Source: thm-escape in the book.

    Args:
        theta0: weights and rates at time 0.
        omega: one over the delay of the bump.
        mass: M, the larger one of the integrals of |rho_0(s)| and of
            exp(-w_* s) |rho_0(s)| over the line.

    Raises:
        InputError: 2 omega is not below the smallest rate, or theta0 of odd length.
    """
    a, w = _halves(theta0)
    slowest, mass = float(w.min()), check_positive("mass", mass)
    if not 0 < 2 * omega < slowest:
        raise InputError("omega", f"must be in (0, {slowest / 2:g})", omega,
                         "the ball must not contain a rate of zero")
    rest = mass * (float(a.abs().sum()) + math.sqrt(len(w)) * omega)
    return 2 * math.log(omega) + slowest / omega - 2 - math.log(rest)


@checked
def elementary_floor(
    bump: Kernel, theta0: Float[Tensor, " n"], drop: float = 0.05
) -> float:
    """Return a lower bound of ln(tau_0) that falls off like exp(-w_*/omega) once.

    Uses eta(r) <= 2 (2 |a|_1 + sqrt(m) r) l(w_* - r), with l the Laplace transform
    of |bump|. -inf if no radius keeps the loss from falling by ``drop``.

    Source: thm-escape in the book.

    Args:
        bump: rho_0(t - 1/omega), what is still to be learnt; the start is exact.
        theta0: weights and rates at time 0.
        drop: delta.

    Raises:
        InputError: a rate or the drop is not positive, or theta0 of odd length.
    """
    a, w = _halves(theta0)
    slowest, size = check_positive("theta0", float(w.min())), float(a.abs().sum())
    t, weights = graded_rule(bump.breakpoints)
    mass = weights * bump(t).abs()
    r = _radii(slowest)
    transform = torch.exp(-(slowest - r)[:, None] * t) @ mass
    return _best(r, 2 * (2 * size + math.sqrt(len(w)) * r) * transform, drop)


@checked
def projection_floor(
    bump: Kernel, theta0: Float[Tensor, " n"], short: int = 0, drop: float = 0.05,
    friction: float | None = None, excess: float = 0.0,
) -> float:
    """Return a lower bound of ln(tau_0) whose exponent is twice w_*/omega.

    Uses eta(r) <= excess + the ``projection_ceiling`` of m + ``short`` modes with
    rates of at least w_* - r, where w_* is the smallest rate at the start.

    Source: prp-escape-projection, prp-momentum and prp-inexact-start in the book.

    Args:
        bump: rho_0(t - 1/omega), what is still to be learnt.
        theta0: weights and rates at time 0; the other rates of the target are at
            least as large as the smallest of these.
        short: number of exponentials of the target, those at rates of the start
            included.
        drop: delta.
        friction: mu of the heavy ball, or None for the gradient flow.
        excess: J(theta0) minus the squared norm of ``bump``, if that is positive:
            how far the start is from having learnt the short memory.

    Raises:
        InputError: a rate or the drop is not positive, or theta0 of odd length.
    """
    w = _halves(theta0)[1]
    slowest = check_positive("theta0", float(w.min()))
    friction = friction and check_positive("friction", friction, zero=True)
    modes = len(w) + check_count("short", short, 0)
    r = _radii(slowest)
    eta = projection_ceiling(bump, slowest - r, modes)
    if modes == 1:
        eta = torch.minimum(eta, _one_mode(bump, slowest, r))
    return _best(r, eta + max(excess, 0.0), drop, friction)


@checked
def projection_ceiling(
    f: Kernel, slowest: Float[Tensor, " rate"], modes: int
) -> Float[Tensor, " rate"]:
    """Return what no ``modes`` exponentials with rates >= c can see of f.

    The least over 0 < sigma < c, on a grid, of
    c/(c - sigma) sum_{n < modes} ((c + sigma)/(c - sigma))^(2n)
    times the integral of exp(-2 sigma t) f(t)^2: an upper bound of the squared norm
    of the projection of f onto the span of any such exponentials.

    Source: prp-escape-projection in the book (ours).

    Args:
        f: a square integrable kernel.
        slowest: the rates c > 0.
        modes: number of exponentials, at least 1.

    Raises:
        InputError: wrong rates or number.
    """
    check_count("modes", modes)
    if not (slowest > 0).all():
        raise InputError("slowest", "must be positive", slowest, "pass rates > 0")
    t, weights = graded_rule(f.breakpoints)
    square = weights * f(t).square()
    t, square = t[square > 0], square[square > 0]
    sigma = float(slowest.max()) * (torch.arange(GRID, dtype=DTYPE) + 0.5) / GRID
    square = torch.exp(-2 * sigma[:, None] * t) @ square
    c = slowest[:, None]
    q = ((c + sigma) / (c - sigma)).square()
    ceilings = square * c / (c - sigma) * sum(q**n for n in range(modes))
    return torch.where(sigma < c, ceilings, math.inf).amin(-1)


@checked
def projected_square(f: Kernel, rates: Float[Tensor, " mode"]) -> float:
    """Return the squared norm of the projection of f onto exponentials.

    By the orthonormal functions exp(A t) b with b_i = sqrt(2 w_i), A_ii = -w_i and
    A_ij = -b_i b_j for j < i: no Gram matrix is inverted, and rates may coincide, a
    double one standing for exp(-w t) and t exp(-w t).

    Source: prp-escape-projection in the book; the Takenaka-Malmquist basis.

    Args:
        f: a square integrable kernel.
        rates: positive.

    Raises:
        InputError: a rate that is not positive.
    """
    check_positive("rates", float(rates.min()))
    b = (2 * rates).sqrt()
    A = -torch.tril(b[:, None] * b, -1) - torch.diag(rates)
    t, weights = graded_rule(f.breakpoints)
    mass, c = weights * f(t), rates.min()
    mass = mass * torch.exp(-c * t)
    t, mass = t[mass != 0], mass[mass != 0]
    shifted = A + c * torch.eye(len(rates), dtype=DTYPE)
    basis = torch.linalg.matrix_exp(t[:, None, None] * shifted) @ b
    return float((mass @ basis).square().sum())


def _one_mode(bump: Kernel, start: float, r: Tensor) -> Tensor:
    """2 w L(w)^2 falls on [c, start + r] if c times the mean time there is >= 1/2."""
    L, M = bump.laplace_moments(torch.cat([start - r, start + r]), 1).chunk(2, 1)
    falls = (start - r) * M[1] / M[0] >= 0.5
    return torch.where(falls, 2 * (start - r) * L[0] ** 2, math.inf)


def _halves(theta0: Tensor) -> tuple[Tensor, Tensor]:
    """Return weights and rates."""
    if len(check_tensor("theta0", theta0, "n")) % 2:
        raise InputError("theta0", "must be as many weights as rates",
                         f"{len(theta0)} numbers", "pass torch.cat([weights, rates])")
    return theta0.chunk(2)


def _radii(slowest: float) -> Tensor:
    return slowest * (torch.arange(GRID, dtype=DTYPE) + 0.5) / GRID


def _best(r: Tensor, eta: Tensor, drop: float, friction: float | None = None) -> float:
    """The largest logarithm of an exit time among the radii with eta(r) <= drop."""
    check_positive("drop", drop)
    times = 2 * r.log() - eta.log()
    if friction is not None:
        slow = math.log(friction) + times if friction else torch.full_like(r, -math.inf)
        times = torch.maximum(slow, r.log() - (2 * eta).log() / 2)
    return float(torch.where(eta <= drop, times, -math.inf).max())
