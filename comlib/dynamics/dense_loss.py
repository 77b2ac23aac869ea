"""The loss of a linear network with a full recurrent matrix, in closed form."""

import numpy as np
import torch
from jaxtyping import Float
from scipy.linalg import solve_continuous_lyapunov
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_positive
from ..functional import DTYPE
from ..kernels import ExponentialSum


@checked
class DenseLoss:
    """J(W, b, c) = integral of (c' exp(W t) b - rho(t))^2 over t >= 0.

    Parameters are theta = (W row by row, b, c), shape (m^2 + 2m,). The integrals
    are the solutions of two Lyapunov equations, and the resolvents of W at the rates
    of rho; nothing is sampled.

    Source: prp-dense-loss in the book.

    Args:
        kernel: the target rho.
        width: number of neurons m.

    Raises:
        InputError: the width is not positive.
    """

    def __init__(self, kernel: ExponentialSum, width: int):
        self.kernel, self.width = kernel, check_count("width", width)
        self.constant = kernel.l2_norm() ** 2
        self._rates = np.array(kernel.rates)[:, None, None]
        self._weights = np.array(kernel.weights)

    def split(self, theta: Float[Tensor, " n"]) -> tuple[
            Float[Tensor, "m m"], Float[Tensor, " m"], Float[Tensor, " m"]]:
        """Return W, b and c.

        Args:
            theta: the parameters.

        Raises:
            InputError: theta has another size.
        """
        m = self.width
        if theta.shape != (m * m + 2 * m,):
            raise InputError("theta", f"must have shape ({m * m + 2 * m},)",
                             tuple(theta.shape), "put W row by row, then b, then c")
        W, b, c = theta.split([m * m, m, m])
        return W.reshape(m, m), b, c

    def __call__(self, theta: Float[Tensor, " n"]) -> float:
        """Return J(theta).

        Args:
            theta: the parameters.

        Raises:
            InputError: theta has another size, or W has an eigenvalue in Re >= 0.
        """
        W, b, c = (part.numpy() for part in self.split(theta))
        if not np.linalg.eigvals(W).real.max() < 0:
            raise InputError("theta", "must hold a W that is stable",
                             np.linalg.eigvals(W).real.max(), "the loss is infinite")
        P = solve_continuous_lyapunov(W, -np.outer(b, b))
        X = self._resolvents(W) @ b
        return float(c @ P @ c - 2 * self._weights @ X @ c + self.constant)

    def gradient(self, theta: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
        """Return (dJ/dW, dJ/db, dJ/dc), for a W that is stable.

        Args:
            theta: the parameters.

        Raises:
            InputError: theta has another size.
        """
        W, b, c = (part.numpy() for part in self.split(theta))
        P = solve_continuous_lyapunov(W, -np.outer(b, b))
        Q = solve_continuous_lyapunov(W.T, -np.outer(c, c))
        R, a = self._resolvents(W), self._weights
        X, Y = R @ b, R.transpose(0, 2, 1) @ c
        by_W = Q @ P - (a[:, None] * Y).T @ X
        by_b, by_c = Q @ b - a @ Y, P @ c - a @ X
        return torch.from_numpy(2 * np.concatenate([by_W.ravel(), by_b, by_c]))

    def hessian(
        self, theta: Float[Tensor, " n"], step: float = 1e-5
    ) -> Float[Tensor, "n n"]:
        """Return the second derivatives, by central differences of the gradient.

        Args:
            theta: the parameters.
            step: of the differences; the error is about step^2 + 1e-15 / step.

        Raises:
            InputError: theta has another size, or the step is not positive.
        """
        moves = check_positive("step", step) * torch.eye(len(theta), dtype=DTYPE)
        rows = [self.gradient(theta + h) - self.gradient(theta - h) for h in moves]
        bends = torch.stack(rows) / (2 * step)
        return (bends + bends.mT) / 2

    def _resolvents(self, W: np.ndarray) -> np.ndarray:
        return np.linalg.inv(self._rates * np.eye(self.width) - W)


@checked
def dense_start(
    width: int, scale: float, seed: int, rate: float = 1.0, inner: float | None = None
) -> Float[Tensor, " n"]:
    """Return W = -rate I + inner G / sqrt(m) and b, c = scale g / sqrt(m).

    G, then the two g, are standard normal.

    Args:
        width: number of neurons m.
        scale: of b and c.
        seed: of the draw.
        rate: w_0, at which all neurons start.
        inner: of W; like ``scale`` if not given.

    Raises:
        InputError: the width, a scale or the rate is not positive.
    """
    m, check = check_count("width", width), check_positive
    scale, rate = check("scale", scale), check("rate", rate)
    inner = scale if inner is None else check("inner", inner)
    g = torch.randn(m + 2, m, dtype=DTYPE,
                    generator=torch.Generator().manual_seed(seed)) / m**0.5
    W = inner * g[:m] - rate * torch.eye(m, dtype=DTYPE)
    return torch.cat([W.flatten(), scale * g[m], scale * g[m + 1]])


@checked
def diagonal_start(
    weights: tuple[float, ...], rates: tuple[float, ...], width: int, idle: float
) -> Float[Tensor, " n"]:
    """Return theta of a plateau: diagonal W, b_j = |a_j|^(1/2), c_j = a_j / b_j.

    The other neurons are idle: their rate is given, and b and c are zero.

    Source: thm-plateau-escape in the book.

    Args:
        weights: a_j of the active neurons.
        rates: l_j of the active neurons.
        width: number of neurons m.
        idle: w_0.

    Raises:
        InputError: more active neurons than neurons, or a rate is not positive.
    """
    k = len(weights)
    if len(rates) != k or check_count("width", width) < k:
        raise InputError("rates", f"must be one for each of {k} weights, of "
                         f"{width} neurons at most", len(rates), "make them fit")
    check_positive("idle", idle)
    a = torch.tensor([*weights, *[0.0] * (width - k)], dtype=DTYPE)
    w = torch.tensor([*rates, *[idle] * (width - k)], dtype=DTYPE)
    size = a.abs().sqrt()
    return torch.cat([-w.diag().flatten(), size, a.sign() * size])
