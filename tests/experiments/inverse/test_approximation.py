"""The experiments of the chapter on stable approximation."""

import math

import numpy as np
import pytest

from comlib.experiments.inverse.approximation import box_and_ball, brackets, limits
from small import small_table


def test_the_brackets_are_in_order():
    table = small_table(brackets)
    assert (table["sampled"] <= table["found"] + 1e-9).all()
    assert (table["lower"] <= table["found"] + 1e-9).all()
    assert (table["found"] <= table["upper"] * (1 + 1e-6)).all()
    assert (table["radius"] < table["margin"]).all()


def test_the_lower_end_is_attained_in_the_ball():
    table = small_table(limits)
    assert (table["start"] <= table["lower"]).all()
    assert (table["lower"] <= table["upper"]).all()
    config = limits.Config(widths=(40,), radii=(0.1,))
    power = limits.run(config).where(target="power law")
    assert power["margin"][0] < 0.1 and math.isinf(power["upper"][0])


def test_corners_attain_the_formulas_and_draws_do_not_exceed_them():
    rows = small_table(box_and_ball).where(width=4)
    assert rows["attained"] == pytest.approx(rows["exact"], rel=1e-6)
    assert (rows["drawn"] <= rows["exact"]).all()
    assert rows["exact"][0] == pytest.approx(1.05**2 / 0.95 - 1)
    wide = box_and_ball.run(box_and_ball.Config(widths=(20,), computed=()))
    assert np.isinf(wide.where(kind="box, dense W")["exact"][0])
