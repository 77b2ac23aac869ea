"""Do other recurrent networks show the plateau? A short and a delayed memory."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import (ExponentialSum, Functional, LinearFunctional, RNN, Table,
                    TorchRecurrent, white_noise)
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.kernels import TwoPart
from comlib.training import Descent, descend

_DT = 0.25
_SHORT = ExponentialSum((1.0, -0.5, 0.8), (0.5, 1.0, 2.0))


@dataclass(frozen=True)
class Config:
    """One architecture on several targets, by descent on fixed data.

    Args:
        cell: "linear" and "tanh", Euler steps, or torch's "GRU" and "LSTM".
        width: number of hidden units.
        centers: where the late part of the memory stands; 0 stands for a target
            without one, a sum of three exponentials.
        methods: of descent: "gd" and "adam".
        learning_rates: one for each method.
        updates: of each.
        batch: inputs, white noise, the same at every update.
        length: number of time points, 0.25 apart; the last quarter counts.
        seed: of the weights at the start and of the inputs.
        every: updates between two points of a curve.
    """

    cell: str = "tanh"
    width: int = 16
    centers: tuple[float, ...] = (0.0, 4.0, 8.0)
    methods: tuple[str, ...] = ("gd", "adam")
    learning_rates: tuple[float, ...] = (0.05, 1e-3)
    updates: int = 1500
    batch: int = 128
    length: int = 64
    seed: int = 0
    every: int = 25


RECORDS = {f"architectures-{cell.lower()}": Config(cell)
           for cell in ("linear", "tanh", "GRU", "LSTM")}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return cell, method, center, update, error and unseen.

    The error is the mean square one over that of the zero functional, on the data;
    unseen is that of the last weights on other data.

    Source: fig-architectures in the book.

    Args:
        config: what to train.
    """
    weights = torch.zeros(config.length, 1, dtype=DTYPE)
    weights[-(config.length // 4) :] = 4 / config.length
    seen, unseen = (white_noise(config.batch, config.length, dt=_DT, seed=s)
                    for s in (config.seed, config.seed + 1))
    tables, labels = [], []
    for center in config.centers:
        H = LinearFunctional(TwoPart(center=center) if center else _SHORT, _DT)

        known, new = (seen, H(seen)), (unseen, H(unseen))

        def error(model: Functional, data: tuple = known):
            x, y = data
            return (weights * (model(x) - y).square()).sum() / \
                (weights * y.square()).sum()

        for method, rate in zip(config.methods, config.learning_rates, strict=True):
            how = Descent(method, rate, updates=config.updates)
            path = descend(_model(config), error, how, progress=False)
            history = path.history(range(0, config.updates + 1, config.every))
            with torch.no_grad():
                last = float(error(path.end, new))
            labels.append((config.cell, method, center))
            tables.append(Table(update=history["update"], error=history["loss"],
                                unseen=np.full(len(history), last)))
    names = ("cell", "method", "center")
    return Table.stack(tables, **dict(zip(names, zip(*labels), strict=True)))


def _model(config: Config) -> Functional:
    if config.cell in ("linear", "tanh"):
        activation = {"linear": "identity", "tanh": "tanh"}[config.cell]
        return RNN.random(config.width, dt=_DT, bias=True, seed=config.seed,
                          activation=activation)
    return TorchRecurrent.random(config.cell, config.width, seed=config.seed, dt=_DT)


def plot(table: Table) -> Figure:
    """Draw the errors by update, a row for each method, a column for each target.

    Args:
        table: what ``run`` returned, for several configs below each other.
    """
    methods, centers = (table.values(n)
                        for n in ("method", "center"))
    fig, axes = figures.panels(len(methods) * len(centers), len(centers), sharex=True,
                               sharey=True)
    for ax, (method, center) in zip(axes, product(methods, centers), strict=True):
        part = table.where(method=method, center=center)
        figures.lines(part, "update", "error", by="cell", ax=ax, yscale="log",
                      xlabel="update", ylabel="relative error")
        where = f"bump at {center:g}" if center else "no bump"
        # the pauses are high up; what falls below has been learnt
        ax.set(title=f"{method}, {where}", ylim=(5e-3, 1.3))
    figures.label_lines(*axes)
    return fig
