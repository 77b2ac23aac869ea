"""Fits of windows, their extension, cut gradients and the scatter of a pole."""

import math

import numpy as np
import pytest
import torch
from scipy import optimize

from comlib import InputError
from comlib.functional import DTYPE
from comlib.horizon import (LagFit, extension_error, fit_lags, pole_spread,
                            refine_lags, sign_changes, truncated_drift,
                            truncated_poles, truncation_factors, truncation_speed)

S = torch.arange(400, dtype=DTYPE)
POWER = (1 + S) ** -1.1


def test_a_sum_of_modes_is_found_from_its_window():
    modes = LagFit(torch.tensor([0.7, 0.3], dtype=DTYPE),
                   torch.tensor([0.5, 0.95], dtype=DTYPE))
    fit = fit_lags(modes.kernel(12), 2)
    assert fit.poles.tolist() == pytest.approx([0.5, 0.95], rel=1e-9)
    assert fit.amplitudes.tolist() == pytest.approx([0.7, 0.3], rel=1e-8)


def test_no_other_search_finds_a_better_mode():
    fit = fit_lags(POWER[:16], 1)
    kappa = 1 - S[:16] / 16

    def loss(theta):
        return float(kappa @ (POWER[:16] - theta[0] * theta[1] ** S[:16]) ** 2)

    best = optimize.brute(loss, ((0.5, 1.5), (0.2, 1.2)), Ns=60)
    assert [fit.amplitudes[0], fit.poles[0]] == pytest.approx(best, rel=1e-4)


def test_a_growing_window_has_a_growing_mode_only_if_it_may():
    line = S[:16] + 1
    assert fit_lags(line, 1, growing=True).poles[0] > 1.1
    assert fit_lags(line, 1).poles[0] == pytest.approx(1.0, abs=1e-12)


def test_refined_fits_are_stationary_in_all_digits():
    kappa = (1 + S[:12]) ** 2
    fit, e, gradient = refine_lags(POWER[:12], fit_lags(POWER[:12], 2, kappa), kappa,
                                   digits=30)
    assert gradient < 1e-18
    assert e.tolist() == pytest.approx((POWER - fit.kernel(400))[:12].tolist(),
                                       abs=1e-15)
    for power in (fit.poles ** S[:12, None], S[:12, None] * fit.poles ** S[:12, None]):
        assert (kappa * e @ power).abs().max() < 1e-12


def test_a_fit_far_from_stationary_is_mended_or_refused():
    far = LagFit(torch.tensor([1.0], dtype=DTYPE), torch.tensor([0.2], dtype=DTYPE))
    near = refine_lags(POWER[:12], far)[0]
    assert near.poles[0] == pytest.approx(float(fit_lags(POWER[:12], 1).poles[0]))


def test_the_error_of_a_run_is_what_was_heard_and_what_was_lost():
    rho, rho_hat = torch.tensor([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]], dtype=DTYPE)
    assert extension_error(rho, rho_hat).tolist() == [4 + 4 + 1, 4 + 0 + 1, 4 + 0 + 4]


def test_zeros_are_no_changes_of_sign():
    assert sign_changes(torch.tensor([1.0, 0, 1, -1, 0, -2, 3], dtype=DTYPE)) == 2


def test_the_factors_are_means_over_the_steps_of_a_window():
    for T in (1, 2, 7):
        mean = [np.mean([min(k, j) for j in range(1, T + 1)]) for k in range(12)]
        assert truncation_factors(T, 12).tolist() == pytest.approx(mean)
    assert truncation_factors(math.inf, 4).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("window", [1, 5, math.inf])
def test_the_drift_is_the_sum_over_all_lags(window):
    k = torch.arange(3000, dtype=DTYPE)
    rho, z = torch.exp(-k / 30) + torch.exp(-k / 3), torch.tensor([0.9], dtype=DTYPE)
    e = rho - (1 - z**2) * (rho @ z**k) * z**k
    direct = (e * truncation_factors(window, 3000) * z**k).sum()
    assert truncated_drift(rho, z, window)[0] == pytest.approx(float(direct), rel=1e-10)
    for pole in truncated_poles(rho, window):
        assert abs(truncated_drift(rho, pole[None], window)[0]) < 1e-8


def test_what_can_be_represented_is_a_rest_point_of_every_window():
    rho = 0.9 ** torch.arange(1000, dtype=DTYPE)
    for T in (1, 16, math.inf):
        assert truncated_poles(rho, T).tolist() == pytest.approx([0.9])
    assert truncation_speed(0.9, math.inf).tolist() == pytest.approx([1, 1])


@pytest.mark.parametrize("sigma", [0.0, 0.7])
def test_the_scatter_is_that_of_many_least_squares_fits(sigma):
    T, z, windows, draws = 4, 0.5, 400, 400
    g = torch.Generator().manual_seed(0)
    x = torch.randn(draws, windows, T, generator=g, dtype=DTYPE)
    old = torch.randn(draws, windows, 1, generator=g, dtype=DTYPE) / (1 - z * z) ** 0.5
    k = torch.arange(T, dtype=DTYPE)

    def answer(amplitude, pole):
        powers = torch.where(k[:, None] >= k, pole ** (k[:, None] - k).clamp(min=0), 0)
        return amplitude * x @ powers.mT

    noise = sigma * torch.randn(x.shape, generator=g, dtype=DTYPE)
    y = answer(1.0, z) + old * z ** (k + 1) + noise
    h = 1e-5
    slopes = torch.stack([answer(1.0, z), (answer(1.0, z + h) - answer(1.0, z - h))
                          / (2 * h)], -1).flatten(1, 2)
    rest = (y - answer(1.0, z)).flatten(1)
    moved = torch.linalg.lstsq(slopes, rest[..., None]).solution[:, 1, 0]
    own, lost = pole_spread(z, T) / (windows * T) ** 0.5
    assert float(moved.std()) == pytest.approx(math.hypot(sigma * own, lost), rel=0.1)


@pytest.mark.parametrize("call", [
    lambda: fit_lags(POWER[:3], 2), lambda: fit_lags(POWER[:4], 2, 0 * POWER[:4]),
    lambda: LagFit(S[:2], -1 - S[:2]), lambda: truncation_factors(1.5, 3),
    lambda: truncated_drift(POWER, 1 + S[:2], 3), lambda: truncation_speed(1.0, 3),
    lambda: truncated_poles(POWER[:5], 3), lambda: pole_spread(0.5, 1)])
def test_what_has_no_answer_is_refused(call):
    with pytest.raises(InputError):
        call()
