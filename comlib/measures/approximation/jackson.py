"""How fast sums of exponentials come close to a kernel: Jackson's side."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from scipy import special
from torch import Tensor

from ...arguments import checked
from ...checks import check_count, check_positive
from ...evidence import Table
from ...functional import DTYPE
from ...kernels import Kernel, graded_rule, polynomial_sum, sum_times


@checked
def muntz_gap(rate: float, rates: Sequence[float]) -> float:
    """Return prod_k |rate - rates_k| / (rate + rates_k).

    The L2 distance of exp(-rate t) to the span of exp(-rates_k t), relative to its
    norm.

    Source: prp-gap in the book; Muntz and Szasz.

    Args:
        rate: > 0, of the exponential to be approximated.
        rates: > 0, of the others.

    Raises:
        InputError: a rate that is not positive.
    """
    for r in (rate, *rates):
        check_positive("rate, rates", r)
    return math.prod(abs(rate - r) / (rate + r) for r in rates)


@checked
def equispaced_error(
    kernel: Kernel, widths: Sequence[int], rate: float
) -> Table:
    """Return bounds of the L1 distance to the sums with rates rate, ..., m rate.

    ``upper`` is that of ``polynomial_sum``; ``lower`` is |int rho sigma_m dt| for
    the sign sigma_m that every such sum integrates to zero. Beyond t = 1e12 the
    kernel is left out.

    Source: lem-canonical in the book.

    Args:
        kernel: rho.
        widths: the numbers m of exponentials.
        rate: kappa > 0.

    Raises:
        InputError: a width or the rate is not positive.
    """
    lower, upper = [], []
    for m in widths:
        times = sum_times(m, rate)
        t, weights = graded_rule((*kernel.breakpoints, *times.tolist()))
        rho = kernel(t)
        signs = 1 - 2 * (torch.searchsorted(times, t) % 2)
        lower.append(abs(float(weights @ (signs * rho))))
        error = rho - polynomial_sum(kernel, m, rate)(t)
        upper.append(float(weights @ error.abs()))
    return Table(width=list(widths), lower=lower, upper=upper)


@checked
def smoothness_constant(kernel: Kernel, alpha: int, beta: float) -> float:
    """Return gamma = sup of exp(beta t) |y^(k)(t)| / beta^k, k = 1..alpha+1, y' = rho.

    The supremum is searched on a grid that is refined around the largest value, on
    both sides of every breakpoint: a lower bound, which misses by about 1e-9 unless
    the kernel varies between the points of the first grid. Infinity above the decay
    rate.

    Source: def-smoothness in the book.

    Args:
        kernel: rho, differentiable alpha times between its breakpoints.
        alpha: number of derivatives, >= 1.
        beta: rate of decay > 0.

    Raises:
        InputError: alpha is no such number or beta is not positive.
    """
    check_count("alpha", alpha)
    if check_positive("beta", beta) > kernel.decay_rate:
        return math.inf
    first, largest = _first_grid(kernel, beta), 0.0
    for k in range(1, alpha + 2):
        t = first
        for _ in range(5):
            slope = _derivatives(kernel, t, k - 1)[-1]
            values = torch.exp(beta * t) * slope.abs() / beta**k
            at = int(values.nan_to_num().argmax())
            largest = max(largest, float(values[at]))
            ends = t[max(at - 1, 0)], t[min(at + 1, len(t) - 1)]
            t = torch.lerp(*ends, torch.linspace(0, 1, 101, dtype=DTYPE))
    return largest


@checked
def favard_constant(order: int) -> float:
    """Return K_r = (4/pi) sum_k (-1)^(k(r+1)) / (2k+1)^(r+1).

    pi/2, pi^2/8, pi^3/24, 5 pi^4/384, ...: between 1 and pi/2.

    Source: lem-jackson in the book.

    Args:
        order: r >= 1.

    Raises:
        InputError: no such number.
    """
    s = check_count("order", order) + 1
    if order % 2:
        return float(4 / math.pi * 2.0**-s * special.zeta(s, 0.5))
    odd, even = special.zeta(s, 0.25), special.zeta(s, 0.75)
    return float(4 / math.pi * 4.0**-s * (odd - even))


@checked
def rate_constant(alpha: int) -> float:
    """Return C_a = (a + 1) K_a 2^(-a) (2a + 1)! / (a + 1)! for a = alpha.

    Source: thm-rate in the book (ours).

    Args:
        alpha: number of derivatives, >= 1.

    Raises:
        InputError: no such number.
    """
    favard = favard_constant(check_count("alpha", alpha))
    growth = math.factorial(2 * alpha + 1) / math.factorial(alpha + 1)
    return (alpha + 1) * favard * 2**-alpha * growth


@checked
def rate_bound(kernel: Kernel, alpha: int, beta: float, width: int) -> float:
    """Return gamma C_a / (m (m - 1) ... (m - a + 1)), the bound of thm-rate.

    For one input; of several the bounds add up. gamma is ``smoothness_constant``.

    Source: thm-rate in the book (ours).

    Args:
        kernel: rho.
        alpha: a, number of derivatives, >= 1.
        beta: rate of decay > 0.
        width: m >= alpha, number of exponentials.

    Raises:
        InputError: alpha or beta out of range, or a width below alpha.
    """
    check_count("width", width, check_count("alpha", alpha))
    gamma = smoothness_constant(kernel, alpha, beta)
    return gamma * rate_constant(alpha) / math.perm(width, alpha)


def _first_grid(kernel: Kernel, beta: float) -> Float[Tensor, " time"]:
    """Return times up to where exp(beta t) is at the end of a double's range."""
    end = 600 / beta
    inside = torch.tensor([p for p in kernel.breakpoints if 0 < p < end], dtype=DTYPE)
    before = torch.nextafter(inside, torch.zeros_like(inside))
    even = torch.linspace(0, min(end, 50 / beta), 2001, dtype=DTYPE)
    late = torch.logspace(-3, math.log10(end), 1001, dtype=DTYPE)
    return torch.cat([even, late, inside, before]).unique()


def _derivatives(kernel: Kernel, t: Tensor, order: int) -> list[Tensor]:
    """Return rho, rho', ..., up to the derivative of the given order."""
    t = t.detach().requires_grad_()
    values = [kernel(t)]
    for _ in range(order):
        slope = torch.zeros_like(t)
        if values[-1].requires_grad:
            slope = torch.autograd.grad(values[-1].sum(), t, create_graph=True,
                                        materialize_grads=True)[0]
        values.append(slope)
    return [value.detach() for value in values]
