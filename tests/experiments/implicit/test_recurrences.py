"""The experiments of the chapter on other recurrences."""

import numpy as np
import pytest

from comlib.experiments.implicit.recurrences import kernels, saturation, spread
from small import small_table


def test_sampled_kernels_are_near_their_limits():
    table = small_table(kernels)
    assert len(table.values("recurrence")) == 8
    for _, rows in table.groups("recurrence"):
        gap = np.linalg.norm(rows["mean"] - rows["limit"])
        assert gap < 0.35 * np.linalg.norm(rows["limit"])
        assert np.allclose(rows["mean"].reshape(4, 4), rows["mean"].reshape(4, 4).T)


def test_the_disc_has_the_factors_of_its_formula():
    rows = small_table(kernels).where(recurrence="complex disc", j=2, k=2)
    assert rows["limit"][0] == pytest.approx(2 / 3 + 2 * (1 / 3 + 1 / 54))


def test_rotations_spread_less_than_gaussian_matrices():
    table = small_table(spread)
    gaussian, rotated = (table.where(kind=k) for k in ("Gaussian", "orthogonal"))
    assert np.allclose(gaussian["sd"][0], rotated["sd"][0])
    assert gaussian["law"][0] == pytest.approx(rotated["law"][0])
    assert (gaussian["law"][1:] > rotated["law"][1:]).all()
    assert (abs(np.log(table["sd"] / table["law"])) < 0.4).all()


def test_a_small_pulse_sees_the_linear_network():
    table = small_table(saturation)
    first = table.where(lag=0)["departure"]
    assert first[0] < 0.003 and first[1] / first[0] == pytest.approx(100, rel=0.3)
    assert (table.where(scale=1.0)["ratio"] < 0.8).all()
