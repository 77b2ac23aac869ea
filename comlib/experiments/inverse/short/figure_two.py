"""Figure 2 of the Inverse paper: tanh networks, 32 steps to learn, 100 to be judged."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Ball, RNN, Search, Table, variations, worst_case
from comlib.evidence import figures
from comlib.experiments.inverse.nonlinear.verdicts import parts

from . import tasks

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """What is learned, for how long, and how it is moved.

    Args:
        target: "pol", "exp", "tanh of pol" or "tanh of exp".
        widths: numbers of hidden units.
        epochs: of 100 updates.
        seed: of starts and inputs.
        powers: the beta are 1e-11 2^k, for these k.
        searched: beta at which the worst case is searched for.
        copies: perturbations, of which the worst counts.
        search: starts and steps of the search.
        inputs: that judge a network.
    """

    target: str = "pol"
    widths: tuple[int, ...] = (4, 8, 16, 64)
    epochs: int = 15
    seed: int = 0
    powers: tuple[int, ...] = tuple(range(36))
    searched: tuple[float, ...] = (1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3)
    copies: int = 3
    search: tuple[int, int] = (2, 8)
    inputs: int = 64


RECORDS = {"figure-two": tuple(variations(
    Config(), target=tuple(tasks.KERNELS)))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return the relative errors of moved networks on both horizons.

    Columns: ``width``; ``horizon``, 3.2 or 10; ``radius``, 0 for the network as
    trained; ``sampled``, the largest of a few random moves, and ``found``, of the
    search, NaN where there was none.

    Args:
        config: what to learn and to move.
    """
    rows = []
    for m in config.widths:
        model = tasks.trained(config.target, m, config.epochs, config.seed).model
        for length in (tasks.TRAINED, tasks.JUDGED):
            error = tasks.error_of(config.target, length, config.inputs)
            rows += [(m, tasks.DT * length, *row)
                     for row in _errors(model, error, config)]
    return Table.from_rows(("width", "horizon", "radius", "sampled", "found"), rows)


def plot(table: Table) -> Figure:
    """Draw the errors on the longer horizon, a panel for each target.

    Lines are random moves, dots the search, dashes the target's own limit.

    Args:
        table: what ``run`` returned; if of several targets, with a column ``target``.
    """
    panels = parts(table.where(horizon=tasks.DT * tasks.JUDGED), "target")
    fig, axes = figures.panels(len(panels), min(len(panels), 2), 2.4, sharey=True)
    for ax, (name, part) in zip(axes, panels, strict=True):
        for colour, (m, rows) in zip(figures.COLOURS, part.groups("width")):
            some = (rows["radius"] > 1e-7) & ~np.isnan(rows["sampled"])
            ax.plot(rows["radius"][some], rows["sampled"][some], color=colour,
                    label=f"{m}")
            dots = ~np.isnan(rows["found"])
            ax.plot(rows["radius"][dots], rows["found"][dots], ".", color=colour)
        radii = np.geomspace(1e-4, 0.4, 20).tolist()
        known = tasks.limit(name if name in tasks.KERNELS else "pol", radii,
                            tasks.JUDGED)
        ax.plot(known["radius"], known["limit"], "--", color=figures.INK,
                label="limit")
        ax.set(title=name, xscale="log", yscale="log", xlabel="perturbation β",
               ylabel="relative error", ylim=(5e-3, 20))
    figures.label_lines(*axes)
    return fig


def _errors(model: RNN, error, config: Config) -> list[tuple]:
    """Return radius, sampled and found of one network."""
    nothing, starts = float("nan"), []
    with torch.no_grad():
        rows = [(0.0, float(error(model)), nothing)]
        for k in config.powers:
            radius = 1e-11 * 2.0**k
            copies = Ball(radius).sample(model, config.copies, seed=config.seed)
            rows.append((radius, float(error(copies).max()), nothing))
    for radius in config.searched:
        ball = Ball(radius)
        starts = [worst_case(model, error, ball, Search(*config.search),
                             [ball.shifts(model), *starts])]
        with torch.no_grad():
            rows.append((radius, nothing, float(error(starts[0]))))
    return rows
