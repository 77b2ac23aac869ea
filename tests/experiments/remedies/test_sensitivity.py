"""The experiments of the chapter on sensitivity."""

import numpy as np
import pytest

from comlib.experiments.remedies.sensitivity import (adam, by_memory, circle, cures,
                                                     finite_time, landscape)
from small import small_table


def test_slopes_are_those_of_the_moments():
    table = small_table(by_memory).where(input="a")
    for _, rows in table.groups("parameter"):
        exact = rows.where(measured=np.nan)
        slopes = np.diff(np.log(exact["sensitivity"])) / np.diff(np.log(exact["gap"]))
        low = np.minimum(exact["slope"][1:], exact["slope"][:-1])
        high = np.maximum(exact["slope"][1:], exact["slope"][:-1])
        assert (low - 1e-6 <= slopes).all() and (slopes <= high + 1e-6).all()
    assert (abs(table.where(parameter=1.0)["slope"] + 4) < 1e-6).all()


def test_the_simulation_agrees_with_the_formula():
    table = small_table(by_memory)
    seen = np.isfinite(table["measured"])
    off = (table["measured"] - table["sensitivity"])[seen] / table["error"][seen]
    assert seen.sum() == 2 and (abs(off) < 4).all()


def test_times_collapse():
    table = small_table(finite_time)
    longest = table.where(length=2000)
    slow = longest["gap"] < 0.01
    assert longest["scaled"][slow] == pytest.approx(longest["law"][slow], rel=0.02)
    assert (table["sensitivity"] <= table["stationary"] * (1 + 1e-9)).all()


def test_the_normalised_valley_does_not_know_its_target():
    curves = [rows["normalised"] for _, rows in small_table(landscape).groups("target")]
    assert curves[0] == pytest.approx(curves[1], abs=1e-12)
    raw = [rows["loss"].max() for _, rows in small_table(landscape).groups("target")]
    assert raw[1] > 5 * raw[0]


def test_the_exact_gain_bounds_what_the_white_one_does_not():
    table = small_table(cures).where(map="tanh")
    assert (table.where(gain="exact")["sensitivity"] <= 1 + 1e-6).all()
    assert table.where(a=0.9, gain="white")["sensitivity"].max() > 10
    assert table.where(a=0.0, gain="white")["sensitivity"] == pytest.approx(1.0)


def test_the_well_on_the_circle_has_its_limit():
    table = small_table(circle)
    for radius, rows in table.groups("radius"):
        assert abs(rows["loss"] - rows["law"]).max() < 0.6 * (1 - radius**2)
        assert rows["angle"][-1] == pytest.approx(np.pi)


def test_rows_of_adam_count_their_runs():
    table = small_table(adam)
    assert table.values("map") == ["direct", "dense", "double exp"]
    assert (table.where(basis="rotated")["runs"] == 2).all()
    assert (table["learnt"] <= table["runs"]).all()
    assert (table["lower"] <= table["best"]).all()
    assert (table["best"] <= table["upper"]).all()
    assert np.isnan(table["hit"][table["learnt"] == 0]).all()
