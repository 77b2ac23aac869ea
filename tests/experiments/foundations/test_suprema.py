"""The experiments of the chapter on suprema against closed forms."""

import itertools
import math

import pytest
import torch

from comlib import TemperedPolynomial
from comlib.experiments.appendix.computing import radius_gap
from comlib.experiments.foundations.suprema import suprema_by_width
from small import small_table


def test_what_is_found_lies_between_what_is_proved():
    table = small_table(suprema_by_width)
    for low, high in (("least", "sampled"), ("sampled", "most"), ("most", "found"),
                      ("floor", "found"), ("found", "upper")):
        assert (table[low] <= table[high] * (1 + 1e-6)).all(), (low, high)


def test_one_mode_is_found_at_its_worst_corner():
    rho, beta = TemperedPolynomial(1.5, 0.5), 0.1
    rho_hat = rho.exponential_sum(1)
    (rate,), (weight,) = rho_hat.rates, rho_hat.weights
    row = small_table(suprema_by_width).where(norm="ball", width=1)
    t = torch.linspace(0, 60, 600_001, dtype=torch.float64)
    corners = [(weight**0.5 + c) * (weight**0.5 + u) * torch.exp(-(rate + w) * t)
               for c, u, w in itertools.product((-beta, beta), repeat=3)]
    exact = max(float(torch.trapezoid((k - rho(t)).abs(), t)) for k in corners)
    assert row["found"][0] == pytest.approx(exact, rel=1e-5)


def test_the_box_errs_more_than_the_ball():
    rows = small_table(suprema_by_width).where(width=3)
    ball, box = (rows.where(norm=norm)["found"][0] for norm in ("ball", "box"))
    assert box > 1.1 * ball


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
