"""The electroencephalogram that comes with matplotlib."""

import numpy as np
import torch
from matplotlib import cbook

from ..arguments import checked
from ..functional import DTYPE
from .recordings import Recording


@checked
def load_eeg() -> Recording:
    """Return ten seconds of an EEG: three channels, and the fourth to be predicted.

    800 samples; the channels are those of the file eeg.dat in matplotlib's sample
    data, which its gallery draws as a recording of 10 s.
    """
    with cbook.get_sample_data("eeg.dat") as file:
        volts = np.frombuffer(file.read(), dtype=float).reshape(800, 4).copy()
    x = torch.tensor(volts, dtype=DTYPE)
    return Recording(x[:, :3], x[:, 3:], 10 / 800, "recording, EEG of matplotlib")
