"""The networks of our reading of the paper's linear figures."""

import torch
from torch import Tensor

from comlib import Direct, Parameterization, RNN, time_grid

__all__ = ["on_fixed_rates"]


def on_fixed_rates(
    rho: Tensor, width: int, ridge: float, f: Parameterization = Direct()
) -> RNN:
    """Return the network on the rates k/m, least squares without t = 0.

    Args:
        rho: the target at t = 0, ..., T.
        width: m.
        ridge: added to the normal equations.
        f: the map from raw weights to eigenvalues.
    """
    rates = torch.arange(1, width + 1).to(rho) / width
    modes = torch.exp(-time_grid(len(rho), 1.0)[1:, None] * rates)
    gram = modes.mT @ modes + ridge * torch.eye(width).to(rho)
    a = torch.linalg.solve(gram, modes.mT @ rho[1:])
    size = a.abs().sqrt()
    return RNN(-rates, size[:, None], (a.sign() * size)[None], dt=1.0,
               activation="identity", discretisation="exact", parameterization=f)
