"""Memory kernels rho(t), t >= 0, with norms and Laplace transforms."""

from .base import Combination, Kernel, quadrature
from .decaying import Exponential, ExponentialSum, Polynomial, TemperedPolynomial
from .delayed import Airy, Gaussian, ShiftedBox, Sine, TwoPart
from .matrix import MatrixExponential

__all__ = ["Airy", "Combination", "Exponential", "ExponentialSum", "Gaussian",
           "Kernel", "MatrixExponential", "Polynomial", "ShiftedBox", "Sine",
           "TemperedPolynomial", "TwoPart", "quadrature"]
