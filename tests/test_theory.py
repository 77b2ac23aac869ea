"""Theorems of the book, checked across the modules."""

import math

import numpy as np
import pytest
import torch

from comlib import (Ball, Composition, Direct, Exp, Exponential, ExponentialSum,
                    LinearFunctional, Polynomial, RNN, SSM, Softplus,
                    TemperedPolynomial, distance, gain, impulse_response,
                    memory_function, perturb, perturbation_error, time_grid,
                    white_noise)
from comlib.functional import DTYPE
from comlib.kernels import MatrixExponential, TwoPart
from comlib.measures import (certified_lower_curve, fitted_power, fitted_rate,
                             impulse_memory, reversed_memory, small_signal_memory)
from comlib.models import InverseQuadratic, ReLU, UnitGain


def linear_model(rho: ExponentialSum, dt, **options):
    """The diagonal network whose kernel samples are those of a sum."""
    W = -torch.tensor(rho.rates, dtype=DTYPE)
    U = torch.ones(len(W), 1, dtype=DTYPE)
    c = torch.tensor([rho.weights], dtype=DTYPE)
    return RNN(W, U, c, dt=dt, activation="identity", discretisation="exact", **options)


@pytest.mark.parametrize(
    "rho", [Exponential(0.5), TwoPart(), Polynomial(1.5)], ids=repr
)
def test_riesz_the_operator_norm_of_a_linear_functional_is_the_l1_norm_of_its_kernel(
    rho,
):
    dt, length = 0.05, 600
    H = LinearFunctional(rho, dt)
    samples = H.kernel_samples(length)[:, 0, 0]
    worst = torch.sign(samples.flip(0))[None, :, None]
    worst = torch.where(worst == 0, 1.0, worst)
    bound = dt * samples.abs().sum().item()
    assert gain(H, worst).item() == pytest.approx(bound, rel=1e-12)
    others = gain(H, white_noise(50, length, dt=dt, seed=0))
    assert (others <= bound).all()
    if not isinstance(rho, Polynomial):
        assert bound == pytest.approx(rho.l1_norm(), rel=0.03)


def test_a_diagonal_network_is_an_exponential_sum_and_a_dense_one_its_equal():
    rho = ExponentialSum((1.0, -0.5, 2.0), (0.3, 1.0, 2.0))
    H = linear_model(rho, 0.1)
    t = time_grid(60, 0.1)
    assert torch.allclose(impulse_response(H, 60)[:, 0, 0], rho(t), atol=1e-13)
    # the same network in other coordinates of its state
    V = torch.randn(3, 3, generator=torch.Generator().manual_seed(0), dtype=DTYPE)
    W = torch.linalg.solve(V, V @ torch.diag(H.W), left=False)
    dense = RNN(
        W,
        V @ H.U,
        torch.linalg.solve(V, H.c, left=False),
        dt=0.1,
        activation="identity",
        discretisation="exact",
    )
    assert torch.allclose(impulse_response(dense, 60)[:, 0, 0], rho(t), atol=1e-11)
    matrix = MatrixExponential(dense.c[0], dense.W, dense.U[:, 0])
    assert matrix.laplace(0.4) == pytest.approx(rho.laplace(0.4), rel=1e-10)
    assert matrix.l2_norm() == pytest.approx(rho.l2_norm(), rel=1e-10)


def test_every_memory_of_a_linear_functional_is_the_norm_of_its_kernel():
    H = linear_model(ExponentialSum((1.0, -0.3), (0.5, 2.0)), 0.1)
    rho = impulse_response(H, 40)[:, 0, 0].abs().detach()
    hidden = Composition(H)
    for B in (0.1, 10.0):
        for measure in (memory_function, impulse_memory):
            assert torch.allclose(measure(hidden, 40, B), rho, atol=1e-11)
    assert torch.allclose(small_signal_memory(hidden, 40), rho, atol=1e-11)
    # what is left of rho after the input has been on for 60 units of time is e^-30
    assert torch.allclose(reversed_memory(hidden, 40, history=600), rho, atol=1e-9)


@pytest.mark.parametrize("activation", ["tanh", "hardtanh", "relu"])
def test_the_memory_of_a_linear_readout_of_a_linear_state_decays_exponentially(
    activation,
):
    H = SSM.random(
        6, dt=0.1, diagonal=True, activation=activation, discretisation="exact"
    )
    rate = -H.eigenvalues().max().item()
    memory = memory_function(H, 400, 1.0, every=10)
    assert fitted_rate(memory, 1.0, 20.0, 39.0) == pytest.approx(rate, rel=0.2)


