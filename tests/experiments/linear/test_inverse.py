"""The experiments of the chapter on the inverse theorem against closed forms."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, linalg, special

from comlib.experiments.linear.inverse import margin_floor, nonnormal_family
from small import small_table


@pytest.mark.parametrize("width", [3, 8])
def test_the_family_is_that_of_a_matrix_exponential(width):
    rows = small_table(nonnormal_family).where(width=width)
    W = np.diag(np.ones(width - 1), -1) - np.eye(width)
    c = [integrate.quad(lambda s, k=k: s**0.5 * (1 - s) ** k, 0, 1)[0]
         for k in range(width)]
    for t, kernel, flow in zip(rows["time"], rows["kernel"], rows["flow"], strict=True):
        exact = linalg.expm(t * W)
        assert kernel == pytest.approx(np.dot(c, exact[:, 0]), rel=1e-7)
        assert flow == pytest.approx(np.linalg.norm(exact, 2), rel=1e-9)


def test_the_target_is_the_integral_of_exponentials():
    rows = small_table(nonnormal_family).where(width=3)
    for t, target in zip(rows["time"], rows["target"], strict=True):
        exact = integrate.quad(lambda s, t=t: s**0.5 * math.exp(-s * t), 0, 1)[0]
        assert target == pytest.approx(exact, rel=1e-7)
    assert rows["target"][-1] == pytest.approx(math.gamma(1.5) * 30**-1.5, rel=1e-6)


def test_no_network_lies_below_its_floor():
    table = small_table(margin_floor)
    assert (table["floor"] <= table["error"]).all()
    assert (table["floor"] > 0.3 * table["error"]).all()


def test_one_exponential_has_the_floor_of_its_own_times():
    row = small_table(margin_floor).where(family="best", omega=1.0, width=1)
    beta, A = row["margin"][0], row["budget"][0]
    # the best T solves A exp(-beta T) = (1 + T)^-2, here on the far side
    T = np.linspace(0, 100, 1_000_001)
    exact = (1 / (1 + T) - A / beta * np.exp(-beta * T)).max()
    assert row["floor"][0] == pytest.approx(exact, rel=1e-4)
    error = integrate.quad(lambda t: abs((1 + t) ** -2 - A * math.exp(-beta * t)),
                           0, 200, limit=400)[0] + 1 / 201
    assert row["error"][0] == pytest.approx(error, rel=1e-4)


def test_a_program_keeps_its_margin_and_spends_its_budget():
    rows = small_table(margin_floor).where(family="fixed margin")
    assert (rows["margin"] >= 0.5 - 1e-12).all()
    assert rows["budget"].tolist() == pytest.approx([1.0, 20.0], rel=1e-6)
    assert rows["error"][1] < rows["error"][0]


def test_a_program_beats_other_networks_with_its_budget():
    error = small_table(margin_floor).where(family="fixed margin")["error"][0]
    t = torch.linspace(0, 400, 400_001, dtype=torch.float64)
    rest = 2 * 401**-0.5
    for rates, weights in (((0.5,), (1.0,)), ((0.5, 3.0), (0.8, 0.2)),
                           ((0.5, 1.0), (0.5, 0.5))):
        rho_hat = sum(a * torch.exp(-r * t) for r, a in zip(rates, weights))
        other = float(torch.trapezoid((rho_hat - (1 + t) ** -1.5).abs(), t)) + rest
        assert error < other


def test_beta_functions_sum_to_the_l1_error():
    terms = special.beta(1.5, np.arange(8, 2_000_000) + 1).sum()
    tail = special.beta(0.5, 2_000_001)
    assert terms + tail == pytest.approx(special.beta(0.5, 9), rel=1e-9)
