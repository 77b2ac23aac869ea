"""The experiments of the chapter on stable reparameterisation."""

import math

import numpy as np
import pytest
import torch

from comlib import Polynomial
from comlib.experiments.index import fixed_perturbation
from comlib.experiments.remedies.reparameterisation import (
    figure_four,
    full_matrix,
    ladder,
    relative_changes,
    same_task,
)
from comlib.functional import DTYPE
from comlib.kernels import trapezoid_sum
from small import small_table


def test_the_same_networks_are_moved_in_two_ways():
    table = small_table(same_task).where(time=0.0)
    direct, exp = (table.where(map=name) for name in ("direct", "exp"))
    assert direct["error"] == pytest.approx(exp["error"], rel=1e-9)
    assert (exp["moved_error"] > exp["error"]).all()
    rho = exp.where(task="power law", width=3)
    assert abs(rho["moved_error"] - rho["floor"])[0] <= rho["error"][0]


def test_the_direct_move_is_that_of_the_first_page():
    config = {"widths": (1, 3), "horizon": 20.0, "dt": 0.1, "every": 10}
    page = fixed_perturbation.run(fixed_perturbation.Config(**config))
    ours = small_table(same_task).where(map="direct")
    for name in ("error", "moved_error"):
        assert ours[name] == pytest.approx(page[name], rel=1e-9)


def test_the_floor_is_the_dilated_power_law():
    """By another route: the integral in closed form."""
    floor = small_table(same_task).where(task="power law")["floor"][0]
    q, T = math.exp(-0.05), 20.0
    mass = 2 / q * (1 - (1 + q * T) ** -0.5) - 2 * (1 - (1 + T) ** -0.5)
    assert floor == pytest.approx(mass / 2, rel=0.01)


def test_the_slowed_network_follows_the_dilated_target_once_the_fit_is_good():
    table = small_table(figure_four).where(map="exp", width=6)
    late = (table["limit"] > 3 * table["shift"][0]) & (table["radius"] < 0.5)
    assert late.any()
    assert table["shift"][late] == pytest.approx(table["limit"][late], rel=0.1)


def test_every_map_starts_from_the_same_fit():
    start = small_table(figure_four).where(radius=0.0, width=2)
    for name in ("shift", "rates", "sampled"):
        assert start[name] == pytest.approx(start["shift"][0], rel=1e-9)


def test_a_full_move_is_one_of_norm_beta_and_slower_than_a_diagonal_one():
    table = small_table(full_matrix)
    assert (table["full"] >= table["proved"]).all()
    assert table["full"][-1] > 10 * table["diagonal"][-1] > 0


def test_the_mass_after_the_full_move_is_that_of_its_matrix_exponential():
    """By another route: the gradient by torch, the exponential by torch."""
    rho_hat = trapezoid_sum(Polynomial(1.5), 0.1)
    rates, a = (torch.tensor(v, dtype=DTYPE) for v in (rho_hat.rates, rho_hat.weights))
    M, c = torch.diag(rates.log()).requires_grad_(), a.sqrt()
    mass = c @ torch.matrix_exp(-M) @ c
    gradient, = torch.autograd.grad(mass, M)
    u, _, vh = torch.linalg.svd(gradient)
    moved = c @ torch.matrix_exp(-(M.detach() + 0.05 * u @ vh)) @ c
    found = full_matrix.run(full_matrix.Config(errors=(0.1,)))["full"][0]
    assert found == pytest.approx(float(moved) / 2 - 1, rel=1e-6)


def test_the_ladder_is_bracketed_and_blows_up_where_a_rate_can_vanish():
    table = small_table(ladder)
    assert (table["found"] <= table["upper"] * (1 + 1e-6)).all()
    assert (table["start"] <= table["found"] + 1e-9).all()
    direct = table.where(map="direct")
    gone = direct["radius"] >= direct["slowest"]
    assert (np.isinf(direct["found"]) == gone).all() and gone.any()
    assert np.isfinite(table.where(map="exp")["upper"]).all()


def test_changes_of_exp_do_not_depend_on_the_rate():
    table = small_table(relative_changes)
    assert table.where(map="exp")["change"] == pytest.approx(math.expm1(0.1))
    reciprocal = table.where(map="reciprocal")
    assert reciprocal["change"] == pytest.approx(0.1 * reciprocal["rate"], rel=1e-9)
    assert reciprocal["rate"].max() <= 10
