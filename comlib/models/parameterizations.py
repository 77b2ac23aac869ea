"""The map f from a raw weight w to an eigenvalue: the one place where it is written.

An eigenvalue of the recurrence is f(w). Training and perturbation act on w, so f
decides how close to instability a perturbation of given size can lead.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from ..checks import InputError, check_parameters, check_positive


@dataclass(frozen=True)
class Parameterization(ABC):
    """A smooth map from raw weights to eigenvalues, elementwise or on matrices.

    Its parameters are the fields of a frozen dataclass.

    Source: "Inverse Approximation Theory", Eq. 16 (there g, on matrices).
    """

    def __new__(cls, *args: object, **parameters: object) -> "Parameterization":
        """Reject parameters that the map does not have."""
        check_parameters(cls, parameters)
        return super().__new__(cls)

    def __init_subclass__(cls):
        """Forget inherited extremes where f changes."""
        super().__init_subclass__()
        if "__call__" in vars(cls) and "extremes" not in vars(cls):
            cls.extremes = Parameterization.extremes

    @abstractmethod
    def __call__(self, w: Tensor) -> Tensor:
        """Return the eigenvalue f(w), elementwise.

        Args:
            w: raw weights, any shape, real or complex.
        """

    @abstractmethod
    def inverse(self, eigenvalue: Tensor) -> Tensor:
        """Return a raw weight with f(w) = eigenvalue, elementwise.

        Args:
            eigenvalue: any shape, real or complex.

        Raises:
            InputError: a real eigenvalue outside the range of f.
        """

    def matrix(self, M: Float[Tensor, "*stack m m"]) -> Float[Tensor, "*stack m m"]:
        """Return the matrix function W = f(M) by diagonalisation.

        Its eigenvalues are f(mu). Where f maps the real line to the negative
        half line this makes W stable if the eigenvalues of M are real; for
        complex ones it need not (f(mu) = -exp(mu) at mu = i*pi is +1).

        Args:
            M: raw matrices with distinct eigenvalues.
        """
        mu, V = torch.linalg.eig(M)
        return torch.linalg.solve(V, V * self(mu)[..., None, :], left=False).real

    def inverse_matrix(
        self, W: Float[Tensor, "*stack m m"]
    ) -> Float[Tensor, "*stack m m"]:
        """Return a raw matrix M with f(M) = W, by diagonalisation.

        Args:
            W: matrices with distinct eigenvalues.

        Raises:
            InputError: an eigenvalue outside the range of f, or no basis of them.
        """
        mu, V = torch.linalg.eig(W)
        self.inverse(mu.real[mu.imag == 0])  # complex ones are in every range
        modes = torch.stack([mu, self.inverse(mu)])[..., None, :] * V
        again, raw = torch.linalg.solve(V, modes, left=False).real
        if not torch.allclose(again, W, rtol=1e-6, atol=1e-9):
            raise InputError("W", "must have distinct eigenvalues", mu.tolist(),
                             "move W a little, or use Direct()")
        return raw

    def extremes(self, w: Tensor, radius: float) -> Tensor | None:
        """Return points of [w - radius, w + radius] that hold both extremes of f.

        None, as here, if they are not known: then nothing is certified.

        Args:
            w: raw weights.
            radius: >= 0.
        """
        return None

    def derivative(self, w: Float[Tensor, "*w"]) -> Float[Tensor, "*w"]:
        """Return f'(w), elementwise.

        Args:
            w: raw weights.
        """
        return torch.func.jvp(self, (w,), (torch.ones_like(w),))[1]

    def gradient_scale(self, w: Float[Tensor, "*w"]) -> Float[Tensor, "*w"]:
        """Return |f'(w)| / f(w)^2, which bounds the gradient with respect to w.

        Source: StableSSM, gradient bound (known to us at second hand).

        Args:
            w: raw weights.
        """
        return self.derivative(w).abs() / self(w) ** 2

    def input_gain(self, eigenvalue: Tensor) -> Tensor:
        """Return the factor on the input of each mode, here one.

        Args:
            eigenvalue: the modes' eigenvalues.
        """
        return torch.ones_like(eigenvalue)


def _ends(f: Parameterization, w: Tensor, radius: float) -> Tensor:
    """Return w - radius and w + radius, where a monotone f is extreme."""
    return torch.stack([w - radius, w + radius])


def _in_range(eigenvalue: Tensor, ok: Tensor, rule: str) -> Tensor:
    """Return ``eigenvalue`` if its real entries are in the range of f."""
    if not eigenvalue.is_complex() and not ok.all():
        worst = eigenvalue[~ok].flatten()[0].item()
        raise InputError("eigenvalue", f"must be {rule}", worst,
                         "choose another eigenvalue or another parameterization")
    return eigenvalue


@dataclass(frozen=True)
class Direct(Parameterization):
    """f(w) = w: the weight is the eigenvalue."""

    extremes = _ends

    def __call__(self, w: Tensor) -> Tensor:
        return w

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        return eigenvalue

    def matrix(self, M: Tensor) -> Tensor:
        return M

    def inverse_matrix(self, W: Tensor) -> Tensor:
        return W


@dataclass(frozen=True)
class ReLU(Parameterization):
    """f(w) = -max(w, 0): stable only up to the boundary, where f is constant."""

    extremes = _ends

    def __call__(self, w: Tensor) -> Tensor:
        return -torch.relu(w)

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        return -_in_range(eigenvalue, eigenvalue.real <= 0, "<= 0 for ReLU")

    def matrix(self, M: Tensor) -> Tensor:
        raise InputError("parameterization", "must be analytic to act on matrices",
                         self, "use a diagonal recurrence or Softplus()")

    def inverse_matrix(self, W: Tensor) -> Tensor:
        return self.matrix(W)


@dataclass(frozen=True)
class Exp(Parameterization):
    """f(w) = -exp(w)."""

    extremes = _ends

    def __call__(self, w: Tensor) -> Tensor:
        return -torch.exp(w)

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        _in_range(eigenvalue, eigenvalue.real < 0, "< 0 for Exp")
        return torch.log(-eigenvalue)


@dataclass(frozen=True)
class Softplus(Parameterization):
    """f(w) = -log(1 + exp(w)), with |Im f| < pi for complex w."""

    extremes = _ends

    def __call__(self, w: Tensor) -> Tensor:
        if w.is_complex():
            return -torch.log(1 + torch.exp(w))
        return -torch.nn.functional.softplus(w)

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        _in_range(eigenvalue, eigenvalue.real < 0, "< 0 for Softplus")
        if eigenvalue.is_complex():
            if (eigenvalue.imag.abs() >= math.pi).any():
                # there exp and log are not inverse to each other
                raise InputError("eigenvalue", "must have |Im| < pi for Softplus",
                                 f"|Im| = {eigenvalue.imag.abs().max().item():.6g}",
                                 "slow down its turning, or use Exp()")
            return torch.log(torch.exp(-eigenvalue) - 1)
        return -eigenvalue + torch.log(-torch.expm1(eigenvalue))


@dataclass(frozen=True)
class InverseQuadratic(Parameterization):
    """f(w) = -1 / (a w^2 + b).

    Source: StableSSM, there the "best" parameterization (at second hand).

    Args:
        a: curvature, > 0.
        b: offset, > 0; |f| never exceeds 1/b.

    Raises:
        InputError: a or b is not positive.
    """

    a: float = 1.0
    b: float = 0.5

    def __post_init__(self):
        check_positive("a", self.a)
        check_positive("b", self.b)

    def __call__(self, w: Tensor) -> Tensor:
        return -1 / (self.a * w**2 + self.b)

    def extremes(self, w: Tensor, radius: float) -> Tensor:
        nearest = torch.zeros_like(w).clamp(w - radius, w + radius)
        return torch.stack([w - radius, w + radius, nearest])

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        ok = (eigenvalue.real < 0) & (eigenvalue.real >= -1 / self.b)
        _in_range(eigenvalue, ok, f"in [-{1 / self.b:g}, 0) for InverseQuadratic")
        return torch.sqrt((-1 / eigenvalue - self.b) / self.a)
