"""A generated stand-in for the recording: the same shapes, similar statistics."""

import math

import torch
from jaxtyping import Float
from scipy.signal import lfilter
from torch import Tensor

from ..arguments import checked
from ..checks import check_count, check_positive
from ..functional import DTYPE

_EDGE = 40  # bins that are cut off at either end


@checked
def surrogate_s1(
    length: int = 35129, neurons: int = 52, *, gain: float = 0.055,
    private: float = 0.5, seed: int = 0,
) -> tuple[Float[Tensor, "time neurons"], Float[Tensor, "time 2"]]:
    """Return generated spike counts in bins of 50 ms, and the velocity behind them.

    The velocity is a sum of overlapping movements of minimum jerk. A neuron fires by
    a Poisson law whose log rate has the cosine of the movement's direction, at a lag
    of its own, and an autoregressive part that no other neuron shares.

    Args:
        length: number of bins.
        neurons: number of neurons.
        gain: how much of the log rate one unit of velocity makes.
        private: standard deviation of the part that is the neuron's own.
        seed: of the local generator.

    Raises:
        InputError: a count that is not positive, or a number that is negative.
    """
    check_count("length", length), check_count("neurons", neurons)
    for name, value in {"gain": gain, "private": private}.items():
        check_positive(name, value, zero=True)
    draw = torch.Generator().manual_seed(seed)
    velocity = _velocity(length + 2 * _EDGE, draw)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw, dtype=DTYPE)

    angle = 2 * math.pi * torch.rand(neurons, generator=draw, dtype=DTYPE)
    tuning = gain * (1 + 0.5 * normal(neurons)).abs()
    lags = (2.2 * normal(neurons) - 1.5).round().long().clamp(-_EDGE, _EDGE)
    base = math.log(5.5 * 0.05) + 0.95 * normal(neurons)
    drive = tuning * (velocity @ torch.stack([angle.cos(), angle.sin()]))
    at = torch.arange(length)[:, None] + _EDGE - lags
    drive = 1.5 * (drive.gather(0, at) / 1.5).tanh()
    own = lfilter([math.sqrt(1 - 0.9**2)], [1.0, -0.9], normal(length, neurons), axis=0)
    rate = (base - 0.1 + drive + private * torch.as_tensor(own)).exp().clamp(max=3.0)
    return torch.poisson(rate, draw), velocity[_EDGE:-_EDGE]


def _velocity(length: int, draw: torch.Generator) -> Tensor:
    """Return a sum of bells, each in a random direction, of random height and width."""
    count = length // 5 + 8
    onset = torch.randint(5, 11, (count,), generator=draw).cumsum(0) - 20
    width = torch.randint(7, 14, (count,), generator=draw)
    u = torch.rand(3, count, generator=draw, dtype=DTYPE)
    height = -5.0 * (u[0].clamp(min=1e-12) * u[1].clamp(min=1e-12)).log()
    angle = 2 * math.pi * u[2]
    k = torch.arange(13)
    s = ((k + 0.5) / width[:, None]).clamp(max=1.0)
    bell = 16 * s**2 * (1 - s) ** 2 * height[:, None]
    moves = bell[..., None] * torch.stack([angle.cos(), angle.sin()], -1)[:, None]
    at, out = onset[:, None] + k, torch.zeros(length, 2, dtype=DTYPE)
    inside = (at >= 0) & (at < length)
    return out.index_add(0, at[inside], moves[inside])
