"""Networks with modes of three kinds, if the rates move and if all weights do."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Ball, Direct, RNN, Search, Table, fit, variations, worst_case
from comlib.evidence import figures
from comlib.experiments.inverse.nonlinear import protocols
from comlib.experiments.inverse.nonlinear.networks import member, with_map
from comlib.experiments.inverse.nonlinear.verdicts import parts

from .networks import KINDS, modes

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Diagonal networks of one kind, trained on the long memory, then moved.

    Args:
        activation: "tanh" or "hardtanh".
        kind: "direct", "softplus", or "unit gain", which has softplus rates too.
        widths: numbers of hidden units.
        seeds: networks of each width.
        updates: of AdamW.
        radii: the beta > 0.
        search: starts and steps of the search for the worst case.
        inputs: that judge a network.
    """

    activation: str = "tanh"
    kind: str = "unit gain"
    widths: tuple[int, ...] = (8, 16, 32, 64)
    seeds: int = 3
    updates: int = 300
    radii: tuple[float, ...] = (0.004, 0.016, 0.064, 0.256)
    search: tuple[int, int] = (1, 8)
    inputs: int = 32


RECORDS = {"gains": tuple(variations(
    Config(), activation=("hardtanh", "tanh"), kind=tuple(KINDS)))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return the largest error that a search finds, for each network and radius.

    Columns: ``moved``, "rates" (their raw weights alone) or "all weights";
    ``found``, at radius 0 the error as trained; ``slowest``, the smallest rate;
    ``weights``, the larger of the norms of U and c.

    Source: thm-unit-gain-nonlinear in the book.

    Args:
        config: what to train and to move.
    """
    rows = []
    how = protocols.training("clean", config.updates, 32, 0.0)
    for m in config.widths:
        begin = modes(config.activation, config.kind, m, config.seeds)
        stack = fit(begin, protocols.target("pol"), length=protocols.LENGTH,
                    protocol=how, weights=protocols.error_weights(),
                    progress=False).model
        if config.kind == "direct":
            stack = with_map(stack, Direct())
        rows += [(m, seed, *row) for seed in range(config.seeds)
                 for row in _errors(member(stack, seed), config)]
    return Table.from_rows(("width", "seed", "moved", "radius", "found", "slowest",
                            "weights"), rows)


def plot(table: Table) -> Figure:
    """Draw error against width at one radius: a panel for each activation and ball.

    Args:
        table: what ``run`` returned; if of several configs, with columns
            ``activation`` and ``kind``.
    """
    panels = [(name, moved, rows) for name, part in parts(table, "activation")
              for moved, rows in part.groups("moved")]
    fig, axes = figures.panels(len(panels), 2, 2.0, sharey=True)
    for ax, (name, moved, part) in zip(axes, panels, strict=True):
        part = part.where(radius=0.064)
        for colour, (kind, rows) in zip(figures.COLOURS, parts(part, "kind")):
            means = [np.exp(np.log(some["found"]).mean())
                     for _, some in rows.groups("width")]
            ax.plot(rows.values("width"), means, marker=".", color=colour, label=kind)
        ax.set(title=f"{name}: {moved} move", xscale="log", yscale="log",
               xlabel="width m", ylabel="error at β = 0.064", ylim=(1e-2, 1e5))
        ax.set_xticks(part.values("width"), map(str, part.values("width")))
        ax.minorticks_off()
    figures.label_lines(*axes)
    return fig


def _errors(model: RNN, config: Config) -> list[tuple]:
    """Return moved, radius, found, slowest and weights of one network."""
    error = protocols.error_of("pol", config.activation, config.inputs)
    last = (float(-model.W.detach().max()),
            max(float(model.U.detach().norm()), float(model.c.detach().norm())))
    rows = []
    for moved, only in (("rates", ("w",)), ("all weights", None)):
        rows.append((moved, 0.0, float(error(model).detach()), *last))
        starts = []
        for radius in config.radii:
            ball = Ball(radius, only)
            starts = [worst_case(model, error, ball, Search(*config.search),
                                 [ball.shifts(model), *starts])]
            with torch.no_grad():
                rows.append((moved, radius, float(error(starts[0])), *last))
    return rows
