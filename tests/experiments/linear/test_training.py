"""The experiments on the Lorenz-96 system and on architectures."""

import dataclasses

import numpy as np
import pytest
import torch
from scipy import linalg

from comlib import Table, stored, white_noise
from comlib.experiments.linear.optimisers import architectures
from comlib.experiments.linear.training import lorenz_response, lorenz_training
from comlib.targets import Lorenz96
from small import small_table


def test_the_damped_system_answers_like_a_linear_one():
    rows = small_table(lorenz_response).where(coupling=-1.0)
    assert np.abs(rows["kernel"] - rows["even"]).max() < 0.01
    assert (rows["nonlinear"] < 1e-3).all()


def test_the_other_coupling_does_not():
    rows = small_table(lorenz_response).where(coupling=1.0)
    assert rows["nonlinear"][-1] > 3 * rows["twin"][-1] > 0


def test_the_even_kernel_is_the_response_to_one_sample():
    for h in (-1.0, 1.0):
        H = Lorenz96(h, unevenness=0.0, substeps=20)
        x = torch.zeros(1, 30, 1, dtype=torch.float64)
        x[0, 0] = 1 / H.dt
        rows = small_table(lorenz_response).where(coupling=h)
        assert rows["even"] == pytest.approx(H(x)[0, ::5, 0].numpy(), abs=1e-8)


def test_the_undamped_mode_keeps_two_thirds():
    left = linalg.null_space(np.array([[-1.0, 1.0], [2.0, -2.0]]).T)[:, 0]
    kept = left[0] / left.sum()
    last = small_table(lorenz_response).where(coupling=1.0)["even"][-1]
    assert last == pytest.approx(kept, abs=1e-3)


def test_errors_are_relative_to_the_zero_functional():
    config = lorenz_training.Config(cell="GRU", width=3, seeds=(2,), length=20,
                                    updates=1, batch=8, every=1)
    table = lorenz_training.run(config)
    x = white_noise(4096, 20, dt=0.1, seed=1)
    size = Lorenz96(1.0)(x)[:, 10:].square().mean()
    model, = lorenz_training._models(config, 0.1)
    with torch.no_grad():
        error = (model(x) - Lorenz96(1.0)(x))[:, 10:].square().mean() / size
    # the run judges on 1024 inputs of its own
    assert table["error"][0] == pytest.approx(float(error), rel=0.15)


@pytest.mark.parametrize("cell", ["linear", "tanh", "GRU", "LSTM"])
def test_every_cell_learns_something(cell):
    config = architectures.Config(cell=cell, width=4, centers=(0.0,), updates=60,
                                  batch=16, length=16, every=60,
                                  learning_rates=(0.05, 1e-2))
    table = architectures.run(config)
    for method in ("gd", "adam"):
        rows = table.where(method=method)
        assert rows["error"][-1] < 0.7 * rows["error"][0]


def test_members_of_a_stack_start_from_their_seeds():
    config = lorenz_training.Config(width=5, seeds=(3, 4))
    stack, = lorenz_training._models(config, 0.1)
    one, = lorenz_training._models(dataclasses.replace(config, seeds=(4,)), 0.1)
    assert torch.equal(stack.w[1], one.w[0]) and torch.equal(stack.b[1], one.b[0])


@pytest.mark.parametrize("name, experiment", [
    ("linear.training.lorenz-plus-tanh-16", lorenz_training),
    ("linear.optimisers.architectures-linear", architectures)])
def test_a_record_is_that_of_a_config(name, experiment):
    run = stored(name)
    config = eval(run.config, {"Config": experiment.Config})
    assert isinstance(config, experiment.Config)
    assert isinstance(run.table, Table)
    assert set(run.table["cell"].tolist()) == {config.cell}
