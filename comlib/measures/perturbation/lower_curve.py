"""What the target alone says: a bound that no network of any width beats."""

import functools
import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ...arguments import checked
from ...checks import check_filled, check_positive
from ...evidence import Table
from ...kernels import Kernel, quadrature


@checked
def certified_lower_curve(
    kernel: Kernel, radii: Sequence[float], horizon: float = math.inf
) -> Table:
    """Return int_0^T (exp(beta t) - 1) |rho(t)| dt: what E(beta) is at least.

    For every sequence of linear networks that approximates the target, however
    wide and however trained, because W + beta I is within beta of W.

    Source: thm-shift in the book (ours).

    Args:
        kernel: the target's memory kernel.
        radii: the beta >= 0.
        horizon: T, or infinity. Then the value is infinity above the decay rate,
            and NaN at it, where more than the rate decides. Within 3 percent
            below it a kernel that changes sign underflows too early: the value
            is too small, and still a lower bound.

    Raises:
        InputError: a negative radius or a horizon that is not positive.
    """
    def growth(t: Tensor, beta: float) -> Tensor:
        # the clamp keeps the factor finite where the kernel has underflowed
        forced = torch.expm1((beta * t).clamp(max=700)) * kernel(t).abs()
        return torch.where(t <= horizon, forced, 0.0)

    check_filled("radii", radii)
    rate, lower = kernel.decay_rate, []
    mass = kernel.l1_norm() if rate > 0 and math.isinf(horizon) else math.inf
    if horizon != math.inf:
        check_positive("horizon", horizon)
    one_sign = mass < math.inf and math.isclose(abs(kernel.laplace(0.0)), mass)
    for beta in radii:
        check_positive("radii", beta, zero=True)
        if math.isinf(horizon) and beta >= rate and beta > 0:
            lower.append(math.inf if beta > rate else math.nan)
        elif one_sign and beta > rate / 2:
            # near the rate exp(beta t) rho lives on where rho has underflowed
            lower.append(abs(kernel.laplace(-beta)) - mass)
        else:
            forced = functools.partial(growth, beta=beta)
            lower.append(quadrature(forced, (*kernel.breakpoints, horizon)))
    return Table(radius=list(radii), lower=lower)


@checked
def horizon_ladder(
    kernel: Kernel, radii: Sequence[float], horizons: Sequence[float]
) -> Table:
    """Return ``certified_lower_curve`` on every horizon; columns as there.

    On a finite horizon the bound tends to zero with the radius for every target;
    only its growth with the horizon tells which of them is approximated stably.

    Source: prp-finite-horizon in the book (ours).

    Args:
        kernel: the target's memory kernel.
        radii: the beta >= 0.
        horizons: the T, infinity allowed; column ``horizon``.

    Raises:
        InputError: a negative radius or a horizon that is not positive.
    """
    check_filled("horizons", horizons)
    tables = [certified_lower_curve(kernel, radii, T) for T in horizons]
    return Table.stack(tables, horizon=list(horizons))
