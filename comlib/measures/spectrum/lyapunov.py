"""Lyapunov matrices, and what a stability radius says about the flow."""

import math

import torch
from scipy import linalg

from ...arguments import checked
from ...checks import InputError, check_finite
from .matrices import Matrix, square
from .radii import complex_stability_radius


@checked
def lyapunov_norm(W: Matrix, rate: float = 0.0) -> float:
    """Return |P|_2 for A^T P + P A = -I with A = W + rate I.

    P is the integral of exp(A^T t) exp(A t), so v^T P v that of |exp(A t) v|^2.

    Source: lem-lyapunov-radius in the book.

    Args:
        W: a square matrix, or a model, whose W it is.
        rate: how much the eigenvalues are moved to the right.

    Raises:
        InputError: not a square matrix, a rate that is not finite, or A is not
            stable.
    """
    A = _shifted(W, rate)
    if torch.linalg.eigvals(A).real.max() >= 0:
        raise InputError("W", "must be stable after the shift",
                         "an eigenvalue with Re >= 0", "choose a smaller rate")
    P = linalg.solve_continuous_lyapunov(A.mT.numpy(), -torch.eye(len(A)).numpy())
    return float(torch.linalg.matrix_norm(torch.from_numpy(P), 2))


@checked
def flow_constant(W: Matrix, rate: float = 0.0) -> float:
    """Return a K with |exp(W t)|_2 <= K exp(-rate t) for t >= 0.

    K^2 = 2 L (L + 2 r) / (pi r^2) with L = |W + rate I|_2 and r its complex
    stability radius; it does not depend on the size of W. Infinity if r = 0.

    Source: lem-lyapunov-radius in the book (ours).

    Args:
        W: a square matrix, or a model, whose W it is.
        rate: of the decay.

    Raises:
        InputError: not a square matrix, or a rate that is not finite.
    """
    A = _shifted(W, rate)
    r, L = complex_stability_radius(A), float(torch.linalg.matrix_norm(A, 2))
    return math.sqrt(2 * L * (L + 2 * r) / math.pi) / r if r > 0 else math.inf


def _shifted(W: Matrix, rate: float) -> torch.Tensor:
    A = square(W).detach()
    return A + check_finite("rate", rate) * torch.eye(len(A), dtype=A.dtype)
