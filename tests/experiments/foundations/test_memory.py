"""The experiments of the chapter on memory, and the gated unit."""

import matplotlib
import numpy as np
import pytest
import torch

from comlib import InputError, RNN, heaviside, memory_function, time_grid
from comlib.experiments.foundations.atlas import (memory_atlas, periodic_network,
                                                  random_networks, wide_network)
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


def test_the_quartiles_of_the_atlas_are_ordered():
    table = small_table(memory_atlas)
    assert (table["lower"] <= table["median"]).all()
    assert (table["median"] <= table["upper"]).all()
    assert len(table) == 2 * 2 * 5


def test_the_atlas_shows_no_step_memory_of_attention_without_positions():
    names = "attention", "attention with positions"
    table = memory_atlas.run(memory_atlas.Config(
        architectures=names, layers=(1,), seeds=2, width=4, length=17))
    step, coded = (table.where(architecture=name, query="step") for name in names)
    assert step["median"][1:].max() < 1e-10 < coded["median"][1:].min()
    assert table.where(architecture=names[0], query="impulse")["median"].min() > 1e-6


def test_the_atlas_watches_state_space_layers_for_longer():
    table = memory_atlas.run(memory_atlas.Config(
        architectures=("S4D",), layers=(1,), seeds=1, width=4, length=9))
    assert table["time"].max() == 16 * 8


def test_the_atlas_rejects_an_unknown_architecture():
    with pytest.raises(InputError, match="cell"):
        memory_atlas.run(memory_atlas.Config(architectures=("Elman",), seeds=1))


def test_a_random_network_forgets_if_its_weights_are_small():
    table = random_networks.run(random_networks.Config(seeds=1))
    small, large = (table.where(gain=gain) for gain in (0.5, 2.0))
    assert small["memory"][-1] < 1e-8 and small["one_input"][-1] < 1e-8
    assert large["one_input"][-1] > 0.01 and large["memory"][-1] > 1e3


def test_one_input_is_no_more_than_the_supremum():
    table = small_table(random_networks)
    assert (table["one_input"] <= table["memory"] * (1 + 1e-9)).all()


def test_the_periodic_orbit_has_the_period_of_its_return():
    table = periodic_network.run(periodic_network.Config(inputs=(0.9, 1.0, 1.1)))
    on = table.where(input=1.0)
    np.testing.assert_allclose(on["v1"][:100], on["v1"][100:200], atol=1e-6)
    assert on["time"][100] == pytest.approx(26.32065, rel=1e-6)
    assert abs(table.where(input=0.9)["v1"][-20:]).max() < 1e-6
    assert abs(table.where(input=1.1)["v1"][-20:]).max() > 0.9


def test_the_wide_memory_starts_at_the_slope_of_the_first_sample():
    config = wide_network.Config(width=8, length=3, seeds=1, sizes=(1e-4,), every=1,
                                device="cpu")
    generator = torch.Generator().manual_seed(0)
    draw = torch.randn(1, 8, 10, generator=generator, dtype=DTYPE) / 8**0.5
    slope = (draw[0, :, 8] @ draw[0, :, 9]).abs().item()
    assert wide_network.run(config)["median"][0] == pytest.approx(slope, rel=1e-6)


def test_the_wide_memory_grows_with_the_sizes_that_are_tried():
    few, many = (wide_network.run(wide_network.Config(
        width=8, length=200, seeds=1, sizes=sizes, device="cpu"))["median"]
        for sizes in ((0.01,), (0.01, 1.0, 10.0)))
    assert (many >= few).all() and (many > few * 1.01).any()
