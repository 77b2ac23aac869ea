"""Memory kernels: closed forms against quadrature, and quadrature against scipy."""

import math
import warnings

import numpy as np
import pytest
import torch
from scipy import integrate, special

from comlib import (Airy, Exponential, ExponentialSum, Gaussian, InputError, Kernel,
                    Polynomial, TemperedPolynomial)
from comlib.functional import DTYPE
from comlib.kernels import (Combination, MatrixExponential, ShiftedBox, Sine, TwoPart,
                            quadrature)

DECAYING = [
    Exponential(),
    Exponential(0.05, -3.0),
    Exponential(7.0, 0.2),
    ExponentialSum((1.0, 0.5), (0.3, 2.0)),
    ExponentialSum((-1.0, -0.1), (1.0, 0.01)),
    ExponentialSum((1.0, -2.0, 0.7), (0.2, 0.9, 3.0)),
    TemperedPolynomial(1.5, 0.2),
    TemperedPolynomial(0.4, 1.0),
    TemperedPolynomial(1.1, 0.01),
    TemperedPolynomial(2.0, 3.0),
    Gaussian(),
    Gaussian(0.5, 2.0, -1.5),
    Gaussian(30.0, 0.2),
    Gaussian(-1.0, 1.0),
    TwoPart(),
    TwoPart(0.3, 4.0, 1.0),
    TwoPart(2.0, 0.0, 0.5),
    Airy(),
    Airy(3.0, 0.5),
    Airy(0.0, 1.0),
    Airy(35.0, 1.0),
    Airy(6.0, 2.0),
    ShiftedBox(),
    ShiftedBox(0.0, 0.5),
    MatrixExponential(
        torch.tensor([1.0, -2.0], dtype=DTYPE),
        torch.tensor([[-1.5, 1.0], [-1.0, -1.0]], dtype=DTYPE),
        torch.tensor([0.5, 1.0], dtype=DTYPE),
    ),
]
POWERS = [TemperedPolynomial(p) for p in (1.05, 1.1, 1.2, 1.5, 3.0)] + [
    Polynomial(1.05),
    Polynomial(1.1, 2.0, 0.5),
    Polynomial(1.2, 0.1, 3.0),
    Polynomial(1.5, 5.0),
    Polynomial(2.5, 1.0, 0.01),
]
INTEGRABLE = DECAYING + POWERS
SMOOTH = [rho for rho in INTEGRABLE if not isinstance(rho, ShiftedBox)]


def name(rho) -> str:
    return repr(rho)[:45].replace("\n", " ")


def scipy_integral(f, corners) -> float:
    """The integral over [0, infinity), by another routine in another variable."""
    points = [0.0, *sorted({p for p in corners if p > 0})]
    pieces = sum(
        integrate.quad(f, a, b, limit=500, epsabs=1e-13, epsrel=1e-12)[0]
        for a, b in zip(points, points[1:])
    )
    last = points[-1]
    return pieces + sum(
        integrate.quad(
            lambda u: f(last + math.expm1(u)) * math.exp(u),
            a,
            b,
            limit=500,
            epsabs=1e-13,
            epsrel=1e-12,
        )[0]
        for a, b in zip(range(0, 400, 4), range(4, 404, 4))
    )


def number(rho, t: float) -> float:
    return float(rho(torch.tensor(t, dtype=DTYPE)))


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # torch's own forward derivatives are compiled with something deprecated
        warnings.filterwarnings("ignore", message=".*torch.jit.script")
        yield


@pytest.mark.parametrize("rho", INTEGRABLE, ids=name)
def test_the_l1_norm_is_the_integral(rho):
    assert rho.l1_norm() == pytest.approx(Kernel.l1_norm(rho), rel=1e-9)


@pytest.mark.parametrize("rho", INTEGRABLE, ids=name)
def test_the_l2_norm_is_the_integral(rho):
    assert rho.l2_norm() == pytest.approx(Kernel.l2_norm(rho), rel=1e-9)


