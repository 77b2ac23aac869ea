"""One mode in closed form: its loss, its learning rates, its descents."""

import math

import pytest
import torch

from comlib import Exp, ExponentialSum, InputError
from comlib.functional import DTYPE
from comlib.models import Direct, InverseQuadratic, Square
from comlib.modes import (descend_mode, joint_hessian, largest_stable_rate,
                          mode_curvature, mode_loss, mode_overlap, mode_slope,
                          settling_time, simulated_stable_rate)
from comlib.modes.steps import adam, bisect


def tensor(*values):
    return torch.tensor(values, dtype=DTYPE)


@pytest.mark.parametrize("gain", [0.0, 0.5, 1.0, 1.7])
def test_the_loss_of_a_mode_is_half_the_squared_distance_of_kernels(gain):
    one, two = (ExponentialSum((rate**gain,), (rate,)) for rate in (0.3, 1.1))
    loss = mode_loss(tensor(0.3), tensor(1.1), gain)
    assert loss.item() == pytest.approx((one - two).l2_norm() ** 2 / 2, rel=1e-9)


@pytest.mark.parametrize("gain", [-0.5, 0.0, 0.5, 1.0])
def test_slope_and_curvature_are_derivatives_of_the_loss(gain):
    rate, target = tensor(0.3).requires_grad_(), tensor(1.1)
    (slope,) = torch.autograd.grad(mode_loss(rate, target, gain).sum(), rate)
    torch.testing.assert_close(mode_slope(rate.detach(), target, gain), slope)
    rate = target.clone().requires_grad_()
    (bend,) = torch.autograd.grad(mode_slope(rate, target, gain).sum(), rate)
    torch.testing.assert_close(mode_curvature(target, gain), bend)


def test_a_descent_below_the_limit_arrives_and_one_above_it_does_not():
    rate = tensor(0.2, 0.2)
    eta = tensor(0.99, 1.01) * largest_stable_rate(Exp(), rate)
    path = descend_mode(Exp(), 1.001 * rate, rate, eta, 400)
    away = (path / rate - 1).abs()[-1]
    assert away[0] < 1e-5 < 1e-2 < away[1]


@pytest.mark.parametrize("f", [Direct(), Square(), InverseQuadratic(2.0, 0.1)])
@pytest.mark.parametrize("gain", [0.0, 1.0])
def test_the_edge_is_found_by_descents_alone(f, gain):
    rate = tensor(0.01, 0.5)
    found = simulated_stable_rate(f, rate, gain)
    torch.testing.assert_close(found, largest_stable_rate(f, rate, gain), rtol=1e-3,
                               atol=0.0)


def test_a_bisection_whose_ends_do_not_differ_says_so():
    def always(rate):
        return rate > 0
    assert bisect(always, tensor(1.0), tensor(2.0), 3).isnan().all()


def test_an_unstable_mode_ends_as_not_a_number():
    path = descend_mode(Direct(), tensor(1.0), tensor(0.1), tensor(100.0), 3)
    assert path[0] == 1.0 and path[1:].isnan().all()
    assert settling_time(path, tensor(0.1)) == math.inf


def test_to_pass_by_is_no_arrival():
    path = tensor(2.0, 1.0, 2.0, 1.001, 1.0)[:, None]
    assert settling_time(path, tensor(1.0)).tolist() == [3.0]
    assert settling_time(path[:3], tensor(1.0)).tolist() == [math.inf]
    assert settling_time(path[3:], tensor(1.0)).tolist() == [0.0]


def test_adam_takes_the_steps_of_pytorch():
    w, eta = torch.nn.Parameter(tensor(1.0, -2.0)), 0.1
    theirs, ours = torch.optim.Adam([w], eta), tensor(1.0, -2.0)
    step = adam(tensor(eta, eta))
    for _ in range(5):
        theirs.zero_grad()
        (w**2).sum().backward()
        theirs.step()
        ours = ours - step(2 * ours)
    torch.testing.assert_close(ours, w.detach())


def test_the_hessian_of_several_modes_is_that_of_their_loss():
    rates, a = tensor(0.2, 0.5, 1.0), tensor(1.0, -2.0, 0.5)
    t = torch.linspace(0, 150, 300_001, dtype=DTYPE)

    def loss(w):
        e = (a[:, None] * torch.exp(-w.exp()[:, None] * t)).sum(0)
        kept = (a[:, None] * torch.exp(-rates[:, None] * t)).sum(0)
        return torch.trapezoid((e - kept) ** 2, t) / 2

    H = torch.autograd.functional.hessian(loss, rates.log())
    torch.testing.assert_close(joint_hessian(Exp(), rates, a), H, rtol=1e-5, atol=1e-8)


def test_cosines_of_modes_are_those_of_the_hessian():
    rates = tensor(0.1, 0.2, 3.0)
    H = joint_hessian(Square(), rates, torch.ones_like(rates))
    scale = H.diag().sqrt()
    torch.testing.assert_close(mode_overlap(rates), H / torch.outer(scale, scale))


@pytest.mark.parametrize("call", [
    lambda bad: mode_loss(bad, tensor(1.0)), lambda bad: mode_slope(tensor(1.0), bad),
    lambda bad: mode_curvature(bad), mode_overlap,
    lambda bad: joint_hessian(Direct(), bad, tensor(1.0))])
def test_rates_that_do_not_decay_are_refused(call):
    with pytest.raises(InputError, match="positive"):
        call(tensor(0.0))
