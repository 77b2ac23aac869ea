"""How a map f bends the loss of modes: curvatures, and the learning rates they bear.

A mode has the kernel lambda^g exp(-lambda t) with the rate lambda = -f(w) > 0: gain
g = 0 for plain modes, 1/2 for a fixed L2 norm, 1 for a fixed integral.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError
from ..models import Parameterization


@checked
def mode_loss(
    rate: Float[Tensor, " n"], target: Float[Tensor, " n"], gain: float = 0.0
) -> Float[Tensor, " n"]:
    """Return half the squared L2 distance of two modes.

    Args:
        rate: lambda > 0 of the model.
        target: lambda > 0 of the target.
        gain: g.

    Raises:
        InputError: a rate is not positive.
    """
    check_rates(rate=rate, target=target)
    norms = (rate ** (2 * gain - 1) + target ** (2 * gain - 1)) / 2
    return (norms - 2 * (rate * target) ** gain / (rate + target)) / 2


@checked
def mode_slope(
    rate: Float[Tensor, " n"], target: Float[Tensor, " n"], gain: float = 0.0
) -> Float[Tensor, " n"]:
    """Return the derivative of ``mode_loss`` by the model's rate.

    Args:
        rate: lambda > 0 of the model.
        target: lambda > 0 of the target.
        gain: g.

    Raises:
        InputError: a rate is not positive.
    """
    check_rates(rate=rate, target=target)
    total, both = rate + target, (rate * target) ** gain
    own = (gain - 0.5) * rate ** (2 * gain - 2) / 2
    return own + both / total * (1 / total - gain / rate)


@checked
def mode_curvature(
    rate: Float[Tensor, "*n"], gain: float = 0.0
) -> Float[Tensor, "*n"]:
    """Return the second derivative of ``mode_loss`` at the target: (2g^2-2g+1)/4
    lambda^(2g-3).

    Source: prp-mode-arc in the book.

    Args:
        rate: lambda > 0 of model and target.
        gain: g.

    Raises:
        InputError: a rate is not positive.
    """
    check_rates(rate=rate)
    return (2 * gain**2 - 2 * gain + 1) / 4 * rate ** (2 * gain - 3)


@checked
def largest_stable_rate(
    f: Parameterization, rate: Float[Tensor, "*n"], gain: float = 0.0
) -> Float[Tensor, "*n"]:
    """Return 2/L''(w), below which gradient descent on w is stable at the target.

    Source: prp-stable-rate in the book.

    Args:
        f: the map from w to the eigenvalue.
        rate: lambda > 0 of the target.
        gain: g.

    Raises:
        InputError: a rate is not positive, or outside the range of f.
    """
    check_rates(rate=rate)
    slope = f.derivative(f.inverse(-rate))
    return 2 / (slope**2 * mode_curvature(rate, gain))


@checked
def joint_hessian(
    f: Parameterization, rates: Float[Tensor, " m"], weights: Float[Tensor, " m"]
) -> Float[Tensor, "m m"]:
    """Return the Hessian by w of half the squared L2 error of sum_i a_i exp(f(w_i) t)
    where it is the target.

    Source: thm-joint-modes in the book.

    Args:
        f: the map from w to eigenvalues.
        rates: lambda_i > 0.
        weights: a_i, which are not trained.

    Raises:
        InputError: a rate is not positive, or outside the range of f.
    """
    check_rates(rates=rates)
    speed = weights * f.derivative(f.inverse(-rates))
    return 2 * torch.outer(speed, speed) / (rates[:, None] + rates) ** 3


@checked
def mode_overlap(rates: Float[Tensor, " m"]) -> Float[Tensor, "m m"]:
    """Return (2 sqrt(lambda_i lambda_j) / (lambda_i + lambda_j))^3, the cosines of the
    derivatives of the modes, which no map f changes.

    Args:
        rates: lambda_i > 0.

    Raises:
        InputError: a rate is not positive.
    """
    check_rates(rates=rates)
    return (2 * torch.outer(rates, rates).sqrt() / (rates[:, None] + rates)) ** 3


def check_rates(**rates: Tensor) -> None:
    """Refuse rates that are not positive.

    Args:
        rates: tensors by the name of the argument.

    Raises:
        InputError: one is not positive.
    """
    for name, values in rates.items():
        if not (values > 0).all():
            raise InputError(name, "must be positive", values,
                             "modes of other rates do not decay")
