"""Wide networks on data: ridge regression, risk of a delayed target, rates by layer."""

import pytest
import torch

from comlib import InputError, white_noise
from comlib.functional import DTYPE
from comlib.wide import (SecondMoments, Variances, WideNetwork, convolution_path,
                         delay_risk, descent_path, kernel_ridge, scale_factors,
                         stable_kernel)

T = 6
NU = Variances(0.6, 1.3, 0.7)


def network(**options):
    return WideNetwork.random(9, NU, **{"d_in": 2, "d_out": 3, "seed": 1} | options)


def data(seed=0, count=4):
    x = white_noise(count, T, 2, dt=1.0, seed=seed)
    y = white_noise(count, T, 3, dt=1.0, seed=seed + 1)
    return x, y


@pytest.mark.parametrize("name, decay", [("DI", 1.0), ("DI", 0.6), ("TC", 0.6)])
def test_kernel_ridge_is_where_the_penalised_loss_is_flat(name, decay):
    moments, P = SecondMoments.of(*data(count=1)), stable_kernel(name, T, decay)
    L = kernel_ridge(moments, P, 0.3).requires_grad_()
    inverse = torch.linalg.inv(P)
    loss = moments.loss(L) + 0.15 * torch.einsum("jk,jop,kop->", inverse, L, L)
    assert torch.autograd.grad(loss, L)[0].abs().max() < 1e-10


def test_the_largest_eigenvalue_is_found_in_either_way():
    x, y = white_noise(50, 15, 20, dt=1.0, seed=0), white_noise(50, 15, dt=1.0, seed=1)
    moments, r = SecondMoments.of(x, y), scale_factors(NU, 15)
    exact = torch.linalg.eigvalsh(moments.scaled(r))[-1]
    assert moments.curvature(r) == pytest.approx(float(exact), rel=1e-10)


def test_bad_priors_are_named():
    moments = SecondMoments.of(*data())
    with pytest.raises(InputError, match="decay: must be at most 1"):
        stable_kernel("TC", T, 1.0)
    with pytest.raises(InputError, match="prior: must be of size"):
        kernel_ridge(moments, stable_kernel("DI", 3, 0.5), 1.0)
    with pytest.raises(InputError, match="prior: must be positive definite"):
        kernel_ridge(moments, -stable_kernel("DI", T, 0.5), 1.0)


def test_a_weight_with_the_multiplier_zero_stays_and_the_others_move():
    H, moments = network(), SecondMoments.of(*data())
    end = descent_path(H, moments, rate=1e-3, updates=[3],
                       multipliers=(0.0, 1.0, 2.0)).end
    assert torch.equal(end.W, H.W) and not torch.equal(end.U, H.U)
    one = descent_path(H, moments, rate=1e-3, updates=[1]).end.c - H.c
    two = descent_path(H, moments, rate=1e-3, updates=[1],
                       multipliers=(1.0, 1.0, 2.0)).end.c - H.c
    assert torch.allclose(two, 2 * one)


def test_the_risk_of_a_delayed_target_is_the_mean_of_its_draws():
    T, tau, N, r = 5, 2, 25, scale_factors(Variances(0.5), 5)
    target = torch.zeros(T, 1, 1, dtype=DTYPE)
    target[tau] = 1.0
    updates, rate, found = [0, 1, 5, 40], 0.04, []
    x = white_noise(400, N, T, dt=1.0, seed=0)[..., None]
    noise = 0.7 * white_noise(400, N, T, dt=1.0, seed=1)[..., None]
    y = noise + torch.nn.functional.pad(x, (0, 0, tau, 0))[:, :, :T]
    for k in range(400):
        L = convolution_path(SecondMoments.of(x[k], y[k]), r, rate=rate,
                             updates=updates)
        missed = (L - target).square().flatten(2).sum(-1)
        found.append(missed @ torch.arange(T, 0, -1, dtype=DTYPE))
    risk = delay_risk(r, tau, sequences=N, noise=0.7, rate=rate,
                      updates=torch.tensor(updates, dtype=DTYPE))
    found = torch.stack(found)
    gap = (found.mean(0) - risk.sum(-1)) / (found.std(0) / 20 + 1e-12)
    assert gap.abs().max() < 3.5
    # without the chance correlations of the inputs it is far off
    assert ((found.mean(0) - risk[:, :2].sum(-1)) / (found.std(0) / 20))[2] > 4


def test_a_risk_outside_the_window_is_refused():
    with pytest.raises(InputError, match="delay: must be below the window"):
        delay_risk(scale_factors(NU, 4), 4, sequences=3, rate=0.1,
                   updates=torch.tensor([1.0], dtype=DTYPE))
