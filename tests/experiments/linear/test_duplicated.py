"""The experiments of the chapter on duplicated neurons."""

import matplotlib
import numpy as np
import pytest

from comlib import stored
from comlib.experiments.linear.duplicated import drift, times

matplotlib.use("agg")


def test_the_stored_duplicated_starts_are_what_is_computed():
    table = stored("linear.duplicated.times").table
    old = table.where(start="0.6/0.4", rate=1.0, delay=10.0)
    assert times.run(times.Config())["log_time"] == pytest.approx(
        old["log_time"], abs=1e-8)


def test_two_precisions_store_the_same_times():
    double = stored("linear.escape.law").table.where(start="duplicated")
    decimal = stored("linear.duplicated.times").table.where(start="0.6/0.4", rate=1.0)
    for D in (10.0, 12.0, 15.0):
        assert double.where(delay=D)["log_time"][0] == pytest.approx(
            decimal.where(delay=D)["log_time"][0], abs=2e-4)


def test_what_the_law_misses_shrinks_like_the_proof_says():
    table = stored("linear.duplicated.times").table
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
    table = stored("linear.duplicated.drift").table
    late = (table["share"] < 0.5) & (table["share"] > 0.2)
    assert late.sum() > 10
    assert table["log_time"][late] == pytest.approx(table["law_time"][late], abs=0.1)
    assert table["distance"][late] == pytest.approx(table["valley"][late], rel=0.1)
    assert drift.run(drift.Config(delay=8.0))["drop"][-1] == 0.05


@pytest.mark.parametrize("name, module", [
    ("linear.duplicated.times", times), ("linear.duplicated.drift", drift)])
def test_the_stored_runs_can_be_drawn(name, module):
    fig = module.plot(stored(name).table)
    assert all(ax.lines for ax in fig.axes)
    matplotlib.pyplot.close(fig)
