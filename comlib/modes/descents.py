"""Descents of single modes, many side by side."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import check_choice, check_count, check_positive
from ..models import Parameterization
from .rates import check_rates, largest_stable_rate, mode_slope
from .steps import adam, bisect

@checked
def descend_mode(
    f: Parameterization, start: Float[Tensor, " n"], target: Float[Tensor, " n"],
    learning_rate: Float[Tensor, " n"], updates: int, *, gain: float = 0.0,
    method: str = "gd",
) -> Float[Tensor, "times n"]:
    """Return the rates lambda after 0, 1, ..., ``updates`` steps on w.

    NaN from where a mode has left lambda > 0, where the loss is infinite.

    Args:
        f: the map from w to the eigenvalue -lambda.
        start: first rates lambda.
        target: rates of the targets.
        learning_rate: one for each mode.
        updates: number of steps.
        gain: g of the modes lambda^g exp(-lambda t).
        method: "gd" or "adam".

    Raises:
        InputError: a rate that is not positive or outside the range of f, or an
            unknown method.
    """
    check_choice("method", method, ("gd", "adam")), check_count("updates", updates)
    check_rates(start=start, target=target)
    w, path = f.inverse(-start), [start]
    move = adam(learning_rate) if method == "adam" else learning_rate.mul
    for _ in range(updates):
        w = w - move(_gradient(f, w, target, gain))
        path.append(_rate(f, w))
    return torch.stack(path)


@checked
def settling_time(
    path: Float[Tensor, "times n"], target: Float[Tensor, " n"],
    tolerance: float = 0.01
) -> Float[Tensor, " n"]:
    """Return after how many steps |lambda/target - 1| stays below the tolerance.

    Infinity where it does not in the end. Only to pass by would be no arrival.

    Args:
        path: from ``descend_mode``.
        target: rates of the targets.
        tolerance: > 0.

    Raises:
        InputError: the tolerance is not positive.
    """
    check_positive("tolerance", tolerance)
    away = ~((path / target - 1).abs() <= tolerance)
    staying = (~away).flip(0).cumprod(0).sum(0).to(path)
    return torch.where(away[-1], math.inf, len(path) - staying)


@checked
def simulated_stable_rate(
    f: Parameterization, rate: Float[Tensor, " n"], gain: float = 0.0, *,
    updates: int = 60, halvings: int = 16,
) -> Float[Tensor, " n"]:
    """Return by bisection the learning rate up to which a deviation of 1e-6 shrinks.

    What shrinks is the oscillation of gradient descent, its second difference. That
    lambda comes close to the target would be no sign: beyond the edge there may be
    a small cycle around it, which passes nearby.

    Args:
        f: the map from w to the eigenvalue.
        rate: rates of the targets.
        gain: g of the modes.
        updates: of each descent.
        halvings: of an interval from a quarter to four times ``largest_stable_rate``.

    Raises:
        InputError: a rate outside the range of f, or a count that is not positive.
    """
    check_count("updates", updates, least=4), check_count("halvings", halvings)
    start = rate * (1 + 1e-6)

    def grows(learning_rate: Tensor) -> Tensor:
        path = descend_mode(f, start, rate, learning_rate, updates, gain=gain)
        swing = path.diff(dim=0).diff(dim=0).abs()
        return ~(swing[-1] <= swing[0])

    guess = largest_stable_rate(f, rate, gain)
    return bisect(grows, guess / 4, guess * 4, halvings)


def _rate(f: Parameterization, w: Tensor) -> Tensor:
    """Return lambda = -f(w), NaN where it is not positive."""
    rate = -f(w)
    return torch.where((rate > 0) & (rate < math.inf), rate, math.nan)


def _gradient(f: Parameterization, w: Tensor, target: Tensor, gain: float) -> Tensor:
    """Return dL/dw = -f'(w) dL/dlambda, NaN where lambda is not positive."""
    w = w.detach().requires_grad_()
    value = f(w)
    (slope,) = torch.autograd.grad(value.sum(), w)
    rate, inside = -value.detach(), (value < 0) & (value > -math.inf)
    safe = torch.where(inside, rate, target)
    return torch.where(inside, -slope * mode_slope(safe, target, gain), math.nan)
