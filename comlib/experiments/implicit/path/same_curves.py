"""Errors of a wide linear network and of its scaled convolution, update by update."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.wide import (
    ScaledConvolution,
    Variances,
    WideNetwork,
    convolution_path,
    descent_path,
    scale_factors,
)

from .task import Task, teacher_task

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The network and the task.

    Args:
        recurrent: variances nu_W; those of U and c are one.
        width: of the network.
        updates: of gradient descent on all sequences.
        length: window T.
        count: sequences for the training, and as many for the test.
        decibels: signal to noise ratio.
        pace: the rate times the largest curvature.
        seed: of teacher and data.
        start: seed of the network.
    """

    recurrent: tuple[float, ...] = (0.3, 0.8)
    width: int = 1000
    updates: int = 300
    length: int = 10
    count: int = 50
    decibels: float = 20.0
    pace: float = 0.5
    seed: int = 1
    start: int = 0


RECORDS = {"curves": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return relative test and training errors after each update.

    Columns: ``variance``, ``update``; ``network``, ``matched`` (the convolution that
    starts where the network does), ``zero`` (the one that starts at zero), and
    ``plain`` (all factors equal, matched start); ``stepped``, the largest difference
    between closed form and descent of ``matched``; and the training errors
    ``network_train`` and ``matched_train``.

    Args:
        config: what to compute.
    """
    task = teacher_task(config.length, config.count, config.decibels, config.seed)
    return Table.stack([_one(config, task, nu) for nu in config.recurrent],
                       variance=config.recurrent)


def plot(table: Table) -> Figure:
    """Draw the test errors, a panel a variance.

    Args:
        table: what ``run`` returned.
    """
    variances = table.values("variance")
    fig, axes = figures.panels(len(variances), height=3.0)
    names = ["network", "matched", "zero", "plain"]
    labels = ["network", "matched conv.", "from zero", "equal factors"]
    for ax, nu in zip(axes, variances, strict=True):
        rows = table.where(variance=nu)
        figures.lines(rows.with_columns(update=rows["update"] + 1), "update", names,
                      labels=labels, xscale="log", yscale="log", ax=ax,
                      xlabel="updates + 1", ylabel="relative test error")
        ax.lines[0].set(linewidth=3.6, alpha=0.45)
        ax.set_title(f"variance {nu:g}")
    figures.legend_above(*axes)
    return fig


def _one(config: Config, task: Task, nu: float) -> Table:
    V, at = Variances(W=nu), range(config.updates + 1)
    r = scale_factors(V, config.length)
    network = WideNetwork.random(config.width, V, seed=config.start)
    L0 = network.kernel_samples(config.length).detach()
    eta = config.pace / task.train.curvature(r)
    flat = torch.ones_like(r)
    paths = {
        "network": descent_path(network, task.train, rate=eta, updates=at).kernels,
        "matched": convolution_path(task.train, r, rate=eta, updates=at, start=L0),
        "zero": convolution_path(task.train, r, rate=eta, updates=at),
        "plain": convolution_path(
            task.train, flat, rate=config.pace / task.train.curvature(flat),
            updates=at, start=L0)}
    steps = descent_path(ScaledConvolution(r, L0), task.train, rate=eta, updates=at)
    gap = (steps.kernels - paths["matched"]).abs().max() / L0.abs().max()
    columns = {name: 2 * task.test.loss(L) / task.test.yy for name, L in paths.items()}
    trained = {f"{name}_train": 2 * task.train.loss(paths[name]) / task.train.yy
               for name in ("network", "matched")}
    return Table(update=list(at), **columns, stepped=[float(gap)] * len(at), **trained)
