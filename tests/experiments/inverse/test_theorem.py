"""The experiments of the chapter on the nonlinear inverse theorem."""

import numpy as np
import pytest

from comlib.experiments.inverse.theorem import flat_unit, horizons, small_signal
from small import small_table


def test_small_inputs_see_the_linearisation_and_large_ones_do_not():
    for _, rows in small_table(small_signal).groups("radius"):
        ratio = rows["error"] / rows["linear"]
        assert ratio[0] == pytest.approx(1, rel=1e-4)
    assert abs(ratio[-1] - 1) > 1e-2


def test_moved_networks_join_the_curve_of_the_horizon():
    table = small_table(horizons)
    wide = table.where(width=max(table.values("width")))
    late = wide["curve"] > 0.2
    assert late.any()
    assert (wide["moved"] / wide["curve"])[late] == pytest.approx(1, abs=0.1)


def test_the_flat_unit_remembers_like_one_over_t_for_every_bound():
    table = small_table(flat_unit)
    assert table["memory"] == pytest.approx(table["law"], rel=1e-2)
    last = table.where(time=table["time"].max())["memory"]
    assert last == pytest.approx(np.full(2, 1 / (27**0.5 * 1e4)), rel=1e-2)
