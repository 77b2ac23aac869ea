"""Test inputs: where they are on, how large they are, what law they have."""

import math

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError

from comlib import (Exponential, InputError, LinearFunctional, heaviside, impulse,
                    time_grid, white_noise)
from comlib.functional import DTYPE
from comlib.targets import bump, ornstein_uhlenbeck, reversed_heaviside, sine

X = torch.tensor([[1.0, -2.0], [0.5, 3.0], [0.0, 1.0]], dtype=DTYPE)


@pytest.mark.parametrize("start", [0, 1, 4])
def test_a_heaviside_input_is_on_from_its_start(start):
    u = heaviside(X, 5, start)
    for i in range(3):
        for k in range(5):
            expected = X[i] if k >= start else 0 * X[i]
            assert torch.equal(u[i, k], expected)


@pytest.mark.parametrize("stop", [0, 1, 4])
def test_a_reversed_heaviside_input_is_the_rest_of_a_constant(stop):
    rest = X[:, None].expand(3, 5, 2) - heaviside(X, 5, stop)
    assert torch.equal(reversed_heaviside(X, 5, stop), rest)


@pytest.mark.parametrize("dt", [0.1, 2.0])
@pytest.mark.parametrize("start", [0, 3])
def test_an_impulse_has_its_mass_at_one_instant(dt, start):
    u = impulse(X, 5, dt, start)
    assert torch.allclose(dt * u.sum(1), X, atol=1e-15)
    assert torch.allclose(dt * u[:, start], X, atol=1e-15)


def test_impulses_are_the_slopes_of_heaviside_inputs():
    steps = torch.diff(heaviside(X, 6, 2), dim=1) / 0.1
    assert torch.allclose(steps, impulse(X, 6, 0.1, 2)[:, 1:], atol=1e-14)


@pytest.mark.parametrize("dt", [0.01, 1.0])
def test_white_noise_has_variance_one_over_dt(dt):
    x = white_noise(40, 500, 3, dt=dt, seed=0)
    assert x.shape == (40, 500, 3) and x.dtype == DTYPE
    n = x.numel()
    assert abs(dt * x.square().mean() - 1) < 5 * math.sqrt(2 / n)
    assert abs(math.sqrt(dt) * x.mean()) < 5 / math.sqrt(n)
    assert abs(dt * (x[:, 1:] * x[:, :-1]).mean()) < 5 / math.sqrt(n)


def test_white_noise_measures_the_l2_norm_of_a_kernel():
    rho = Exponential(rate=1.0, amplitude=2.0)
    H = LinearFunctional(rho, 0.02)
    y = H(white_noise(4000, 400, dt=0.02, seed=1))[:, -1, 0]
    standard_error = math.sqrt(2 / 4000)
    # 0.02: the Riemann sum of rho^2 is larger than its integral by dt/2 rho(0)^2
    assert abs(y.square().mean() / rho.l2_norm() ** 2 - 1.02) < 4 * standard_error


@pytest.mark.parametrize("rate, dt", [(1.0, 0.1), (0.5, 1.0), (3.0, 0.05)])
def test_ornstein_uhlenbeck_paths_are_stationary_with_exponential_covariance(rate, dt):
    x = ornstein_uhlenbeck(20000, 6, dt=dt, seed=3, rate=rate)[..., 0].numpy()
    for lag in (0, 1, 5):
        for k in (0, 5 - lag):
            covariance = np.mean(x[:, k] * x[:, k + lag])
            assert (
                abs(covariance - math.exp(-rate * dt * lag))
                < 5 / math.sqrt(20000) * 1.5
            )


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: white_noise(2, 5, dt=0.1, seed=seed),
        lambda seed: ornstein_uhlenbeck(2, 5, dt=0.1, seed=seed),
    ],
)
def test_the_seed_decides_and_nothing_else(make):
    torch.manual_seed(0)
    first = make(7)
    torch.manual_seed(1)
    assert torch.equal(first, make(7))
    assert not torch.equal(first, make(8))


def test_sines_have_their_frequencies():
    u = sine(torch.tensor([0.0, 2.0], dtype=DTYPE), 9, 0.25)
    t = time_grid(9, 0.25)
    assert u.shape == (2, 9, 1)
    assert u[0].abs().max() == 0
    assert torch.allclose(u[1, :, 0], torch.sin(2 * t), atol=1e-15)


def test_a_bump_is_a_triangle_that_shrinks_to_an_instant():
    u = bump(1.0, torch.tensor([1.0, 0.5, 1e-3], dtype=DTYPE), 21, 0.1, height=3.0)
    t = time_grid(21, 0.1)
    for width, path in zip((1.0, 0.5, 1e-3), u[..., 0]):
        expected = 3 * np.maximum(0, 1 - np.abs(t.numpy() - 1) / width)
        assert np.allclose(path, expected, atol=1e-13)
    assert (u[2] > 1e-9).sum() == 1


@pytest.mark.parametrize("widths", [[0.0], [1.0, -1.0]])
def test_a_bump_without_width_is_refused(widths):
    with pytest.raises(InputError, match="widths"):
        bump(1.0, torch.tensor(widths, dtype=DTYPE), 21, 0.1)


@pytest.mark.parametrize("start", [-1, 5, 1.5])
def test_a_start_outside_the_window_is_refused(start):
    for make in (lambda: heaviside(X, 5, start), lambda: impulse(X, 5, 0.1, start)):
        with pytest.raises((InputError, TypeCheckError), match="start"):
            make()
