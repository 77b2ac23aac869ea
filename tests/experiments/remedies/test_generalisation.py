"""The experiments of the chapter on generalisation."""

import numpy as np
import pytest

from comlib import stored
from comlib.experiments.remedies.generalisation import (capacity, gaps,
                                                        over_shrinking, penalties,
                                                        ranks, timescale)


def test_the_output_left_is_the_closed_form():
    table = over_shrinking.run(over_shrinking.Config(length=800))
    assert table["summed"] == pytest.approx(table["formula"], rel=1e-3)
    white = table.where(correlation=0.0, memory=100.0)["formula"][0]
    assert white == pytest.approx(0.01 / 1.99)


def test_absolute_values_buy_a_logarithm():
    table = capacity.run(capacity.Config(lengths=(16, 64), draws=100))
    assert (table["measure"] <= table["bound"]).all()
    assert table["power"] == pytest.approx(table["root"], rel=0.05)
    assert (table.where(correlation=0.0)["measure"]
            > 1.4 * table.where(correlation=0.99)["measure"]).all()


def test_timescales_are_exact_for_white_and_constant_input():
    table = timescale.run(timescale.Config(lengths=(4, 32)))
    for name, power in (("white", -0.5), ("constant", -1.0)):
        rows = table.where(input=name)
        assert rows["allowed"] == pytest.approx(rows["length"] ** power)
        assert rows["exact"] == pytest.approx(rows["allowed"])
    assert (table["allowed"] <= table["exact"] * (1 + 1e-9)).all()


def test_the_stored_gaps_are_what_is_computed():
    old = stored("remedies.generalisation.gaps").table.where(scales=0.0)
    new = gaps.run(gaps.Config(tasks=3))
    for name in new.columns:
        assert new[name] == pytest.approx(old[name][:3], rel=1e-6)


def test_ranks_are_compared_and_not_values():
    x = np.array([1.0, 5.0, 2.0, 9.0])
    assert ranks.rank_correlation(x, np.exp(x)) == pytest.approx(1.0)
    assert ranks.rank_correlation(x, -x) == pytest.approx(-1.0)


def test_the_stored_risks_are_what_is_computed():
    old = stored("remedies.generalisation.penalties").table
    few = {"targets": ("fast",), "correlations": (0.9,), "count": 2}
    new = penalties.run(penalties.Config(**few))
    for row in range(len(new)):
        same = {n: new[n][row] for n in ("correlation", "target", "penalty",
                                         "strength")}
        assert old.where(**same)["risk"][0] == pytest.approx(new["risk"][row],
                                                             rel=1e-5)
