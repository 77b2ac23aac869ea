"""The kernel of a linear recurrent network."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from scipy import linalg
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_tensor
from .base import Kernel


@checked
@dataclass(frozen=True, eq=False)
class MatrixExponential(Kernel):
    """rho(t) = c exp(W t) U, the kernel of a linear recurrent network.

    Args:
        c: readout, (m,).
        W: recurrent weights, (m, m).
        U: input weights, (m,).

    Raises:
        InputError: shapes that do not fit together, or NaN.
    """

    c: Float[Tensor, " m"]
    W: Float[Tensor, "m m"]
    U: Float[Tensor, " m"]

    def __post_init__(self):
        for name, shape in (("c", "m"), ("W", "m m"), ("U", "m")):
            check_tensor(name, getattr(self, name), shape)
        if self.W.shape != (len(self.c), len(self.U)) or len(self.c) != len(self.U):
            raise InputError("W", f"must have shape ({len(self.c)}, {len(self.c)})",
                             tuple(self.W.shape), "use one width for c, W and U")

    def __call__(self, t: Tensor) -> Tensor:
        return torch.linalg.matrix_exp(t[..., None, None] * self.W) @ self.U @ self.c

    def derivative(self, t: Tensor) -> Tensor:
        flow = torch.linalg.matrix_exp(t[..., None, None] * self.W)
        return flow @ (self.W @ self.U) @ self.c

    @property
    def decay_rate(self) -> float:
        return -float(torch.linalg.eigvals(self.W.detach()).real.max())

    def l2_norm(self) -> float:
        if self.decay_rate <= 0:
            return super().l2_norm()
        W, U = self.W.detach().numpy(), self.U.detach().numpy()
        gramian = linalg.solve_continuous_lyapunov(W, -U[:, None] * U)
        c = self.c.detach().numpy()
        return math.sqrt(c @ gramian @ c)

    def laplace(self, s: float) -> float:
        self._check_laplace(s)
        shifted = s * torch.eye(len(self.c)).to(self.W) - self.W
        return float((self.c @ torch.linalg.solve(shifted, self.U)).detach())
