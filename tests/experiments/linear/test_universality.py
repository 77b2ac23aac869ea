"""The experiments of the chapter on universality against closed forms."""

import math

import numpy as np
import pytest

from comlib.experiments.linear.universality import (gaps_by_width, rounded_weights,
                                                    sums_by_width)
from small import small_table


def test_gaps_are_those_of_the_closed_forms():
    table = small_table(gaps_by_width)
    even = table.where(sequence="k")
    assert even["gap"] == pytest.approx(1 / (2 * even["width"] + 1), rel=1e-12)
    x = math.pi * math.sqrt(0.5)
    square = table.where(sequence="k²", width=64)["gap"][0]
    assert square == pytest.approx(math.sin(x) / math.sinh(x), rel=0.02)
    assert table.where(sequence="2^k", width=64)["largest"][0] == 2.0**64


def test_an_exponential_sum_is_found_once_its_rates_are_offered():
    rows = small_table(sums_by_width).where(kernel="exponential sum", rates="even")
    assert rows.where(width=2)["error"][0] > 0.1
    assert rows.where(width=8)["error"][0] < 1e-12


def test_fitted_rates_of_a_power_law_beat_many_even_ones():
    rows = small_table(sums_by_width).where(kernel="power law")
    free = rows.where(rates="free", width=3)["error"][0]
    assert free < rows.where(rates="even", width=16)["error"][0]
    assert np.isnan(rows.where(rates="free")["lower"]).all()


def test_kernels_whose_fits_are_ill_conditioned_are_left_out():
    rows = small_table(sums_by_width).where(kernel="box")
    assert set(rows["rates"].tolist()) == {"even"}


def test_rounding_does_nothing_to_few_weights_and_spoils_many():
    rows = small_table(rounded_weights)
    change = np.abs(rows["rounded"] - rows["error"])
    assert change[0] < 1e-5 * rows["error"][0]
    assert rows["rounded"][2] > 100 * rows["error"][2]
    assert (change <= 2.0**-24 * rows["mass"] / rounded_weights.Config().rate).all()
