"""The experiments of the chapter on length extension."""

import numpy as np
import pytest
import torch

from comlib import population_loss, LinearFunctional
from comlib.experiments.remedies.extension import (adam, beyond, correlated, drift,
                                                   signs, sizes, trained, truncated,
                                                   unstable, windows)
from comlib.experiments.remedies.extension.targets import (SLOW_AND_FAST, network,
                                                           samples, stationary_states)
from comlib.functional import DTYPE
from comlib.horizon import fit_lags
from small import small_table


def test_the_network_has_the_kernel_of_the_fit():
    rho = samples(SLOW_AND_FAST, 16)
    fit = fit_lags(rho, 1)
    model = network(fit)
    assert model.kernel_samples(9)[:, 0, 0].tolist() == pytest.approx(
        fit.kernel(9).tolist())
    kappa = 1 - torch.arange(16, dtype=DTYPE) / 16
    loss = float(population_loss(model, LinearFunctional(SLOW_AND_FAST, 1.0),
                                 16).detach())
    assert loss == pytest.approx(float(kappa @ (rho - fit.kernel(16)) ** 2))


def test_the_windows_are_simulated_as_predicted():
    table = small_table(windows)
    assert (abs(table["simulated"] - table["formula"]) < 4 * table["error"]).all()
    assert (table["error"] < 0.3 * table["formula"]).all()


def test_residuals_change_sign_twice_for_each_mode():
    table = small_table(signs)
    assert (table["changes"] == 2 * table["width"]).all()
    assert (table["positive"] > 0).all() and (table["slowest"] < 1).all()
    assert (table["low"] > 0).all() and (table["high"] <= 1).all()


def test_runs_go_on_as_the_sums_say():
    table, runs = small_table(sizes), small_table(beyond)
    assert (table["within"] <= table["double"]).all()
    assert (table["sixteen"] <= table["all"] * (1 + 1e-9)).all()
    assert (table["carried"] <= table["all"] * (1 + 1e-9)).all()
    first = runs.where(target="power law", fit="m = 1")
    assert first["error"][first["t"] == 8][0] > first["error"][-1]


def test_adam_finds_no_better_loss():
    table = small_table(adam)
    assert (table["train"] >= table["best"] * (1 - 1e-9)).all()
    assert (table["train"] < 0.5).all()


def test_lost_history_scatters_a_pole_more_than_noise():
    table = small_table(unstable)
    zero, stream = (table.where(origin=name) for name in ("zero", "stream"))
    assert stream["spread"][0] > 3 * zero["spread"][0]
    assert table["spread"] / table["formula"] == pytest.approx(np.ones(2), abs=0.3)


def test_a_cut_gradient_rests_between_the_zero_state_and_the_whole_history():
    table = small_table(truncated)
    assert (table["found"] == 1).all()
    assert (table["zero"] < table["truncated"]).all()
    assert (table["truncated"] < table["carried"]).all()
    assert (table["carried_error"] < table["truncated_error"]).all()


def test_streams_drift_as_the_formula_says():
    table = small_table(drift)
    off = abs(table["simulated"] - table["formula"]) / table["error"]
    assert (off < 4).all() and (abs(table["amplitude"]) < 4).all()
    assert (abs(table["full"]) > 5 * abs(table["formula"])).all()


def test_training_moves_the_pole_where_it_should():
    table = small_table(trained)
    zero, carried = (table.where(state=name) for name in ("zero", "carried"))
    assert carried["reached"][0] > zero["reached"][0]


def test_only_white_inputs_leave_the_truth_alone():
    table = small_table(correlated)
    white, linked = table.where(correlation=0.0), table.where(correlation=0.5)
    assert white["last"][0] == pytest.approx(white["last_truth"][0], rel=1e-3)
    assert linked["fit"][0] < linked["truth"][0]
    assert linked["last"][0] > 10 * linked["last_truth"][0]


def test_states_are_as_correlated_as_their_poles_say():
    poles = torch.tensor([0.9, 0.5], dtype=DTYPE)
    states = stationary_states(poles, (40_000,), torch.Generator().manual_seed(0))
    wanted = 1 / (1 - poles[:, None] * poles)
    assert torch.allclose(states.T.cov(), wanted, rtol=0.05)
