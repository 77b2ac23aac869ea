"""Teachers of known memory, and the filter."""

import math

import numpy as np
import pytest
import torch

from comlib import Table, fit, impulse_response, white_noise
from comlib.experiments.inverse.filtering import grid, memories, scores, switches
from comlib.experiments.inverse.filtering.teachers import (Classroom, KernelAttention,
                                                           random_tanh, spectral,
                                                           teachers)
from comlib.functional import DTYPE
from comlib.training import OnlineAdamW
from small import small_table


@pytest.mark.parametrize("rate", [0.0, 0.2])
def test_the_rates_have_the_power_law_as_kernel(rate):
    rho = impulse_response(spectral(1.5, rate, activation="identity"), 64)[:, 0, 0]
    law = [(1 - rate) ** s * math.exp(math.lgamma(s + 1) + math.lgamma(2.5)
                                      - math.lgamma(s + 2.5)) for s in range(64)]
    assert rho.detach().numpy() == pytest.approx(law, rel=1e-9)


def test_a_random_teacher_has_the_slowest_rate_that_is_asked_for():
    slowest = random_tanh(0.1, 16, 0).eigenvalues().detach().real.max()
    assert float(slowest) == pytest.approx(-0.1)


def test_attention_is_causal_and_looks_back_as_the_kernel_says():
    H, x = KernelAttention("power", 1.5), white_noise(2, 9, dt=1.0, seed=0)
    z = x.clone()
    z[:, 5:] = 0
    assert torch.equal(H(x)[:, :5], H(z)[:, :5])
    f = H.features(x)[0]
    weights = [(9 - j) ** -1.5 * math.exp(f[8] @ H.A @ f[j]) for j in range(9)]
    mean = sum(w * float(f[j] @ H.v) for j, w in enumerate(weights)) / sum(weights)
    assert float(H(x)[0, 8, 0]) == pytest.approx(mean)


def test_a_classroom_is_zero_at_zero_and_of_mean_square_one():
    room = Classroom([t.functional for t in teachers(2)], 20)
    assert float(room(torch.zeros(1, 20, 1, dtype=DTYPE)).abs().max()) == 0
    y = room(white_noise(256, 20, dt=1.0, seed=77))
    assert y.square().mean((1, 2, 3)).numpy() == pytest.approx(np.ones(12))


def test_a_stack_learns_a_stack_of_targets_in_batches():
    room = Classroom([spectral(1.5), spectral(1.5, 0.2)], 10)
    start = grid._start(3, 2)
    how = OnlineAdamW(updates=4, batch=4, validation=8, check_every=2)
    options = {"length": 10, "protocol": how, "progress": False,
               "allow_unstable": True}
    both = fit(start, room, **options).model
    second = start.with_parameters(
        {name: p.detach()[1:] for name, p in start.named_parameters()})
    one = fit(second, Classroom([room.members[1]], 10), **options).model
    assert torch.allclose(one.c[0], both.c[1])


def test_the_filter_reads_errors_and_reaches():
    runs = Table(teacher=[0] * 3 + [1] * 3, family=["random tanh"] * 3
                 + ["power rates"] * 3, size=[1.0] * 6,
                 radius=[0.0, 0.1, 0.4] * 2, error=[0.01, 0.02, 0.9, 0.2, 0.7, 3.0])
    found = scores.judged(runs, 0.2)
    assert found["approximable"].tolist() == found["stable"].tolist() == [True, False]
    assert scores.remaining(found)["remain"].tolist() == [1, 0]


def test_the_area_is_that_under_the_curve():
    score, truth = np.array([0.9, 0.4, 0.4, 0.1, 0.7]), np.arange(5) < 2
    curve = scores.roc(score, truth)
    assert scores.area(score, truth) == pytest.approx(4.5 / 6)
    assert np.trapezoid(curve["true"], curve["false"]) == pytest.approx(
        scores.area(score, truth))
    low, high = scores.interval(score, truth, draws=200)
    assert low < scores.area(score, truth) <= high == 1.0


def test_the_switches_decide_what_is_seen():
    seen = switches.influences(length=8, batch=3)
    assert seen["twice"][0] > 0.05 and (seen["twice"][1:] == 0).all()
    assert seen["past"][1] == 0 < seen["others"][1]
    assert seen["future"][2] > 0.01 and seen["future"][3] == 0 < seen["past"][3]


def test_a_run_and_the_memories_know_all_families():
    assert len(small_table(grid)) == 12 * 3
    table = small_table(memories)
    silent = table.where(family="plain attention")["step"]
    assert (table["impulse"] >= 0).all() and len(silent) == 2 * 20
