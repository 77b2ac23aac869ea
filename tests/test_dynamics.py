"""The closed form of the loss, gradient flows and bounds of the escape time."""

import math

import mpmath
import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError
from scipy.integrate import solve_ivp

from comlib import (Airy, Exponential, ExponentialSum, Gaussian, InputError, Kernel,
                    Polynomial, TemperedPolynomial)
from comlib.dynamics import (ModeLoss, elementary_floor, escape_time, explicit_floor,
                             gradient_flow, hitting_times, projected_square,
                             projection_ceiling, projection_floor,
                             slow_manifold_ceiling, slow_manifold_law,
                             slow_manifold_time)
from comlib.functional import DTYPE
from comlib.kernels import ShiftedBox, TwoPart, quadrature

KERNELS = [
    Exponential(0.7, -2.0), ExponentialSum((1.0, -0.5), (0.3, 2.0)), Gaussian(6.0, 1.0),
    Gaussian(0.5, 2.0, -1.5), Gaussian(30.0, 0.2), Gaussian(-1.0, 1.0), TwoPart(),
    ShiftedBox(), ShiftedBox(0.0, 0.5), Polynomial(1.5), TemperedPolynomial(0.8, 0.3),
    Airy(), Exponential() + Gaussian(12.0, 1.0), 2 * Gaussian(5.0) - Exponential(3.0)]


def vector(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=DTYPE)


def in_mpmath(rho: Kernel, t):
    """rho(t) in many digits, written out again."""
    m = mpmath
    if isinstance(rho, Exponential):
        return rho.amplitude * m.exp(-m.mpf(rho.rate) * t)
    if isinstance(rho, ExponentialSum):
        return sum(a * m.exp(-m.mpf(r) * t) for a, r in zip(rho.weights, rho.rates))
    if isinstance(rho, Gaussian):
        z = (t - m.mpf(rho.center)) / m.mpf(rho.width)
        return rho.amplitude * m.exp(-z * z / 2)
    if isinstance(rho, TwoPart):
        return sum(in_mpmath(part, t) for part in rho.parts)
    if isinstance(rho, ShiftedBox):
        return m.mpf(rho.start < t < rho.stop)
    if isinstance(rho, Polynomial):
        return (1 + t) ** -m.mpf(rho.p)
    if isinstance(rho, TemperedPolynomial):
        return m.exp(-m.mpf(rho.gamma) * t) * (1 + t) ** -m.mpf(rho.p)
    if isinstance(rho, Airy):
        return m.airyai(t - rho.center)
    return sum(w * in_mpmath(part, t) for w, part in zip(rho.weights, rho.kernels))


@pytest.mark.parametrize("rho", KERNELS, ids=repr)
def test_laplace_moments_are_the_integrals(rho):
    s = vector(0.01, 0.8, 7.0)
    moments = rho.laplace_moments(s, 2)
    corners = [p for p in rho.breakpoints if p > 0]
    late = min(corners, default=0)  # where the mass begins: mpmath's error is absolute
    with mpmath.workdps(25):
        for j, rate in enumerate(s.tolist()):
            ends = sorted({0, *corners, *(2**k / rate for k in range(-6, 7))})
            for k in range(3):
                value = mpmath.quad(
                    lambda t, k=k, rate=rate: t**k * mpmath.exp(rate * (late - t))
                    * in_mpmath(rho, t), ends)
                value *= mpmath.exp(-rate * late)
                assert float(moments[k, j]) == pytest.approx(float(value), rel=2e-12)


@pytest.mark.parametrize("rho", KERNELS, ids=repr)
def test_the_closed_moments_are_those_of_the_general_rule(rho):
    s = torch.logspace(-2, 1, 6, dtype=DTYPE).reshape(2, 3)
    moments = rho.laplace_moments(s, 3)
    assert moments.shape == (4, 2, 3)
    assert torch.allclose(moments, Kernel.laplace_moments(rho, s, 3), 1e-11, 1e-15)
    assert float(moments[0, 1, 1]) == pytest.approx(rho.laplace(float(s[1, 1])), 1e-11)


def test_moments_refuse_rates_that_are_not_positive():
    for rho in (Gaussian(), Exponential(), Polynomial()):
        with pytest.raises(InputError, match="s: must be a tensor of positive"):
            rho.laplace_moments(vector(0.0, 1.0))
        with pytest.raises(InputError, match="order"):
            rho.laplace_moments(vector(1.0), -1)


