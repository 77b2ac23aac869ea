"""A fit of a window in as many digits as one asks for."""

import mpmath
import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count
from ..functional import DTYPE
from .extension import LagFit, check_lags


@checked
def refine_lags(
    rho: Float[Tensor, " lags"], fit: LagFit,
    weights: Float[Tensor, " lags"] | None = None, *, digits: int = 50,
) -> tuple[LagFit, Float[Tensor, " lags"], float]:
    """Return the stationary point near a fit, its residuals and its gradient.

    Levenberg-Marquardt and then Newton's method in ``digits`` decimal digits; the
    given numbers count as exact. The residuals rho_s - sum_i c_i z_i^s are rounded
    after the subtraction, so that their signs are right where they are far below the
    rounding of rho. The gradient is its largest entry.

    Source: thm-extension in the book.

    Args:
        rho: at the lags 0, 1, ..., T - 1.
        fit: close to a stationary point.
        weights: kappa_s > 0; default 1 - s/T.
        digits: decimal digits.

    Raises:
        InputError: too few lags, a weight that is not positive, or a fit from which
            the method does not converge.
    """
    count, m = len(rho), len(fit.poles)
    kappa = 1 - torch.arange(count, dtype=DTYPE) / count if weights is None else weights
    check_lags(rho, m, kappa)
    with mpmath.workdps(check_count("digits", digits, least=16)):
        start = _exact(torch.cat([fit.amplitudes, fit.poles]))
        theta, e, size = _polish(_exact(rho), _exact(kappa), start)
        if not size < mpmath.mpf(10) ** (12 - digits):
            raise InputError("fit", "must be near a stationary point",
                             fit.poles.tolist(), "start from fit_lags")
        c, z, e = (torch.tensor([float(v) for v in part], dtype=DTYPE)
                   for part in (theta[:m], theta[m:], e))
    return LagFit(c, z), e, float(size)


def _exact(values: Tensor) -> list[mpmath.mpf]:
    return [mpmath.mpf(v) for v in values.tolist()]


def _polish(y: list, k: list, theta: list) -> tuple[list, list, mpmath.mpf]:
    """Return a stationary point, its residuals and the largest entry of the gradient.

    Levenberg-Marquardt in the poles, the amplitudes at their best, while it gains;
    then Newton's method in both, which may end at a saddle.
    """
    m, damping, tiny = len(theta) // 2, mpmath.mpf("1e-6"), 10 ** (8 - mpmath.mp.dps)
    e, g, H, N = _derivatives(y, k, theta)
    for _ in range(300):
        D = H.copy()
        for i in range(m, 2 * m):
            D[i, i] *= 1 + damping
        z = _moved(theta, D, g)[m:]
        new = _with_amplitudes(y, k, z)
        ahead = _derivatives(y, k, new)
        old, least = (mpmath.fdot(k, [v * v for v in r]) for r in (e, ahead[0]))
        if least > old or min(z) <= 0:
            damping *= 10
            continue
        theta, (e, g, H, N), damping = new, ahead, damping / 10
        if old - least < old * mpmath.mpf("1e-12"):
            break
    for _ in range(12):
        if max(abs(v) for v in g) < tiny:
            break
        theta = _moved(theta, N, g)
        e, g, _, N = _derivatives(y, k, theta)
    return theta, e, max(abs(v) for v in g)


def _moved(theta: list, matrix: mpmath.matrix, g: list) -> list:
    step = mpmath.lu_solve(matrix, mpmath.matrix(g))
    return [v + step[i] for i, v in enumerate(theta)]


def _with_amplitudes(y: list, k: list, z: list) -> list:
    """Return the best amplitudes of these poles, and the poles."""
    P = [[v**s for s in range(len(y))] for v in z]
    weighed = [[a * v for a, v in zip(k, p, strict=True)] for p in P]
    gram = mpmath.matrix([[mpmath.fdot(a, b) for b in P] for a in weighed])
    return [*mpmath.lu_solve(gram, mpmath.matrix([mpmath.fdot(a, y)
                                                  for a in weighed])), *z]


def _derivatives(y: list, k: list, theta: list) -> tuple:
    """Return e, minus half the gradient of sum kappa e^2, and two half Hessians.

    The first is that of a linear model of e, the second the exact one.
    """
    T, m = len(y), len(theta) // 2
    c, z = theta[:m], theta[m:]
    P = [[v**s for s in range(T)] for v in z]
    D = [[s * p[s - 1] if s else mpmath.mpf(0) for s in range(T)] for p in P]
    DD = [[s * d[s - 1] if s > 1 else mpmath.mpf(0) for s in range(T)] for d in D]
    e = [y[s] - mpmath.fsum(c[i] * P[i][s] for i in range(m)) for s in range(T)]
    ke = [a * b for a, b in zip(k, e, strict=True)]
    rows = P + [[c[i] * v for v in D[i]] for i in range(m)]
    H = mpmath.matrix(2 * m, 2 * m)
    for i, row in enumerate(rows):
        weighed = [a * v for a, v in zip(k, row, strict=True)]
        for j in range(2 * m):
            H[i, j] = mpmath.fdot(weighed, rows[j])
    N = H.copy()
    for i in range(m):
        N[i, m + i] -= mpmath.fdot(ke, D[i])
        N[m + i, i] = N[i, m + i]
        N[m + i, m + i] -= c[i] * mpmath.fdot(ke, DD[i])
    return e, [mpmath.fdot(ke, row) for row in rows], H, N
