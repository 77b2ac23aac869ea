"""Nonlinear networks with modes of unit gain, and ReLU networks, which are ratchets."""

import math

import numpy as np
import pytest
import torch

from comlib import RNN, Exp, stored, white_noise
from comlib.experiments.inverse.nonlinear import grid, protocols
from comlib.experiments.remedies.nonlinear import (figure_eight, gains, longer,
                                                   networks, ratchet, relu)
from comlib.functional import DTYPE
from comlib.models import UnitGain
from small import small_table


def test_the_rates_alone_move_less_than_all_weights():
    table = small_table(gains)
    rest = {m: table.where(moved=m, radius=0.0)["found"] for m in table.values("moved")}
    assert rest["rates"] == pytest.approx(rest["all weights"], rel=1e-12)
    for moved in rest:
        assert (table.where(moved=moved, radius=0.064)["found"] >= rest[moved]).all()


@pytest.mark.parametrize("kind", networks.KINDS)
def test_all_kinds_start_with_the_same_rates_and_weights_of_norm_one(kind):
    stack = networks.modes("tanh", kind, 32, 3)
    assert float((-stack.W).detach().min()) == pytest.approx(0.05)
    for weight in (stack.U, stack.c):
        assert 0.7 < float(weight.detach().flatten(1).norm(dim=1).mean()) < 1.3
    if kind == "unit gain":
        assert torch.allclose(stack.input_weights, -stack.W[..., None] * stack.U)


def test_a_slow_tanh_unit_of_unit_gain_follows_the_bound_of_its_rate():
    one, X, beta = torch.ones(1, 1, dtype=DTYPE), 0.3, 0.2
    unit = RNN(-0.2 * one[0], one, one, dt=1.0, parameterization=UnitGain(Exp()))
    moved = unit.with_parameters({"w": unit.w.detach() + beta})
    x = X * white_noise(20, 300, dt=1.0, seed=0).sign()
    change = float((moved(x) - unit(x)).detach().abs().max())
    slope = 1 / math.cosh(2 * X * 0.2) ** 2
    assert 0.1 < change / (2 * X * math.expm1(beta) / slope) < 1


def test_the_pair_is_a_linear_mode_and_counts_its_turns():
    table = small_table(ratchet)
    assert np.abs(table["apart"]).max() < 1e-12
    assert table["state"] == pytest.approx(table["variation"], rel=1e-9)
    assert (np.diff(table["state"]) >= 0).all()
    floor = 0.05 * table["variation"] / 2**0.5
    assert (table["pair_c"] >= floor * (1 - 1e-9)).all()


def test_relu_runs_are_those_of_the_grid():
    config = relu.Config("dense", widths=(4,), seeds=1, updates=20)
    again = grid.run(grid.Config("relu", "dense", widths=(4,), seeds=1, updates=20))
    assert relu.run(config)["sampled"] == pytest.approx(again["sampled"], rel=1e-9)


def test_a_relu_network_stops():
    begin = protocols.start("clean", "relu", "dense", 4, 1)
    x = white_noise(2, 4000, dt=1.0, seed=0).sign()
    with torch.no_grad():
        late = begin(x)[..., -500:, 0].diff(dim=-1).abs().max()
    assert float(late) < 1e-3
    shares = small_table(longer)
    assert (shares.where(time=300.0)["variation"]
            >= shares.where(time=100.0)["variation"]).all()


def test_figure_eight_has_the_published_points():
    table = figure_eight.curves(stored("inverse.nonlinear.grid").table)
    read = table.where(curve="published", activation="tanh", width=64, radius=0.064)
    assert read["error"].tolist() == [0.14]
    assert (table["radius"] > 0).all()
