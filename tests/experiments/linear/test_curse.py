"""The experiments of the chapter on the curse in approximation."""

import math

import numpy as np
import pytest
import torch

from comlib import Gaussian, Polynomial, l1_loss
from comlib.experiments.linear.curse import hankel_floor, phase_diagram
from comlib.experiments.linear.margin import (delayed_width, explicit_sums,
                                              width_or_margin)
from small import small_table


def test_counts_lie_between_what_is_proved_and_what_is_built():
    table = small_table(phase_diagram)
    assert (table["proved"] <= table["count"]).all()
    assert (table["count"] <= table["sum"]).all()
    assert (abs(table["count"] - table["phase_space"]) < 2).all()
    assert table["log10_published"] == pytest.approx(
        -np.log10(table["epsilon"]) / table["omega"])


def test_the_phase_space_is_an_area():
    omega, eps = 0.3, 1e-3
    row = small_table(phase_diagram).where(omega=omega, epsilon=eps)
    x = np.linspace(-math.log(2), 40, 3001)
    z = np.linspace(-80, 80, 40001)
    k = omega * (2 * np.cosh(z / 2)) ** (-1 - omega)
    xi = np.linspace(0, 4, 401)
    b = np.array([(k * np.cos(f * z)).sum() * (z[1] - z[0]) for f in xi])
    inside = b[:, None] * np.exp(-omega * x) > eps
    area = 2 * inside.sum() * (x[1] - x[0]) * (xi[1] - xi[0]) / (2 * math.pi)
    assert row["phase_space"][0] == pytest.approx(area, rel=0.02)


def test_the_counts_of_a_bump_lie_between_their_bounds():
    table = small_table(delayed_width)
    assert (table["proved"] <= table["count"]).all()
    assert (table["count"] <= table["ring"]).all()
    assert (table["ring"] <= 3 * table["count"]).all()


def test_a_ring_remembers_the_bump():
    model = hankel_floor._ring(5.0, 20)
    assert float(l1_loss(model, Gaussian(5.0), 1e-4).detach()) < 1e-3
    assert model.width == 41


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


def test_no_error_is_below_the_floor():
    table = small_table(hankel_floor)
    for name in ("real", "balanced"):
        assert (table[name] >= table["floor"]).all()


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


def test_a_power_law_has_mass_one_over_omega():
    t = torch.expm1(torch.linspace(0, 40, 400_001, dtype=torch.float64))
    assert float(torch.trapezoid(Polynomial(1.5)(t), t)) == pytest.approx(2, rel=1e-6)
