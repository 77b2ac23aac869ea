"""What descent from few data loses on a delayed copy of white noise."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_positive


@checked
def delay_risk(
    factors: Float[Tensor, " time"], delay: int, *, sequences: int, d: int = 1,
    noise: float = 0.0, rate: float, updates: Float[Tensor, " updates"],
) -> Float[Tensor, "updates 3"]:
    """Return the expected excess risk of a scaled convolution, in three parts.

    For y_t = x_{t - delay} + noise, white x of d coordinates and a start at zero,
    E sum_j (T - j) |L_j - L*_j|^2 = bias + noise + inputs + O(1/sequences^2): what is
    not learned yet, what is learned of the noise, and what the chance correlations of
    the inputs do. The noise and inputs parts are of order 1/sequences.

    Source: thm-delay-risk in the book.

    Args:
        factors: r_j.
        delay: tau.
        sequences: N, each of as many time points as there are factors.
        d: coordinates of input and of output.
        noise: standard deviation of the noise.
        rate: eta.
        updates: the numbers l.

    Raises:
        InputError: a delay outside the window, or a number that is not positive.
    """
    T, tau = len(factors), check_count("delay", delay, least=0)
    check_count("sequences", sequences), check_count("d", d)
    check_positive("rate", rate), check_positive("noise", noise, zero=True)
    if tau >= T:
        raise InputError("delay", f"must be below the window of {T} lags", delay,
                         "pass more factors")
    if (updates < 0).any():
        raise InputError("updates", "must not be negative", updates.min().item(),
                         "count from 0")
    j = torch.arange(T, dtype=factors.dtype)
    seen, eta = T - j, rate * factors
    q, l = 1 - eta * seen, updates[:, None]  # noqa: E741
    bias = d * seen[tau] * q[tau] ** (2 * updates)
    learned = (d * d * noise**2 / sequences) * ((1 - q**l) ** 2).sum(-1)
    pairs = (T - torch.maximum(j, j[tau])) / sequences * d
    pairs[tau] += (T - tau) / sequences
    h, g = _divided(q, q[tau], l)
    spread = (seen * eta**2 * pairs * h**2).sum(-1)
    drift = 2 * seen[tau] * q[tau] ** updates * eta[tau] * (eta * pairs * g).sum(-1)
    return torch.stack([bias, learned, d * (spread + drift)], -1)


def _divided(q: Tensor, a: Tensor, l: Tensor) -> tuple[Tensor, Tensor]:  # noqa: E741
    """Return sum_{k<l} a^k q^(l-1-k), and sum_{k<l} a^(l-1-k) of that sum to k."""
    gap = torch.where((q - a).abs() < 1e-9, 1.0, q - a)
    same = (q - a).abs() < 1e-9
    slope = l * a ** (l - 1).clamp(min=0)
    h = torch.where(same, slope, (q**l - a**l) / gap)
    bend = l * (l - 1) / 2 * a ** (l - 2).clamp(min=0)
    return h, torch.where(same, bend, (h - slope) / gap)
