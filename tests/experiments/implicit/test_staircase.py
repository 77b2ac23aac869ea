"""The experiments of the chapter on the staircase of poles."""

import math

import numpy as np
import pytest

from comlib import stored
from comlib.experiments.implicit.staircase import plateaus, steps
from small import small_table


def test_the_best_sums_interpolate_the_transform():
    table = small_table(plateaus)
    assert max(*table["value"], *table["slope"]) < 1e-7
    one = table.where(p=1.5)
    assert (np.diff(one["error"]) < 0).all() and (np.diff(one["gamma"]) < 0).all()


def test_a_small_start_waits_as_long_as_the_rates_say():
    rows = stored("implicit.staircase.steps").table
    law = np.cumsum(1 / rows.where(scale=1e-6, seed=0)["gamma"])
    for seed in range(4):
        early, late = (rows.where(scale=s, seed=seed)["time"] for s in (1e-4, 1e-6))
        assert (late - early) / math.log(100) == pytest.approx(law, rel=0.01)


def test_the_first_step_is_what_was_stored():
    fresh = steps.run(steps.Config(scale=0.01, steps=1, until=3.0))
    old = stored("implicit.staircase.steps").table.where(scale=0.01, seed=0, k=0)
    assert fresh["time"][0] == pytest.approx(old["time"][0], rel=1e-5)


def test_a_small_start_stands_on_the_plateaus_and_stays_symmetric():
    rows = stored("implicit.staircase.stairs").table.where(scale=1e-6)
    levels = plateaus.run(plateaus.Config(most=3))["error"]
    for level in levels:
        assert (abs(rows["loss"] / level - 1) < 0.01).sum() >= 5
    assert max(rows["skew"]) < 1e-5
