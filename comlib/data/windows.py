"""Windows of a recording whose output is to be predicted late."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count
from .recordings import Recording


@checked
def standardised(recording: Recording, until: int) -> Recording:
    """Return it with means zero and variances one, inputs divided by sqrt(d_in).

    Args:
        recording: what to scale.
        until: means and variances are those of the time points before it.

    Raises:
        InputError: fewer than two time points, or more than there are; a channel
            that is constant in them.
    """
    if not 2 <= until <= len(recording):
        raise InputError("until", f"must be from 2 to {len(recording)}", until,
                         "give the end of the training part")
    x, y = (_scaled(v, until) for v in (recording.x, recording.y))
    return Recording(x / x.shape[1] ** 0.5, y, recording.dt, recording.source,
                     recording.breaks)


def _scaled(v: Tensor, until: int) -> Tensor:
    spread = v[:until].std(0, correction=0)
    if (spread == 0).any():
        raise InputError("recording", "must vary in every channel before ``until``",
                         f"channel {int(spread.argmin())} does not", "leave it out")
    return (v - v[:until].mean(0)) / spread


@checked
def delayed_windows(
    recording: Recording, length: int, delay: int = 0, *, start: int = 0,
    stop: int | None = None, stride: int | None = None,
) -> tuple[Float[Tensor, "batch time d_in"], Float[Tensor, "batch time d_out"]]:
    """Return windows of x_t and y_{t - delay} in which no time point is missing.

    They follow each other within every stretch that no break interrupts; the output
    of the first time point lies ``delay`` before the window, in the same stretch.

    Args:
        recording: where they are cut.
        length: of a window.
        delay: how late the output is to be predicted.
        start: time points before it are not used.
        stop: nor are those from here on (default: the end).
        stride: from one window to the next (default: ``length``).

    Raises:
        InputError: no stretch is long enough, or the part is empty.
    """
    check_count("length", length), check_count("delay", delay, least=0)
    stop = len(recording) if stop is None else stop
    if not 0 <= start < stop <= len(recording):
        raise InputError("start, stop", f"must rise within 0 to {len(recording)}",
                         (start, stop), "choose a part of the recording")
    stride = length if stride is None else check_count("stride", stride)
    ends = [start, *(k for k in recording.breaks if start < k < stop), stop]
    firsts = torch.cat([torch.arange(a + delay, max(b - length + 1, a + delay), stride)
                        for a, b in zip(ends, ends[1:])])
    if not len(firsts):
        raise InputError("length", "must fit, with the delay, between two breaks",
                         length, "take shorter windows")
    at = firsts[:, None] + torch.arange(length)
    return recording.x[at], recording.y[at - delay]


@checked
def explained(
    kernels: Float[Tensor, "*stack lags d_out d_in"],
    x: Float[Tensor, "batch time d_in"], y: Float[Tensor, "batch time d_out"],
) -> Float[Tensor, "*stack d_out"]:
    """Return R^2, the share of the variance of y at a window's end that L * x explains.

    1 - sum |y - y_hat|^2 / sum |y - mean y|^2 over the windows, for each output.

    Args:
        kernels: impulse responses L_j with as many lags as the windows are long.
        x: inputs.
        y: outputs; only the last of each window counts.

    Raises:
        InputError: another number of lags, or outputs that do not vary.
    """
    if kernels.shape[-3] != x.shape[1] or kernels.shape[-1] != x.shape[2]:
        raise InputError("kernels", "must have the windows' length and d_in",
                         tuple(kernels.shape), f"windows have {tuple(x.shape)}")
    rows = x.flip(1).flatten(1)  # lag j first
    flat = kernels.transpose(-3, -2).flatten(-2)
    seen = y[:, -1]
    spread = (seen - seen.mean(0)).square().sum(0)
    if (spread == 0).any():
        raise InputError("y", "must vary at the end of the windows", "a constant",
                         "take more windows")
    return 1 - (seen - rows @ flat.mT).square().sum(-2) / spread
