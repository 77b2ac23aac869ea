"""The experiments of the chapter on the kernel regime."""

import numpy as np
import pytest

from comlib.experiments.implicit.kernel import (factors, finite_width, long_lags,
                                                spectra)
from comlib.wide import Variances, WideNetwork, finite_width_kernel, scale_factors
from small import small_table


def test_the_parts_of_the_factors_add_up():
    table = small_table(factors)
    assert np.allclose(table["factor"], table["W"] + table["U"] + table["c"])
    assert (table.where(lag=0)["W"] == 0).all()
    one = table.where(recurrent=1.0)
    assert np.allclose(np.diff(one["factor"]), 1.0)


def test_the_kernel_of_rescaled_draws_is_that_of_draws_with_those_variances():
    config = finite_width.Config(width=20, draws=7, length=5, recurrent=(0.4,), seed=3)
    table, nu = finite_width.run(config), Variances(0.4, 1.0, 1.0)
    unit = WideNetwork.random(20, Variances(1.0, 1.0, 1.0), draws=7, seed=3)
    same = WideNetwork(0.4**0.5 * unit.W, unit.U, unit.c)
    kernel = finite_width_kernel(same, 5)[:, :, 0, 0, :, 0, 0]
    own = kernel.diagonal(dim1=-2, dim2=-1) / scale_factors(nu, 5)
    assert np.allclose(table["mean"], own.mean(0))
    assert np.allclose(table["sd"], own.std(0))
    r = scale_factors(nu, 5)
    pairs = (kernel[:, 3, :3].square() / (r[3] * r[:3])).mean(0).mean().sqrt()
    assert table["off"][3] == pytest.approx(float(pairs))
    assert table["law"][0] == pytest.approx((4 / 4 / 20) ** 0.5)


def test_the_kernel_is_near_its_limit_and_spreads_by_the_law():
    table = small_table(finite_width)
    assert (abs(table["mean"] - 1) < 4 * table["error"] + 0.1).all()
    assert (abs(np.log(table["sd"] / table["law"])) < 0.5).all()


def test_energies_start_at_one_and_are_bracketed_by_their_laws():
    table = small_table(long_lags)
    first = table.where(lag=0)
    assert np.allclose([first["mean"], first["complex"], first["limit"]], 1)
    assert (abs(table["mean"] - table["complex"]) < 5 * table["error"] + 0.2).all()
    assert (np.diff(table.where(width=25)["complex"]) > -1e-12).all()


def test_radii_have_their_rows_and_one_matrix_its_eigenvalues():
    table = small_table(spectra)
    radii = table.where(real=np.nan)
    assert radii["width"].tolist() == [10, 20]
    assert ((radii["radius"] > 0.7) & (radii["radius"] < 1.6)).all()
    cloud = table.where(radius=np.nan)
    assert len(cloud) == 20 and abs(cloud["imaginary"].sum()) < 1e-12
