"""Closed forms of one mode, against sums over lags and automatic differentiation."""

import math

import numpy as np
import pytest
import torch

from comlib import InputError
from comlib.functional import DTYPE
from comlib.modes import (adam_dense, adam_in_basis, autoregressive_moments,
                          circle_loss, collapse, condition, correlated_moments,
                          dense_derivatives, hyperbolic_distance, readout_hessian,
                          mode_gram, normalised_loss, moebius, overlap, rotations,
                          sensitivity_after, sum_loss)
from comlib.modes.gram import SLOPES
from comlib.modes.rotated import MAPS

LAGS = torch.arange(900, dtype=DTYPE)
MODES = torch.tensor([0.9, 0.4, 0.7j, 0.9 * np.exp(2j)], dtype=torch.complex128)


def quadratic(mode, R):
    """Return E|h|^2, E d conj(h), E|d|^2 as quadratic forms over 900 lags."""
    h = mode**LAGS
    d = LAGS * mode ** (LAGS - 1).clamp(min=0)
    R = R.to(h)
    return h @ R @ h.conj(), d @ R @ h.conj(), d @ R @ d.conj()


@pytest.mark.parametrize("a", [0.0, 0.8, -0.6, 1.0])
@pytest.mark.parametrize("mode", MODES)
def test_moments_are_quadratic_forms(mode, a):
    R = a ** (LAGS[:, None] - LAGS).abs()
    for known, found in zip(autoregressive_moments(mode, a), quadratic(mode, R),
                            strict=True):
        assert abs(complex(found) / complex(known) - 1) < 1e-9


def test_correlations_that_end_enter_by_their_sums():
    few = torch.tensor([2.0, -0.7, 0.4], dtype=DTYPE)
    R = torch.zeros(900, 900, dtype=DTYPE)
    for j, value in enumerate(few.tolist()):
        R += value * (torch.eye(900, dtype=DTYPE).roll(j, 0).tril() if j else 0)
        R += value * (torch.eye(900, dtype=DTYPE).roll(-j, 0).triu() if j else
                      torch.eye(900, dtype=DTYPE))
    all_found = correlated_moments(MODES, few)
    for k, mode in enumerate(MODES):
        for known, found in zip(all_found, quadratic(mode, R), strict=True):
            assert abs(complex(found) / complex(known[k]) - 1) < 1e-9


def test_real_modes_have_real_moments():
    assert not any(m.is_complex() for m in autoregressive_moments(
        torch.tensor([0.5, -0.5], dtype=DTYPE), 0.3))


def test_the_sensitivity_at_a_time_is_a_sum_and_collapses():
    radius = torch.tensor([0.5, 1.0, 1.01], dtype=DTYPE)
    q, k = radius.square()[:, None], torch.arange(1, 20, dtype=DTYPE)
    assert torch.allclose(sensitivity_after(radius, 20), (k**2 * q ** (k - 1)).sum(1),
                          rtol=1e-13)
    assert sensitivity_after(radius, 1).tolist() == [0.0, 0.0, 0.0]
    u = torch.tensor([-2.0, -0.0101, -0.0099, 0.0, 0.0099, 0.0101, 5.0], dtype=DTYPE)
    s = (torch.arange(200_000, dtype=DTYPE) + 0.5) / 200_000
    middle = (s**2 * (-u[:, None] * s).exp()).mean(1)
    assert torch.allclose(collapse(u), middle, rtol=1e-9)


def test_the_geometry_is_that_of_normalised_kernels():
    z = (1 - MODES.abs()[:, None] ** 2).sqrt() * MODES[:, None] ** LAGS
    inner = overlap(MODES[:, None], MODES)
    assert torch.allclose(z @ z.mH, inner, atol=1e-12)
    D = hyperbolic_distance(MODES[:, None], MODES)
    assert torch.allclose(D.tanh() ** 2, 1 - inner.abs() ** 2, atol=1e-12)
    assert torch.allclose(moebius(-MODES, moebius(MODES, 0.3 * MODES)), 0.3 * MODES)
    w = torch.tensor([0.2, 1.5], dtype=DTYPE)
    real = overlap(w.tanh(), w.flip(0).tanh())
    assert torch.allclose(normalised_loss(w - w.flip(0)), 1 - real, rtol=1e-12)


def test_the_loss_on_the_circle_is_a_sum_over_lags():
    angle = torch.tensor([0.0, 1e-3, 1.0, math.pi], dtype=DTYPE)
    turned = 0.9 * torch.polar(torch.ones_like(angle), angle)[:, None]
    gaps = (0.9**LAGS - turned**LAGS).abs().square().sum(1) / 2
    assert torch.allclose(circle_loss(0.9, angle), gaps, rtol=1e-9)


VALUE = {"direct": lambda w: w, "double exp": lambda w: (-w.exp()).exp(),
         "sigmoid": torch.sigmoid, "tanh": torch.tanh}
INVERSE = {"direct": lambda lam: lam, "double exp": lambda lam: (-lam.log()).log(),
           "sigmoid": torch.logit, "tanh": torch.atanh}


