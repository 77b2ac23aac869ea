"""Rates of approximation: constants, suprema and brackets against other routes."""

import math

import mpmath
import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError
from numpy.polynomial import Polynomial as P

from comlib import Exponential, Gaussian, InputError, TemperedPolynomial
from comlib.functional import DTYPE
from comlib.kernels import Dilated, Kink, ShiftedBox, polynomial_sum
from comlib.measures import (equispaced_error, favard_constant, muntz_gap,
                             rate_bound, rate_constant, smoothness_constant)


def test_favard_constants_are_their_series():
    for r in range(1, 7):
        series = mpmath.nsum(lambda k, r=r: ((-1) ** int(k) / (2 * k + 1)) ** (r + 1),
                             [0, mpmath.inf])
        assert favard_constant(r) == pytest.approx(float(4 / mpmath.pi * series))


def test_rate_constants_of_the_first_orders():
    known = [3 * math.pi / 2, 15 * math.pi**2 / 8, 35 * math.pi**3 / 8]
    assert [rate_constant(a) for a in (1, 2, 3)] == pytest.approx(known, rel=1e-12)
    assert rate_constant(4) == pytest.approx(1198.588, rel=1e-6)


@pytest.mark.parametrize("squared", [False, True])
def test_the_gap_is_the_distance_by_least_squares(squared):
    rates = [k**2 if squared else k for k in (1.0, 2.0, 3.0, 4.0)]
    with mpmath.workdps(40):
        mu = [mpmath.mpf("0.7"), *map(mpmath.mpf, rates)]
        gram = mpmath.matrix(5, 5)
        for i in range(5):
            for j in range(5):
                gram[i, j] = 1 / (mu[i] + mu[j])
        inner = gram[1:, 1:]
        weights = mpmath.lu_solve(inner, gram[1:, 0])
        square = gram[0, 0] - (gram[0, 1:] * weights)[0]
        expected = float(mpmath.sqrt(square / gram[0, 0]))
    assert muntz_gap(0.7, rates) == pytest.approx(expected, rel=1e-12)


def test_the_gap_of_even_rates_telescopes():
    assert muntz_gap(0.5, range(1, 101)) == pytest.approx(1 / 201, rel=1e-12)
    assert muntz_gap(2.0, [1.0, 2.0]) == 0.0


def closed_form(p, alpha, beta, rate=2.0, amplitude=5.0, center=1.0):
    """gamma of a kink from the zeros of a polynomial, piece by piece."""
    q, found = P([1.0] + [0.0] * (p - 1) + [amplitude]), []
    for k in range(1, alpha + 2):
        d = sum(math.comb(k - 1, j) * (-rate) ** (k - 1 - j) * (q.deriv(j) if j else q)
                for j in range(k))
        found.append(rate ** (k - 1) / beta**k)
        zeros = ((beta - rate) * d + d.deriv()).roots() if d.degree() else []
        late = [0.0, *(z.real for z in zeros if abs(z.imag) < 1e-9 and z.real > 0)]
        found += [abs(d(x)) * math.exp((beta - rate) * (x + center)) / beta**k
                  for x in late]
    return max(found)


@pytest.mark.parametrize("p, alpha", [(1, 1), (2, 2), (3, 3), (4, 4), (3, 1)])
@pytest.mark.parametrize("beta", [0.5, 1.2, 1.9])
def test_the_smoothness_constant_of_a_kink_is_the_closed_form(p, alpha, beta):
    found = smoothness_constant(Kink(p=p), alpha, beta)
    assert found == pytest.approx(closed_form(p, alpha, beta), rel=1e-9)


def test_the_smoothness_constant_ends_at_the_decay_rate():
    assert smoothness_constant(Exponential(1.0), 2, 1.0) == pytest.approx(1.0)
    assert smoothness_constant(Exponential(1.0), 2, 1.01) == math.inf
    assert smoothness_constant(TemperedPolynomial(1.5), 1, 0.1) == math.inf
    assert math.isfinite(smoothness_constant(Gaussian(3.0), 2, 4.0))


@pytest.mark.parametrize("factor", [0.01, 30.0])
def test_the_smoothness_constant_does_not_depend_on_the_clock(factor):
    same = smoothness_constant(Kink(), 2, 1.2)
    found = smoothness_constant(Dilated(Kink(), factor), 2, 1.2 * factor)
    assert found == pytest.approx(same, rel=1e-9)


def size(kernel):
    """The L1 norm by the trapezoid rule in log(1 + t)."""
    u = torch.linspace(0, 40, 400_001, dtype=DTYPE)
    return float(torch.trapezoid(kernel(torch.expm1(u)).abs() * torch.exp(u), u))


@pytest.mark.parametrize("rho", [Kink(p=1), Kink(p=3), TemperedPolynomial(2.0),
                                 Gaussian(3.0), ShiftedBox(1.0, 2.0)], ids=repr)
def test_every_sum_errs_at_least_by_the_lower_end(rho):
    generator = torch.Generator().manual_seed(0)
    table = equispaced_error(rho, [3, 8], 0.4)
    assert (table["lower"] <= table["upper"] * (1 + 1e-9)).all()
    for m, lower, upper in zip(*(table[c] for c in table.columns), strict=True):
        rho_hat = polynomial_sum(rho, int(m), 0.4)
        assert size(rho - rho_hat) == pytest.approx(upper, rel=1e-4)
        noise = torch.randn(int(m), generator=generator, dtype=DTYPE)
        values = torch.tensor(rho_hat.values, dtype=DTYPE) * (1 + 0.1 * noise)
        other = type(rho_hat)(0.4, tuple(values.tolist()))
        assert size(rho - other) >= lower * (1 - 1e-4)


def test_a_memory_slower_than_all_the_rates_has_no_bracket():
    table = equispaced_error(Exponential(0.1), [1, 2, 5], 0.5)
    assert table["lower"] == pytest.approx(table["upper"], rel=1e-9)
    # one exponential: minimise |1/0.1 - ...| by hand over the weight
    a = np.linspace(0, 3, 3001)
    cross = np.log(np.maximum(a, 1e-300)) / 0.4
    error = [abs(10 - x / 0.5) if x <= 1 else
             10 - 2 * x + 2 * (x * (1 - math.exp(-0.5 * c)) / 0.5
                               - (1 - math.exp(-0.1 * c)) / 0.1)
             for x, c in zip(a, cross, strict=True)]
    assert table["upper"][0] == pytest.approx(min(error), rel=1e-5)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_the_bound_of_the_rate_theorem_holds(p):
    for m in (p, 2 * p, 24):
        bound = rate_bound(Kink(p=p), p, 1.2, m)
        error = equispaced_error(Kink(p=p), [m], 1.2 / (p + 1))["lower"][0]
        assert error <= bound
    falling = rate_bound(Kink(p=p), p, 1.2, 24) / rate_bound(Kink(p=p), p, 1.2, p)
    assert falling == pytest.approx(1 / math.comb(24, p))


@pytest.mark.parametrize("wrong", [
    lambda: muntz_gap(0.0, [1.0]), lambda: muntz_gap(1.0, [-1.0]),
    lambda: favard_constant(0), lambda: rate_constant(1.5),
    lambda: smoothness_constant(Kink(), 0, 1.0),
    lambda: smoothness_constant(Kink(), 1, -1.0),
    lambda: rate_bound(Kink(), 3, 1.0, 2), lambda: equispaced_error(Kink(), [0], 1.0),
    lambda: equispaced_error(Kink(), [2], 0.0)])
def test_bad_input_is_refused(wrong):
    with pytest.raises((InputError, TypeCheckError)):
        wrong()
