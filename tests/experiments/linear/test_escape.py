"""The experiments of the chapter on escape times."""

import math

import matplotlib
import numpy as np
import pytest

from comlib import stored
from comlib.experiments.linear.escape import escape_law, random_starts
from comlib.experiments.linear.optimisers import heavy_ball

matplotlib.use("agg")


@pytest.fixture(scope="module")
def law():
    return escape_law.run(escape_law.Config(rates=(1.0,), delays=(7.0, 8.0)))


def test_every_flow_takes_longer_than_its_bounds(law):
    assert (law["elementary"] <= law["log_time"]).all()
    assert (law["projection"] <= law["log_time"]).all()
    one = law.where(start="w = 1")
    assert (one["slow"] <= one["log_time"]).all()
    assert (one["log_time"] <= one["ceiling"]).all()
    assert np.isnan(law.where(start="duplicated")["slow"]).all()


def test_the_path_is_at_least_as_long_as_the_bump_is_late(law):
    one = law.where(start="w = 1")
    assert ((0.5 < one["length"]) & (one["length"] < 1.0)).all()
    assert one["length"][1] > one["length"][0]


def test_the_stored_law_is_what_is_computed(law):
    table = stored("linear.escape.law").table
    for start in ("w = 1", "duplicated"):
        for D in (7.0, 8.0):
            new, old = (t.where(start=start, delay=D)["log_time"][0]
                        for t in (law, table))
            assert new == pytest.approx(old, abs=1e-4)


def test_a_random_start_enters_before_it_leaves():
    table = random_starts.run(random_starts.Config((2, 4), (6.0,), 3))
    assert len(table) == 6 and (table["entry"] < table["exit"]).all()
    again = random_starts.run(random_starts.Config((4,), (6.0,), 1))
    assert again["exit"][0] == table.where(width=4, seed=0)["exit"][0]


def test_less_friction_is_faster_and_the_bounds_hold():
    config = heavy_ball.Config((0.1, 1.0, math.inf), (7.0, 8.0))
    table = heavy_ball.run(config)
    assert (table["floor"] <= table["log_time"]).all()
    times = [table.where(friction=mu)["log_time"] for mu in config.frictions]
    assert (times[0] < times[1]).all()
    # friction one follows the gradient flow, once the plateau is long
    assert times[1] == pytest.approx(times[2], abs=0.2)


@pytest.mark.parametrize("name, module", [
    ("linear.escape.law", escape_law), ("linear.escape.random", random_starts),
    ("linear.optimisers.heavy-ball", heavy_ball)])
def test_the_stored_runs_can_be_drawn(name, module):
    fig = module.plot(stored(name).table)
    assert all(ax.lines for ax in fig.axes)
    matplotlib.pyplot.close(fig)