@pytest.mark.parametrize("rho", SMOOTH, ids=name)
def test_the_total_variation_is_the_integral_of_the_slope(rho):
    expected = Kernel.total_variation(rho)
    assert rho.total_variation() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("s", [0.0, 0.01, 0.7, 5.0])
@pytest.mark.parametrize("rho", INTEGRABLE, ids=name)
def test_the_laplace_transform_is_the_integral(rho, s):
    expected = Kernel.laplace(rho, s)
    assert rho.laplace(s) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("rho", DECAYING, ids=name)
def test_the_laplace_transform_reaches_up_to_the_decay_rate(rho):
    s = -0.8 * min(rho.decay_rate, 1.0)
    assert rho.laplace(s) == pytest.approx(Kernel.laplace(rho, s), rel=1e-8)
    assert math.isfinite(rho.laplace(s))


@pytest.mark.parametrize(
    "rho", [Exponential(0.5), TwoPart(), TemperedPolynomial(2.0, 0.1)], ids=name
)
def test_the_laplace_transform_is_refused_beyond_the_decay_rate(rho):
    with pytest.raises(InputError, match="s: must be greater"):
        rho.laplace(-rho.decay_rate)


@pytest.mark.parametrize("rho", INTEGRABLE[1::5], ids=name)
def test_the_w1_norm_is_the_l1_norm_and_the_total_variation(rho):
    assert rho.w1_norm() == pytest.approx(rho.l1_norm() + rho.total_variation())


@pytest.mark.parametrize("rho", [*POWERS[5:], *DECAYING[:16], Airy(3.0, 0.5)], ids=name)
def test_quadrature_agrees_with_scipy(rho):
    ours = quadrature(lambda t: rho(t).abs(), rho.breakpoints)
    # e^400 is far, but not far enough for the slowest
    rest = 1e-5 if isinstance(rho, Polynomial) and rho.p < 1.1 else 1e-8
    theirs = scipy_integral(lambda t: abs(number(rho, t)), rho.breakpoints)
    assert ours == pytest.approx(theirs, rel=rest)


@pytest.mark.parametrize(
    "p, a, b", [(1.05, 1.0, 1.0), (1.2, 2.0, 0.5), (3.0, 0.5, 4.0)]
)
def test_power_laws_have_the_norms_of_the_textbook(p, a, b):
    rho = Polynomial(p, a, b)
    assert rho.l1_norm() == pytest.approx(a ** (1 - p) / (b * (p - 1)), rel=1e-13)
    assert rho.l2_norm() ** 2 == pytest.approx(a ** (1 - 2 * p) / (b * (2 * p - 1)))
    assert rho.total_variation() == pytest.approx(2 * a**-p)


@pytest.mark.parametrize("p", [0.3, 0.5, 1.0])
def test_divergent_norms_are_infinite(p):
    for rho in (Polynomial(p), TemperedPolynomial(p)):
        assert rho.l1_norm() == Kernel.l1_norm(rho) == math.inf
        assert (
            (2.0 * rho).l1_norm() == (rho - 3.0 * Exponential()).l1_norm() == math.inf
        )
        if p <= 0.5:
            assert rho.l2_norm() == Kernel.l2_norm(rho) == math.inf


@pytest.mark.parametrize("p", [1.01, 1.02, 1.05])
def test_a_quadrature_reaches_beyond_the_range_of_a_double(p):
    assert Kernel.l1_norm(Polynomial(p)) == pytest.approx(1 / (p - 1), rel=1e-9)
    assert (3.0 * TemperedPolynomial(p)).l1_norm() == pytest.approx(
        3 / (p - 1), rel=1e-9
    )


