"""Few exponentials for a power law: the trapezoid rule for its Laplace integral."""

import math

import numpy as np
from scipy import optimize, special

from ..arguments import checked
from ..checks import InputError, check_positive
from .decaying import ExponentialSum, Polynomial

_SHARE = 1 / 3
"""Of the error allowed, for each of its sources: the step and the two ends."""


@checked
def trapezoid_sum(kernel: Polynomial, eps: float) -> ExponentialSum:
    """Return positive exponentials within a relative L1 distance eps of a power law.

    (1 + t)^(-p) is the integral of exp(p x - e^x (1 + t)) / Gamma(p) over all x, and
    the trapezoid rule of step h has an error that is known exactly. Three parts, of
    eps / 3 each: the step, the slow exponentials and the fast ones left out. The width
    is (1 + o(1)) ln(1/eps)^2 / (pi^2 (p - 1)) for small eps.

    Source: prp-explicit-sums in the book (ours).

    Args:
        kernel: (a + b t)^(-p) with p > 1.
        eps: relative L1 distance, in (0, 1).

    Raises:
        InputError: a kernel that is not integrable, eps outside (0, 1), or rates
            below the range of double precision.
    """
    p, omega, share = kernel.p, kernel.p - 1, check_positive("eps", eps) * _SHARE
    if not omega > 0 or not eps < 1:
        raise InputError("kernel, eps", "must have p > 1 and eps < 1", (p, eps),
                         "choose an integrable kernel and a smaller error")
    h = optimize.brentq(lambda h: step_error(p, h) - share, 1e-2, 60.0)
    start = (math.log(share) + special.gammaln(p)) / omega
    if start < -690:
        raise InputError("eps", "must leave rates that are double precision numbers",
                         f"{eps:g}, smallest rate exp({start:.0f})",
                         "choose a larger eps or p")

    def dropped(S: float) -> float:
        sizes = h * math.exp(omega * math.log(S) - S), special.gammaincc(omega, S)
        return omega * sizes[0] / math.gamma(p) + sizes[1] - share

    first = max(omega, 1e-3)  # from here on what is dropped decreases
    S = optimize.brentq(dropped, first, 700.0) if dropped(first) > 0 else first
    x = start + h * np.arange(math.floor((math.log(S) - start) / h) + 1)
    weights = kernel.a**-p * h * np.exp(p * x - np.exp(x)) / math.gamma(p)
    return ExponentialSum(tuple(weights.tolist()),
                          tuple((np.exp(x) * kernel.b / kernel.a).tolist()))


@checked
def step_error(p: float, h: float) -> float:
    """Return 2 sum_j |Gamma(p + 2 pi i j / h)| / Gamma(p), the error of the step h.

    Relative, and at every t: (1 + t)^p times the rule's error is a sum over j != 0 of
    (1 + t)^(2 pi i j / h) Gamma(p - 2 pi i j / h) / Gamma(p).

    Source: prp-explicit-sums in the book (ours).

    Args:
        p: exponent of the power law.
        h: step of the trapezoid rule.
    """
    frequencies = 2j * np.pi * np.arange(1, 200) / h
    logs = special.loggamma(p + frequencies).real - special.gammaln(p)
    return 2 * float(np.exp(logs).sum())