def random_theta(m: int, *stack: int) -> torch.Tensor:
    g = torch.Generator().manual_seed(m)
    a = torch.randn(*stack, m, dtype=DTYPE, generator=g)
    w = torch.rand(*stack, m, dtype=DTYPE, generator=g)
    return torch.cat([a, 0.3 + 2 * w], -1)


@pytest.mark.parametrize("rho", KERNELS, ids=repr)
def test_the_loss_is_the_integral_of_the_square(rho):
    theta = random_theta(3)
    model = ExponentialSum(tuple(theta[:3].tolist()), tuple(theta[3:].tolist()))
    corners = (*model.breakpoints, *rho.breakpoints)
    value = quadrature(lambda t: (model(t) - rho(t)) ** 2, corners)
    assert float(ModeLoss(rho)(theta)) == pytest.approx(value, rel=1e-11)


def central(f, theta, h=1e-3):
    """The derivative along each coordinate, last, to fourth order."""
    eye = h * torch.eye(len(theta), dtype=DTYPE)
    return torch.stack([(8 * (f(theta + e) - f(theta - e))
                         - f(theta + 2 * e) + f(theta - 2 * e)) / (12 * h)
                        for e in eye], -1)


@pytest.mark.parametrize("rho", KERNELS, ids=repr)
def test_gradient_and_hessian_are_the_derivatives(rho):
    loss, theta = ModeLoss(rho), random_theta(2)
    assert torch.allclose(loss.gradient(theta), central(loss, theta), 1e-8, 1e-8)
    hessian = central(loss.gradient, theta)
    assert torch.allclose(loss.hessian(theta), hessian, 1e-8, 1e-8)


def test_the_hessian_without_a_residual_is_twice_the_gram_matrix():
    loss = ModeLoss(ExponentialSum((1.0, -2.0), (0.5, 1.5)))
    theta = vector(1.0, -2.0, 0.5, 1.5)
    assert torch.allclose(loss.hessian(theta), 2 * loss.gram(theta), 1e-12, 1e-12)
    assert float(loss(theta)) == pytest.approx(0, abs=1e-14)


def test_a_stack_is_its_members():
    loss, theta = ModeLoss(TwoPart()), random_theta(3, 2, 4)
    for name in ("__call__", "gradient", "hessian", "gram"):
        whole = getattr(loss, name)(theta)
        for i in range(2):
            for j in range(4):
                part = getattr(loss, name)(theta[i, j])
                assert torch.allclose(whole[i, j], part, 1e-13, 1e-13)
    theta0 = random_theta(3)
    drops = loss.drop(theta, theta0)
    assert drops.shape == (2, 4)
    assert float(drops[1, 2]) == pytest.approx(float(loss(theta0) - loss(theta[1, 2])))


def test_the_drop_keeps_its_digits_next_to_the_start():
    loss, theta0 = ModeLoss(Gaussian(3.0, 1.0)), vector(0.2, 0.5, 1.0, 2.0)
    direction = vector(1.0, -2.0, 0.5, 0.25)
    for h in (1e-12, 1e-9, 1e-6):
        slope = -loss.gradient(theta0) @ direction
        curvature = -direction @ loss.hessian(theta0) @ direction / 2
        expected = float(h * slope + h**2 * curvature)
        moved = theta0 + h * direction
        # the step itself is rounded to 1e-16 / h
        assert float(loss.drop(moved, theta0)) == pytest.approx(
            expected, rel=1e-12 + 1e-15 / h)


def test_the_drop_is_the_difference_far_away():
    loss = ModeLoss(TwoPart())
    for theta in (vector(0.9, 0.2, 0.8, 0.7), vector(0.9, 0.2, 4.0, 0.01)):
        theta0 = vector(1.0, 0.1, 1.0, 0.5)
        difference = float(loss(theta0) - loss(theta))
        assert float(loss.drop(theta, theta0)) == pytest.approx(difference, rel=1e-11)


def test_the_best_weights_make_the_gradient_vanish():
    loss, w = ModeLoss(TwoPart()), vector(0.3, 1.1)
    a = loss.best_weights(w)
    theta = torch.cat([a, w])
    assert torch.allclose(loss.gradient(theta)[:2], vector(0, 0), 0, 1e-13)
    assert float(loss.reduced(w)) == pytest.approx(float(loss(theta)), rel=1e-13)


def test_equal_rates_share_the_weight():
    loss = ModeLoss(Gaussian(4.0, 1.0))
    one, two = loss.best_weights(vector(0.5)), loss.best_weights(vector(0.5, 0.5))
    assert torch.allclose(two, torch.cat([one, one]) / 2, 1e-12)


