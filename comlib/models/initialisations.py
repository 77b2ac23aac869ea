"""Where diagonal state-space layers start: their eigenvalues before training."""

import math

import torch
from jaxtyping import Complex
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_choice, check_count
from ..functional import DTYPE

S4D_STARTS = ("LegS", "Lin", "Inv", "Real")
"""The starts that ``s4d_eigenvalues`` knows."""


@checked
def s4d_eigenvalues(start: str, states: int) -> Complex[Tensor, " states"]:
    """Return eigenvalues A_n of S4D layers in continuous time, n < states.

    "LegS": of the normal part -1/2 I + skew of the HiPPO-LegS matrix of twice the
    size, one of each conjugate pair; "Lin": -1/2 + i pi n; "Inv":
    -1/2 + i (N/pi) (N/(2n+1) - 1), N = 2 states; "Real": -(n + 1).

    Source: Gu et al. 2022 (S4D), from memory.

    Args:
        start: "LegS", "Lin", "Inv" or "Real".
        states: number of complex states, one of each pair.

    Raises:
        InputError: unknown start, or no states.
    """
    check_choice("start", start, S4D_STARTS)
    n = torch.arange(check_count("states", states), dtype=DTYPE)
    if start == "Real":
        return torch.complex(-(n + 1), torch.zeros_like(n))
    N = 2 * states
    imag = {"Lin": math.pi * n, "Inv": N / math.pi * (N / (2 * n + 1) - 1)}
    if start == "LegS":
        imag["LegS"] = _legs_frequencies(N)
    return torch.complex(torch.full_like(n, -0.5), imag[start])


@checked
def ring_factors(
    states: int, low: float, high: float, *, phase: float = 2 * math.pi, seed: int = 0
) -> Complex[Tensor, " states"]:
    """Return factors of the linear recurrent unit (LRU), evenly spread over a ring.

    |z|^2 is uniform between low^2 and high^2, the angle between 0 and ``phase``.

    Source: Orvieto et al. 2023 (LRU), from memory.

    Args:
        states: number of factors.
        low: inner radius, >= 0.
        high: outer radius, at most 1.
        phase: largest angle.
        seed: of the local generator.

    Raises:
        InputError: no states, or radii that are not 0 <= low < high <= 1.
    """
    if not 0 <= low < high <= 1:
        raise InputError("low, high", "must obey 0 <= low < high <= 1", (low, high),
                         "use e.g. low=0.9, high=0.999")
    generator = torch.Generator().manual_seed(seed)
    u, v = torch.rand(2, check_count("states", states), generator=generator,
                      dtype=DTYPE)
    return torch.polar((low**2 + u * (high**2 - low**2)).sqrt(), phase * v)


def _legs_frequencies(N: int) -> Tensor:
    """Return the positive imaginary parts of the normal part of LegS, rising."""
    n = torch.arange(N, dtype=DTYPE)
    skew = torch.outer((2 * n + 1).sqrt(), (2 * n + 1).sqrt()) / 2
    skew = skew.triu(1) - skew.tril(-1)
    return torch.linalg.eigvalsh(1j * skew)[N // 2:]
