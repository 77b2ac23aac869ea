"""The experiments of the chapter on training: curves, Lorenz-96."""

import dataclasses

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from scipy import linalg

from comlib import (Airy, Exponential, Gaussian, LinearFunctional, RNN, Table, fit,
                    stored, white_noise)
from comlib.experiments.linear.training import (lorenz_response, lorenz_training,
                                                training_curves)
from comlib.experiments.linear.training.starts import over_starts
from comlib.targets import Lorenz96
from comlib.training import Descent
from small import small_config, small_table

DTYPE = torch.float64


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


def test_members_of_a_stack_start_from_their_seeds():
    config = lorenz_training.Config(width=5, seeds=(3, 4))
    stack, = lorenz_training._models(config, 0.1)
    one, = lorenz_training._models(dataclasses.replace(config, seeds=(4,)), 0.1)
    assert torch.equal(stack.w[1], one.w[0]) and torch.equal(stack.b[1], one.b[0])


def test_a_record_is_that_of_a_config():
    run = stored("linear.training.lorenz-plus-tanh-16")
    config = eval(run.config, {"Config": lorenz_training.Config})
    assert isinstance(run.table, Table)
    assert set(run.table["cell"].tolist()) == {config.cell}


@pytest.mark.parametrize("target, delay, kernel", [
    ("Airy", 4.0, Airy(4.0)), ("bump", 3.0, Exponential() + Gaussian(3.0, 1.0))])
def test_a_training_curve_is_that_of_fit_on_one_model(target, delay, kernel):
    table = small_table(training_curves).where(target=target, delay=delay, seed=1)
    model = RNN.random(4, dt=0.1, activation="identity", seed=1)
    rho, last = LinearFunctional(kernel, 0.1), torch.zeros(100, dtype=DTYPE)
    last[-1] = 1.0
    end = fit(model, rho, length=100, weights=last, progress=False,
              protocol=Descent("gd", 0.02, updates=120, every=1))
    zero = 0.1 * float(rho.kernel_samples(100).square().sum())
    assert table["loss"] == pytest.approx(
        end.history["loss"][table["update"]] / zero, rel=1e-9)


def test_curves_have_the_rows_at_which_they_arrive():
    table, levels = small_table(training_curves), (0.5, 0.1)
    whole = training_curves.run(dataclasses.replace(
        small_config(training_curves), points=10_000))
    for seed in range(2):
        few, all_rows = (t.where(target="Airy", delay=2.0, seed=seed)
                         for t in (table, whole))
        assert len(few) < 30 and len(all_rows) == 121
        for level in levels:
            first = [min(t["update"][t["loss"] <= level]) for t in (few, all_rows)]
            assert first[0] == first[1] > 0


def test_the_same_starts_are_used_for_all_targets():
    config = training_curves.Config(airy=(2.0, 2.0), bumps=(), seeds=2, updates=5)
    table = training_curves.run(config).where(target="Airy")
    half = len(table) // 2
    assert table["loss"][:half].tolist() == table["loss"][half:].tolist()
    assert len(set(table["loss"].tolist())) == half


def test_the_starts_are_summed_up_where_all_have_a_row():
    table = small_table(training_curves).where(target="bump")
    rows = over_starts(small_table(training_curves))
    rows = rows.where(target="bump")
    pair = [dict(zip(part["update"].tolist(), part["loss"].tolist()))
            for part in (table.where(seed=seed) for seed in range(2))]
    assert rows["update"].tolist() == sorted(pair[0].keys() & pair[1].keys())
    for update, least, median, most in zip(
            *(rows[name].tolist() for name in ("update", "least", "median", "most"))):
        assert [least, most] == sorted(losses[update] for losses in pair)
        assert median == pytest.approx((least + most) / 2)


def test_the_level_is_the_loss_of_the_network_that_lacks_the_late_part():
    rows = over_starts(small_table(training_curves))
    t = 0.1 * np.arange(200)
    bump = np.exp(-((t - 3) ** 2) / 2)
    level = (bump**2).sum() / ((np.exp(-t) + bump) ** 2).sum()
    assert rows.where(target="bump")["level"][0] == pytest.approx(level)
    assert set(rows.where(target="Airy")["level"].tolist()) == {1.0}
    assert set(rows.where(target="exponential sum")["level"].tolist()) == {0.0}


def test_each_target_has_a_panel_with_both_methods_and_its_level():
    table = small_table(training_curves)
    both = Table.stack([table, table.with_columns(method=["adam"] * len(table))])
    figures = [training_curves.plot(each) for each in
               (both, over_starts(both))]
    for fig in figures:
        assert [len(ax.lines) for ax in fig.axes] == [2, 3, 3, 3]
        assert fig.axes[3].get_title() == "bump, D = 3"
    plt.close("all")


@pytest.mark.parametrize("name, delay", [("curves-gd", 3.0), ("curves-adam", 3.0),
                                         ("starts-gd", 6.0), ("starts-adam", 6.0)])
def test_a_record_begins_as_a_short_run_does(name, delay):
    old = stored(f"linear.training.{name}")
    config = eval(old.config, {"Config": training_curves.Config})
    short = dataclasses.replace(config, airy=(delay,), bumps=(), seeds=1, updates=46)
    new = training_curves.run(short).where(target="Airy")
    rows = old.table.where(target="Airy", delay=delay, seed=0)
    kept = rows["update"] <= 46
    assert new["update"].tolist() == rows["update"][kept].tolist()
    assert new["loss"] == pytest.approx(rows["loss"][kept], rel=1e-6)
