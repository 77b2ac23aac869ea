"""The experiments of the chapter on equal paths."""

import math

import numpy as np
import pytest
import torch

from comlib import InputError, stored
from comlib.experiments.implicit.path import deviation_by_width, limits, same_curves
from comlib.experiments.implicit.path.slopes import slopes
from comlib.experiments.implicit.path.task import teacher_task
from comlib.wide import (ScaledConvolution, Variances, WideNetwork, convolution_path,
                         descent_path, finite_width_kernel, kernel_path, scale_factors)
from small import small_table


def test_a_fixed_diagonal_kernel_is_the_scaled_convolution():
    task, r = teacher_task(5, 8, 20.0, seed=1), scale_factors(Variances(0.6), 5)
    start = 0.1 * torch.ones(5, 1, 1, dtype=r.dtype)
    options = {"rate": 0.3 / task.train.curvature(r), "updates": [0, 1, 30],
               "start": start}
    kernel = torch.diag(r).view(5, 1, 1, 5, 1, 1)
    found = kernel_path(task.train, kernel, **options)
    assert torch.allclose(found, convolution_path(task.train, r, **options))
    with pytest.raises(InputError, match="start: must have the shape"):
        kernel_path(task.train, kernel[:4, ..., :4, :, :], **options | {
            "start": start[:4]})


def test_one_small_update_of_a_network_is_one_of_its_kernel():
    task, H = teacher_task(5, 8, 20.0, seed=1), WideNetwork.random(7, seed=2)
    L0 = H.kernel_samples(5).detach()
    steps = [kernel_path(task.train, finite_width_kernel(H, 5), rate=eta, updates=[1],
                         start=L0)[0]
             - descent_path(H, task.train, rate=eta, updates=[1]).kernels[0]
             for eta in (1e-3, 5e-4)]
    assert torch.allclose(steps[0], 4 * steps[1], rtol=5e-3, atol=1e-9)


def test_the_noise_of_the_task_is_as_strong_as_said():
    task = teacher_task(6, 3000, 10.0, seed=2)
    for data in (task.train, task.test):
        left = 2 * data.loss(task.teacher) / data.yy
        assert float(left) == pytest.approx(1 / 11, rel=0.05)


def test_curves_start_where_they_should():
    table = small_table(same_curves)
    first = table.where(update=0)
    assert np.allclose(first["network"], first["matched"])
    assert (first["zero"] == 1).all()
    assert table["stepped"].max() < 1e-12


def test_a_distance_is_at_most_the_sum_of_its_parts():
    table = small_table(deviation_by_width)
    assert (table["total"] <= table["start"] + table["movement"] + 1e-12).all()
    assert (table["first"] <= table["total"] + 1e-12).all()
    assert (table["entry"] <= table["total"]).all()


def test_slopes_are_those_of_the_means():
    table = small_table(deviation_by_width)
    fit = slopes(table, ["total"], draws=20)
    for k, nu in enumerate(table.values("variance")):
        few, many = (table.where(variance=nu, width=m)["total"].mean()
                     for m in table.values("width"))
        ratio = table["width"].max() / table["width"].min()
        assert fit["total"][k] == pytest.approx(math.log(many / few) / math.log(ratio))
        assert fit["total_error"][k] > 0


def test_a_matched_start_is_closer_at_first():
    table = small_table(limits)
    start = table.where(update=0)
    assert (start["matched"] == 0).all() and (start["centred"] == 0).all()
    assert (start["zero"] > 0.1).all()


def test_the_matched_convolution_starts_at_the_network():
    V, H = Variances(0.5), WideNetwork.random(6, Variances(0.5), seed=3)
    L0 = H.kernel_samples(4).detach()
    conv = ScaledConvolution(scale_factors(V, 4), L0)
    assert torch.allclose(conv.kernel_samples(4), L0)


@pytest.mark.parametrize("name", ["implicit.path.curves", "implicit.path.deviation"])
def test_the_stored_runs_can_be_drawn(name):
    module = {"curves": same_curves, "deviation": deviation_by_width}
    fig = module[name.rpartition(".")[2]].plot(stored(name).table)
    assert all(ax.lines for ax in fig.axes)
