"""The experiments of the chapter on stacks of state-space layers."""

import math

import numpy as np
import pytest
import torch

from comlib.experiments.remedies.stacks import (first_memory, input_gain, products,
                                                shared_poles, stack_memory)
from comlib.experiments.remedies.stacks.constructions import gelu_product
from comlib.experiments.remedies.stacks.readings import (
    fitted_rates, leading_coefficients, window_powers)
from comlib.functional import DTYPE
from comlib.models import Layer, ring_factors
from small import small_table


def test_one_real_layer_ends_at_the_floor_and_two_do_not():
    table = small_table(products)
    assert (table["real"] > table["floor"]).all()
    assert table["real"][-1] == pytest.approx(1 / 3, abs=1e-4)
    assert table["two"][-1] < 1e-6


def test_the_errors_are_those_of_their_gram_matrices():
    z = np.linspace(0.05, 0.85, 4)
    table = products.run(products.Config(lag=3, modes=(4,)))
    # <z^(j+k), w^(j+k)> = 1/(1 - zw)^2, and with the product of two samples z^s
    best = np.linalg.solve((1 - np.outer(z, z)) ** -2, z**3) @ z**3
    assert table["real"][0] == pytest.approx(1 - 2 * best, abs=1e-9)
    i, j = np.tril_indices(4)
    one = 1 / (1 - np.outer(z, z))
    gram = (one[np.ix_(i, i)] * one[np.ix_(j, j)]
            + one[np.ix_(i, j)] * one[np.ix_(j, i)]) / 2
    right = (z[i] ** 3 + z[j] ** 3) / 2
    best = np.linalg.solve(gram, right) @ right
    assert table["two"][0] == pytest.approx(1 - 2 * best, abs=1e-6)


def test_a_complex_factor_is_fitted_by_its_two_squares():
    z = 0.3 * np.exp(1j * math.pi * np.array([0.25, 0.75]))
    z[1] *= 2
    v = z[:, None] ** np.arange(40)
    squares = [np.outer(w, w).ravel() for row in v for w in (row.real, row.imag)]
    f = np.zeros((40, 40))
    f[0, 1] = f[1, 0] = 0.5
    fit = np.linalg.lstsq(np.stack(squares, 1), f.ravel(), rcond=None)
    table = products.run(products.Config(lag=1, modes=(2,)))
    assert table["complex"][0] == pytest.approx(2 * fit[1][0], abs=1e-9)


def test_the_gelu_stack_multiplies():
    model = gelu_product(2, 12, 0.85, 0.01)
    x = torch.tensor([[[0.5], [-0.3], [0.8], [0.2], [-1.0]]], dtype=DTYPE)
    y = model(x)[0, :, 0].detach()
    assert torch.allclose(y[2:], x[0, 2:, 0] * x[0, :3, 0], atol=0.01)


def test_memories_are_below_their_bounds():
    table = small_table(stack_memory)
    assert (table["step"] <= table["bound"] * (1 + 1e-9)).all()
    assert (table["impulse"] <= table["bound"] * (1 + 1e-9)).all()


def test_a_fit_reads_the_rate_of_one_layer_only():
    table = fitted_rates(0.9, 20, 100)
    assert table["fitted"][0] == pytest.approx(-math.log(0.9), rel=1e-6)
    assert (np.diff(table["fitted"]) < 0).all()
    k = np.arange(101)
    cube = (k + 1) * (k + 2) / 2 * 0.9**k
    slope = -np.polyfit(k[20:], np.log(cube[20:]), 1)[0]
    assert table["fitted"][2] == pytest.approx(slope, rel=1e-6)
    assert table["peak"][2] == cube.argmax() == 17


def test_shared_poles_have_the_power_of_their_number():
    table = window_powers(small_table(shared_poles), 500, 2000)
    same, moved = (table.where(jitter=j)["power"] for j in (0.0, 1.0))
    assert abs(same - [0, 2]).max() < 0.15 and moved[1] < 1.6


def test_leading_coefficients_are_products():
    c = np.array([[1.0, 2.0], [3.0, -1.0]])
    lead = leading_coefficients((0.8, 0.3), c)
    assert lead == pytest.approx([3.0, -2.0])


def test_what_is_left_is_the_tail_of_the_filter():
    z = ring_factors(3, 0.5, 0.9)
    C = torch.tensor([[1.0, 2.0j, -0.5]], dtype=torch.complex128)
    layer = Layer(z, torch.ones(3, 1, dtype=DTYPE), C)
    square = layer.samples(400)[:, 0, 0].square()
    left = first_memory._left(layer, np.array([0.0, 3.0, 10.0]))
    tails = [math.sqrt(square[k:].sum() / square.sum()) for k in (0, 3, 10)]
    assert left == pytest.approx(tails, abs=1e-9)
    half = first_memory._half(layer)
    assert square[half:].sum() <= square.sum() / 4 < square[half - 1:].sum()


def test_a_gain_is_stable_in_its_own_norm():
    table, beta = small_table(input_gain), 0.05
    own = table.where(norm="l2", gain="LRU")["error"]
    assert own.max() / own.min() < 1.02 and own.max() < 2.5 * beta + beta**2
    coded = table.where(norm="l2", gain="coded")["error"]
    assert (np.diff(coded) > 0).all() and coded[-1] > 10 * own[-1]


@pytest.mark.parametrize("A, b, C, a", [
    (1.1, 0.9, 1.0, 0.8), (0.9, 0.9, 1.0, 0.8), (-0.2, 0.9, 1.0, 0.8),
    (1.1, 0.7, 1.0, 0.8), (1.1, 0.8, 1.0, 0.8)])
def test_distances_of_geometric_sequences_are_sums(A, b, C, a):
    k = np.arange(400)
    difference, given = A * b**k - C * a**k, [np.array([v]) for v in (A, b, C, a)]
    assert input_gain._l1(*given)[0] == pytest.approx(abs(difference).sum(), rel=1e-9)
    assert input_gain._l2(*given)[0] == pytest.approx(
        np.linalg.norm(difference), rel=1e-9)