def test_the_curse_of_memory_a_power_law_needs_rates_that_tend_to_zero():
    rho = Polynomial(1.5)
    t, rates, errors = torch.linspace(0, 50, 500, dtype=DTYPE), [], []
    for width in (2, 8, 32, 128):
        approximation = rho.exponential_sum(width)
        rates.append(approximation.decay_rate)
        errors.append(float((approximation(t) - rho(t)).abs().max()))
    assert all(b < a / 2 for a, b in zip(rates, rates[1:]))
    assert all(b < a / 2 for a, b in zip(errors, errors[1:]))
    memory = memory_function(LinearFunctional(rho, 0.5), 400)
    assert fitted_power(memory + 0, 0.5, 50.0, 199.0) == pytest.approx(1.5, rel=0.05)


@pytest.mark.parametrize("beta", [0.05, 0.2])
@pytest.mark.parametrize("diagonal", [True, False])
def test_shift_the_certified_curve_is_the_error_of_shifting_w(beta, diagonal):
    dt, rho = 0.01, ExponentialSum((1.0, 0.5), (0.4, 1.5))
    H = linear_model(rho, dt)
    if not diagonal:
        H = RNN(
            torch.diag(H.W),
            H.U,
            H.c,
            dt=dt,
            activation="identity",
            discretisation="exact",
        )
    shift = beta if diagonal else beta * torch.eye(2, dtype=DTYPE)
    moved = H.with_parameters({"w": H.w.detach() + shift})
    target = LinearFunctional(rho, dt)
    error = distance(target, moved, 8000).item()
    lower = certified_lower_curve(rho, [beta])["lower"][0]
    assert error == pytest.approx(lower, rel=2e-3)


def test_shift_no_width_escapes_the_certified_curve():
    rho, dt, horizon, beta = TemperedPolynomial(1.5, 0.3), 0.02, 30.0, 0.2
    lower = certified_lower_curve(rho, [beta], horizon)["lower"][0]
    target = LinearFunctional(rho, dt)
    for width in (4, 16, 64):
        H = linear_model(rho.exponential_sum(width), dt)
        moved = H.with_parameters({"w": H.w.detach() + beta})
        error = distance(target, moved, round(horizon / dt)).item()
        approximation = distance(target, H, round(horizon / dt)).item()
        assert error >= lower - math.exp(beta * horizon) * approximation - dt
        if width == 64:
            assert error == pytest.approx(lower, rel=0.02)


def test_shift_what_random_directions_show_is_mostly_less_than_the_certified_curve():
    rho, dt, radii = Exponential(1.0), 0.05, [0.0, 0.1, 0.4]
    H = linear_model(ExponentialSum((0.25,) * 4, (1.0,) * 4), dt)
    table = perturbation_error(
        H, LinearFunctional(rho, dt), radii, length=800, only=["w"]
    )
    lower = certified_lower_curve(rho, radii)["lower"]
    # one entry moves by the whole radius, the others by less
    assert (table["sampled"][1:] < lower[1:] * 1.05).all()
    assert (table["sampled"][1:] > lower[1:] * 0.2).all()


def test_on_a_finite_horizon_even_a_power_law_is_stable():
    rho = Polynomial(1.5)
    for horizon in (10.0, 100.0):
        lower = certified_lower_curve(rho, [1e-4, 1e-3, 1e-2], horizon)["lower"]
        assert lower[0] < lower[1] / 9 < lower[2] / 80
    # but not uniformly in the horizon
    ladder = [
        certified_lower_curve(rho, [0.05], T)["lower"][0] for T in (50.0, 200.0, 800.0)
    ]
    assert ladder[1] > 30 * ladder[0] and ladder[2] > 1e6 * ladder[1]


@pytest.mark.parametrize("a, b", [(1.0, 0.5), (0.01, 0.02), (3.0, 2.9)])
def test_stable_reparameterisation_the_integral_is_a_difference_of_inverse_rates(a, b):
    assert (Exponential(a) - Exponential(b)).l1_norm() == pytest.approx(
        abs(1 / a - 1 / b)
    )


