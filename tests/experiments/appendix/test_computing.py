"""The experiments of the appendix on computing against closed forms."""

import math

import pytest
import torch

from comlib.experiments.appendix.computing import radius_gap
from small import small_table


def test_radii_are_those_of_the_closed_form():
    table = small_table(radius_gap)
    for turn, real in zip(table["turn"], table["real"], strict=True):
        W = torch.tensor([[-1, turn**2], [-1, -1]], dtype=torch.float64)
        least = float(torch.linalg.svdvals(W)[-1])
        assert real == pytest.approx(min(least, 1.0), rel=1e-8)


def test_the_exponential_grows_to_the_closed_form():
    row = small_table(radius_gap).where(turn=8.0)
    # the largest entry of exp(Wt) is turn exp(-t) sin(turn t)
    t = math.atan(8.0) / 8.0
    entry = 8.0 * math.exp(-t) * math.sin(8.0 * t)
    assert entry <= row["peak"][0] <= entry + math.exp(-t)
    assert row["kreiss"][0] <= row["peak"][0] <= row["ceiling"][0]
    assert row["abscissa"][0] == pytest.approx((64 - 1) / 2 - 1, rel=1e-12)