@pytest.mark.parametrize("theta, rule", [
    (vector(1.0, 0.0), "positive rates"), (vector(1.0, -1.0), "positive rates"),
    (vector(1.0, 2.0, 3.0), "2m"), (torch.tensor([1.0, 1.0]), "float64"),
    (vector(1.0, math.nan), "positive rates")])
def test_the_loss_refuses_a_wrong_theta(theta, rule):
    loss = ModeLoss(Exponential())
    for method in (loss, loss.gradient, loss.hessian, loss.gram):
        with pytest.raises(InputError, match=rule):
            method(theta)


def test_the_loss_refuses_a_kernel_of_infinite_norm():
    with pytest.raises(InputError, match="square integrable"):
        ModeLoss(Polynomial(0.5))


def in_plain_time(loss, theta0, end, friction=None):
    """theta at the time ``end``, by an explicit method in tau itself."""
    def force(y):
        return -loss.gradient(torch.from_numpy(y.copy())).numpy()

    def field(tau, y):
        if friction is None:
            return force(y)
        x, v = np.split(y, 2)
        return np.concatenate([v, force(x) - friction * v])

    start = theta0.numpy()
    start = start if friction is None else np.concatenate([start, 0 * start])
    path = solve_ivp(field, (0, end), start, "DOP853", rtol=1e-8, atol=1e-10)
    return path.y[: len(theta0), -1]


@pytest.mark.parametrize("friction", [None, 0.0, 0.7])
def test_the_flow_is_that_of_plain_time(friction):
    loss, theta0 = ModeLoss(TwoPart(1.0, 3.0, 1.0)), vector(0.5, -0.2, 0.8, 1.7)
    path = gradient_flow(loss, theta0, math.log(6.0), friction)
    end = float(np.exp(path["log_time"][-1]))
    expected = in_plain_time(loss, theta0, end, friction)
    found = [path[name][-1] for name in ("a1", "a2", "w1", "w2")]
    assert np.allclose(found, expected, 0, 2e-5)
    assert path["log_time"][-1] >= math.log(6.0) - 1e-9
    assert np.allclose(path["loss"][-1], loss(torch.tensor(found)), 1e-12)


def test_the_loss_only_falls_without_friction():
    loss = ModeLoss(TwoPart(1.0, 5.0, 1.0))
    path = gradient_flow(loss, vector(0.3, 0.4, 0.6, 2.0), 4.0)
    assert (np.diff(path["loss"]) <= 1e-12).all()


def test_hitting_times_are_those_of_the_path():
    loss, theta0 = ModeLoss(Gaussian(4.0, 1.0)), vector(0.0, 0.8)
    start = float(loss(theta0))
    levels = [start + 1.0, start - 0.02, start - 0.1, start - 5.0]
    first, second, third, never = hitting_times(loss, theta0, levels, 6.0).tolist()
    assert (first, never) == (-math.inf, math.inf) and second < third
    path = gradient_flow(loss, theta0, 6.0)
    assert np.interp(second, path["log_time"], path["loss"]) == pytest.approx(
        levels[1], abs=1e-3)
    assert escape_time(loss, theta0, 0.02) == pytest.approx(second, abs=1e-7)
    assert escape_time(loss, theta0, 5.0, until=2.0) == math.inf


def test_a_flow_stops_at_its_level():
    loss, theta0 = ModeLoss(Gaussian(4.0, 1.0)), vector(0.0, 0.8)
    level = float(loss(theta0)) - 0.05
    path = gradient_flow(loss, theta0, 20.0, level=level)
    assert path["loss"][-1] == pytest.approx(level, rel=1e-9)
    assert path["log_time"][-1] == pytest.approx(escape_time(loss, theta0), abs=1e-9)


def test_a_tighter_tolerance_changes_nothing():
    loss, theta0 = ModeLoss(Exponential() + Gaussian(9.0, 1.0)), vector(0.6, 0.4, 1, 1)
    level = [float(loss(theta0)) - 0.05]
    coarse = hitting_times(loss, theta0, level, rtol=1e-5)
    fine = hitting_times(loss, theta0, level, rtol=1e-8)
    assert float(coarse) == pytest.approx(float(fine), abs=1e-5)


def test_strong_friction_slows_the_flow_down_by_itself():
    loss = ModeLoss(Gaussian(6.0, 1.0))
    w = vector(1.0)
    theta0 = torch.cat([loss.best_weights(w), w])
    plain = escape_time(loss, theta0)
    assert escape_time(loss, theta0, friction=1e3) - math.log(1e3) == pytest.approx(
        plain, abs=1e-3)


