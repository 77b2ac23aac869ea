"""The experiments of the chapter on escape times."""

import math

import matplotlib
import numpy as np
import pytest

from comlib import stored
from comlib.experiments.linear.escape import (duplicated_path, duplicated_start,
                                              escape_law, random_starts)
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


def test_the_stored_duplicated_starts_are_what_is_computed():
    table = stored("linear.escape.duplicated").table
    old = table.where(start="0.6/0.4", rate=1.0, delay=10.0)
    assert duplicated_start.run(duplicated_start.Config())["log_time"] == pytest.approx(
        old["log_time"], abs=1e-8)


def test_two_precisions_store_the_same_times():
    double = stored("linear.escape.law").table.where(start="duplicated")
    decimal = stored("linear.escape.duplicated").table.where(start="0.6/0.4", rate=1.0)
    for D in (10.0, 12.0, 15.0):
        assert double.where(delay=D)["log_time"][0] == pytest.approx(
            decimal.where(delay=D)["log_time"][0], abs=2e-4)


def test_what_the_law_misses_shrinks_like_the_proof_says():
    table = stored("linear.escape.duplicated").table
    for start in ("0.6/0.4", "0.51/0.49", "0.5/0.3/0.2"):
        rows = table.where(start=start, rate=1.0)
        late, D = rows["delay"] >= 20, rows["delay"]
        zeta = D**2 * np.exp(-D / 2)
        for time, law in (("log_time", "law"), ("halved", "halved_law")):
            size = (abs(rows[time] - rows[law]) / zeta)[late]
            assert ((0.5 < size) & (size < 12)).all()
        assert (abs(rows["log_time"] - rows["second"])[late] < 0.3 * abs(
            rows["log_time"] - rows["law"])[late]).all()


def test_a_path_ends_on_its_law():
    table = stored("linear.escape.duplicated-path").table
    drift = (table["share"] < 0.5) & (table["share"] > 0.2)
    assert drift.sum() > 10
    assert table["log_time"][drift] == pytest.approx(table["law_time"][drift], abs=0.1)
    assert table["distance"][drift] == pytest.approx(table["valley"][drift], rel=0.1)
    assert duplicated_path.run(duplicated_path.Config(delay=8.0))["drop"][-1] == 0.05


def test_less_friction_is_faster_and_the_bounds_hold():
    config = heavy_ball.Config((0.1, 1.0, math.inf), (7.0, 8.0))
    table = heavy_ball.run(config)
    assert (table["floor"] <= table["log_time"]).all()
    times = [table.where(friction=mu)["log_time"] for mu in config.frictions]
    assert (times[0] < times[1]).all()
    # friction one follows the gradient flow, once the plateau is long
    assert times[1] == pytest.approx(times[2], abs=0.2)


@pytest.mark.parametrize("name, module", [
    ("linear.escape.duplicated", duplicated_start),
    ("linear.escape.duplicated-path", duplicated_path),
    ("linear.escape.law", escape_law), ("linear.escape.random", random_starts),
    ("linear.optimisers.heavy-ball", heavy_ball)])
def test_the_stored_runs_can_be_drawn(name, module):
    fig = module.plot(stored(name).table)
    assert all(ax.lines for ax in fig.axes)
    matplotlib.pyplot.close(fig)


