"""How fast, and how far, networks learn the Lorenz-96 system."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Functional, RNN, Table, TorchRecurrent, fit, white_noise
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.targets import Lorenz96
from comlib.training import OnlineAdamW

_TEST = 4096  # inputs on which the size of the target is measured


@dataclass(frozen=True)
class Config:
    """One architecture on one target; Adam on fresh white noise.

    Args:
        coupling: h of the target.
        cell: "tanh" and "linear", Euler steps, or torch's "GRU" and "LSTM".
        width: number of hidden units.
        seeds: of the weights at the start, one member each.
        length: number of time points; the error counts in their second half.
        updates: of Adam.
        batch: inputs in one update.
        learning_rate: of Adam, constant.
        every: updates between two points of a curve.
    """

    coupling: float = 1.0
    cell: str = "tanh"
    width: int = 16
    seeds: tuple[int, ...] = (0, 1, 2)
    length: int = 100
    updates: int = 3000
    batch: int = 64
    learning_rate: float = 1e-3
    every: int = 50


RECORDS = {
    "lorenz-minus-linear-16": Config(-1.0, "linear", updates=2000),
    "lorenz-minus-tanh-16": Config(-1.0, updates=2000),
    "lorenz-plus-linear-16": Config(cell="linear", updates=2000),
    "lorenz-plus-tanh-16": Config(),
    "lorenz-plus-tanh-16-long": Config(seeds=(0,), updates=6000, learning_rate=0.005,
                                       every=100),
    "lorenz-plus-tanh-64": Config(width=64, seeds=(0,)),
    "lorenz-plus-gru-16": Config(cell="GRU", seeds=(0,)),
    "lorenz-plus-lstm-16": Config(cell="LSTM", seeds=(0,)),
}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return coupling, cell, width, member, update and error.

    The error is the mean square one over that of the zero functional, on 1024 inputs
    that no update saw.

    Source: fig-lorenz-training in the book.

    Args:
        config: what to train.
    """
    H = Lorenz96(config.coupling)
    weights = torch.zeros(config.length, dtype=DTYPE)
    weights[config.length // 2 :] = 1 / (config.length - config.length // 2)
    x = white_noise(_TEST, config.length, dt=H.dt, seed=1)
    size = float((weights[:, None] * H(x).square()).sum((1, 2)).mean())
    protocol = OnlineAdamW(
        updates=config.updates, batch=config.batch, schedule="constant",
        learning_rate=config.learning_rate, check_every=config.every,
        patience=config.updates)
    parts = [fit(model, H, length=config.length, protocol=protocol, weights=weights,
                 progress=False).history for model in _models(config, H.dt)]
    if config.cell in ("tanh", "linear"):
        member, history = parts[0]["member"], parts[0]
    else:
        history = Table.stack(parts, member=range(len(parts)))
        member = history["member"]
    return Table(coupling=np.full(len(member), config.coupling),
                 cell=[config.cell] * len(member),
                 width=np.full(len(member), config.width), member=member,
                 update=history["update"], error=history["loss"] / size)


def _models(config: Config, dt: float) -> list[Functional]:
    """Return one stack, or one model for each seed if the cell knows no stacks."""
    if config.cell not in ("tanh", "linear"):
        return [TorchRecurrent.random(config.cell, config.width, seed=s, dt=dt)
                for s in config.seeds]
    activation = {"tanh": "tanh", "linear": "identity"}[config.cell]
    singles = [RNN.random(config.width, dt=dt, seed=s, bias=True,
                          activation=activation) for s in config.seeds]
    stacked = {name: torch.stack([dict(m.named_parameters())[name].detach()
                                  for m in singles])
               for name, _ in singles[0].named_parameters()}
    return [singles[0].with_parameters(stacked)]


def plot(table: Table) -> Figure:
    """Draw the errors by update, one panel for each coupling.

    Args:
        table: what ``run`` returned, for several configs below each other.
    """
    couplings = np.unique(table["coupling"])
    names = [f"{cell}, m = {width}" for cell, width in
             zip(table["cell"], table["width"], strict=True)]
    table, known = table.with_columns(name=names), list(dict.fromkeys(names))
    fig, axes = figures.panels(len(couplings), height=2.8, sharey=True)
    for ax, coupling in zip(axes, couplings, strict=True):
        rows = table.where(coupling=coupling)
        for name in dict.fromkeys(rows["name"].tolist()):
            part, k = rows.where(name=name), known.index(name)
            for member in np.unique(part["member"]):
                curve = part.where(member=member)
                ax.plot(curve["update"][1:], curve["error"][1:],  # no log of zero
                        color=figures.COLOURS[k],
                        linestyle=figures.DASHES[k], linewidth=1.2,
                        label=name if member == part["member"][0] else None)
        ax.set(xscale="log", yscale="log", xlabel="update", title=f"h = {coupling:+g}",
               ylabel="relative mean square error")
        ax.legend(loc="lower left")
    return fig
