"""One mode trained on a stream: the state is carried on, its gradient is cut."""

import math

import torch
from jaxtyping import Float
from scipy.optimize import brentq
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count
from ..functional import DTYPE


@checked
def truncation_factors(window: float, length: int) -> Float[Tensor, " length"]:
    """Return m_k, what takes the place of k in the gradient of z^k.

    m_k = k (2T + 1 - k)/(2T) up to k = T, and (T + 1)/2 beyond: the mean over the
    steps j = 1 .. T of a window of min(k, j). Without truncation it is k.

    Source: prp-truncated in the book (ours).

    Args:
        window: T, a whole number, or infinity for the full gradient.
        length: number of lags k = 0, 1, ...

    Raises:
        InputError: a window that is not a positive whole number or infinity.
    """
    k = torch.arange(check_count("length", length), dtype=DTYPE)
    if window == math.inf:
        return k
    if not (window >= 1 and window == int(window)):
        raise InputError("window", "must be a whole number of steps", window,
                         "pass e.g. window=16, or math.inf")
    short = k.clamp(max=window)
    return short * (2 * window + 1 - short) / (2 * window)


@checked
def truncated_drift(
    rho: Float[Tensor, " lags"], poles: Float[Tensor, " poles"], window: float,
) -> Float[Tensor, " poles"]:
    """Return G_T(z) = sum_k e_k m_k z^k, with the best amplitude for each pole.

    e_k = rho_k - c z^k, c = (1 - z^2) sum_k rho_k z^k. Where it is positive,
    training by the truncated gradient moves the pole towards one.

    Source: thm-truncated in the book (ours).

    Args:
        rho: the target's kernel; lags that are not given count as zero.
        poles: z, between 0 and 1.
        window: T, or infinity.

    Raises:
        InputError: a pole outside (0, 1), or a wrong window.
    """
    _check_poles("poles", poles)
    k = torch.arange(len(rho), dtype=DTYPE)
    m = truncation_factors(window, len(rho))
    powers = poles[:, None] ** k
    gain = powers @ rho
    # the sums of the model's own lags go on to infinity
    q = poles.square()
    if window == math.inf:
        own = q / (1 - q).square()
    else:
        own = _summed(q, int(window))
    return powers @ (rho * m) - (1 - q) * gain * own


@checked
def truncated_poles(
    rho: Float[Tensor, " lags"], window: float, points: int = 400,
) -> Float[Tensor, " found"]:
    """Return the poles in (0, 1) at which the truncated drift vanishes, in order.

    Found between sign changes on a grid of time constants 1/(1 - z) from 1.1 to a
    tenth of the given lags.

    Source: thm-truncated in the book (ours).

    Args:
        rho: the target's kernel; lags that are not given count as zero.
        window: T, or infinity.
        points: of the grid.

    Raises:
        InputError: a wrong window, or fewer than 20 lags.
    """
    if len(rho) < 20:
        raise InputError("rho", "must have at least 20 lags", len(rho),
                         "pass the kernel far beyond its memory")

    def drift(z: float) -> float:
        return float(truncated_drift(rho, torch.tensor([z], dtype=DTYPE), window))

    top = math.log10(len(rho) / 10)
    grid = 1 - 10 ** -torch.linspace(0.04, top, check_count("points", points),
                                     dtype=DTYPE)
    signs = truncated_drift(rho, grid, window).sign()
    turns = (signs[1:] * signs[:-1] < 0).nonzero().flatten().tolist()
    return torch.tensor([brentq(drift, float(grid[i]), float(grid[i + 1]), xtol=1e-14)
                         for i in turns], dtype=DTYPE)


@checked
def truncation_speed(pole: float, window: float) -> Float[Tensor, " two"]:
    """Return how fast a pole moves near its target, relative to full gradients.

    Two numbers: while the amplitude stands still, sum_k m_k k q^k / sum_k k^2 q^k
    with q = z^2; and while the amplitude is the best one at every moment, the same
    with the covariance of m_k and k in place of their product.

    Source: prp-truncated-speed in the book (ours).

    Args:
        pole: z, between 0 and 1.
        window: T, or infinity.

    Raises:
        InputError: a pole outside (0, 1), or a wrong window.
    """
    _check_poles("pole", torch.tensor([pole], dtype=DTYPE))
    length = 20 + int(20 / -math.log(pole))  # q^length is e^-40
    k = torch.arange(length, dtype=DTYPE)
    p = pole ** (2 * k)
    p = p / p.sum()
    m = truncation_factors(window, length)
    still = (p @ (m * k)) / (p @ k.square())
    centred = p * (k - p @ k)
    return torch.stack([still, (centred @ m) / (centred @ k)])


def _summed(q: Tensor, window: int) -> Tensor:
    """Return sum_k m_k q^k, by parts: the increments of m are 1 - (k - 1)/T."""
    k = torch.arange(1, window + 1, dtype=DTYPE)
    return (q[:, None] ** k) @ (1 - (k - 1) / window) / (1 - q)


def _check_poles(argument: str, poles: Tensor) -> None:
    if not ((poles > 0) & (poles < 1)).all():
        raise InputError(argument, "must lie between 0 and 1", poles.tolist(),
                         "a pole is exp(-rate)")
