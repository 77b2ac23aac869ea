"""Targets, their combinations, and the functionals that lack one property each."""

import itertools
import math

import pytest
import torch

from comlib import (Composition, Exponential, Gaussian, InputError, LinearFunctional,
                    Memoryless, Polynomial, RNN, gain, impulse_response, time_grid,
                    white_noise)
from comlib.functional import DTYPE
from comlib.measures import causality_defect, homogeneity_defect, linearity_defect
from comlib.targets import Delay, Differentiator, Modulated, PeakHold, Residual, Squared

KERNELS = [Exponential(0.7), Polynomial(1.2), Gaussian(1.0, 0.4)]


def inputs(d_in=1, batch=3, length=20, seed=0):
    return white_noise(batch, length, d_in, dt=1.0, seed=seed)


@pytest.mark.parametrize("dt", [0.1, 1.0])
@pytest.mark.parametrize("kernels", [KERNELS[:1], KERNELS[1:2], KERNELS], ids=len)
def test_a_linear_functional_is_the_riemann_sum(kernels, dt):
    H, x = LinearFunctional(kernels, dt), inputs(len(kernels))
    y = H(x)
    for b, k in itertools.product(range(3), range(20)):
        expected = sum(
            dt * float(rho(torch.tensor(j * dt, dtype=DTYPE))) * x[b, k - j, i]
            for i, rho in enumerate(kernels)
            for j in range(k + 1)
        )
        assert y[b, k, 0].item() == pytest.approx(expected.item(), abs=1e-12)


@pytest.mark.parametrize("rho", KERNELS, ids=repr)
def test_one_kernel_and_a_list_of_one_are_the_same(rho):
    x = inputs()
    assert torch.equal(LinearFunctional(rho, 0.1)(x), LinearFunctional([rho], 0.1)(x))


@pytest.mark.parametrize("route", ["recurrence", "convolution", "closed form"])
@pytest.mark.parametrize(
    "H",
    [LinearFunctional(KERNELS, 0.2), Delay(3, 0.2), Differentiator(0.2)],
    ids=lambda H: type(H).__name__,
)
def test_the_impulse_response_of_a_linear_target_is_its_kernel(H, route):
    expected = H.kernel_samples(15)
    assert expected.shape == (15, 1, H.d_in)
    assert torch.allclose(impulse_response(H, 15, route), expected, atol=1e-12)


def test_riemann_sums_converge_to_the_integral():
    # int_0^t exp(-s) ds for a constant input
    errors = []
    for dt in (0.1, 0.05, 0.025):
        H = LinearFunctional(Exponential(), dt)
        y = H(torch.ones(1, round(2 / dt), 1, dtype=DTYPE))[0, -1, 0].item()
        errors.append(abs(y - (1 - math.exp(-2))))
    assert all(1.9 < a / b < 2.1 for a, b in zip(errors, errors[1:]))


def test_a_memoryless_functional_acts_at_each_instant():
    x = inputs(2)
    assert torch.equal(Memoryless("tanh", 0.1, d=2)(x), torch.tanh(x))
    assert torch.equal(Memoryless("relu", 0.1, d=2)(x), x.clamp(min=0))


def test_a_composition_acts_from_first_to_last():
    first, second = Delay(2, 0.1), Memoryless("tanh", 0.1)
    third, x = RNN.random(3, dt=0.1, d_out=2), inputs()
    y = Composition(first, second, third)(x)
    assert torch.equal(y, third(torch.tanh(first(x))))
    assert Composition(first, third).d_out == 2


def test_a_residual_adds_its_input():
    H, x = RNN.random(3, dt=0.1, d_in=2, d_out=2), inputs(2)
    assert torch.equal(Residual(H)(x), x + H(x))


@pytest.mark.parametrize("lag", [-25, -3, 0, 1, 19, 20, 25])
def test_a_delay_shifts(lag):
    x = inputs()
    y = Delay(lag, 0.1)(x)
    assert y.shape == x.shape
    for k in range(20):
        inside = 0 <= k - lag < 20
        assert torch.equal(y[:, k], x[:, k - lag] if inside else 0 * x[:, k])


@pytest.mark.parametrize("length", [1, 2, 5])
def test_the_differentiator_takes_difference_quotients(length):
    x, y = inputs(length=length), Differentiator(0.1)(inputs(length=length))
    for k in range(length):
        before = x[:, k - 1] if k else 0 * x[:, 0]
        assert torch.allclose(y[:, k], (x[:, k] - before) / 0.1, atol=1e-12)
    assert Differentiator(0.1).kernel_samples(length).shape == (length, 1, 1)


@pytest.mark.parametrize("dt", [0.1, 0.01])
def test_the_norm_of_the_differentiator_is_two_over_dt(dt):
    alternating = (-1.0) ** torch.arange(20, dtype=DTYPE)[None, :, None]
    assert gain(Differentiator(dt), alternating).item() == pytest.approx(2 / dt)
    mass = dt * Differentiator(dt).kernel_samples(20).abs().sum().item()
    assert mass == pytest.approx(2 / dt)


def test_modulation_multiplies_by_a_cosine_of_time():
    H, x = LinearFunctional(Exponential(), 0.1), inputs()
    expected = H(x) * torch.cos(3 * time_grid(20, 0.1))[:, None]
    assert torch.allclose(Modulated(H, 3.0)(x), expected, atol=1e-14)


def test_peak_hold_is_the_largest_value_so_far():
    x, y = inputs(), PeakHold(0.1)(inputs())
    for k in range(20):
        assert torch.equal(y[:, k, 0], x[:, : k + 1, 0].abs().amax(1))


def test_a_square_is_the_square_of_the_output():
    H, x = LinearFunctional(Exponential(), 0.1), inputs()
    assert torch.equal(Squared(H)(x), H(x) ** 2)


LINEAR = LinearFunctional(Exponential(), 0.1)
PROPERTIES = [  # functional, linear, causal, homogeneous
    (LINEAR, True, True, True),
    (Delay(3, 0.1), True, True, True),
    (Delay(-3, 0.1), True, False, None),
    (Differentiator(0.1), True, True, True),
    (Modulated(LINEAR, 2.0), True, True, False),
    (PeakHold(0.1), False, True, True),
    (Squared(LINEAR), False, True, True),
    (Memoryless("tanh", 0.1), False, True, True),
    (Composition(LINEAR, Delay(2, 0.1)), True, True, True),
    (Composition(LINEAR, Memoryless("tanh", 0.1)), False, True, True),
    (Residual(LINEAR), True, True, True),
]


@pytest.mark.parametrize(
    "H, linear, causal, homogeneous", PROPERTIES, ids=lambda v: type(v).__name__
)
def test_each_functional_lacks_just_the_properties_it_should(
    H, linear, causal, homogeneous
):
    x, z = 3 * inputs(), 3 * inputs(seed=1)
    assert (linearity_defect(H, x, z) < 1e-10) == linear
    assert (causality_defect(H, x, z, 10) < 1e-12) == causal
    if homogeneous is not None:
        assert (homogeneity_defect(H, x, 4) < 1e-12) == homogeneous


def test_functionals_that_do_not_fit_are_not_composed():
    with pytest.raises(InputError, match="d_out=2.*d_in=1"):
        Composition(RNN.random(3, dt=0.1, d_out=2), Delay(1, 0.1))
    with pytest.raises(InputError, match="dt=0.1.*dt=0.2"):
        Composition(Delay(1, 0.1), Delay(1, 0.2))
