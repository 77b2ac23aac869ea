"""Least squares with the measure tau as penalty, solved with a certificate."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_positive, check_tensor

_LEVELS = 10.0 ** -torch.arange(1, 9, 1.0)  # smoothing, over the size of the kernel
_STEPS = 30


@checked
def fit_with_measure(
    features: Float[Tensor, "*stack samples modes"],
    outputs: Float[Tensor, "*stack samples"], kernels: Float[Tensor, "modes lags"],
    penalty: float,
) -> tuple[Float[Tensor, "*stack modes"], Float[Tensor, "*stack"]]:
    """Return the C of least mean |y - F C|^2 + penalty |kernels' C|_1^2, and its gap.

    With inputs of mean zero and variance one the last term is penalty * tau. The
    absolute values are smoothed less and less; each level is minimised by damped
    Newton steps. The gap is that to the dual value, over the mean of y^2: no C does
    better by more.

    Source: prp-dual-gap in the book (ours).

    Args:
        features: F, one row a sequence, of full rank.
        outputs: y.
        kernels: kernels of the modes, so that rho = kernels' C.
        penalty: p, positive.

    Raises:
        InputError: sizes that do not fit, fewer samples than modes, or a penalty that
            is not positive.
    """
    n, m = features.shape[-2:]
    check_tensor("features", features.reshape(-1, n, m), "stack samples modes")
    check_tensor("outputs", outputs.reshape(-1, n), "stack samples")
    check_tensor("kernels", kernels, "modes lags"), check_positive("penalty", penalty)
    if n < m or outputs.shape != features.shape[:-1]:
        raise InputError("features", "must have a row for each output, and no more "
                         "columns than rows", tuple(features.shape),
                         "pass more samples, or fewer modes")
    # with c = R C the quadratic part is |c - c0|^2 + const
    Q, R = torch.linalg.qr(features / n**0.5)
    c0 = (Q.mT @ outputs[..., None] / n**0.5)[..., 0]
    A = torch.linalg.solve_triangular(R.mT, kernels.expand(*R.shape[:-1], -1),
                                      upper=False).mT
    c = c0.clone()
    for level in _LEVELS:
        c, signs = _minimise(c, c0, A, penalty, float(level))
    gap = _gap(c, c0, A, penalty, signs) / outputs.square().mean(-1)
    return torch.linalg.solve_triangular(R, c[..., None], upper=True)[..., 0], gap


def _value(c: Tensor, c0: Tensor, A: Tensor, p: float, eps: Tensor) -> Tensor:
    rho = (A @ c[..., None])[..., 0]
    smooth = (rho.square() + eps.square()).sqrt().sum(-1)
    return (c - c0).square().sum(-1) + p * smooth.square()


def _minimise(c: Tensor, c0: Tensor, A: Tensor, p: float,
              level: float) -> tuple[Tensor, Tensor]:
    """Return the minimiser at one level of smoothing, and the smoothed signs."""
    start = (A @ c0[..., None])[..., 0]
    eps = level * start.abs().mean(-1, keepdim=True)
    for _ in range(_STEPS):
        rho = (A @ c[..., None])[..., 0]
        root = (rho.square() + eps.square()).sqrt()
        total, signs = root.sum(-1)[..., None], rho / root
        g = (A.mT @ signs[..., None])[..., 0]
        slope = 2 * (c - c0) + 2 * p * total * g
        bend = 2 * p * (g[..., :, None] * g[..., None, :] + total[..., None] * (
            A.mT @ ((eps.square() / root**3)[..., None] * A)))
        bend.diagonal(dim1=-2, dim2=-1).add_(2.0)
        step = -torch.linalg.solve(bend, slope)
        fall, old = (step * slope).sum(-1), _value(c, c0, A, p, eps)
        if (-fall <= 1e-13 * old).all():
            break
        size = torch.ones_like(fall)
        for _ in range(20):
            new = _value(c + size[..., None] * step, c0, A, p, eps)
            # up to rounding
            short = new > old + 1e-4 * size * fall + 1e-14 * old
            if not short.any():
                break
            size = torch.where(short, size / 2, size)
        c = c + size[..., None] * step
    return c, 2 * p * total * signs


def _gap(c: Tensor, c0: Tensor, A: Tensor, p: float, v: Tensor) -> Tensor:
    """Return the value at c minus the dual value at v, which is a lower bound."""
    rho = (A @ c[..., None])[..., 0]
    primal = (c - c0).square().sum(-1) + p * rho.abs().sum(-1).square()
    push = (A.mT @ v[..., None])[..., 0]
    dual = (push * c0).sum(-1) - push.square().sum(-1) / 4 - (
        v.abs().amax(-1).square() / (4 * p))
    return primal - dual
