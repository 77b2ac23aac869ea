"""Networks trained on one horizon, and what they do after it."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table, fit, variations, white_noise
from comlib.evidence import figures
from comlib.experiments.inverse.nonlinear import protocols
from comlib.experiments.inverse.nonlinear.verdicts import parts

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Networks of one activation, trained at T = 100 and run for longer.

    Args:
        activation: "relu", "hardtanh" or "tanh".
        target: "exp" or "pol".
        structure: as in the grid of inverse.nonlinear.
        width: number of hidden units.
        seeds: networks.
        updates: of AdamW.
        horizons: of 100 steps each, that they are run for.
        inputs: sequences of white noise.
    """

    activation: str = "relu"
    target: str = "exp"
    structure: str = "softplus"
    width: int = 16
    seeds: int = 3
    updates: int = 600
    horizons: int = 80
    inputs: int = 16


RECORDS = {"longer": tuple(variations(
    Config(), activation=("relu", "hardtanh"), target=("exp", "pol")))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return the mean square error in each stretch of 100 steps, over the target's.

    Columns: ``seed``; ``time``, at the end of the stretch; ``share``, the mean of
    (y - yhat)^2 over that of y^2; ``slowest``, the smallest rate; ``variation``, how
    far the output moved so far, up and down, the mean over the inputs.

    Source: cor-ratchet-symmetric in the book.

    Args:
        config: what to train and how long to run it.
    """
    begin = protocols.start("clean", config.activation, config.structure,
                            config.width, config.seeds)
    H = protocols.target(config.target)
    how = protocols.training("clean", config.updates, 32, 0.0)
    stack = fit(begin, H, length=protocols.LENGTH, protocol=how, progress=False,
                weights=protocols.error_weights()).model
    x = white_noise(config.inputs, 100 * config.horizons, dt=protocols.DT, seed=999)
    with torch.no_grad():
        y, outputs = H(x), stack(x)
        slowest = (-stack.eigenvalues().real).amin(-1)
    rows = []
    for seed, output in enumerate(outputs):
        for k in range(config.horizons):
            part = slice(100 * k, 100 * (k + 1))
            share = (output - y)[:, part].square().mean() / y[:, part].square().mean()
            moved = output[:, :part.stop].diff(dim=1).abs().sum(1).mean()
            rows.append((seed, float(part.stop), float(share), float(slowest[seed]),
                         float(moved)))
    return Table.from_rows(("seed", "time", "share", "slowest", "variation"), rows)


def plot(table: Table) -> Figure:
    """Draw the share of the error against time, a panel for each target.

    Args:
        table: what ``run`` returned; if of several configs, with columns
            ``activation`` and ``target``.
    """
    panels = parts(table, "target")
    fig, axes = figures.panels(len(panels), height=2.3, sharey=True)
    for ax, (target, part) in zip(axes, panels, strict=True):
        for colour, (name, rows) in zip(figures.COLOURS, parts(part, "activation")):
            for seed, one in rows.groups("seed"):
                ax.plot(one["time"], one["share"], color=colour,
                        label=None if seed else name)
        ax.axhline(1.0, color=figures.GUIDE, linestyle="-", linewidth=0.8)
        ax.axvline(protocols.LENGTH, color=figures.GUIDE, linestyle="--", linewidth=0.8)
        ax.set(title=target, xscale="log", yscale="log", xlabel="time",
               ylabel="error / zero functional's")
    figures.label_lines(*axes)
    return fig
