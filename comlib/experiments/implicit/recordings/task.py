"""What the experiments of this chapter share: a recording, cut and split."""

from dataclasses import dataclass

import torch
from torch import Tensor

from comlib.data import (Recording, delayed_windows, explained, load_eeg, load_s1,
                         standardised, surrogate_s1)
from comlib.functional import DTYPE
from comlib.wide import SecondMoments, Variances, scale_factors


@dataclass(frozen=True)
class Split:
    """Windows that end at every time point; the output is predicted at their ends.

    Args:
        moments: of the windows to fit to.
        held: inputs and outputs of those to predict.
        source: of the recording.
    """

    moments: SecondMoments
    held: tuple[Tensor, Tensor]
    source: str

    def explained(self, kernels: Tensor) -> Tensor:
        """Return R^2 on the windows held back, (\\*stack, d_out).

        Args:
            kernels: impulse responses.
        """
        return explained(kernels, *self.held)


def recording(name: str, length: int, neurons: int) -> Recording:
    """Return "s1", which must be there, "eeg", or a "surrogate" of a given size.

    Args:
        name: which.
        length: bins of a surrogate.
        neurons: of a surrogate.
    """
    if name == "s1":
        return load_s1(surrogate=False)
    if name == "eeg":
        return load_eeg()
    return Recording(*surrogate_s1(length, neurons), 0.05, "GENERATED surrogate")


def splits(
    data: Recording, window: int, delay: int, validate: bool = False
) -> list[Split]:
    """Return the split into training and test, and that within the training part.

    The last third of the time is for the test; of the rest, the last quarter is held
    back to choose by.

    Args:
        data: the recording.
        window: length of a window.
        delay: how late the output is predicted.
        validate: whether the second split is wanted.
    """
    until = 2 * len(data) // 3
    scaled = standardised(data, until)
    found = []
    for start, stop in [(until, len(data)), (3 * until // 4, until)][:1 + validate]:
        fit, held = (delayed_windows(scaled, window, delay, start=a, stop=b, stride=1)
                     for a, b in ((0, start), (start, stop)))
        found.append(Split(SecondMoments.of(*fit, times=[-1]), held, data.source))
    return found


def factors(recurrent: float, readout: float, window: int) -> Tensor:
    """Return the scale factors of nu_W, or ones for infinity: an unscaled convolution.

    Args:
        recurrent: nu_W.
        readout: nu_c; nu_U is one.
        window: number of lags.
    """
    if recurrent == float("inf"):
        return torch.ones(window, dtype=DTYPE)
    return scale_factors(Variances(recurrent, 1.0, readout), window)
