"""The experiments on plain descent against other routes."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from comlib import Exponential, Gaussian, stored
from comlib.dynamics import ModeLoss
from comlib.experiments.linear.optimisers import (adam_edge, adam_late,
                                                  architectures, by_optimiser)
from small import small_table

DTYPE = torch.float64


@pytest.mark.parametrize("experiment, curves", [(by_optimiser, [5]), (adam_edge, [3])])
def test_a_plot_draws_every_curve(experiment, curves):
    fig = experiment.plot(small_table(experiment))
    drawn = [len(ax.lines) for ax in fig.axes]
    plt.close(fig)
    assert drawn == curves


def independent_escape(method, rate, beta, D, weights=(0.6, 0.4)):
    """The updates in plain numpy, with the Laplace transform by quadrature."""
    t = (np.arange(24_000) + 0.5) * 1e-3
    rho = np.exp(-t) + np.exp(-((t - D) ** 2) / 2)
    a, w = np.array(weights), np.ones(len(weights))

    def loss_and_slope(a, w):
        modes = np.exp(-np.outer(w, t))
        e = a @ modes - rho
        return (e @ e) * 1e-3, 2e-3 * np.concatenate(
            [modes @ e, -a * ((modes * t) @ e)])

    theta, v, s = np.concatenate([a, w]), 0.0, 0.0
    start = loss_and_slope(a, w)[0]
    for k in range(1, 1000):
        loss, g = loss_and_slope(*np.split(theta, 2))
        if loss <= start - 0.05:
            return k - 1
        if method == "adam":
            v, s = beta * v + (1 - beta) * g, 0.999 * s + 0.001 * g**2
            theta = theta - rate * v / (1 - beta**k) / (
                np.sqrt(s / (1 - 0.999**k)) + 1e-8)
        else:
            v = beta * v + g
            theta = theta - rate * v


@pytest.mark.parametrize("row", range(10))
def test_escapes_are_those_of_an_independent_computation(row):
    table = small_table(by_optimiser)
    names = ("method", "learning_rate", "momentum", "delay")
    assert table["updates"][row] == independent_escape(*(table[n][row] for n in names))


@pytest.mark.parametrize("rate", [0.01, 0.001])
def test_two_programs_for_adam_need_the_same_updates(rate):
    plain = adam_late.run(adam_late.Config((5.0, 9.0), (rate,)))
    framework = by_optimiser.run(by_optimiser.Config(
        (5.0, 9.0), optimisers=(("adam", rate, 0.9),)))
    assert (plain["updates"] == framework["updates"]).all()
    config = adam_late.Config((9.0,), (rate,), updates=20)
    assert adam_late.run(config)["updates"][0] == math.inf


def test_an_escape_that_does_not_come_is_infinite():
    table = by_optimiser.run(by_optimiser.Config(delays=(9.0,), updates=20))
    assert (table["updates"] == math.inf).all() and (table["moved"] > 0).all()


def test_the_flow_is_the_limit_of_small_rates():
    slow, flow = (by_optimiser.run(by_optimiser.Config(
        delays=(5.0,), optimisers=((method, 0.005, 0.0),)))
        for method in ("gd", "flow"))
    assert slow["updates"][0] == pytest.approx(flow["updates"][0], rel=0.01)


def test_adam_settles_where_the_fixed_iteration_becomes_unstable():
    # the edge of a quadratic: x' = x - rate m, m' = beta m + (1 - beta) sharpness x
    for beta in (0.0, 0.5, 0.9):
        edge = 2 * (1 + beta) / (1 - beta)
        for factor, stable in ((0.99, True), (1.01, False)):
            k = factor * edge
            step = np.array([[1 - (1 - beta) * k, -beta], [(1 - beta) * k, beta]])
            assert bool(max(abs(np.linalg.eigvals(step))) < 1) is stable


def test_sharpness_is_that_of_the_divided_hessian():
    table = small_table(adam_edge).where(learning_rate=0.01)
    loss = ModeLoss(Exponential() + Gaussian(5.0, 1.0))
    theta = torch.tensor([0.6, 0.4, 1.0, 1.0], dtype=DTYPE)
    second = 0.0
    adam = torch.optim.Adam([theta], 0.01)
    for k in range(1, 31):
        g, hessian = loss.gradient(theta), loss.hessian(theta)
        second = 0.999 * second + 0.001 * g**2
        scale = (second / (1 - 0.999**k)).sqrt() + 1e-8
        theta.grad = g
        adam.step()
    largest = max(np.linalg.eigvals(np.diag(1 / scale.numpy()) @ hessian.numpy()).real)
    assert table["update"][-1] == 30
    assert table["sharpness"][-1] == pytest.approx(0.01 * largest, rel=1e-9)
    assert table["effective_rate"][-1] == pytest.approx(
        0.01 / float(scale[:2].mean()), rel=1e-9)


@pytest.mark.parametrize("cell", ["linear", "tanh", "GRU", "LSTM"])
def test_every_cell_learns_something(cell):
    config = architectures.Config(cell=cell, width=4, centers=(0.0,), updates=60,
                                  batch=16, length=16, every=60,
                                  learning_rates=(0.05, 1e-2))
    table = architectures.run(config)
    for method in ("gd", "adam"):
        rows = table.where(method=method)
        assert rows["error"][-1] < 0.7 * rows["error"][0]


def test_the_record_of_architectures_is_that_of_its_config():
    run = stored("linear.optimisers.architectures-linear")
    config = eval(run.config, {"Config": architectures.Config})
    assert set(run.table["cell"].tolist()) == {config.cell}
