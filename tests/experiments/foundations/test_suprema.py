"""The experiments of the chapter on suprema against closed forms."""

import itertools

import pytest
import torch

from comlib import TemperedPolynomial
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
