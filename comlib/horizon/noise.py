"""How far the pole of one mode scatters that is fitted to finitely many windows."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError
from ..functional import DTYPE
from .carried import truncation_factors


@checked
def pole_spread(pole: float, window: float) -> Float[Tensor, " two"]:
    """Return the standard deviations of a fitted pole, times sqrt(outputs seen).

    The target is z^s, and amplitude and pole are fitted by least squares, in the
    limit of many windows. First, per unit of the noise's standard deviation, what
    independent noise in the outputs does; then what the lost history does, if the
    windows are cut from a stream and start with the state zero. A carried state
    (window infinity) has (1 - z^2)^(3/2) and zero.

    Source: prp-pole-spread in the book (ours).

    Args:
        pole: z, between 0 and 1.
        window: T >= 2, or infinity.

    Raises:
        InputError: a pole outside (0, 1), or a wrong window.
    """
    if not 0 < pole < 1:
        raise InputError("pole", "must lie between 0 and 1", pole,
                         "a pole is exp(-rate)")
    if window == math.inf:
        return torch.tensor([(1 - pole**2) ** 1.5, 0.0], dtype=DTYPE)
    if window < 2:
        raise InputError("window", "must be at least 2", window,
                         "one output does not determine two numbers")
    truncation_factors(window, 1)  # refuses what is no whole number
    T = int(window)
    k = torch.arange(T, dtype=DTYPE)
    slopes = torch.stack([pole**k, k * pole ** (k - 1).clamp(min=0)])
    inverse = torch.linalg.inv((slopes * (T - k)) @ slopes.T)
    # the input at the position j is heard by the later outputs, each of which lacks
    # the old state times z^(t + 1)
    scores = torch.stack([(slopes[:, : T - j] * pole ** (k[j:] + 1)).sum(-1)
                          for j in range(T)], -1)
    lost = inverse @ scores @ scores.T @ inverse / (1 - pole**2)
    return (T * torch.stack([inverse[1, 1], lost[1, 1]])).sqrt()