@pytest.mark.parametrize("p", [0.6, 0.8, 1.0])
def test_square_integrable_power_laws_have_an_l2_norm_without_an_l1_norm(p):
    assert Polynomial(p).l2_norm() ** 2 == pytest.approx(1 / (2 * p - 1), rel=1e-12)
    assert Kernel.l2_norm(Polynomial(p)) == pytest.approx(
        Polynomial(p).l2_norm(), rel=1e-9
    )


def test_a_sine_has_no_norm_and_a_laplace_transform():
    rho = Sine(2.0, 3.0)
    assert rho.l1_norm() == rho.l2_norm() == rho.total_variation() == math.inf
    assert Kernel.l1_norm(rho) == (rho + Exponential()).l1_norm() == math.inf
    # integral of 3 exp(-t/2) sin(2 t)
    assert rho.laplace(0.5) == pytest.approx(3 * 2 / (0.25 + 4))
    for s in (0.0, -0.1):
        with pytest.raises(InputError):
            rho.laplace(s)


@pytest.mark.parametrize("p, s", [(1.5, 0.3), (1.05, 1e-3), (0.5, 2.0), (1.1, 40.0)])
def test_power_laws_have_the_incomplete_gamma_as_laplace_transform(p, s):
    if p > 1:  # E_p by the recursion E_p = (e^-s - s E_{p-1}) / (p - 1)
        inner = special.gamma(2 - p) * special.gammaincc(2 - p, s) * s ** (p - 2)
        expected = (1 - math.exp(s) * s * inner) / (p - 1)
    else:
        expected = (
            math.exp(s)
            * special.gamma(1 - p)
            * special.gammaincc(1 - p, s)
            * s ** (p - 1)
        )
    assert TemperedPolynomial(p).laplace(s) == pytest.approx(expected, rel=1e-9)
    assert TemperedPolynomial(p, s).laplace(0.0) == pytest.approx(expected, rel=1e-9)
    a, b = 2.0, 0.5
    scaled = a ** (1 - p) / b
    assert Polynomial(p, a, b).laplace(s * b / a) == pytest.approx(
        scaled * expected, rel=1e-9
    )


