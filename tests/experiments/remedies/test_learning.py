"""The experiments of the chapter on gradient scale and learning rates."""

import math

import numpy as np
import pytest
import torch

from comlib.experiments.remedies.learning import (adam_windows, every_start,
                                                  sequence_task, shared_rate,
                                                  stable_rates)
from comlib.functional import DTYPE
from small import small_table


def test_simulated_edges_are_those_of_the_formula():
    table = small_table(stable_rates)
    assert table["simulated"] == pytest.approx(table["largest"], rel=1e-3)
    rows = table.where(map="exp")
    assert rows["scale"] == pytest.approx(1 / rows["rate"])
    assert rows["largest"] == pytest.approx(8 * rows["rate"])


def test_modes_in_one_network_allow_no_more_than_apart():
    table = small_table(shared_rate)
    assert table["simulated"] == pytest.approx(table["joint"], rel=5e-3)
    assert (table["joint"] < table["apart"]).all()
    cosine = (2 * math.sqrt(0.1) / 1.1) ** 3
    assert (table["condition"] >= (1 + cosine) / (1 - cosine)).all()


def test_one_start_is_followed_by_hand():
    table = small_table(every_start).where(map="exp", gain=0.5)
    w, eta, target = math.log(0.01 * table["start"][1]), 8.0, math.log(0.01)
    steps = 0
    while abs(math.exp(w - target) - 1) > 0.01:
        u = (w - target) / 2
        w, steps = w - eta * math.tanh(u) / math.cosh(u) / 4, steps + 1
    assert table["steps"][1] == steps > 1


def test_adam_reaches_a_target_at_a_rate_between_too_small_and_too_large():
    table = small_table(adam_windows).where(map="exp")
    assert table["distance"] == pytest.approx(math.log(10))
    assert table["error"].argmin() not in (0, len(table) - 1)


def test_the_layer_is_the_recurrence_that_it_stands_for():
    config = sequence_task.Config(seeds=(3,), learning_rates=(0.1,), length=12,
                                  features=2, states=3)
    weights = sequence_task._start(config, 1)
    f = sequence_task._MAPS[config.map]
    step = weights["log_step"].exp()[0]
    A = torch.complex(f(weights["w"]), weights["turning"])[0]
    C = torch.complex(weights["C_real"], weights["C_imag"])[0]
    gain = (C * weights["encoder"][0] * weights["decoder"][0]) / A
    h, lags = (step * A).exp() - 1, []
    for _ in range(12):
        lags.append(2 * (gain * h).sum().real)
        h = h * (step * A).exp()
    kernel = sequence_task._kernel(weights, f, 12)[0]
    torch.testing.assert_close(kernel, torch.stack(lags))
    assert A.real.tolist() == [[pytest.approx(-0.5)] * 3] * 2


def test_the_sampled_loss_has_the_exact_error_as_its_mean():
    error = torch.tensor([[1.0, -0.5, 0.25]], dtype=DTYPE)
    make = torch.Generator().manual_seed(0)
    x = torch.randn(1, 200_000, 3, generator=make, dtype=DTYPE)
    exact = (error**2 * torch.tensor([3, 2, 1])).sum() / 3
    assert sequence_task._loss(error, x) == pytest.approx(float(exact), rel=0.01)


def test_training_lowers_the_error_and_each_lane_stands_alone():
    both = sequence_task.Config(length=20, features=2, states=2, updates=40, batch=8,
                                seeds=(0, 1), learning_rates=(1e-9, 0.05))
    table = sequence_task.run(both)
    alone = sequence_task.run(sequence_task.Config(
        length=20, features=2, states=2, updates=40, batch=8, seeds=(1,),
        learning_rates=(0.05,)))
    assert (table["error"][2:] < 0.9 * table["error"][:2]).all()
    assert alone["error"][0] == pytest.approx(table["error"][3], rel=1e-9)
    assert np.isfinite(table["longer"]).all()
