"""The loss of a diagonal linear network with white noise inputs, in closed form."""

import math

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError
from ..functional import DTYPE
from ..kernels import Kernel

NODES, WEIGHTS = (torch.from_numpy(v) for v in np.polynomial.legendre.leggauss(24))
"""The Gauss-Legendre rule of ``ModeLoss.drop``."""


@checked
class ModeLoss:
    """J(a, w) = integral of (sum_i a_i exp(-w_i t) - rho(t))^2 over t >= 0.

    Parameters are theta = (a, w), shape (\\*stack, 2m): m weights, then m rates.
    With L the Laplace transform of rho and S_ij = 1/(w_i + w_j) this is
    a'Sa - 2 a'L(w) + |rho|^2, so nothing is sampled. Every method raises an
    InputError if theta has another shape or dtype, or a rate that is not positive.

    Source: prp-mode-loss in the book.

    Args:
        kernel: the target rho, with a finite L2 norm.

    Raises:
        InputError: the kernel is not square integrable.
    """

    def __init__(self, kernel: Kernel):
        self.kernel = kernel
        self.constant = kernel.l2_norm() ** 2
        if not self.constant < math.inf:
            raise InputError("kernel", "must be square integrable", kernel,
                             "the loss would be infinite; choose one that decays")

    def split(
        self, theta: Float[Tensor, "*stack n"]
    ) -> tuple[Float[Tensor, "*stack m"], Float[Tensor, "*stack m"]]:
        """Return the weights a and the rates w.

        Args:
            theta: (a, w).
        """
        if not isinstance(theta, Tensor) or theta.dtype != DTYPE:
            raise InputError("theta", f"must be a tensor of {DTYPE}", theta,
                             "pass torch.tensor([...], dtype=torch.float64)")
        if theta.ndim == 0 or theta.shape[-1] % 2 or theta.shape[-1] == 0:
            raise InputError("theta", "must have shape (*stack, 2m)",
                             tuple(theta.shape), "put m weights, then m rates")
        a, w = theta.chunk(2, -1)
        if not (w > 0).all():
            raise InputError("theta", "must have positive rates w", w,
                             "the exponentials of the others do not decay")
        return a, w

    def __call__(self, theta: Float[Tensor, "*stack n"]) -> Float[Tensor, "*stack"]:
        """Return J(theta).

        Args:
            theta: (a, w).
        """
        a, w = self.split(theta)
        S, (L,) = pairs(w), self.kernel.laplace_moments(w)
        return (a * (apply(S, a) - 2 * L)).sum(-1) + self.constant

    def gradient(
        self, theta: Float[Tensor, "*stack n"]
    ) -> Float[Tensor, "*stack n"]:
        """Return (dJ/da, dJ/dw).

        Args:
            theta: (a, w).
        """
        a, w = self.split(theta)
        S, (L, M1) = pairs(w), self.kernel.laplace_moments(w, 1)
        by_a, by_rate = apply(S, a) - L, M1 - apply(S**2, a)
        return 2 * torch.cat([by_a, a * by_rate], -1)

    def gram(
        self, theta: Float[Tensor, "*stack n"]
    ) -> Float[Tensor, "*stack n n"]:
        """Return the inner products of the derivatives of sum_i a_i exp(-w_i t).

        Args:
            theta: (a, w).
        """
        a, w = self.split(theta)
        S, a = pairs(w), a[..., None]
        mixed = -(S**2) * a.mT
        return _blocks(S, mixed, 2 * S**3 * a * a.mT)

    def hessian(
        self, theta: Float[Tensor, "*stack n"]
    ) -> Float[Tensor, "*stack n n"]:
        """Return twice the Gram matrix plus the part that the residual leaves.

        Args:
            theta: (a, w).
        """
        a, w = self.split(theta)
        S, (_, M1, M2) = pairs(w), self.kernel.laplace_moments(w, 2)
        mixed = torch.diag_embed(M1 - apply(S**2, a))
        rates = torch.diag_embed(a * (2 * apply(S**3, a) - M2))
        return 2 * (self.gram(theta) + _blocks(torch.zeros_like(S), mixed, rates))

    def drop(
        self, theta: Float[Tensor, "*stack n"], theta0: Float[Tensor, "*start n"]
    ) -> Float[Tensor, "*stack"]:
        """Return J(theta0) - J(theta), precise when theta is near theta0.

        While no rate moves by more than a half it is the integral of the gradient
        along the segment, whose error shrinks with the distance; else a difference.

        Args:
            theta: where the loss has come to.
            theta0: where it started.
        """
        (_, w), (_, w0) = self.split(theta), self.split(theta0)
        step = theta - theta0
        near = ((w - w0).abs() <= w0 / 2).all(-1)
        u = ((1 + NODES) / 2).reshape(-1, *(1,) * step.ndim)
        slopes = (self.gradient(theta0 + u * step) * step).sum(-1)
        along = -torch.tensordot(WEIGHTS / 2, slopes, 1)
        return torch.where(near, along, self(theta0) - self(theta))

    def best_weights(self, w: Float[Tensor, "*stack m"]) -> Float[Tensor, "*stack m"]:
        """Return the weights of least norm that minimise J for given rates.

        Args:
            w: positive rates; nearly equal ones count as one.
        """
        L = self.kernel.laplace_moments(w)[0]
        return apply(torch.linalg.pinv(pairs(w), rtol=1e-14, hermitian=True), L)

    def reduced(self, w: Float[Tensor, "*stack m"]) -> Float[Tensor, "*stack"]:
        """Return the least J over the weights, for given rates.

        Args:
            w: positive rates.
        """
        L = self.kernel.laplace_moments(w)[0]
        return self.constant - (L * self.best_weights(w)).sum(-1)


def pairs(w: Float[Tensor, "*stack m"]) -> Float[Tensor, "*stack m m"]:
    """Return S_ij = 1/(w_i + w_j), the inner products of the exponentials.

    Args:
        w: positive rates.
    """
    return 1 / (w[..., :, None] + w[..., None, :])


def apply(
    S: Float[Tensor, "*stack m m"], a: Float[Tensor, "*stack m"]
) -> Float[Tensor, "*stack m"]:
    """Return the matrix S times the vector a, for stacks of both.

    Args:
        S: matrices.
        a: vectors.
    """
    return (S @ a[..., None])[..., 0]


def _blocks(first: Tensor, mixed: Tensor, last: Tensor) -> Tensor:
    return torch.cat([torch.cat([first, mixed], -1),
                      torch.cat([mixed.mT, last], -1)], -2)
