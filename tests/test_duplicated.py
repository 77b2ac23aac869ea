"""Duplicated starts: their law, and the flow in decimal numbers."""

import decimal
import math
from decimal import Decimal

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from comlib import Exponential, Gaussian, InputError
from comlib.dynamics import (ModeLoss, duplicated_law, duplicated_leading,
                             escape_time, laguerre_moments, precise_flow)
from comlib.dynamics.precise import _Loss, _normal
from comlib.kernels import ShiftedBox
from test_dynamics import vector

LATE = Gaussian(40.0, 1.0)


def moments_of_two(p):
    """f and g: the third and fourth moments of shares p, 1 - p, mean 0, variance 1."""
    slow, fast = -math.sqrt((1 - p) / p), math.sqrt(p / (1 - p))
    return tuple(p * slow**k + (1 - p) * fast**k for k in (3, 4))


@pytest.mark.parametrize("bump", [Gaussian(6.0, 0.5), ShiftedBox(3.0, 5.0)])
def test_laguerre_moments_are_the_integrals(bump):
    for k, beta in enumerate(laguerre_moments(bump, 0.8, 5)):
        def phi(t, k=k):
            return math.sqrt(1.6) * float(mpmath.laguerre(k, 0, 1.6 * t)) * math.exp(
                -0.8 * t) * float(bump(vector(t)))
        assert beta == pytest.approx(quad(phi, 2.0, 10.0, points=[3, 5])[0], abs=1e-8)


def test_the_law_is_the_time_of_the_drift():
    p0, c = 0.6, 0.7
    beta = laguerre_moments(LATE, c, 4)
    m, gamma = beta[2] * (2 * c) ** 2.5, -beta[3] * (2 * c) ** -3.5

    def speed(t, p):  # in units of gamma m^(3/2); half the slope of 2 f(p)
        slope = (moments_of_two(p[0] + 1e-5)[0] - moments_of_two(p[0] - 1e-5)[0]) / 2e-5
        return [-slope]

    def quarter(t, p):
        return p[0] - 0.25
    quarter.terminal = True
    time = solve_ivp(speed, (0, 1), [p0], events=quarter, rtol=1e-9).t[-1]
    law = duplicated_law(LATE, p0, c, left=0.25)
    assert law == pytest.approx(math.log(time / (gamma * m**1.5)), abs=1e-5)


def test_the_second_term_is_that_of_four_moments():
    """Minimise the loss of the moments 2, 3 and 4 over the spread, share by share."""
    beta = laguerre_moments(LATE, 0.5, 5)  # with c_k = 1

    def loss(p, spread):
        f, g = moments_of_two(p)
        return (spread - beta[2]) ** 2 - 2 * (
            beta[3] * spread**1.5 * f + beta[4] * spread**2 * g)

    def least(p):
        around = np.linspace(0.9, 1.1, 41)
        parabola = np.polynomial.Polynomial.fit(around, loss(p, around * beta[2]), 6)
        roots = parabola.deriv().roots()
        return parabola(roots[np.argmin(abs(roots - 1))].real)

    def slowness(p):  # 1/speed: the metric is 2 dp^2, the flow minus the gradient
        return 4e-4 / (least(p + 1e-4) - least(p - 1e-4))
    time = math.log(quad(slowness, 0.25, 0.6, epsrel=1e-5)[0])
    one, two = (abs(duplicated_law(LATE, 0.6, 0.5, 0.25, terms) - time)
                for terms in (1, 2))
    assert two < one / 8 and one > 1e-3


def test_the_leading_term_is_the_limit():
    gaps = [duplicated_law(Gaussian(D, 1.0), 0.6, 0.2)
            - duplicated_leading(0.6, 1 / D, 0.2) for D in (500.0, 1000.0)]
    assert gaps[1] == pytest.approx(gaps[0] / 2, rel=0.1)  # of the order omega


def test_groups_count_by_their_inertia():
    two, three = (duplicated_law(LATE, 0.5, fast=n) for n in (1, 2))
    assert three - two == pytest.approx(math.log(1.5 / 2))


@pytest.mark.parametrize("arguments", [
    {"share": 1.0}, {"share": 0.4, "left": 0.5}, {"terms": 3}, {"fast": 0}])
def test_a_law_without_sense_is_refused(arguments):
    with pytest.raises(InputError):
        duplicated_law(LATE, **{"share": 0.6, **arguments})
    with pytest.raises(InputError, match="late"):
        duplicated_law(-1 * LATE, 0.6)


def test_both_precisions_see_the_same_flow():
    for weights, D in ((("0.6", "0.4"), 9.0), (("0.5", "0.3", "0.2"), 8.0)):
        flow = precise_flow(weights, D)
        theta = vector(*map(float, weights), *(1.0 for _ in weights))
        double = escape_time(ModeLoss(Exponential() + Gaussian(D, 1.0)), theta)
        assert flow["log_time"][-1] == pytest.approx(double, abs=2e-4)
        assert flow["drop"][-1] == pytest.approx(0.05)
        assert (np.diff(flow["drop"]) > 0).all()


def test_the_slopes_are_those_of_the_loss():
    with decimal.localcontext(decimal.Context(60)):
        loss, h = _Loss(Decimal(6), Decimal("0.9"), 1), Decimal("1e-15")
        x = np.array([Decimal(s) for s in ("0.7", "-0.2", "0.1", "-0.3")])
        gradient, hessian = loss.slopes(x)
        for i, unit in enumerate(np.eye(4, dtype=int)):
            up, down = x + h * unit, x - h * unit
            slope = (loss.fallen(down) - loss.fallen(up)) / (2 * h)
            assert abs(slope - gradient[i]) < Decimal("1e-25")
            bend = (loss.slopes(up)[0] - loss.slopes(down)[0]) / (2 * h)
            assert max(abs(bend - hessian[i])) < Decimal("1e-25")


@pytest.mark.parametrize("z", ["0.0", "1.5", "12.25", "30.0"])
def test_the_normal_distribution_has_all_digits(z):
    with decimal.localcontext(decimal.Context(80)), mpmath.workdps(90):
        reference = mpmath.nstr(mpmath.ncdf(mpmath.mpf(z)), 85)
        assert abs(_normal(Decimal(z)) - Decimal(reference)) < Decimal("1e-77")


def test_starts_that_must_stay_do():
    two = sum(b * b for b in laguerre_moments(Gaussian(20.0, 1.0), 1.0, 2))
    for weights, sign in ((("0.5", "0.5"), 1), (("1.5", "-0.5"), 1),
                          (("0.6", "0.4"), -1)):
        flow = precise_flow(weights, 20.0, until=30.0, sign=sign)
        assert flow["log_time"][-1] > 30
        assert flow["drop"][-1] == pytest.approx(two, rel=1e-4)


@pytest.mark.parametrize("arguments, what", [
    ({"weights": ("0.6", "0.5")}, "weights"), ({"delay": 61.0}, "delay"),
    ({"delay": -1.0}, "delay"), ({"rate": 0.0}, "rate"), ({"drop": 0.0}, "drop")])
def test_a_flow_without_sense_is_refused(arguments, what):
    with pytest.raises(InputError, match=what):
        precise_flow(**{"weights": ("0.6", "0.4"), "delay": 8.0, **arguments})


def test_a_flow_that_does_not_come_to_its_end_says_so(monkeypatch):
    monkeypatch.setattr("comlib.dynamics.precise.STEPS", 5)
    with pytest.raises(InputError, match="in 5 steps"):
        precise_flow(("0.6", "0.4"), 8.0)
