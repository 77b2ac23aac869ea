"""The experiments of the chapter on margin, width and delays."""

import math

import numpy as np
import pytest

from comlib.experiments.linear.margin import (delayed_width, explicit_sums,
                                              width_or_margin)
from small import small_table


def test_the_counts_of_a_bump_lie_between_their_bounds():
    table = small_table(delayed_width)
    assert (table["proved"] <= table["count"]).all()
    assert (table["count"] <= table["ring"]).all()
    assert (table["ring"] <= 3 * table["count"]).all()


def test_the_sums_are_as_slow_as_they_must_be():
    table = small_table(explicit_sums)
    assert (table["error"] <= table["epsilon"]).all()
    assert (table["floor"] <= table["width"]).all()
    assert (table["slowest"] <= table["ceiling"]).all()
    omega, error = table["omega"][1], table["error"][1]
    T = np.geomspace(1e-3, error ** (-1 / omega), 200_001)[:-1]
    gap = (1 + T) ** -omega - error
    best = (np.log((1 + error) / gap[gap > 0]) / T[gap > 0]).min()
    assert table["ceiling"][1] == pytest.approx(best, rel=1e-3)


def test_the_cascade_needs_what_the_theorem_demands():
    table = small_table(width_or_margin)
    assert (table["bound"] <= table["cascade_width"]).all()
    assert (table["count"] <= table["sum_width"]).all()
    for eps, m, S in zip(table["epsilon"], table["cascade_width"],
                         table["cascade_margin"], strict=True):
        t, w = np.polynomial.legendre.leggauss(400)
        s, w = S * ((t + 1) / 2) ** 4, w * S * 2 * ((t + 1) / 2) ** 3
        left = (w * s**-0.5 * np.exp(-s) * (1 - s / S) ** float(m)).sum()
        error = math.erfc(math.sqrt(S)) + left / math.sqrt(math.pi)
        assert 0.5 * eps < error <= eps


def test_diagonal_networks_need_the_logarithm_of_an_exponential():
    table = small_table(width_or_margin)
    eps, tail = table["epsilon"], 2 * table["epsilon"]
    # at the time T where the target has 2 eps left, m exp(-T) must hold eps
    T = tail ** -2.0 - 1
    assert (1 + T) ** -0.5 == pytest.approx(tail)
    needed = math.log(10) * table["log10_diagonal"] - T
    assert np.exp(needed) == pytest.approx(eps)
