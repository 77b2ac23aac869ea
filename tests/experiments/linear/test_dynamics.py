"""The experiments and the plateau formulas of the chapter on the plateau."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate

from comlib import Exponential, Gaussian, InputError
from comlib.dynamics import ModeLoss
from comlib.dynamics.plateau import plateau_curvature, plateau_gradient
from comlib.experiments.linear.dynamics import gradient_decay, plateau_snapshots
from comlib.kernels import ShiftedBox
from small import small_table


def test_sizes_on_the_plateau_are_integrals_of_the_bump():
    row = small_table(gradient_decay).where(rate=0.7, delay=8.0)
    a = np.array([0.5, 0.3, 0.2])
    t = np.linspace(0, 30, 300_001)
    bump = np.exp(-0.7 * t - (t - 8) ** 2 / 2)
    moment = [integrate.simpson(t**k * bump, x=t) for k in range(3)]
    gradient = 2 * math.hypot(math.sqrt(3) * moment[0],
                              np.linalg.norm(a) * moment[1])
    block = 2 * np.array([[0, moment[1]], [moment[1], -0.5 * moment[2]]])
    assert row["gradient"][0] == pytest.approx(gradient, rel=1e-8)
    assert row["residual"][0] == pytest.approx(np.linalg.norm(block, 2), rel=1e-8)
    assert row["gradient_bound"][0] == pytest.approx(
        2 * (math.sqrt(3) * moment[0] + np.linalg.norm(a) * moment[1]), rel=1e-8)
    assert row["curvature_bound"][0] == pytest.approx(
        2 * (moment[1] + 0.5 * moment[2]), rel=1e-8)


def test_bounds_on_the_plateau_hold():
    table = small_table(gradient_decay)
    assert (table["gradient"] <= table["gradient_bound"]).all()
    assert (table["negative"] <= table["residual"]).all()
    assert (table["residual"] <= table["curvature_bound"]).all()
    assert (table["negative"] > 0).all() and (table["kernel"] == 4).all()


@pytest.mark.parametrize("delayed", [Gaussian(7.0, 1.0), Gaussian(6.0, 0.5, -2.0),
                                     ShiftedBox(5.0, 7.0)])
def test_plateau_formulas_are_those_of_the_loss(delayed):
    theta = torch.tensor([[0.7, 0.3, 1.0, 0.4], [-0.5, 1.5, 1.0, 1.0]],
                         dtype=torch.float64)
    short = [(0.7, 1.0), (0.3, 0.4)], [(-0.5, 1.0), (1.5, 1.0)]
    for k, modes in enumerate(short):
        total = delayed
        for weight, rate in modes:
            total = total + Exponential(rate, weight)
        loss, point = ModeLoss(total), theta[k]
        rest = loss.hessian(point) - 2 * loss.gram(point)
        assert float(plateau_gradient(theta, delayed)[k]) == pytest.approx(
            float(loss.gradient(point).norm()), rel=1e-9)
        assert float(plateau_curvature(theta, delayed)[k]) == pytest.approx(
            float(torch.linalg.matrix_norm(rest, 2)), rel=1e-9)


def test_plateau_formulas_reject_bad_input():
    for function in (plateau_gradient, plateau_curvature):
        with pytest.raises(InputError, match="theta"):
            function(torch.tensor([1.0, -1.0]).double(), Gaussian())
        with pytest.raises(InputError, match="theta"):
            function(torch.tensor([1.0, 1.0]), Gaussian())


def test_the_loss_of_a_snapshot_is_an_integral():
    row = small_table(plateau_snapshots).where(stage="arrival")
    t = torch.linspace(0, 60, 120_001, dtype=torch.float64)
    rho_hat = sum(row[f"a{i}"][0] * torch.exp(-row[f"w{i}"][0] * t) for i in (1, 2))
    short, bump = torch.exp(-t), torch.exp(-((t - 5) ** 2) / 2)
    for kernel, column in ((short + bump, "loss"), (short, "short")):
        square = torch.trapezoid((rho_hat - kernel) ** 2, t)
        assert row[column][0] == pytest.approx(float(square), rel=1e-6)
    assert row["plateau"][0] == pytest.approx(float(torch.trapezoid(bump**2, t)))


def test_snapshots_are_in_order_and_the_loss_falls():
    table = small_table(plateau_snapshots)
    stages = [stage for stage in table["stage"].tolist() if stage]
    assert stages == ["start", "arrival", "plateau", "after"]
    assert (np.diff(table["log_time"]) > 0).all()
    assert (np.diff(table["loss"]) < 1e-9).all()
    assert len(table) <= 40
    arrival = table.where(stage="arrival")
    assert arrival["loss"][0] <= 1.02 * arrival["plateau"][0]