@pytest.mark.parametrize(
    "f, modulus",
    [
        (Exp(), lambda beta: math.exp(beta) - 1),
        (Softplus(), lambda beta: math.exp(beta) - 1),
        (InverseQuadratic(2.0, 0.5), lambda beta: 2 * beta + 4 * beta**2),
    ],
    ids=["exp", "softplus", "inverse quadratic"],
)
@pytest.mark.parametrize("beta", [0.01, 0.3])
def test_stable_reparameterisation_relative_errors_are_bounded_at_every_rate(
    f, modulus, beta
):
    for rate in (1.9, 1.0, 0.1, 1e-4, 1e-8):
        w = f.inverse(torch.tensor([-rate], dtype=DTYPE))
        moved = torch.cat([w - beta, w + beta])
        relative = (f(w) / f(moved) - 1).abs().max().item()
        assert relative <= modulus(beta) * (1 + 1e-6)
    # and the direct weight has no such bound
    for f in (Direct(), ReLU()):
        w = f.inverse(torch.tensor([-1e-8], dtype=DTYPE))
        nearer = w * 1e-3
        assert (f(w) / f(nearer)).item() == pytest.approx(1e3)


@pytest.mark.parametrize("rate", [1.0, 1e-2, 1e-4])
def test_unit_gain_bounds_what_a_perturbation_of_the_readout_does(rate):
    one, dt, beta = torch.ones(1, 1, dtype=DTYPE), 0.1 / rate, 0.1
    errors = {}
    for f in (Exp(), UnitGain(Exp())):
        W = torch.tensor([-rate], dtype=DTYPE)
        # the same kernel exp(-rate t), whatever the normalisation
        c = one / f.input_gain(W)
        H = RNN(
            W,
            one,
            c,
            dt=dt,
            activation="identity",
            discretisation="exact",
            parameterization=f,
        )
        moved = H.with_parameters({"c": H.c.detach() + beta})
        errors[f] = distance(H, moved, 400).item()
    riemann = 1 / (rate * (1 - math.exp(-0.1)) / 0.1)
    assert errors[Exp()] == pytest.approx(beta * riemann, rel=1e-9)
    assert errors[UnitGain(Exp())] == pytest.approx(beta * riemann * rate, rel=1e-9)


def test_reparameterising_w_alone_is_not_enough():
    # beta^2 / lambda_min - E(0): both U and c move by beta
    beta, dt = 0.2, 0.05
    for rate in (1.0, 0.1, 0.01):
        weight = math.sqrt(rate)
        W, one = (
            torch.tensor([-rate], dtype=DTYPE),
            weight * torch.ones(1, 1, dtype=DTYPE),
        )
        H = RNN(
            W,
            one,
            one,
            dt=dt,
            activation="identity",
            discretisation="exact",
            parameterization=Exp(),
        )
        stack = perturb(H, Ball(beta, ["U", "c"]), copies=30, seed=0)
        error = distance(H, stack, round(12 / rate / dt)).max().item()
        assert error >= 0.98 * beta**2 / rate


def test_small_signals_see_the_shifted_linear_network():
    dt, beta = 0.01, 0.2
    H = RNN.random(4, dt=dt, seed=3)
    moved = H.with_parameters({"w": H.w.detach() + beta * torch.eye(4, dtype=DTYPE)})
    growth = torch.exp(beta * time_grid(300, dt))
    ratio = small_signal_memory(moved, 300) / small_signal_memory(H, 300)
    assert torch.allclose(ratio, growth, rtol=0.02)


def test_a_bound_on_the_input_decides_whether_the_memory_is_exponential():
    one = torch.ones(1, 1, dtype=DTYPE)
    H = RNN(-one, one, one, dt=0.1, activation="hardtanh")
    bounded = memory_function(H, 200, 2.0, every=5)
    unbounded = memory_function(H, 200, 30.0, every=5)
    assert fitted_rate(bounded, 0.5, 5.0, 19.0) == pytest.approx(1.0, rel=0.1)
    assert fitted_rate(unbounded, 0.5, 5.0, 19.0) < 0.15
    assert fitted_power(unbounded, 0.5, 5.0, 19.0) == pytest.approx(1.0, rel=0.15)


def test_white_noise_measures_the_l2_norm_of_a_network():
    rho = ExponentialSum((1.0, -0.5), (0.5, 2.0))
    H = linear_model(rho, 0.05)
    y = H(white_noise(4000, 300, dt=0.05, seed=0))[:, -1, 0].detach().numpy()
    assert np.sqrt(np.mean(y**2)) == pytest.approx(rho.l2_norm(), rel=0.05)
