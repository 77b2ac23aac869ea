"""The experiments of the chapter on the width that a power law needs."""

import math

import numpy as np
import pytest
import torch
from scipy import special

from comlib import Gaussian, Polynomial, l1_loss
from comlib.experiments.linear.curse import hankel_floor, phase_diagram
from comlib.measures import rate_constant
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


def test_a_ring_remembers_the_bump():
    model = hankel_floor._ring(5.0, 20)
    assert float(l1_loss(model, Gaussian(5.0), 1e-4).detach()) < 1e-3
    assert model.width == 41


def test_no_error_is_below_the_floor():
    table = small_table(hankel_floor)
    for name in ("real", "balanced"):
        assert (table[name] >= table["floor"]).all()


def test_a_power_law_has_mass_one_over_omega():
    t = torch.expm1(torch.linspace(0, 40, 400_001, dtype=torch.float64))
    assert float(torch.trapezoid(Polynomial(1.5)(t), t)) == pytest.approx(2, rel=1e-6)


def test_the_route_of_truncation_is_the_least_width_over_alpha():
    omega, eps = 0.6, 0.01
    row = small_table(phase_diagram).where(omega=omega, epsilon=eps)
    widths = []
    for alpha in range(1, 30):
        lost = special.poch(omega + 1, alpha) / math.factorial(alpha)
        T = (2 * lost / eps) ** (1 / omega) - 1
        beta = (1 + omega) * math.log(1 + T) / T
        gamma = special.poch(omega, alpha + 1) / beta ** (alpha + 1)
        power = 2 * rate_constant(alpha) * gamma / eps
        widths.append(alpha + power ** (1 / alpha))
    assert row["log10_route"][0] == pytest.approx(math.log10(min(widths)))
