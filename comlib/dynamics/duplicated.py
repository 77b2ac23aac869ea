"""Duplicated exact starts: neurons of one rate that share what is learnt.

With c the rate, phi_k(t) = sqrt(2c) L_k(2ct) exp(-ct) the Laguerre functions, beta_k
the inner product of phi_k and the bump and c_k = (2c)^(-k - 1/2).
"""

import math

import torch
from scipy import special

from ..arguments import checked
from ..checks import InputError, check_count, check_positive
from ..functional import DTYPE
from ..kernels import Kernel


@checked
def laguerre_moments(bump: Kernel, rate: float, count: int) -> list[float]:
    """Return beta_k = sqrt(2c) <L_k(2ct) exp(-ct), bump>, k < count.

    Source: lem-laguerre in the book; the Laguerre functions.

    Args:
        bump: the part of the target that is still to be learnt.
        rate: c.
        count: number of moments.

    Raises:
        InputError: a rate or a number that is not positive.
    """
    c = torch.tensor(check_positive("rate", rate), dtype=DTYPE)
    moments = bump.laplace_moments(c, check_count("count", count) - 1).tolist()
    return [math.sqrt(2 * rate) * sum(
        math.comb(k, j) * (-2 * rate) ** j / math.factorial(j) * moments[j]
        for j in range(k + 1)) for k in range(count)]


@checked
def duplicated_law(
    bump: Kernel, share: float, rate: float = 1.0, left: float = 0.0, terms: int = 1,
    slow: int = 1, fast: int = 1,
) -> float:
    """Return ln of 2/(gamma m^(3/2)) times the integral of (s(1 - s))^(3/2).

    The integral runs from ``left`` to ``share``, m = beta_2/c_2 and gamma = -c_3
    beta_3: the time in which the share of the heavier one of two neurons falls from
    a_1 to ``left``, and for left = 0 the law of the escape time. The second term
    multiplies the speed by 1 + chi (2s - 1)/sqrt(s(1 - s)), where chi =
    -2 c_4 beta_4 sqrt(m)/gamma - 9 gamma/(4 c_2^2 sqrt(m)). For groups of neurons
    1/slow + 1/fast takes the place of 2.

    Source: thm-duplicated in the book (ours); the second term is not proved.

    Args:
        bump: the part of the target that is still to be learnt.
        share: a_1, the share of the neurons that become slow.
        rate: c, the rate of both at the start.
        left: the share at the end, below ``share``.
        terms: 1 or 2 terms of the law; with 2 it is NaN if they cancel.
        slow: number of neurons that become slow.
        fast: number of the others.

    Raises:
        InputError: wrong shares or numbers, or moments of the wrong sign.
    """
    if not 0 <= left < share < 1:
        raise InputError("share", "must be below 1 and above left >= 0", (share, left),
                         "pass the larger one of two weights with sum one")
    if terms not in (1, 2):
        raise InputError("terms", "must be 1 or 2", terms, "no third term is known")
    m, gamma, chi = _numbers(bump, check_positive("rate", rate))
    total = _integral(share) - _integral(left)
    if terms == 2:
        total += chi / 2 * ((share - share**2) ** 2 - (left - left**2) ** 2)
    if total <= 0:
        return math.nan
    weight = 1 / check_count("slow", slow) + 1 / check_count("fast", fast)
    return math.log(weight * total / gamma) - 1.5 * math.log(m)


@checked
def duplicated_leading(share: float, omega: float, rate: float = 1.0) -> float:
    """Return ln of the leading term of ``duplicated_law`` as omega falls to zero.

    12 2^(3/2) (2c)^(-15/2) (2 pi)^(-5/4) I omega^6 exp(5c/(2 omega) - 5c^2/4), for a
    Gaussian bump of amplitude and width one, I the integral up to the share.

    Source: thm-duplicated in the book (ours).

    Args:
        share: a_1.
        omega: one over the delay.
        rate: c.

    Raises:
        InputError: a share outside (0, 1), or an omega or rate that is not positive.
    """
    check_positive("omega", omega)
    check_positive("rate", rate)
    if not 0 < share < 1:
        raise InputError("share", "must be in (0, 1)", share,
                         "pass the larger one of two weights with sum one")
    return (math.log(12 * _integral(share)) + 1.5 * math.log(2)
            - 7.5 * math.log(2 * rate) - 1.25 * math.log(2 * math.pi)
            + 6 * math.log(omega) + 2.5 * rate / omega - 1.25 * rate**2)


def _integral(p: float) -> float:
    """The integral of (s(1 - s))^(3/2) from 0 to p."""
    return float(special.betainc(2.5, 2.5, p) * special.beta(2.5, 2.5))


def _numbers(bump: Kernel, rate: float) -> tuple[float, float, float]:
    """m, gamma and chi of ``duplicated_law``."""
    c = [(2 * rate) ** (-k - 0.5) for k in range(5)]
    beta = laguerre_moments(bump, rate, 5)
    m, gamma = beta[2] / c[2], -c[3] * beta[3]
    if not (m > 0 and gamma > 0):
        raise InputError("bump", "must be positive and late", bump,
                         "the law needs beta_2 > 0 > beta_3")
    chi = -2 * c[4] * beta[4] * math.sqrt(m) / gamma
    return m, gamma, chi - 9 * gamma / (4 * c[2] ** 2 * math.sqrt(m))
