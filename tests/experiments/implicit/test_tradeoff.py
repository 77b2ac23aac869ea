"""The experiments of the chapter on delay, bias and variance."""

import matplotlib
import pytest

from comlib import stored
from comlib.experiments.implicit.tradeoff import (best_choice, by_delay, by_samples,
                                                  removed, risk_curve)

matplotlib.use("agg")


def test_the_stored_delays_are_what_is_computed():
    table = stored("implicit.tradeoff.by-delay").table
    again = by_delay.run(by_delay.Config((6,), recurrent=0.8, width=10, seeds=1))
    old = table.where(recurrent=0.8, delay=6, seed=0)
    for name in ("scaled", "unscaled"):
        assert again[name] == pytest.approx(old[name], rel=1e-7)
    assert (table["network"] > 0).all()


def test_the_stored_formula_is_what_is_computed():
    new = risk_curve.run(risk_curve.Config(draws=2))
    old = stored("implicit.tradeoff.risk-curve").table.where(sequences=50)
    for name in ("bias", "noise", "inputs", "formula"):
        assert new[name] == pytest.approx(old[name], rel=1e-6, abs=1e-14)


def test_the_best_choice_is_no_worse_than_its_neighbours():
    few = {"delays": (8,), "sequences": (100,)}
    best = best_choice.run(best_choice.Config(**few))
    nu = best["recurrent"][0]
    for other in (nu - 0.05, nu + 0.05):
        worse = best_choice.run(best_choice.Config(**few, recurrents=(other,)))
        assert worse["risk"][0] >= best["risk"][0]
    assert best["unscaled"][0] == pytest.approx(worse["unscaled"][0])


def test_every_way_removes_the_cliff():
    table = removed.run(removed.Config(delays=(0, 16)))
    late = table.where(delay=16)
    assert late["risk"][0] > 0.9 and (late["risk"][1:] < 0.01).all()


def test_more_data_help_every_model():
    table = by_samples.run(by_samples.Config(sequences=(5, 100), draws=3))
    few, many = (table.where(sequences=N) for N in (5, 100))
    assert (many["risk"] < few["risk"]).all()
    assert (many["stopped"] <= many["risk"] + 1e-12).all()
