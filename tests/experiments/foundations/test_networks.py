"""The experiments of the chapter on recurrent networks."""

import math

import matplotlib
import numpy as np
import pytest

from comlib.experiments.foundations.networks import (eigenvalue_maps, euler_error,
                                                     euler_limit, matrix_maps,
                                                     state_to_kernel)

matplotlib.use("Agg")


def test_a_step_of_exp_divides_the_rate_by_e():
    after = eigenvalue_maps.run(eigenvalue_maps.Config(rate=0.3)).where(panel="kernel")
    kernel = after.where(parameterization="exp")
    np.testing.assert_allclose(kernel["y"], np.exp(-0.3 / math.e * kernel["x"]))


def test_a_step_keeps_the_mass_of_a_unit_gain_mode():
    after = eigenvalue_maps.run(eigenvalue_maps.Config(step=0.5)).where(panel="kernel")
    kernel = after.where(parameterization="unit gain")["y"]
    rate = -math.log(kernel[-1] / kernel[0]) / eigenvalue_maps.Config().horizon
    assert kernel[0] / rate == pytest.approx(1 / 0.1)


def test_without_a_step_every_kernel_is_the_same():
    same = eigenvalue_maps.run(eigenvalue_maps.Config(step=0.0)).where(panel="kernel")
    before = same.where(parameterization="before")["y"]
    for name in np.unique(same["parameterization"]):
        np.testing.assert_allclose(same.where(parameterization=name)["y"], before)


def test_real_parts_of_matrix_maps_are_those_of_the_scalar_maps():
    table = matrix_maps.run(matrix_maps.Config(columns=4, rows=5))
    exp, softplus = table.where(map="exp"), table.where(map="softplus")
    mu = exp["x"] + 1j * exp["y"]
    np.testing.assert_allclose(exp["real_part"], (-np.exp(mu)).real, atol=1e-12)
    expected = -np.log(np.abs(1 + np.exp(mu)))
    np.testing.assert_allclose(softplus["real_part"], expected, atol=1e-12)


def test_growth_a_step_is_the_size_of_one_plus_the_eigenvalue():
    plane = euler_limit.run(euler_limit.Config(columns=5, rows=6)).where(panel="plane")
    size = np.hypot(1 + plane["x"], plane["y"])
    np.testing.assert_allclose(plane["value"], size, atol=1e-12)


def test_a_mode_follows_powers_of_one_minus_its_rate():
    config = euler_limit.Config(columns=2, rows=2, rates=(0.5, 2.5), length=7)
    modes = euler_limit.run(config).where(panel="time", y=2.5)
    np.testing.assert_allclose(modes["value"], (-1.5) ** np.arange(7))


@pytest.mark.parametrize("rate", [0.5, 3.0])
def test_euler_errors_stay_below_their_bound_and_join_it(rate):
    table = euler_error.run(euler_error.Config(rate=rate, halvings=(3, 8)))
    assert (table["mode"] <= table["bound"]).all()
    assert table["mode"][-1] == pytest.approx(table["bound"][-1], rel=0.02)


def test_euler_error_of_a_network_halves_with_the_step():
    table = euler_error.run(euler_error.Config(seed=5, halvings=(6, 7)))
    assert table["network"][0] / table["network"][1] == pytest.approx(2, rel=0.05)


def test_the_drawn_kernel_is_the_readout_of_the_drawn_modes():
    config = state_to_kernel.Config(rates=(0.5, 2.0), readout=(1.0, -3.0), start=4)
    table = state_to_kernel.run(config)
    first, second = (table.where(part="state", curve=k) for k in (0, 1))
    output = table.where(part="output")["value"]
    np.testing.assert_allclose(output, first["value"] - 3 * second["value"],
                               atol=1e-12)
    t = second["time"] - 4 * config.dt
    mode = np.where(t > -1e-9, np.exp(-2 * t), 0)
    np.testing.assert_allclose(second["value"], mode, atol=1e-12)
