"""The experiments of the chapter on the atlas."""

import matplotlib
import numpy as np
import pytest
import torch

from comlib import InputError
from comlib.experiments.foundations.atlas import (memory_atlas, periodic_network,
                                                  random_networks, wide_network)
from comlib.functional import DTYPE
from small import small_table

matplotlib.use("Agg")


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


def test_the_law_of_wide_networks_is_the_variance_of_their_kernels():
    config = wide_network.Config(width=100, length=61, seeds=200, gain=0.9, every=20)
    law = wide_network.run(wide_network.Config(
        width=8, length=61, seeds=1, every=20, sizes=(1.0,)))["law"] * (8 / 100)**0.5
    generator = torch.Generator().manual_seed(1)
    draw = torch.randn(config.seeds, 100, 102, generator=generator, dtype=DTYPE) / 10
    W = 0.9 * draw[..., :100] - torch.eye(100, dtype=DTYPE)
    h, step, sizes = draw[..., 100:101], torch.linalg.matrix_exp(W), []
    for _ in range(4):
        sizes.append((draw[..., 101:].mT @ h).square().mean().sqrt().item())
        h = step @ h
    np.testing.assert_allclose(0.6745 * np.array(sizes), law, rtol=0.15)
