"""Memory kernels rho(t), t >= 0, with norms and Laplace transforms."""

from .base import Combination, Kernel
from .decaying import Exponential, ExponentialSum, Polynomial, TemperedPolynomial
from .delayed import Airy, ShiftedBox, Sine
from .gaussian import Gaussian, TwoPart
from .integrals import graded_rule, quadrature
from .kink import Dilated, Kink
from .matrix import MatrixExponential
from .sums import PolynomialSum, polynomial_sum, sum_times
from .trapezoid import trapezoid_sum

__all__ = ["Airy", "Combination", "Dilated", "Exponential", "ExponentialSum",
           "Gaussian", "Kernel", "Kink", "MatrixExponential", "Polynomial",
           "PolynomialSum", "ShiftedBox", "Sine", "TemperedPolynomial", "TwoPart",
           "graded_rule", "polynomial_sum", "quadrature", "sum_times",
           "trapezoid_sum"]
