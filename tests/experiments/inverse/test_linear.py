"""The experiments of the chapter on linear networks and their perturbations."""

import math

import numpy as np
import pytest

from comlib import Table
from comlib.experiments.inverse.linear import best_rates, figure_one, one_rate
from comlib.measures import crossing, crossings
from small import small_table


def test_every_width_has_the_error_of_the_formula():
    table = small_table(one_rate)
    assert (table["found"] <= table["exact"] * (1 + 1e-9)).all()
    assert (table["upper"] >= table["exact"] * (1 - 1e-9)).all()
    one = table.where(width=1)
    assert one["found"] == pytest.approx(one["exact"], rel=1e-6)
    assert (table["sampled"] <= table["found"]).all()


def test_the_best_rates_blow_up_at_their_slowest():
    for _, rows in small_table(best_rates).groups("width"):
        beyond = rows["radius"] >= rows["slowest"]
        assert np.isinf(rows["found"][beyond]).all() and beyond.any()
        assert np.isfinite(rows["upper"][~beyond]).all()
        assert (rows["found"] <= rows["upper"]).all()


def test_the_slowed_network_follows_the_limit_once_the_fit_is_good():
    table = small_table(figure_one).where(target="exponential", width=6)
    late = table["limit"] > 10 * table["shift"][0]
    assert late.any()
    assert table["shift"][late] == pytest.approx(table["limit"][late], rel=0.3)
    assert table["shift"][0] == table["sampled"][0]


def test_the_fit_of_figure_one_is_least_squares():
    """By another route: scipy, with the ridge as additional rows."""
    from scipy import optimize
    t = np.arange(1, 101)
    modes = np.exp(-t[:, None] * np.arange(1, 7) / 6)
    rows = np.vstack([modes, 1e-2 * np.eye(6)])
    a = optimize.lsq_linear(rows, np.append(0.9**t, np.zeros(6))).x
    error = abs(modes @ a - 0.9**t).max()
    found = small_table(figure_one).where(target="exponential", width=6, radius=0.0)
    assert found["sampled"][0] == pytest.approx(error, rel=1e-6)


def test_a_crossing_lies_where_straight_lines_meet():
    radii = [1.0, 2.0, 4.0]
    assert crossing(radii, [1.0, 4.0, 16.0], [2.0, 2.0, 2.0]) == pytest.approx(
        2**0.5)
    assert crossing(radii, [1.0, 1.0, math.inf], [2.0, 2.0, 2.0]) == 4.0
    assert math.isnan(crossing(radii, [3.0, 1.0, 1.0], [2.0, 2.0, 2.0]))
    assert math.isnan(crossing(radii, [1.0, 1.0, 1.0], [2.0, 2.0, 2.0]))


def test_crossings_compare_each_width_with_the_next():
    curves = [Table(radius=[0.0, 1.0, 2.0], found=v)
              for v in ([5.0, 4.0, 4.0], [4.0, 1.0, 16.0], [3.0, 0.5, 4.0])]
    table = crossings(Table.stack(curves, width=[1, 2, 4]))
    assert table["next"].tolist() == [2, 4] and math.isnan(table["radius"][1])
    assert table["radius"][0] == pytest.approx(2**0.5)
