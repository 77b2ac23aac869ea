"""Figure 2: targets, training on the short horizon, and what is measured."""

import numpy as np
import pytest
import torch

from comlib import LinearFunctional, Polynomial, heaviside
from comlib.experiments.inverse.nonlinear.oracle import limit_curve, shifted
from comlib.experiments.inverse.short import epochs, figure_two, tasks
from comlib.functional import DTYPE
from small import small_table


def test_a_shift_of_an_exponential_is_an_exponential():
    s = torch.arange(20, dtype=DTYPE)
    moved = shifted(0.7**s, [0.0, 0.1])
    assert torch.allclose(moved, torch.stack([0.7**s, 0.8**s]), rtol=1e-9)
    assert limit_curve("exp", [0.0, 0.1])["limit"][0] == 0.0


def test_the_limit_is_that_of_the_relative_error():
    radius, length = 0.2, 30
    rho = LinearFunctional(Polynomial(1.5), tasks.DT).kernel_samples(length)[:, 0, 0]
    e = shifted(rho, [radius * tasks.DT])[0] - rho
    size, error = (sum(float(v[:t].square().sum()) for t in range(1, length + 1))
                   for v in (rho, e))
    known = tasks.limit("pol", [radius], length)["limit"][0]
    assert known == pytest.approx((error / size) ** 0.5, rel=1e-9)


@pytest.mark.parametrize("name", tasks.KERNELS)
def test_the_targets_are_small_signal_kernels(name):
    x = heaviside(torch.full((1, 1), 1e-4, dtype=DTYPE), 50)
    slope = tasks.target(name)(x)[0, :, 0].diff() / tasks.DT / 1e-4
    rho = tasks.KERNELS[name](tasks.DT * torch.arange(1, 50, dtype=DTYPE))
    assert torch.allclose(slope, rho, rtol=1e-6)


def test_the_error_of_the_zero_functional_is_one():
    nothing = LinearFunctional(0.0 * Polynomial(1.5), tasks.DT)
    assert float(tasks.error_of("tanh of pol", 20, 8)(nothing)) == pytest.approx(1.0)


def test_a_search_finds_more_than_a_draw_and_an_epoch_helps():
    table = small_table(figure_two)
    found = table.where(radius=0.1)["found"]
    rest = table.where(radius=0.0)["sampled"]
    assert (found > rest).all() and not np.isnan(rest).any()
    assert set(table["horizon"].round(9)) == {3.2, 10.0}
    losses = small_table(epochs)["loss"]
    assert losses[-1] < losses[0]
