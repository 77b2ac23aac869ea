"""What every memory kernel can do.

The abstract class computes every norm by adaptive quadrature; a kernel overrides
what it knows in closed form, and the tests hold the two against each other.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy import integrate, optimize
from torch import Tensor

from ..functional import DTYPE, InputError, check_parameters

TAIL = (0.0, 1e-9, 1e-6, 1e-3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0,
        512.0, 700.0)
"""Panels in u = log(1 + t) of a quadrature, up to the end of a double's range.

An adaptive rule trusts its first look; in one large panel it would overlook a
kernel that has decayed before the first node."""


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

    def _check_laplace(self, s: float) -> None:
        if not s > -self.decay_rate and not (s == 0 and self.l1_norm() < math.inf):
            raise InputError("s", f"must be greater than {-self.decay_rate:g}", s,
                             "the integral diverges; choose a larger s")

    def __add__(self, other: "Kernel") -> "Combination":
        return Combination((1.0, 1.0), (self, other))

    def __sub__(self, other: "Kernel") -> "Combination":
        return Combination((1.0, -1.0), (self, other))

    def __mul__(self, factor: float) -> "Combination":
        return Combination((float(factor),), (self,))

    __rmul__ = __mul__


def quadrature(
    f: Callable[[Tensor], Tensor], breakpoints: tuple[float, ...]
) -> float:
    """Return the integral of f over [0, infinity), adaptively.

    The last piece is integrated in u = log(1 + t - last), in which power laws
    decay exponentially; infinity if f is positive and does not decay so far out.

    Args:
        f: the integrand, vectorised.
        breakpoints: times between which f is smooth.
    """
    points = [0.0, *sorted(p for p in breakpoints if 0 < p < math.inf)]
    options = {"rule": "gk21", "atol": 1e-13, "rtol": 1e-12, "max_subdivisions": 2000}

    def piece(t: np.ndarray) -> np.ndarray:
        return f(torch.from_numpy(t[:, 0])).detach().numpy()

    def tail(u: np.ndarray) -> np.ndarray:
        value = piece(points[-1] + np.expm1(u))
        # beyond a double's range only a value of exactly zero can be integrable
        return np.where(value == 0, 0, value * np.exp(u[:, 0]))

    rest = 0.0
    middle, end = tail(np.array([[TAIL[-1] / 2], [TAIL[-1]]]))
    if end != 0:
        # out here only a power law is left, exp(-rate u)
        with np.errstate(all="ignore"):
            rate = 2 * np.log(abs(middle / end)) / TAIL[-1]
        if not rate > 1e-6:
            return math.inf
        rest = float(end / rate)
    panels = [(piece, a, b) for a, b in zip(points, points[1:])]
    panels += [(tail, a, b) for a, b in zip(TAIL, TAIL[1:])]
    return rest + float(sum(integrate.cubature(g, [a], [b], **options).estimate
                            for g, a, b in panels))


def quadrature_of_size(
    f: Callable[[Tensor], Tensor], breakpoints: tuple[float, ...]
) -> float:
    """Return the integral of |f| over [0, infinity).

    The corners of |f| are found first: a rule that samples none of the other sign
    next to a zero believes that there is none.

    Args:
        f: the function inside, vectorised.
        breakpoints: times between which f is smooth.
    """
    points = [0.0, *sorted(p for p in breakpoints if 0 < p < math.inf)]
    grids = [np.linspace(a, b, 257) for a, b in zip(points, points[1:])]
    grids.append(points[-1] + np.expm1(np.linspace(0, 64, 4097)))
    t = np.unique(np.concatenate(grids))
    sign = np.sign(f(torch.from_numpy(t)).detach().numpy())
    crossings = np.flatnonzero(sign[:-1] * sign[1:] < 0)
    zeros = [optimize.brentq(lambda z: float(f(torch.tensor(z, dtype=DTYPE))),
                             t[k], t[k + 1], xtol=1e-15, rtol=1e-14)
             for k in crossings]
    touched = t[sign == 0] if len(crossings) else t[:0]
    return quadrature(lambda z: f(z).abs(), (*breakpoints, *zeros, *touched[:64]))


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