@pytest.mark.parametrize("arguments, message", [
    ({"until": -7.0}, "until"), ({"until": 1.0, "friction": -1.0}, "friction")])
def test_a_flow_refuses_wrong_arguments(arguments, message):
    with pytest.raises(InputError, match=message):
        gradient_flow(ModeLoss(Gaussian()), vector(0.0, 1.0), **arguments)
    with pytest.raises((InputError, TypeCheckError), match="theta0"):
        gradient_flow(ModeLoss(Gaussian()), vector(0.0, 1.0)[None], 1.0)
    with pytest.raises(InputError, match="drop"):
        escape_time(ModeLoss(Gaussian()), vector(0.0, 1.0), 0.0)


def gram_projection(f: Gaussian, rates) -> float:
    """The projection by a Gram matrix in 60 digits."""
    with mpmath.workdps(60):
        w = [mpmath.mpf(x) for x in rates]
        see = mpmath.matrix([
            mpmath.sqrt(2 * mpmath.pi) * mpmath.exp(-f.center * x + x * x / 2)
            * mpmath.ncdf(f.center - x) for x in w])
        gram = mpmath.matrix([[1 / (x + y) for x in w] for y in w])
        return float((see.T * mpmath.lu_solve(gram, see))[0])


@pytest.mark.parametrize("rates", [
    (0.5,), (1.0, 0.4), (0.7, 0.7001, 0.9), (2.0, 0.3, 1.1, 0.31)])
def test_the_orthonormal_basis_projects_like_the_gram_matrix(rates):
    f = Gaussian(9.0, 1.0)
    assert projected_square(f, vector(*rates)) == pytest.approx(
        gram_projection(f, rates), rel=1e-9)


def test_equal_rates_are_the_limit_of_different_ones():
    f = Gaussian(9.0, 1.0)
    near = gram_projection(f, (0.7, 0.7 + 1e-6, 0.7 - 1e-6))
    assert projected_square(f, vector(0.7, 0.7, 0.7)) == pytest.approx(near, rel=1e-5)


@pytest.mark.parametrize("modes", [1, 2, 4])
@pytest.mark.parametrize("delay", [2.0, 8.0, 20.0])
def test_no_exponentials_see_more_than_the_ceiling(modes, delay):
    f, g = Gaussian(delay, 1.0), torch.Generator().manual_seed(modes)
    ceiling = float(projection_ceiling(f, vector(0.6), modes))
    for spread in (0.0, 0.01, 0.3, 3.0):
        rates = 0.6 + spread * torch.rand(modes, dtype=DTYPE, generator=g)
        assert projected_square(f, rates) <= ceiling


def test_the_ceiling_is_the_formula_at_its_best_shift():
    f = Gaussian(9.0, 1.0)
    values = [c / (c - s) * sum(((c + s) / (c - s)) ** (2 * n) for n in range(3))
              * quadrature(lambda t, s=s: torch.exp(-2 * s * t) * f(t) ** 2,
                           f.breakpoints)
              for c in (0.8,) for s in np.linspace(0.01, 0.79, 300).tolist()]
    assert float(projection_ceiling(f, vector(0.8), 3)) == pytest.approx(
        min(values), rel=1e-3)


def test_the_explicit_bound_is_the_elementary_one_at_one_radius():
    theta0, D = vector(0.6, 0.4, 1.0, 1.2), 30.0
    mass = math.sqrt(2 * math.pi) * math.exp(0.5)
    floor = elementary_floor(Gaussian(D, 1.0), theta0)
    explicit = explicit_floor(theta0, 1 / D, mass)
    assert explicit <= floor <= explicit + 1
    a, r, c = 1.0, 2 / D, 1.0
    eta = 2 * (2 * a + math.sqrt(2) * r) * mass * math.exp(-(c - r) * D)
    assert explicit == pytest.approx(math.log(r * r / eta), rel=1e-12)


@pytest.mark.parametrize("delay", [6.0, 9.0])
@pytest.mark.parametrize("start, short", [
    ((0.0, 1.0), 0), ((0.6, 0.4, 1.0, 1.0), 1), ((1.0, 0.0, 1.0, 1.5), 1)])
def test_a_flow_takes_longer_than_its_bounds(delay, start, short):
    bump, theta0 = Gaussian(delay, 1.0), vector(*start)
    loss = ModeLoss(Exponential() + bump if short else bump)
    time = escape_time(loss, theta0, 0.05, until=25.0)
    assert elementary_floor(bump, theta0) <= time
    assert projection_floor(bump, theta0, short) <= time


