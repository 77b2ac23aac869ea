"""The experiments of the chapter on memory, and the gated unit."""

import matplotlib
import numpy as np
import pytest
import torch

from comlib import InputError, RNN, heaviside, memory_function, time_grid
from comlib.experiments.foundations.memory import gated_unit, saturated_unit
from comlib.functional import DTYPE
from comlib.measures import impulse_memory, reversed_memory
from comlib.models import GatedUnit
from small import small_table

matplotlib.use("Agg")


@pytest.mark.parametrize("bounds, rate, u, c", [
    ((0.4, 1.0, 6.0, 60.0), 1.0, 1.0, 1.0), ((0.2, 2.0, 30.0), 0.5, -2.0, 3.0)])
def test_search_finds_the_law_of_a_hardtanh_unit(bounds, rate, u, c):
    table = saturated_unit.run(saturated_unit.Config(
        bounds=bounds, rate=rate, u=u, c=c, length=201, every=10))
    np.testing.assert_allclose(table["memory"], table["law"], rtol=1e-4)


def test_search_stays_below_the_law_of_a_tanh_unit_and_comes_near():
    table = saturated_unit.run(saturated_unit.Config(
        activation="tanh", bounds=(2.0, 200.0), length=401, every=40))
    ratio = table["memory"] / table["law"]
    assert ratio.max() < 1 + 1e-9
    rows = table.where(bound=2.0)
    assert rows["memory"][-1] > 0.5 * rows["law"][-1]


@pytest.mark.parametrize("dt", [0.1, 1.0])
def test_a_gated_unit_answers_a_step_in_closed_form(dt):
    x = torch.tensor([[-3.0], [0.5], [4.0]], dtype=DTYPE)
    y = GatedUnit(1.5, 0.7, dt=dt)(heaviside(x, 50))[..., 0]
    gate = torch.sigmoid(-1.5 * x)
    t = time_grid(51, dt)[1:]
    torch.testing.assert_close(y, torch.tanh(0.7 * x) * (1 - torch.exp(-gate * t)))


def test_a_gated_unit_forgets_at_half_rate_without_input():
    memory = reversed_memory(GatedUnit(2.0, 0.5, dt=0.1), 30, 10.0, history=1000)
    expected = 0.5 * (1 - np.exp(-0.05)) / 0.1 * torch.exp(-time_grid(30, 0.1) / 2)
    torch.testing.assert_close(memory, expected)


@pytest.mark.parametrize("arguments", [{"gate": 0.0}, {"gain": -1.0}, {"dt": 0.0}])
def test_a_gated_unit_rejects_what_is_not_positive(arguments):
    with pytest.raises(InputError, match=next(iter(arguments))):
        GatedUnit(**arguments)


def test_the_gated_step_memory_joins_its_two_grids():
    table = small_table(gated_unit)
    step = table.where(query="step")
    assert (np.diff(step["time"]) > 0).all()
    assert step["time"][-1] == 60
    full = memory_function(GatedUnit(), 61, 2.0)
    at = step["time"].astype(int)
    np.testing.assert_allclose(step["memory"], full[at], rtol=1e-4)


def test_a_thinner_grid_holds_the_same_values():
    H = RNN.random(4, dt=0.1, seed=1)
    for query in (memory_function, impulse_memory):
        torch.testing.assert_close(query(H, 40, 2.0, every=3), query(H, 40, 2.0)[::3],
                                   rtol=1e-6, atol=1e-12)
        with pytest.raises(InputError, match="every"):
            query(H, 40, every=0)


def test_impulse_memory_sees_small_inputs_under_a_large_bound():
    one = torch.ones(1, 1, dtype=DTYPE)
    H = RNN(-one, one, one, dt=0.1, activation="hardtanh")
    torch.testing.assert_close(impulse_memory(H, 20, 1e4), 0.9 ** time_grid(20, 1.0))
