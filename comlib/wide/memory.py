"""How long the scale factors reach: effective memory in closed form."""

import math

from scipy import special

from ..arguments import checked
from ..checks import InputError, check_positive
from .networks import Variances


@checked
def mean_lag(variances: Variances) -> float:
    """Return sum j r_j / sum r_j over all lags.

    Source: prp-effective-memory in the book.

    Args:
        variances: of the entries at the start.

    Raises:
        InputError: nu_W is one or more, where the sums are infinite.
    """
    nu, b, product = _checked(variances)
    total = b / (1 - nu) + product / (1 - nu) ** 2
    return (b * nu / (1 - nu) ** 2 + product * (1 + nu) / (1 - nu) ** 3) / total


@checked
def effective_lags(variances: Variances) -> float:
    """Return (sum r_j)^2 / sum r_j^2, the participation ratio: how many lags count.

    Source: prp-effective-memory in the book.

    Args:
        variances: of the entries at the start.

    Raises:
        InputError: nu_W is one or more, where the sums are infinite.
    """
    nu, b, product = _checked(variances)
    q = nu**2
    squares = (b**2 / (1 - q) + 2 * b * product * nu / (1 - q) ** 2
               + product**2 * (1 + q) / (1 - q) ** 3)
    return (b / (1 - nu) + product / (1 - nu) ** 2) ** 2 / squares


@checked
def horizon(variances: Variances, level: float) -> float:
    """Return the largest real j with r_j = level.

    -b/kappa - W(-(q level / kappa) e^(-q b / kappa)) / q with q = -ln nu_W,
    b = nu_c + nu_U, kappa = nu_c nu_U / nu_W and the branch -1 of Lambert's W.

    Source: prp-effective-memory in the book.

    Args:
        variances: all positive, that of W below one.
        level: positive, at most the largest value of the formula r_j.

    Raises:
        InputError: a variance or the level is outside of these bounds.
    """
    nu, b, product = _checked(variances)
    check_positive("level", level)
    if product * nu == 0:
        raise InputError("variances", "must all be positive", variances,
                         "without one of them r_j is a plain exponential")
    kappa, q = product / nu, -math.log(nu)
    argument = -q * level / kappa * math.exp(-q * b / kappa)
    if argument < -math.exp(-1):
        raise InputError("level", "must be reached by the factors", level,
                         "pass a smaller one")
    return -b / kappa - float(special.lambertw(argument, -1).real) / q


def _checked(variances: Variances) -> tuple[float, float, float]:
    """Return nu_W, nu_c + nu_U and nu_c nu_U."""
    if variances.W >= 1:
        raise InputError("variances", "must have W below one", variances.W,
                         "above it the factors do not decay")
    return variances.W, variances.c + variances.U, variances.c * variances.U
