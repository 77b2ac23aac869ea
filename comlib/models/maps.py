"""The maps f from raw weights to eigenvalues: the one place where they are written."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..checks import InputError, check_positive
from .parameterizations import Parameterization


def _ends(f: Parameterization, w: Tensor, radius: float) -> Tensor:
    """Return w - radius and w + radius, where a monotone f is extreme."""
    return torch.stack([w - radius, w + radius])


def _ends_and_zero(w: Tensor, radius: float) -> Tensor:
    """Return the ends, and the point nearest to zero: there an even f is extreme."""
    nearest = torch.zeros_like(w).clamp(w - radius, w + radius)
    return torch.stack([w - radius, w + radius, nearest])


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
class Square(Parameterization):
    """f(w) = -w^2: stable, but the eigenvalue zero is at w = 0."""

    def __call__(self, w: Tensor) -> Tensor:
        return -(w**2)

    def extremes(self, w: Tensor, radius: float) -> Tensor:
        return _ends_and_zero(w, radius)

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        _in_range(eigenvalue, eigenvalue.real <= 0, "<= 0 for Square")
        return torch.sqrt(-eigenvalue)


@dataclass(frozen=True)
class Reciprocal(Parameterization):
    """f(w) = -1 / w, for w > 0: w is the time constant, with a pole at zero."""

    def __call__(self, w: Tensor) -> Tensor:
        return -1 / w

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        _in_range(eigenvalue, eigenvalue.real < 0, "< 0 for Reciprocal")
        return -1 / eigenvalue


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
class Sigmoid(Parameterization):
    """f(w) = -1 / (1 + exp(-w)), between -1 and 0."""

    extremes = _ends

    def __call__(self, w: Tensor) -> Tensor:
        return -torch.sigmoid(w)

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        ok = (eigenvalue.real < 0) & (eigenvalue.real > -1)
        _in_range(eigenvalue, ok, "in (-1, 0) for Sigmoid")
        return torch.log(-eigenvalue) - torch.log1p(eigenvalue)


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
        return _ends_and_zero(w, radius)

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        ok = (eigenvalue.real < 0) & (eigenvalue.real >= -1 / self.b)
        _in_range(eigenvalue, ok, f"in [-{1 / self.b:g}, 0) for InverseQuadratic")
        return torch.sqrt((-1 / eigenvalue - self.b) / self.a)
