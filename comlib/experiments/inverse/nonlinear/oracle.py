"""What is known without training: the target's own limit on a finite horizon."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from comlib import Table
from comlib.functional import DTYPE

from .protocols import DT, LENGTH, error_weights, target


def limit_curve(name: str, radii: Sequence[float], length: int = LENGTH) -> Table:
    """Return the error of the target's kernel after the shift W + beta I.

    The kernel rho_s becomes sum_k binom(s, k) (beta dt)^k rho_(s-k); what the errors
    of linear networks that converge to the target are at least, in the limit.

    Source: prp-horizon-limit in the book (ours).

    Args:
        name: "exp" or "pol".
        radii: the beta >= 0.
        length: number of time points.
    """
    rho = target(name).kernel_samples(length)[:, 0, 0]
    kappa = error_weights(length).flip(0).cumsum(0).flip(0)
    moved = shifted(rho, [beta * DT for beta in radii])
    errors = (kappa * (moved - rho).square()).sum(-1)
    return Table(radius=list(radii), limit=errors.tolist())


def shifted(rho: Tensor, steps: Sequence[float]) -> Tensor:
    """Return the kernels sum_k binom(s, k) step^k rho_(s-k), (len(steps), time).

    Source: prp-horizon-limit in the book (ours).

    Args:
        rho: (time,).
        steps: the beta dt >= 0.
    """
    s = torch.arange(len(rho), dtype=DTYPE)
    lag = s[:, None] - s  # k; what is not causal has binom(s, k) = 0
    k = lag.clamp(min=0)
    logs = (torch.lgamma(s[:, None] + 1) - torch.lgamma(k + 1)
            - torch.lgamma(s[:, None] - k + 1))
    moved = []
    for step in steps:
        powers = (torch.exp(logs + k * math.log(step)) if step
                  else (lag == 0).to(DTYPE))
        moved.append(torch.where(lag >= 0, powers, 0.0) @ rho)
    return torch.stack(moved)