@pytest.mark.parametrize("normalised", [False, True])
@pytest.mark.parametrize("name", SLOPES)
def test_matrices_are_hessians_of_losses(name, normalised):
    modes = torch.tensor([0.9, 0.6], dtype=DTYPE)

    def kernel(w):
        lam = VALUE[name](w)[:, None]
        return lam**LAGS * ((1 - lam**2).sqrt() if normalised else 1.0)

    w = INVERSE[name](modes)
    goal = kernel(w)
    both = torch.func.hessian(
        lambda v: (kernel(v) - goal).sum(0).square().sum() / 2)(w)
    assert torch.allclose(mode_gram(modes, name, normalised), both, rtol=1e-9)
    one = torch.func.hessian(lambda v: (v[0] * kernel(v[1:])[0] - goal[0]
                                        ).square().sum() / 2)
    start = torch.stack([torch.ones((), dtype=DTYPE), w[0]])
    assert torch.allclose(readout_hessian(modes[:1], name, normalised)[0], one(start),
                          rtol=1e-9, atol=1e-9)


def kernel_of(A, c, b, count):
    """Return c' A^k b for k < count."""
    lags = []
    for _ in range(count):
        lags.append(c @ b)
        b = A @ b
    return torch.stack(lags)


def test_dense_derivatives_are_those_of_matrix_powers():
    lam, one = torch.tensor([0.9, 0.5, -0.4], dtype=DTYPE), torch.ones(3, dtype=DTYPE)
    J = torch.func.jacrev(lambda A: kernel_of(A, one, one, 30))(lam.diag())
    assert torch.allclose(J.flatten(1), dense_derivatives(lam, 30), rtol=1e-10)


def test_the_condition_is_scaled_by_the_diagonal():
    H = torch.tensor([[4.0, 1.0], [1.0, 100.0]], dtype=DTYPE)
    assert float(condition(H, True)) == pytest.approx(1.05 / 0.95)
    assert float(condition(H)) == pytest.approx(np.linalg.cond(H))
    Q = rotations(5, 3, seed=1)
    assert torch.allclose(Q @ Q.mT, torch.eye(5, dtype=DTYPE).expand(3, 5, 5))


@pytest.mark.parametrize("name", MAPS)
def test_adam_in_a_basis_is_adam(name):
    Q, target = rotations(3, 2), torch.tensor([0.9, 0.7, 0.2], dtype=DTYPE)
    start, f = 0.8 * target, MAPS[name][0]
    runs = adam_in_basis(Q, start, target, [1e-3], map_name=name, updates=6)
    w = (Q.mT @ MAPS[name][2](start)).clone().requires_grad_()
    assert_follows(w, lambda w: sum_loss(f((Q @ w[..., None])[..., 0]), target), runs)


def test_adam_on_a_dense_matrix_is_adam():
    Q, target = rotations(3, 2), torch.tensor([0.9, 0.7, 0.2], dtype=DTYPE)
    runs = adam_dense(Q, 0.8 * target, target, [1e-3], updates=6)
    A = (Q @ (0.8 * target).diag() @ Q.mT).requires_grad_()
    goal, c = (target ** LAGS[:, None]).sum(1), Q.sum(-1)

    def loss(A):
        kernels = torch.stack([kernel_of(A[k], c[k], c[k], 900) for k in range(2)])
        return (kernels - goal).square().sum(1) / 2

    assert_follows(A, loss, runs)


def assert_follows(weights, loss, runs):
    """Compare the best of six updates with torch's Adam."""
    optimiser = torch.optim.Adam([weights], lr=1e-3)
    seen = []
    for _ in range(6):
        optimiser.zero_grad()
        value = loss(weights)
        value.sum().backward()
        seen.append(value.detach())
        optimiser.step()
    seen = torch.stack(seen) / seen[0]
    assert torch.allclose(runs.best[0], seen.amin(0), rtol=1e-7)
    assert runs.left.max() == -1 and runs.hit.max() == -1


def test_a_run_that_leaves_the_disc_ends():
    eye, target = torch.eye(2, dtype=DTYPE)[None], torch.tensor([0.9, 0.99]).to(DTYPE)
    for runs in (adam_in_basis(eye, target**2, target, [0.1, 1e-3], updates=50),
                 adam_dense(eye, target**2, target, [0.1, 1e-3], updates=50)):
        assert runs.left[0, 0] == 1 and runs.best[0, 0] == 1
        assert runs.left[1, 0] == -1 and runs.best[1, 0] < 0.1


@pytest.mark.parametrize("call", [
    lambda: autoregressive_moments(torch.ones(1, dtype=DTYPE)),
    lambda: autoregressive_moments(torch.zeros(1, dtype=DTYPE), -1.0),
    lambda: overlap(MODES, 1 / MODES), lambda: circle_loss(1.0, LAGS),
    lambda: readout_hessian(torch.tensor([-0.5], dtype=DTYPE)),
    lambda: dense_derivatives(torch.tensor([0.5, 0.5], dtype=DTYPE), 3),
    lambda: condition(torch.tensor([[1.0, 2.0], [2.0, 1.0]], dtype=DTYPE))])
def test_what_has_no_answer_is_refused(call):
    with pytest.raises(InputError):
        call()
