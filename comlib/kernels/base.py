"""What every memory kernel can do.

The abstract class computes every norm by adaptive quadrature; a kernel overrides
what it knows in closed form, and the tests hold the two against each other.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_finite, check_parameters
from ..functional import DTYPE
from .integrals import graded_rule, quadrature, quadrature_of_size


@dataclass(frozen=True)
class Kernel(ABC):
    """A scalar memory kernel rho on [0, infinity).

    Kernels form a vector space: ``2 * rho - other`` is a kernel. Its parameters are
    the fields of a frozen dataclass.

    Source: lem-riesz in the book.
    """

    def __new__(cls, *args: object, **parameters: object) -> "Kernel":
        """Reject parameters that the kernel does not have."""
        check_parameters(cls, parameters)
        return super().__new__(cls)

    @abstractmethod
    def __call__(self, t: Float[Tensor, "*t"]) -> Float[Tensor, "*t"]:
        """Return rho(t).

        Args:
            t: times >= 0, any shape.
        """

    def derivative(self, t: Float[Tensor, "*t"]) -> Float[Tensor, "*t"]:
        """Return rho'(t).

        Args:
            t: times >= 0, any shape.
        """
        return torch.func.jvp(self, (t,), (torch.ones_like(t),))[1]

    @property
    def decay_rate(self) -> float:
        """Supremum of the beta for which exp(beta t) rho(t) is integrable.

        Source: def-decaying-memory in the book; 0 for a power law.
        """
        return 0.0

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Times at which a quadrature must not step over a corner or a peak."""
        return ()

    def l1_norm(self) -> float:
        """Return the L1 norm, the operator norm of the linear functional."""
        return quadrature_of_size(self, self.breakpoints)

    def l2_norm(self) -> float:
        """Return the L2 norm, the root mean square response to white noise."""
        return math.sqrt(quadrature(lambda t: self(t) ** 2, self.breakpoints))

    def total_variation(self) -> float:
        """Return |rho(0)| + the L1 norm of rho', the norm of dH/dt."""
        slope = quadrature_of_size(self.derivative, self.breakpoints)
        return abs(float(self(torch.zeros((), dtype=DTYPE)))) + slope

    def w1_norm(self) -> float:
        """Return the Sobolev-type norm of Definition 3.7, W1.

        Source: "Inverse Approximation Theory", Def. 3.7, in the linear case.
        """
        return self.l1_norm() + self.total_variation()

    def laplace(self, s: float) -> float:
        """Return the integral of exp(-s t) rho(t) over t >= 0.

        Args:
            s: real, greater than minus the decay rate.

        Raises:
            InputError: the integral diverges.
        """
        self._check_laplace(s)

        def integrand(t: Tensor) -> Tensor:
            rho = self(t)
            # for s < 0 the factor may overflow where rho has underflowed
            return torch.where(rho == 0, 0.0, torch.exp(-s * t) * rho)

        return quadrature(integrand, self.breakpoints)

    def laplace_moments(
        self, s: Float[Tensor, "*s"], order: int = 0
    ) -> Float[Tensor, "order *s"]:
        """Return the integrals of t^k exp(-s t) rho(t) over t >= 0, k = 0..order.

        Number k is (-1)^k times the k-th derivative of the Laplace transform.
        Relative accuracy about 1e-13 for s between 1e-6 and 1e6.

        Source: prp-mode-loss in the book.

        Args:
            s: real and positive, any shape.
            order: the last k, >= 0.

        Raises:
            InputError: an s that is not positive, or a wrong order.
        """
        check_rates(s, order)
        t, weights = graded_rule(self.breakpoints)
        powers = t ** torch.arange(order + 1, dtype=DTYPE)[:, None]
        samples = (weights * self(t) * powers).nan_to_num()
        return (torch.exp(-s[..., None] * t) @ samples.mT).movedim(-1, 0)

    def _check_laplace(self, s: float) -> None:
        if not s > -self.decay_rate and not (s == 0 and self.l1_norm() < math.inf):
            raise InputError("s", f"must be greater than {-self.decay_rate:g}", s,
                             "the integral diverges; choose a larger s")

    def __add__(self, other: "Kernel") -> "Combination":
        return Combination((1.0, 1.0), (self, other))

    def __sub__(self, other: "Kernel") -> "Combination":
        return Combination((1.0, -1.0), (self, other))

    @checked
    def __mul__(self, factor: float) -> "Combination":
        return Combination((float(factor),), (self,))

    __rmul__ = __mul__


def check_rates(s: Tensor, order: int) -> None:
    """Check the arguments of ``laplace_moments``.

    Args:
        s: what came as rates.
        order: what came as the last moment.

    Raises:
        InputError: an s that is not positive, or a wrong order.
    """
    check_count("order", order, 0)
    if not isinstance(s, Tensor) or s.dtype != DTYPE or not (s > 0).all():
        raise InputError("s", f"must be a tensor of positive {DTYPE}", s,
                         "pass e.g. torch.tensor([0.5, 1.0], dtype=torch.float64)")


@checked
@dataclass(frozen=True)
class Combination(Kernel):
    """rho = sum_i weights_i kernels_i.

    Args:
        weights: the coefficients.
        kernels: as many kernels.

    Raises:
        InputError: different numbers of weights and kernels.
    """

    weights: tuple[float, ...]
    kernels: tuple[Kernel, ...]

    def __post_init__(self):
        if len(self.weights) != len(self.kernels) or not self.kernels:
            raise InputError("weights", "must be one for each kernel",
                             f"{len(self.weights)} and {len(self.kernels)}",
                             "pass tuples of the same positive length")
        for weight in self.weights:
            check_finite("weights", weight)

    def __call__(self, t: Tensor) -> Tensor:
        return sum(w * rho(t) for w, rho in zip(self.weights, self.kernels))

    def derivative(self, t: Tensor) -> Tensor:
        return sum(w * rho.derivative(t) for w, rho in zip(self.weights, self.kernels))

    @property
    def decay_rate(self) -> float:
        return min(rho.decay_rate for rho in self.kernels)

    @property
    def breakpoints(self) -> tuple[float, ...]:
        return tuple({p for rho in self.kernels for p in rho.breakpoints})

    def laplace(self, s: float) -> float:
        return sum(w * rho.laplace(s) for w, rho in zip(self.weights, self.kernels))

    def laplace_moments(self, s: Tensor, order: int = 0) -> Tensor:
        return sum(w * rho.laplace_moments(s, order)
                   for w, rho in zip(self.weights, self.kernels))
