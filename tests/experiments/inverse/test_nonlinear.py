"""The grid of nonlinear networks, its limit, its rule and its tables."""

import math

import numpy as np
import pytest
import torch

from comlib import RNN, Table, white_noise
from comlib.experiments.inverse.nonlinear import (grid, networks, oracle, protocols,
                                                  summary, verdicts)
from comlib.functional import DTYPE
from comlib.models import Direct, Softplus
from small import small_table


def test_the_limit_is_the_binomial_sum():
    beta, T = 0.1, 12
    rho = protocols.target("pol").kernel_samples(T)[:, 0, 0].tolist()
    w = protocols.error_weights(T).tolist()
    total = 0.0
    for s in range(T):
        moved = sum(math.comb(s, k) * beta**k * rho[s - k] for k in range(s + 1))
        total += sum(w[s:]) * (moved - rho[s]) ** 2
    curve = oracle.limit_curve("pol", [0.0, beta], T)["limit"]
    assert curve == pytest.approx([0.0, total], rel=1e-12)


def test_the_error_has_the_weights_of_the_authors():
    w = protocols.error_weights()
    assert float(w.sum()) == pytest.approx(1.8, abs=0.03)
    assert float(w[-1] / w[49]) == pytest.approx(2**4, rel=1e-9)


@pytest.mark.parametrize("orthogonal", [True, False])
def test_a_rotated_network_is_the_dense_one(orthogonal):
    rates, P = -networks.spread_rates(4), networks.random_bases(1, 4, 0)[0]
    U, c = networks.uniform(4, 1, bound=1.0, seed=1), torch.ones(1, 4, dtype=DTYPE)
    model = networks.Rotated(rates, P, U, c, orthogonal=orthogonal, dt=1.0,
                             activation="tanh", parameterization=Softplus())
    x = white_noise(3, 20, dt=1.0, seed=0)
    W = model.W.detach()
    assert torch.allclose(W, W.mT)
    assert torch.allclose(model.eigenvalues(), rates.sort().values)
    for other in (networks.dense(model), networks.with_map(model, Direct()),
                  RNN(W, U, c, dt=1.0, activation="tanh")):
        assert torch.allclose(other(x), model(x))


def test_half_of_the_authors_modes_are_dead_and_none_of_the_clean_ones():
    dead = protocols.start("authors", "tanh", "diagonal", 64, 20).W == 0
    assert 0.4 < float(dead.double().mean()) < 0.6
    for structure in protocols.STRUCTURES:
        rates = -protocols.start("clean", "tanh", structure, 8, 2).eigenvalues()
        assert 0.04 < float(rates.min()) and float(rates.max()) < 1.01


def test_the_reach_lies_on_the_line_between_two_radii():
    radii = np.array([0.01, 0.02, 0.04])
    assert verdicts.reach(radii, np.array([1.0, 4.0, 2.0]), 2.0) == pytest.approx(
        0.01 * 2**0.5)
    assert verdicts.reach(radii, np.array([1.0, 1.5, 1.6]), 2.0) == 0.04
    assert verdicts.reach(radii, np.array([3.0, 4.0, 5.0]), 2.0) == 0.01
    assert 0.02 < verdicts.reach(radii, np.array([1.0, 1.5, np.inf]), 2.0) < 0.0201


@pytest.mark.parametrize("reached, said", [
    ([0.2, 0.25, 0.3], "stable"), ([0.02, 0.025, 0.03], "unstable"),
    ([0.02, 0.1, 0.5], "open")])
def test_a_verdict_needs_seeds_that_agree(reached, said):
    assert verdicts.verdict(np.array(reached), 0.1) == said


def test_a_trend_is_the_slope_in_doublings():
    widths = np.repeat([8, 16, 32], 2)
    table = Table(width=widths, reach=0.5 * (widths / 8.0) ** -1)
    factor, half = verdicts.trend(table)
    assert factor == pytest.approx(0.5) and half < 1e-6


def test_a_run_has_an_error_for_every_network_and_radius():
    table = small_table(grid)
    assert len(table) == 2 * 3 * 3
    assert (table["sampled"] > 0).all() and (table["dead"] == 0).all()
    assert np.isnan(table.where(radius=0.0)["found"]).all()
    assert (table.where(radius=0.064)["found"] > 0).all()


def test_the_reaches_of_the_limits_differ():
    exp, pol = (verdicts.limit_reach(name) for name in ("exp", "pol"))
    assert exp > 10 * pol
    assert verdicts.limit_reach("pol", 300) < 0.6 * pol


def test_the_published_numbers_are_those_of_ten_figures():
    table = summary.published()
    assert len(table) == 10 * 2 * 4
    assert table.where(activation="tanh", structure="softplus", width=64,
                       radius=0.064)["published"][0] == 0.14


def test_a_wider_curve_that_crosses_is_seen():
    rows = [("dense", "tanh", m, seed, beta, error)
            for m, errors in ((8, (2.0, 4.0, 8.0)), (16, (1.0, 4.0, 16.0)))
            for seed in (0, 1) for beta, error in zip((0.01, 0.02, 0.04), errors)]
    runs = Table.from_rows(("structure", "activation", "width", "seed", "radius",
                            "sampled"), rows)
    assert summary.overtaken(runs)["from_8"][0] == pytest.approx(0.02)
