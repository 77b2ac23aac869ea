"""The loss of a full linear network, its flow, and the rate at a plateau."""

import math

import pytest
import torch

from comlib import Exponential, ExponentialSum, InputError, Polynomial
from comlib.dynamics import (DenseLoss, ModeLoss, dense_flow, dense_hits, dense_start,
                             diagonal_start, plateau_rate)
from comlib.functional import DTYPE

TARGET = ExponentialSum((1.0, 0.5, -0.2), (0.3, 1.0, 4.0))


def vector(*values):
    return torch.tensor(values, dtype=DTYPE)


def draw(width=3, seed=0):
    return dense_start(width, 0.8, seed, inner=0.4)


def test_a_diagonal_network_has_the_loss_of_its_modes():
    theta = diagonal_start((0.7, -0.4), (0.5, 2.0), 3, 1.0)
    by_modes = ModeLoss(TARGET)(vector(0.7, -0.4, 0.5, 2.0))
    assert DenseLoss(TARGET, 3)(theta) == pytest.approx(float(by_modes), rel=1e-12)


def test_the_loss_is_the_integral():
    loss, theta = DenseLoss(TARGET, 3), draw()
    W, b, c = loss.split(theta)
    t = torch.linspace(0, 60, 60001, dtype=DTYPE)
    step = torch.linalg.matrix_exp(W * 1e-3)
    states = [b]
    for _ in t[1:]:
        states.append(step @ states[-1])
    gap = torch.stack(states) @ c - TARGET(t)
    assert loss(theta) == pytest.approx(float(torch.trapezoid(gap**2, t)), rel=1e-6)


def test_the_gradient_is_that_of_the_loss():
    loss, theta = DenseLoss(TARGET, 3), draw()
    for k, slope in enumerate(loss.gradient(theta).tolist()):
        h = torch.zeros_like(theta)
        h[k] = 1e-5
        assert (loss(theta + h) - loss(theta - h)) / 2e-5 == pytest.approx(
            slope, abs=1e-8)


def test_a_change_of_basis_changes_nothing():
    loss, theta = DenseLoss(TARGET, 3), draw()
    W, b, c = loss.split(theta)
    S = torch.eye(3, dtype=DTYPE) + 0.3 * draw(3, 5)[:9].reshape(3, 3)
    turned = torch.cat([(S @ W @ torch.linalg.inv(S)).flatten(), S @ b,
                        torch.linalg.solve(S.mT, c)])
    assert loss(turned) == pytest.approx(loss(theta), rel=1e-10)


def test_one_neuron_with_equal_weights_follows_its_own_flow():
    # b = c: a = b^2 and a' = 4 a (L - a / (2 w)) by hand
    loss = DenseLoss(TARGET, 1)
    end = dense_flow(loss, vector(-1.0, 0.1, 0.1), [0.5])[0]
    a, w, steps = 0.01, 1.0, 40000
    for _ in range(steps):
        L, M = TARGET.laplace_moments(vector(w), 1)[:, 0].tolist()
        a, w = (a + 4 * a * (L - a / (2 * w)) * math.exp(0.5) / steps,
                w + (a * a / (2 * w * w) - 2 * a * M) * math.exp(0.5) / steps)
    assert -end[0] == pytest.approx(w, abs=1e-4)
    assert end[1] * end[2] == pytest.approx(a, abs=1e-4)


def test_a_level_is_reached_when_the_flow_says():
    loss, theta = DenseLoss(TARGET, 2), draw(2)
    level = 0.5 * loss(theta)
    late, never, now = dense_hits(loss, theta, [level, 1e-9, 2 * loss(theta)], 3.0)
    assert loss(dense_flow(loss, theta, [float(late)])[0]) == pytest.approx(
        level, rel=1e-6)
    assert never == math.inf and now == -math.inf


@pytest.mark.parametrize("idle", [0.4, 1.0, 3.0])
def test_the_rate_of_a_plateau_is_the_curvature_there(idle):
    # the best single exponential for exp(-t) + exp(-3 t), by its two conditions
    target = ExponentialSum((1.0, 1.0), (1.0, 3.0))
    pole = best_pole(target)
    theta = diagonal_start(pole.weights, pole.rates, 3, idle)
    curvature = torch.linalg.eigvalsh(DenseLoss(target, 3).hessian(theta))
    rate = plateau_rate(target, pole, idle)
    assert curvature[:2].tolist() == pytest.approx([-rate, -rate], abs=1e-8)
    assert curvature[2] > -1e-8


def test_an_idle_neuron_at_a_pole_has_the_limit():
    target = ExponentialSum((1.0, 1.0), (1.0, 3.0))
    pole = best_pole(target)
    at, near = pole.rates[0], pole.rates[0] * (1 + 1e-3)
    assert plateau_rate(target, pole, at) == pytest.approx(
        plateau_rate(target, pole, near), rel=1e-2)


def best_pole(target):
    """Bisect R'(l) = 0 where a = 2 l times the transform at l."""
    low, high = 0.5, 5.0
    for _ in range(200):
        rate = (low + high) / 2
        L, M = target.laplace_moments(vector(rate), 1)[:, 0].tolist()
        low, high = (rate, high) if M * 2 * rate < L else (low, rate)
    return ExponentialSum((2 * rate * L,), (rate,))


@pytest.mark.parametrize("call", [
    lambda: DenseLoss(TARGET, 2)(vector(1.0)),
    lambda: DenseLoss(TARGET, 1)(vector(1.0, 1.0, 1.0)),
    lambda: dense_flow(DenseLoss(TARGET, 1), vector(-1.0, 0.1, 0.1), [1.0, 0.0]),
    lambda: dense_start(0, 1.0, 0), lambda: dense_start(2, -1.0, 0),
    lambda: diagonal_start((1.0, 2.0), (1.0, 2.0), 1, 1.0),
    lambda: plateau_rate(Polynomial(1.5), Exponential(), 0.0),
    lambda: dense_hits(DenseLoss(TARGET, 1), vector(-1.0, 0.1, 0.1), [])])
def test_wrong_arguments_are_refused(call):
    with pytest.raises((InputError, Exception), match="must"):
        call()