def test_the_projection_bound_of_one_mode_has_twice_the_exponent():
    floors = [projection_floor(Gaussian(D, 1.0), vector(0.0, 1.0)) + 2 * math.log(D)
              for D in (40.0, 60.0)]
    assert (floors[1] - floors[0]) / 20 == pytest.approx(2.0, abs=0.03)
    floors = [elementary_floor(Gaussian(D, 1.0), vector(0.0, 1.0)) + math.log(D)
              for D in (40.0, 60.0)]
    assert (floors[1] - floors[0]) / 20 == pytest.approx(1.0, abs=0.03)


def test_an_excess_of_loss_weakens_the_bound_and_a_deficit_does_not():
    bump, theta0 = Gaussian(20.0, 1.0), vector(0.6, 0.4, 1.0, 1.0)
    exact = projection_floor(bump, theta0, 1)
    assert projection_floor(bump, theta0, 1, excess=-1.0) == exact
    assert projection_floor(bump, theta0, 1, excess=1e-3) < exact - 1


def test_friction_multiplies_the_bound_until_inertia_wins():
    bump, theta0 = Gaussian(12.0, 1.0), vector(0.0, 1.0)
    plain = projection_floor(bump, theta0)
    strong = projection_floor(bump, theta0, friction=100.0)
    assert strong == pytest.approx(plain + math.log(100.0), rel=1e-12)
    free = projection_floor(bump, theta0, friction=0.0)
    assert free == pytest.approx((plain - math.log(2)) / 2, abs=1e-9)


@pytest.mark.parametrize("rate", [0.7, 1.0, 1.4])
def test_the_flow_of_one_mode_is_between_its_bounds(rate):
    bump = Gaussian(8.0, 1.0)
    low, high = slow_manifold_time(bump, rate), slow_manifold_ceiling(bump, rate)
    time = escape_time(ModeLoss(bump), vector(0.0, rate))
    assert low <= time <= high <= low + 0.2


def test_the_slow_manifold_time_is_the_integral():
    bump = Gaussian(7.0, 1.0)
    ends, (L, M) = (0.9, 0.8), bump.laplace_moments(vector(0.9, 0.8), 1)
    drops = [2 * w * x**2 for w, x in zip(ends, L.tolist())]
    part = math.exp(slow_manifold_time(bump, 0.9, drops[1]))
    middle = bump.laplace_moments(vector(0.85), 1)[:, 0]
    speeds = [2 * x**2 * (2 * w * y / x - 1) for w, x, y in zip(
        (0.9, 0.85, 0.8), (L[0], middle[0], L[1]), (M[0], middle[1], M[1]))]
    simpson = 0.1 / 6 * float(1 / speeds[0] + 4 / speeds[1] + 1 / speeds[2])
    assert part == pytest.approx(simpson, rel=1e-2)


def test_the_law_is_the_limit_of_the_integral():
    for width in (0.5, 1.0):
        gaps = [slow_manifold_time(Gaussian(D, width), 1.0, 1e-3)
                - slow_manifold_law(1.0, 1 / D, width) for D in (50.0, 100.0, 200.0)]
        assert abs(gaps[2]) < 0.03 and gaps[1] / gaps[2] == pytest.approx(2, abs=0.2)


def test_one_mode_that_cannot_gain_so_much_has_no_upper_bound():
    assert slow_manifold_ceiling(Gaussian(10.0, 1.0), 1.0, 0.5) == math.inf
    with pytest.raises(InputError, match="turning point"):
        slow_manifold_time(Gaussian(4.0, 1.0), 0.05)


@pytest.mark.parametrize("call", [
    lambda: projection_ceiling(Gaussian(), vector(0.0), 1),
    lambda: projection_ceiling(Gaussian(), vector(1.0), 0),
    lambda: projected_square(Gaussian(), vector(1.0, -1.0)),
    lambda: explicit_floor(vector(0.0, 1.0), 0.6, 1.0),
    lambda: elementary_floor(Gaussian(), vector(0.0, 1.0), 0.0),
    lambda: projection_floor(Gaussian(), vector(0.0, -1.0)),
    lambda: projection_floor(Gaussian(), vector(0.0, 0.0, 1.0)),
    lambda: elementary_floor(Gaussian(), vector(0.0, 0.0, 1.0)),
    lambda: explicit_floor(vector(0.0, 0.0, 1.0), 0.2, 1.0)])
def test_bounds_refuse_wrong_arguments(call):
    with pytest.raises(InputError):
        call()
