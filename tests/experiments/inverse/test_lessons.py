"""The experiments that change one choice at a time."""

import math

import numpy as np
import pytest

from comlib import Table
from comlib.experiments.inverse.lessons import (box_or_ball, dead_starts, factors,
                                                same_network)
from small import small_table


def test_the_search_finds_the_supremum_over_the_ball():
    table = small_table(box_or_ball)
    assert table["found_ball"] == pytest.approx(table["exact"], rel=1e-4)
    assert (table["found_box"] >= table["floor"]).all()
    assert (table["sampled_ball"] <= table["exact"] * (1 + 1e-9)).all()


def test_only_one_of_the_starts_has_dead_modes():
    table = small_table(dead_starts)
    relu, size = (table.where(start=s) for s in ("max(w, 0)", "|w|"))
    assert relu["dead"].min() > 0 and relu["dead"].mean() > 3 * size["dead"].mean()


def test_the_ways_move_one_functional():
    still = small_table(same_network).where(radius=0.0)["sampled"]
    assert still == pytest.approx(np.full(5, still[0]), rel=1e-6)


def test_the_lift_of_a_curve_is_that_of_its_running_maximum():
    runs = Table(radius=[0.0, 1.0, 2.0] * 2, sampled=[1.0, 4.0, 2.0, 1.0, 2.0, 3.0])
    assert factors.lifts(runs) == pytest.approx([2.0, 1.0])


def test_the_chance_of_a_rate_beyond_two():
    draws = np.random.default_rng(0).normal(size=(20000, 8)).max(1) > 2
    assert factors.beyond_euler(8) == pytest.approx(draws.mean(), abs=0.01)
    assert factors.beyond_euler(1) == pytest.approx(math.erfc(2**0.5) / 2)
