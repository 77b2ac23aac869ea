"""Test inputs, sampled: sample k stands for the time k*dt."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_positive, check_tensor
from ..functional import DTYPE, time_grid


@checked
def heaviside(
    x: Float[Tensor, "batch d_in"], length: int, start: int = 0
) -> Float[Tensor, "batch time d_in"]:
    """Return the Heaviside inputs u^x: zero before ``start``, x from there on.

    Source: "Inverse Approximation Theory", Sec. 3.1.

    Args:
        x: heights, one row for each input of the batch.
        length: number of time points.
        start: the first time point at which the input is x.

    Raises:
        InputError: wrong shape, NaN, or ``start`` outside the window.
    """
    on = torch.arange(_check_start(start, length)) >= start
    return check_tensor("x", x, "batch d_in")[:, None, :] * on[:, None].to(x.dtype)


@checked
def reversed_heaviside(
    x: Float[Tensor, "batch d_in"], length: int, stop: int
) -> Float[Tensor, "batch time d_in"]:
    """Return the inputs r^x: x before ``stop``, zero from there on.

    Source: "Inverse Approximation Theory", App. G.

    Args:
        x: heights, one row for each input of the batch.
        length: number of time points.
        stop: the first time point at which the input is zero.

    Raises:
        InputError: wrong shape, NaN, or ``stop`` outside the window.
    """
    on = torch.arange(_check_start(stop, length, "stop")) < stop
    return check_tensor("x", x, "batch d_in")[:, None, :] * on[:, None].to(x.dtype)


@checked
def impulse(
    x: Float[Tensor, "batch d_in"], length: int, dt: float, start: int = 0
) -> Float[Tensor, "batch time d_in"]:
    """Return impulses of mass x: the value x/dt at ``start``, zero elsewhere.

    The mass is what must stay fixed as dt -> 0: an input that is nonzero at a
    single instant of continuous time has no effect on a regular functional.

    Source: "Inverse Approximation Theory", App. F, with the mass corrected.

    Args:
        x: masses, one row for each input of the batch.
        length: number of time points.
        dt: timebase.
        start: the time point of the impulse.

    Raises:
        InputError: wrong shape, NaN, or ``start`` outside the window.
    """
    on = torch.arange(_check_start(start, length)) == start
    height = check_tensor("x", x, "batch d_in") / check_positive("dt", dt)
    return height[:, None, :] * on[:, None].to(x.dtype)


@checked
def white_noise(
    batch: int, length: int, d_in: int = 1, *, dt: float, seed: int
) -> Float[Tensor, "batch time d_in"]:
    """Return independent normal samples of variance 1/dt.

    With this variance E|H(x)|^2 tends to the L2 norm of the kernel (Ito).

    Args:
        batch: number of inputs.
        length: number of time points.
        d_in: number of coordinates.
        dt: timebase.
        seed: of the local generator.

    Raises:
        InputError: a size or the timebase is not positive.
    """
    shape = [check_count("batch", batch), check_count("length", length),
             check_count("d_in", d_in)]
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(shape, generator=generator, dtype=DTYPE)
    return noise / math.sqrt(check_positive("dt", dt))


@checked
def ornstein_uhlenbeck(
    batch: int, length: int, d_in: int = 1, *, dt: float, seed: int,
    rate: float = 1.0,
) -> Float[Tensor, "batch time d_in"]:
    """Return stationary Ornstein-Uhlenbeck paths of variance one.

    x_{k+1} = a x_k + sqrt(1 - a^2) xi_k with a = exp(-rate*dt): exact in law at
    the sampling times. Continuous paths, for what white noise is too rough.

    Args:
        batch: number of inputs.
        length: number of time points.
        d_in: number of coordinates.
        dt: timebase.
        seed: of the local generator.
        rate: decay rate of the autocovariance exp(-rate*|t|).

    Raises:
        InputError: a size, the timebase or the rate is not positive.
    """
    noise = white_noise(batch, length, d_in, dt=1.0, seed=seed)
    check_positive("dt", dt)
    a = math.exp(-check_positive("rate", rate) * dt)
    path = [noise[:, 0]]
    for xi in noise[:, 1:].unbind(1):
        path.append(a * path[-1] + math.sqrt(1 - a * a) * xi)
    return torch.stack(path, 1)


@checked
def sine(
    frequency: Float[Tensor, " batch"], length: int, dt: float
) -> Float[Tensor, "batch time 1"]:
    """Return sin(frequency * t), one input for each frequency.

    Args:
        frequency: angular frequencies in radians per unit of time.
        length: number of time points.
        dt: timebase.

    Raises:
        InputError: wrong shape, NaN, or a size that is not positive.
    """
    check_tensor("frequency", frequency, "batch")
    return torch.sin(frequency[:, None, None] * time_grid(length, dt)[:, None])


@checked
def bump(
    center: float, widths: Float[Tensor, " batch"], length: int, dt: float,
    height: float = 1.0,
) -> Float[Tensor, "batch time 1"]:
    """Return triangles of given widths around one instant.

    As the width shrinks they converge to zero at every other time: the inputs
    that separate regular from irregular functionals.

    Args:
        center: time of the peak.
        widths: half widths of the triangles.
        length: number of time points.
        dt: timebase.
        height: value at the peak.

    Raises:
        InputError: wrong shape, NaN, or a size that is not positive.
    """
    if not (check_tensor("widths", widths, "batch") > 0).all():
        raise InputError("widths", "must be > 0", widths.min().item(),
                         "leave widths of zero out")
    distance = (time_grid(length, dt)[:, None] - center).abs()
    return height * (1 - distance / widths[:, None, None]).clamp(min=0)


def _check_start(start: int, length: int, name: str = "start") -> int:
    """Return ``length`` if ``start`` is one of its time points."""
    check_count("length", length)
    if not check_count(name, start, least=0) < length:
        raise InputError(name, f"must be a time point 0..{length - 1}", start,
                         "enlarge length or move it into the window")
    return length
