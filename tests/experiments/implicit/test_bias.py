"""The experiments of the chapter on short memory along the path."""

import matplotlib
import numpy as np
import pytest
import torch

from comlib import stored, white_noise
from comlib.experiments.implicit.bias import horizon, lag_bound, leakage
from comlib.experiments.implicit.bias.laws import (crossover, leak_variance,
                                                   linear_bound)
from comlib.wide import (SecondMoments, Variances, WideNetwork, convolution_path,
                         finite_width_kernel, scale_factors)
from small import small_table

matplotlib.use("agg")


def test_no_lag_moves_further_than_its_bound_for_several_inputs_and_outputs():
    x, y = white_noise(3, 7, 2, dt=1.0, seed=0), white_noise(3, 7, 3, dt=1.0, seed=1)
    data, r = SecondMoments.of(x, y), scale_factors(Variances(0.5), 7)
    start = 0.4 * white_noise(7, 3, 2, dt=1.0, seed=2)
    for pace in (0.3, 1.0, 1.99):
        eta = pace / data.curvature(r)
        for count in (1, 5, 200):
            L, = convolution_path(data, r, rate=eta, updates=[count], start=start)
            bound = linear_bound(data, r, eta, count, start)
            assert ((L - start).flatten(1).norm(dim=1) <= bound).all()


def test_the_bound_is_attained_by_the_first_update_of_one_wrong_lag():
    target = torch.zeros(6, 1, 1, dtype=torch.float64)
    target[4] = 3.0
    data, r = SecondMoments.white(target), scale_factors(Variances(0.5), 6)
    L, = convolution_path(data, r, rate=0.01, updates=[1])
    bound = linear_bound(data, r, 0.01, 1)
    assert float(L[4, 0, 0]) == pytest.approx(float(bound[4]))


def test_the_network_learns_short_lags_as_the_convolution_does():
    rows = small_table(lag_bound).where(updates=5)
    assert (rows["convolution"] <= rows["bound"]).all()
    ratio = rows["network"] / rows["convolution"]
    assert abs(np.log(ratio[0])) < 0.5 and ratio[-1] > 10


def test_lags_are_learned_no_later_than_predicted():
    table = small_table(horizon)
    assert (table["predicted"] <= table["horizon"]).all()
    for _, rows in table.groups("variance"):
        assert (np.diff(rows["horizon"]) >= 0).all()


def test_the_variance_of_a_leak_is_that_of_many_kernels():
    V, g = Variances(0.5, 1.3, 0.8), torch.tensor([3.0, -2.0, 1.0, 0.5]).double()
    H = WideNetwork.random(60, V, draws=800, seed=1)
    rows = finite_width_kernel(H, 4).view(800, 4, 4) @ g
    found = 60 * rows.var(0)
    assert torch.allclose(found, leak_variance(V, g), rtol=0.3)


def test_a_leak_is_wider_than_the_convolution_at_long_lags_only():
    table = small_table(leakage)
    for _, rows in table.groups("width"):
        own = rows["measured"] / rows["convolution"]
        assert 0.8 < own[0] < 1.2 and own[-1] > 3
        assert abs(np.log(rows["measured"] / rows["predicted"])).max() < 1.0
    cross = crossover(table)
    assert (np.diff(cross["predicted"]) > 0).all()
    assert ((cross["measured"] > 1) & (cross["measured"] < 11)).all()


@pytest.mark.parametrize("name, module", [
    ("implicit.bias.decay", lag_bound), ("implicit.bias.leakage", leakage)])
def test_the_stored_runs_can_be_drawn(name, module):
    fig = module.plot(stored(name).table)
    assert all(ax.lines for ax in fig.axes)
    matplotlib.pyplot.close(fig)
