"""From a linear differential equation to steps from sample to sample."""

import torch
from torch import Tensor

DISCRETISATIONS = ("euler", "exact", "hold")


def discretised(
    W: Tensor, weights: Tensor, dt: float, way: str
) -> tuple[Tensor, Tensor]:
    """Return A and B of h_k = A h_{k-1} + B x_k for dh/dt = W h + U x.

    "euler": A = I + dt W, B = dt U; "exact": A = exp(W dt), B = dt U, so that the
    kernel is sampled; "hold": the input is constant between samples.

    Source: def-discretisation in the book.

    Args:
        W: eigenvalues, (\\*stack, m), or matrices, (\\*stack, m, m).
        weights: U, (\\*stack, m, n).
        dt: timebase.
        way: one of ``DISCRETISATIONS``.
    """
    diagonal, m = W.ndim < weights.ndim, W.shape[-1]
    if way == "euler":
        return (1.0 if diagonal else torch.eye(m).to(W)) + dt * W, dt * weights
    A = torch.exp(dt * W) if diagonal else torch.linalg.matrix_exp(dt * W)
    if way == "exact":
        return A, dt * weights
    if diagonal:
        nonzero = torch.where(W == 0, torch.ones_like(W), W)
        step = torch.where(W == 0, dt, torch.expm1(dt * nonzero) / nonzero)
        return A, step[..., None] * weights
    # the corner block of exp of [[W, U], [0, 0]] integrates exp(W s) U, even
    # for a singular W
    rows = torch.cat([W, weights], -1)
    pad = torch.nn.functional.pad(rows, (0, 0, 0, weights.shape[-1]))
    return A, torch.linalg.matrix_exp(dt * pad)[..., :m, m:]
