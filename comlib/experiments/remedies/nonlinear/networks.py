"""The networks of the chapter: modes of three kinds, and a pair of ReLU units."""

import torch

from comlib import RNN, Softplus
from comlib.experiments.inverse.nonlinear import protocols
from comlib.experiments.inverse.nonlinear.networks import (Bounded, spread_rates,
                                                           uniform)
from comlib.functional import DTYPE
from comlib.models import UnitGain

KINDS = {"direct": Bounded(), "softplus": Softplus(), "unit gain": UnitGain(Softplus())}


def modes(activation: str, kind: str, m: int, seeds: int) -> RNN:
    """Return a stack of diagonal networks, U and c of norm about one for all kinds.

    Args:
        activation: "tanh" or "hardtanh".
        kind: key of ``KINDS``.
        m: width.
        seeds: number of networks.
    """
    rates = -spread_rates(m).expand(seeds, m)
    U, c = (uniform(seeds, m, 1, bound=(3 / m) ** 0.5, seed=k) for k in (4, 1))
    return RNN(rates, U, c.mT, dt=protocols.DT, activation=activation,
               parameterization=KINDS[kind])


def pair(rate: float, dt: float) -> RNN:
    """Return two ReLU units whose difference is g' = -rate g + x.

    Source: prp-ratchet-pair in the book.

    Args:
        rate: > 0.
        dt: timebase.
    """
    sign = torch.tensor([[1.0], [-1.0]], dtype=DTYPE)
    return RNN(-rate * sign @ sign.mT, sign, sign.mT, dt=dt, activation="relu",
               allow_unstable=True)  # the eigenvalues are 0 and -2 rate
