"""f(M) for matrices, with a derivative that needs no distinct eigenvalues."""

from collections.abc import Callable

import torch
from torch import Tensor


def matrix_function(f: Callable[[Tensor], Tensor], M: Tensor) -> Tensor:
    """Return f(M) for a matrix with a basis of eigenvectors.

    Args:
        f: analytic, real on the real line; applied elementwise to complex eigenvalues.
        M: real matrices, a stack or one.
    """
    return _MatrixFunction.apply(f, M)


class _MatrixFunction(torch.autograd.Function):
    """W = V f(mu) V^-1 where M = V mu V^-1, for an f that is analytic and real.

    The derivative is that of Daleckii and Krein: Df(M)[H] = V (F o V^-1 H V) V^-1 with
    the divided differences F of f. That of torch.linalg.eig divides by differences of
    eigenvalues, and raises where a gradient is so large that its rounding has a phase.

    Source: prp-matrix-speed in the book; for V that is not orthogonal the proof is the
    same, and the adjoint of Df(M) is Df of the transpose.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(f: Callable[[Tensor], Tensor], M: Tensor) -> Tensor:
        """Return f(M)."""
        mu, V = torch.linalg.eig(M)
        return torch.linalg.solve(V, V * f(mu)[..., None, :], left=False).real

    @staticmethod
    def setup_context(ctx, inputs: tuple, output: Tensor) -> None:
        """Keep M for both directions."""
        ctx.f, M = inputs
        ctx.save_for_backward(M)
        ctx.save_for_forward(M)

    @staticmethod
    def backward(ctx, G: Tensor) -> tuple[None, Tensor]:
        """Return the gradient with respect to M."""
        return None, _derivative(ctx.f, ctx.saved_tensors[0].mT, G)

    @staticmethod
    def jvp(ctx, _, H: Tensor) -> Tensor:
        """Return the derivative in the direction H."""
        return _derivative(ctx.f, ctx.saved_tensors[0], H)


def _derivative(f: Callable[[Tensor], Tensor], M: Tensor, H: Tensor) -> Tensor:
    mu, V = torch.linalg.eig(M)
    # backwards, since forward derivatives do not nest; hence the conjugate
    slope = torch.func.vjp(f, mu)[1](torch.ones_like(mu))[0].conj()
    F = divided_differences(mu, f(mu), slope)
    inside = F * torch.linalg.solve(V, H.to(V) @ V)
    return torch.linalg.solve(V, V @ inside, left=False).real


def divided_differences(w: Tensor, values: Tensor, slopes: Tensor) -> Tensor:
    """Return (f(w_i) - f(w_j)) / (w_i - w_j), and f'(w_i) if they are equal.

    Args:
        w: (\\*stack, m), real or complex.
        values: f(w).
        slopes: f'(w).
    """
    rise, run = (z[..., :, None] - z[..., None, :] for z in (values, w))
    # between neighbours the quotient is all rounding, and the mean slope is exact
    near = run.abs() < 1e-5 * (1 + w.abs()[..., None])
    return torch.where(near, (slopes[..., :, None] + slopes[..., None, :]) / 2,
                       rise / torch.where(near, torch.ones_like(run), run))
