"""The experiments of the chapter on rates against what theory says."""


import numpy as np
import pytest

from comlib.experiments.linear.rates import rate_scaling, rate_slopes, rate_smooth
from comlib.kernels import Kink
from comlib.measures import rate_bound
from small import small_table


def test_the_band_is_a_band_below_the_bound():
    table = small_table(rate_slopes)
    assert (table["lower"] <= table["upper"] * (1 + 1e-6)).all()
    assert (table["upper"] <= table["error"]).all()
    assert (table["error"] <= table["bound"]).all()
    for p in (1, 3):
        assert (np.diff(table.where(p=p)["upper"]) <= 0).all()
        assert (np.diff(table.where(p=p)["lower"]) <= 0).all()


def test_the_bound_is_that_of_the_theorem():
    row = small_table(rate_slopes).where(p=3, width=24)
    assert row["bound"][0] == pytest.approx(rate_bound(Kink(p=3), 3, 1.2, 24))


@pytest.mark.parametrize("p", [1, 3])
def test_the_best_error_falls_by_one_power_more_than_the_theorem(p):
    rows = small_table(rate_slopes).where(p=p)
    middle = np.log(rows["lower"] * rows["upper"]) / 2
    slope = np.polyfit(np.log(rows["width"]), middle, 1)[0]
    assert slope == pytest.approx(-p - 1, abs=0.5)


def test_the_error_does_not_depend_on_the_clock_but_the_restated_bound_does():
    table = small_table(rate_scaling)
    assert table["error"][1] == pytest.approx(table["error"][0], rel=1e-6)
    assert table["gamma"][1] == pytest.approx(table["gamma"][0], rel=1e-9)
    assert table["ours"][1] == pytest.approx(table["ours"][0], rel=1e-9)
    assert table["published"][1] == pytest.approx(table["published"][0] / 16, rel=1e-9)


def test_a_later_bump_takes_more_exponentials():
    table = small_table(rate_smooth)
    near, far = (table.where(kernel=f"bump at {c}") for c in (3, 5))
    assert (far["upper"] > 2 * near["upper"]).all()
    assert table.where(kernel="t exp(−2t)", width=16)["upper"][0] < 1e-8
