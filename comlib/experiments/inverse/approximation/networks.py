"""The networks that several experiments of this part perturb."""

import math

import torch

from comlib import RNN, TemperedPolynomial
from comlib.functional import DTYPE

__all__ = ["equal_modes", "gauss_laguerre"]


def gauss_laguerre(rho: TemperedPolynomial, width: int, dt: float = 0.1) -> RNN:
    """Return the Gauss-Laguerre network of a target, with c = U.

    Source: prp-gauss-laguerre in the book.

    Args:
        rho: the target.
        width: number of modes.
        dt: timebase.
    """
    rho_hat = rho.exponential_sum(width)
    rates, a = (torch.tensor(v, dtype=DTYPE) for v in (rho_hat.rates, rho_hat.weights))
    return RNN(-rates, a.sqrt()[:, None], a.sqrt()[None], dt=dt,
               activation="identity", discretisation="exact")


def equal_modes(width: int, dense: bool = True) -> RNN:
    """Return W = -I, c = U = (1, ..., 1) / sqrt(m), whose kernel is exp(-t).

    Args:
        width: m.
        dense: whether W is a matrix, all of whose entries move, or a diagonal.
    """
    ones = torch.ones(width, dtype=DTYPE)
    W = -torch.diag(ones) if dense else -ones
    u = ones / math.sqrt(width)
    return RNN(W, u[:, None], u[None], dt=0.1, activation="identity",
               discretisation="exact")
