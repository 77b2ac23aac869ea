"""The experiments of the chapter on rescaling the error in time."""

import numpy as np
import pytest

from comlib.experiments.remedies.rescaling import (compromise, history_switch,
                                                   lags_learned, price, published,
                                                   released)


def test_the_curves_are_the_closed_form_of_powers():
    table = published.run(published.Config(length=8, powers=(0.0, 1.0)))
    s = np.arange(8)
    assert table.where(power=0.0)["relative"] == pytest.approx(1 - s / 8)
    assert table.where(power=1.0)["relative"] == pytest.approx(1 - s * (s + 1) / 72)
    assert table.where(power=np.inf)["share"] == pytest.approx(np.full(8, 1 / 8))


def test_the_notebook_squares_its_weights_and_the_picture_does_not():
    table = released.against_the_code()
    assert table["ratio"] == pytest.approx(table["ratio_inside"], rel=0.04)
    assert (abs(table["ratio"] / table["ratio_outside"] - 1)[1:] > 0.3).all()
    assert table["begin"] == pytest.approx(table["outside"], rel=0.01)


def test_a_simulated_error_is_that_of_the_formula():
    table = history_switch.run(history_switch.Config(length=16, history=6, every=3))
    seen = np.isfinite(table["simulated"])
    away = abs(table["simulated"] - table["formula"])[seen]
    assert (away <= 4.5 * table["error"][seen] + 1e-12).all()
    assert table.where(history="stationary history")["formula"] == pytest.approx(1.0)


def test_descent_learns_a_lag_at_its_rate():
    table = lags_learned.run(lags_learned.Config(length=8, updates=(5, 20)))
    away = abs(table["mean"] - table["formula"])
    assert (away <= 5 * table["error"]).all()
    end = table.where(history="zero history", power=0.0, updates=20, lag=7)
    assert end["formula"][0] == pytest.approx((1 - 2 * 0.05 / 8) ** 20)


def test_the_variance_of_a_lag_is_what_the_data_say():
    table = price.run(price.Config(length=6, repeats=200))
    for _, rows in table.groups("power"):
        assert (rows["simulated"] / rows["formula"]).mean() == pytest.approx(1, abs=0.1)
    assert table.where(power=0.0)["formula"] == pytest.approx(1 / np.arange(6, 0, -1))


def test_a_larger_power_moves_the_error_to_early_lags():
    table = compromise.run(compromise.Config(exponents=(1.1,), powers=(0.0, 4.0)))
    assert table["head"] == pytest.approx([0.00189, 0.00262], rel=0.01)
    assert table["tail"] == pytest.approx([0.00337, 0.00283], rel=0.01)
