"""What the chapter says in formulas: its target, the bound of a lag, the leak."""

import math

import numpy as np
import torch
from torch import Tensor

from comlib import Table
from comlib.functional import DTYPE
from comlib.wide import SecondMoments, Variances


def slow_target(length: int, decay: float) -> Tensor:
    """Return decay^j as an impulse response, (length, 1, 1).

    Args:
        length: number of lags.
        decay: from lag to lag.
    """
    return (decay ** torch.arange(length, dtype=DTYPE))[:, None, None]


def linear_bound(
    moments: SecondMoments, factors: Tensor, rate: float, updates: int,
    start: Tensor | None = None,
) -> Tensor:
    """Return eta l r_j sqrt(2 s_j (J(L^0) - min J)), s_j the norm of (xx)_jj.

    Source: thm-linear-bound in the book.

    Args:
        moments: of the data.
        factors: r_j, all positive.
        rate: eta, at most 2 over the curvature.
        updates: l.
        start: L^0 (default: zero).
    """
    L = torch.zeros_like(moments.yx) if start is None else start
    T, d_in = moments.xx.shape[:2]
    force = moments.gradient(L).transpose(0, 1).flatten(1)
    inverse = torch.linalg.pinv(moments.xx.reshape(T * d_in, -1), hermitian=True)
    above = (force * (force @ inverse)).sum()  # twice the loss above its minimum
    blocks = moments.xx.diagonal(dim1=0, dim2=2).movedim(-1, 0)
    return rate * updates * factors * (
        torch.linalg.matrix_norm(blocks, 2) * above).sqrt()


def leak_variance(variances: Variances, g: Tensor) -> Tensor:
    """Return the limit of m Var(sum_k Theta_jk g_k), (lags,).

    Entries of one row on the two sides of the diagonal share their noise: see the
    proof of prp-leakage in the book.

    Args:
        variances: of the entries at the start; that of W is positive.
        g: gradient of the loss in the impulse response, (lags,).
    """
    T, kappa = len(g), variances.c * variances.U / variances.W
    total = torch.zeros(T, dtype=DTYPE)
    for j in range(T):
        for d in range(T):
            for nu in (variances.U, variances.c):
                noise = torch.zeros(T, dtype=DTYPE)  # coefficients of xi_(i, i + d)
                for k in {j - d, j + d} & set(range(T)):
                    i = torch.arange(min(j, k) + 1, dtype=DTYPE)
                    root = math.sqrt(variances.W) ** (j + k)
                    noise[: len(i)] += (root * g[k]) * (nu + kappa * (i[-1] - i))
                total[j] += (2 if d == 0 else 1) * noise.square().sum()
    return total


def crossover(table: Table) -> Table:
    """Return the lag at which the leak is as large as what the convolution moves.

    Interpolated between lags. ``measured`` takes the leak from the measured mean
    square less that of the convolution.

    Args:
        table: what ``run`` returned.
    """
    rows = []
    for m, part in table.groups("width"):
        found = np.sqrt(np.maximum(
            part["measured"] ** 2 - part["convolution"] ** 2, 0.0))
        rows.append((m, _crossing(part, found), _crossing(part, part["leak"])))
    return Table.from_rows(("width", "measured", "predicted"), rows)


def _crossing(rows: Table, leak: np.ndarray) -> float:
    gap = np.log(np.maximum(leak, 1e-300) / rows["convolution"])
    # the last lag at which the convolution is stronger
    j = int(np.flatnonzero(gap < 0)[-1])
    return j + gap[j] / (gap[j] - gap[j + 1]) if j + 1 < len(gap) else math.nan
