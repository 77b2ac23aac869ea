"""The experiments of the chapter on stability against brute force and theory."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from comlib import ExponentialSum, TemperedPolynomial
from comlib.experiments.foundations.stability import (curse_in_small, longer_horizons,
                                                      margin_and_radius, one_mode)
from small import small_table


@pytest.mark.parametrize("experiment", [one_mode, longer_horizons, curse_in_small])
def test_a_plot_draws_one_panel_for_each_group(experiment):
    table = small_table(experiment)
    group = table[table.columns[0]]
    fig = experiment.plot(table)
    titles = [ax.get_title() for ax in fig.axes]
    plt.close(fig)
    assert titles == list(dict.fromkeys(group.tolist()))


def test_exact_error_of_one_mode_is_the_worst_of_a_fine_grid():
    def kernel(rate, a):
        return a * (1 - rate * 0.1) ** np.arange(4000)

    grid = np.linspace(-0.5, 0.5, 21)
    worst = max(0.1 * np.abs(kernel(1 - w, (1 + u) * (1 + c)) - kernel(1, 1)).sum()
                for w in grid for u in grid for c in grid)
    table = one_mode.run(one_mode.Config(count=11))
    rows = table.where(moved="W, U and c", radius=0.5)
    assert rows["exact"][0] == pytest.approx(worst, rel=1e-9)


def test_sampled_error_of_one_mode_never_exceeds_the_exact_one():
    table = small_table(one_mode)
    assert (table["sampled"] <= table["exact"] + 1e-9).all()


def test_sampled_error_reaches_the_exact_one_on_a_long_horizon_only():
    rows = small_table(one_mode).where(moved="W only", radius=0.9)
    short, long = (rows.where(horizon=T) for T in (10.0, 300.0))
    assert long["sampled"][0] == pytest.approx(long["exact"][0], rel=1e-6)
    assert short["sampled"][0] < 0.9 * short["exact"][0]


def test_exact_error_is_infinite_from_the_rate_on():
    config = one_mode.Config(rate=0.5, horizons=(10.0,), step=0.25, count=4)
    exact = one_mode.run(config)["exact"][:4]
    assert np.isfinite(exact[:2]).all() and np.isinf(exact[2:]).all()


def test_a_longer_horizon_matters_for_the_power_law_only():
    table = small_table(longer_horizons)
    beta = table["radius"][1]
    ratio = {target: np.divide(*table.where(target=target, radius=beta)["lower"][1::-1])
             for target in ("exponential", "tempered", "power law")}
    assert ratio["exponential"] == pytest.approx(1, rel=1e-6)
    assert ratio["tempered"] == pytest.approx(1, rel=1e-6)
    assert ratio["power law"] > 10


def test_no_horizon_is_above_the_infinite_one():
    table = small_table(longer_horizons)
    infinite = table.where(horizon=math.inf)["lower"]
    for T in (100.0, 1000.0):
        assert (table.where(horizon=T)["lower"] <= infinite * (1 + 1e-9)).all()


def test_the_bracket_contains_every_corner_of_the_box():
    table, rho = small_table(curse_in_small), TemperedPolynomial(1.5, 0.5)
    rho_hat = rho.exponential_sum(3)
    rows = table.where(target="tempered", width=3)
    for k in range(len(rows)):
        beta = rows["radius"][k]
        signs = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * 3).tolist()
        corners = [ExponentialSum(rho_hat.weights, tuple(
            r + beta * s for r, s in zip(rho_hat.rates, sign, strict=True)))
            for sign in signs]
        worst = max((rho - corner).l1_norm() for corner in corners)
        assert rows["lower"][k] <= worst * (1 + 1e-9)
        assert worst <= rows["upper"][k] * (1 + 1e-9)


def test_the_bracket_closes_at_radius_zero():
    rows = small_table(curse_in_small).where(radius=0.0)
    assert rows["lower"] == pytest.approx(rows["upper"])


def test_sampled_and_shifted_errors_stay_below_the_bracket():
    table = small_table(curse_in_small)
    for name in ("sampled", "shifted"):
        assert (table[name] <= table["upper"] * (1 + 1e-3)).all()


@pytest.mark.parametrize("p", [1.2, 1.5, 2.0, 3.5])
@pytest.mark.parametrize("width", [1, 2, 5, 20])
def test_error_of_gauss_laguerre_networks_is_a_beta_function(p, width):
    rho = TemperedPolynomial(p)
    error = rho.l1_norm() - rho.exponential_sum(width).l1_norm()
    logs = math.lgamma(p - 1) + math.lgamma(width + 1) - math.lgamma(width + p)
    assert error == pytest.approx(math.exp(logs), rel=1e-9)


@pytest.mark.parametrize("gamma", [0.0, 0.5])
def test_gauss_laguerre_networks_stay_below_their_target(gamma):
    rho = TemperedPolynomial(1.5, gamma)
    t = torch.logspace(-3, 2.5, 200).double()
    for width in (1, 3, 8):
        gap = (rho(t) - rho.exponential_sum(width)(t)) / rho(t)
        assert gap.min() >= -1e-12 and gap.max() > 0.01


def test_dense_perturbations_obey_the_normal_bound_and_the_jordan_block_does_not():
    generator = torch.Generator().manual_seed(0)
    delta = torch.randn(300, 2, 2, generator=generator, dtype=torch.float64)
    delta *= 0.9 / torch.linalg.matrix_norm(delta, 2, keepdim=True)
    t = torch.linspace(0.1, 20, 40).double()[:, None, None, None]
    normal, block = -torch.eye(2).double(), torch.tensor([[-1.0, 20], [0, -1]]).double()
    norms = [torch.linalg.matrix_norm(torch.linalg.matrix_exp(t * (W + delta)), 2)
             / torch.exp(-0.1 * t[..., 0, 0]) for W in (normal, block)]
    assert norms[0].max() <= 1 + 1e-9
    assert norms[1].max() > 1e6


def test_a_normal_matrix_can_reach_discs_around_its_eigenvalues():
    rows = small_table(margin_and_radius).where(coupling=0.0)
    z = rows["x"] + 1j * rows["y"]
    distance = np.abs(z[:, None] - z[:3]).min(1)
    np.testing.assert_allclose(rows["sigma"], distance, atol=1e-12)
    assert rows["radius"][0] == pytest.approx(rows["margin"][0])


def test_the_radius_is_the_level_that_reaches_the_axis():
    config = margin_and_radius.Config(points=31)
    for K in config.couplings:
        rows = margin_and_radius.run(config).where(coupling=K)
        on_axis = rows["sigma"][np.abs(rows["x"]) < 1e-9]
        assert len(on_axis) == 31
        assert 1 <= on_axis.min() / rows["radius"][0] < 1.01
    assert rows["radius"][0] < rows["margin"][0] / 2