@pytest.mark.parametrize("rho", SMOOTH, ids=name)
def test_derivatives_are_limits_of_difference_quotients(rho):
    t, h = torch.tensor([0.1, 0.9, 4.0, 9.3], dtype=DTYPE), 1e-6
    quotient = (rho(t + h) - rho(t - h)) / (2 * h)
    assert torch.allclose(rho.derivative(t), quotient, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("rho", INTEGRABLE, ids=name)
def test_values_keep_the_shape_of_the_times(rho):
    t = torch.linspace(0, 5, 12, dtype=DTYPE)
    flat = rho(t)
    assert flat.shape == t.shape and flat.dtype == DTYPE
    assert torch.allclose(rho(t.reshape(3, 4)), flat.reshape(3, 4), rtol=1e-13)
    assert rho(t[3]).shape == ()
    assert torch.equal(rho.derivative(t).isfinite(), torch.ones(12, dtype=torch.bool))


VALUES = [
    (Exponential(0.5, 3.0), 2.0, 3 * math.exp(-1)),
    (ExponentialSum((2.0, -1.0), (1.0, 3.0)), 0.5, 2 * math.exp(-0.5) - math.exp(-1.5)),
    (TemperedPolynomial(1.5, 0.1), 3.0, math.exp(-0.3) / 8),
    (Polynomial(2.0, 1.0, 2.0), 1.0, 1 / 9),
    (Gaussian(9.0, 2.0, 5.0), 13.0, 5 * math.exp(-2)),
    (TwoPart(), 9.0, math.exp(-9) + 1),
    (TwoPart(), 10.0, math.exp(-10) + math.exp(-1)),
    (Airy(6.0, 1.0), 6.0, 0.355028053887817239),
    (Airy(6.0, 2.0), 5.0, 0.227407428201685575),  # Ai(-2)
    (ShiftedBox(9.0, 11.0), 10.0, 1.0),
    (ShiftedBox(9.0, 11.0), 8.9, 0.0),
    (ShiftedBox(9.0, 11.0), 11.1, 0.0),
    (Sine(2.0, 3.0), 0.25, 3 * math.sin(0.5)),
]


@pytest.mark.parametrize("rho, t, value", VALUES, ids=lambda v: str(v)[:30])
def test_the_kernel_is_its_formula(rho, t, value):
    assert number(rho, t) == pytest.approx(value, rel=1e-13, abs=1e-15)


DECAY_RATES = [
    (Exponential(0.5), 0.5),
    (ExponentialSum((1.0, 1.0), (0.3, 2.0)), 0.3),
    (TemperedPolynomial(2.0, 0.1), 0.1),
    (TemperedPolynomial(2.0), 0.0),
    (Polynomial(), 0.0),
    (Gaussian(), math.inf),
    (TwoPart(0.7), 0.7),
    (Airy(), math.inf),
    (ShiftedBox(), math.inf),
    (Sine(), 0.0),
    (DECAYING[-1], 1.25),
    (Exponential(0.5) - 2.0 * Polynomial(), 0.0),
]


@pytest.mark.parametrize("rho, rate", DECAY_RATES, ids=lambda v: name(v))
def test_the_decay_rate_is_where_the_weighted_integral_stops_to_converge(rho, rate):
    assert rho.decay_rate == pytest.approx(rate, abs=1e-12)
    if 0 < rate < math.inf:

        def weighted(t, beta):
            factor = torch.exp((beta * t).clamp(max=600))
            return torch.where(t < 500, factor * rho(t).abs(), 0.0)

        near = quadrature(lambda t: weighted(t, 0.8 * rate), (*rho.breakpoints, 500.0))
        beyond = quadrature(
            lambda t: weighted(t, 1.2 * rate), (*rho.breakpoints, 500.0)
        )
        assert near < 100 < beyond or beyond > 3 * near


def test_kernels_form_a_vector_space():
    a, b, t = Exponential(0.5), Polynomial(2.0), torch.linspace(0, 9, 30, dtype=DTYPE)
    combined = 2.0 * a - b * 0.5 + a
    assert isinstance(combined, Combination)
    assert torch.allclose(combined(t), 3 * a(t) - 0.5 * b(t), atol=1e-15)
    assert torch.allclose(
        combined.derivative(t), 3 * a.derivative(t) - 0.5 * b.derivative(t), atol=1e-15
    )
    assert combined.laplace(0.3) == pytest.approx(
        3 * a.laplace(0.3) - 0.5 * b.laplace(0.3)
    )
    assert combined.l1_norm() == pytest.approx(Kernel.l1_norm(combined))
    assert (a - a).l1_norm() == (b - b).w1_norm() == 0
    assert combined.decay_rate == 0


@pytest.mark.parametrize("rho", INTEGRABLE[::4], ids=name)
@pytest.mark.parametrize("factor", [-2.0])
def test_norms_are_homogeneous(rho, factor):
    for norm in ("l1_norm", "l2_norm"):
        scaled = getattr(factor * rho, norm)()
        assert scaled == pytest.approx(abs(factor) * getattr(rho, norm)(), rel=1e-8)


def test_the_distance_of_two_exponentials_is_exact():
    # for a < b the kernels do not cross: |1/a - 1/b|
    for a, b in [(0.1, 0.2), (1.0, 5.0), (1e-3, 1.0)]:
        difference = Exponential(a) - Exponential(b)
        assert difference.l1_norm() == pytest.approx(1 / a - 1 / b, rel=1e-9)


@pytest.mark.parametrize(
    "rho",
    [
        TemperedPolynomial(1.5),
        TemperedPolynomial(0.7, 0.1),
        Polynomial(1.05, 2.0, 0.5),
        Polynomial(2.5),
    ],
    ids=name,
)
def test_exponential_sums_converge_to_power_laws_with_positive_weights(rho):
    t, errors = torch.linspace(0, 10, 200, dtype=DTYPE), []
    for width in (1, 5, 20, 80, 150):
        approximation = rho.exponential_sum(width)
        assert len(approximation.rates) == width
        assert (
            min(approximation.weights) > 0 and min(approximation.rates) > rho.decay_rate
        )
        assert number(approximation, 0.0) == pytest.approx(number(rho, 0.0), rel=1e-10)
        errors.append(float((approximation(t) - rho(t)).abs().max()))
    assert all(b < 0.5 * a or b < 1e-13 for a, b in zip(errors, errors[1:]))
    assert errors[-1] < 1e-8


def test_a_diagonal_matrix_exponential_is_an_exponential_sum():
    c, rates, U = [1.0, -2.0, 0.5], [0.2, 1.0, 3.0], [0.3, 1.0, -4.0]
    matrix = MatrixExponential(
        torch.tensor(c, dtype=DTYPE),
        -torch.diag(torch.tensor(rates, dtype=DTYPE)),
        torch.tensor(U, dtype=DTYPE),
    )
    total = ExponentialSum(tuple(a * b for a, b in zip(c, U)), tuple(rates))
    t = torch.linspace(0, 20, 50, dtype=DTYPE)
    assert torch.allclose(matrix(t), total(t), atol=1e-13)
    assert torch.allclose(matrix.derivative(t), total.derivative(t), atol=1e-12)
    for measure in ("l1_norm", "l2_norm", "total_variation", "w1_norm"):
        assert getattr(matrix, measure)() == pytest.approx(
            getattr(total, measure)(), rel=1e-9
        )
    assert matrix.laplace(0.7) == pytest.approx(total.laplace(0.7), rel=1e-12)
    assert matrix.decay_rate == pytest.approx(0.2)


def test_a_growing_matrix_exponential_has_no_norm():
    one = torch.ones(1, dtype=DTYPE)
    for growth in (0.0, 0.3):
        rho = MatrixExponential(one, growth * one[None], one)
        assert rho.l1_norm() == rho.l2_norm() == math.inf


def test_a_matrix_exponential_takes_the_weights_of_a_model():
    W = torch.nn.Parameter(-torch.eye(2, dtype=DTYPE))
    rho = MatrixExponential(torch.ones(2, dtype=DTYPE), W, torch.ones(2, dtype=DTYPE))
    assert rho.l1_norm() == pytest.approx(2.0)
    assert rho.laplace(1.0) == pytest.approx(1.0)


def test_two_part_is_the_sum_of_its_parts():
    rho = TwoPart(0.7, 5.0, 1.2)
    short, long = rho.parts
    t = torch.linspace(0, 12, 50, dtype=DTYPE)
    assert torch.allclose(rho(t), short(t) + long(t))
    assert rho.l2_norm() == pytest.approx((short + long).l2_norm(), rel=1e-10)


def test_the_breakpoints_of_airy_hold_every_sign_change():
    rho = Airy(40.0, 1.0)
    t = torch.linspace(0, 45, 20001, dtype=DTYPE)
    changes = t[1:][torch.diff(torch.sign(rho(t))) != 0]
    corners = torch.tensor(rho.breakpoints, dtype=DTYPE)
    assert len(changes) > 40
    assert all((corners - change).abs().min() < 0.005 for change in changes)


def test_a_quadrature_finds_a_narrow_early_kernel():
    assert Kernel.l1_norm(Exponential(1e6)) == pytest.approx(1e-6, rel=1e-8)
    assert Kernel.l1_norm(Exponential(1e-6)) == pytest.approx(1e6, rel=1e-8)


def test_kernels_are_equal_if_their_parameters_are():
    assert Exponential(0.5) == Exponential(0.5) != Exponential(0.6)
    assert np.isfinite(hash(Polynomial()))
    assert eval(repr(TwoPart())) == TwoPart()
