"""Memory kernels rho(t), t >= 0, with norms and Laplace transforms."""

from .base import Combination as Combination
from .base import Kernel as Kernel
from .decaying import Exponential as Exponential
from .decaying import ExponentialSum as ExponentialSum
from .decaying import Polynomial as Polynomial
from .decaying import TemperedPolynomial as TemperedPolynomial
from .delayed import Airy as Airy
from .delayed import ShiftedBox as ShiftedBox
from .delayed import Sine as Sine
from .gaussian import Gaussian as Gaussian
from .gaussian import TwoPart as TwoPart
from .integrals import graded_rule as graded_rule
from .integrals import quadrature as quadrature
from .kink import Dilated as Dilated
from .kink import Kink as Kink
from .matrix import MatrixExponential as MatrixExponential
from .sums import polynomial_sum as polynomial_sum
from .sums import PolynomialSum as PolynomialSum
from .sums import sum_times as sum_times
from .trapezoid import trapezoid_sum as trapezoid_sum
from .truncated import Truncated as Truncated
