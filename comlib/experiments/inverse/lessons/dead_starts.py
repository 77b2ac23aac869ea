"""The same training from rates max(w, 0) and from rates |w|, then perturbed."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Ball, Direct, RNN, Table, fit
from comlib.evidence import figures
from comlib.experiments.inverse.nonlinear import protocols
from comlib.experiments.inverse.nonlinear.networks import member, uniform, with_map
from comlib.functional import DTYPE
from comlib.models import ReLU

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Diagonal networks, whose start alone differs.

    Args:
        activation: "linear", "hardtanh" or "tanh".
        widths: numbers of hidden units.
        seeds: networks of each width.
        updates: of AdamW.
        batch: inputs in one update.
        radii: the beta > 0.
        copies: random perturbations of each network, in the box.
        inputs: that judge the networks.
    """

    activation: str = "hardtanh"
    widths: tuple[int, ...] = (8, 32)
    seeds: int = 3
    updates: int = 150
    batch: int = 32
    radii: tuple[float, ...] = tuple(2e-3 * 2**k for k in range(8))
    copies: int = 30
    inputs: int = 32


RECORDS = {"starts": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return start, target, width, seed, radius, sampled error and dead modes.

    A start is "max(w, 0)" or "|w|", of the same normal numbers w; both are trained
    as max(w, 0) by the clean protocol, and perturbed in the rates.

    Source: prp-dead-modes in the book.

    Args:
        config: what to train and to perturb.
    """
    rows = []
    for start in ("max(w, 0)", "|w|"):
        for target in ("exp", "pol"):
            error = protocols.error_of(target, config.activation, config.inputs)
            for m in config.widths:
                done = fit(_start(start, m, config), protocols.target(target),
                           length=protocols.LENGTH, allow_unstable=True,
                           protocol=protocols.training("clean", config.updates,
                                                       config.batch, 0.0),
                           weights=protocols.error_weights(), progress=False)
                stack = with_map(done.model, Direct())
                for seed in range(config.seeds):
                    model = member(stack, seed)
                    dead = int((model.w == 0).sum())
                    rows += [(start, target, m, seed, radius, value, dead) for
                             radius, value in _sampled(model, error, config)]
    return Table.from_rows(("start", "target", "width", "seed", "radius", "sampled",
                            "dead"), rows)


def plot(table: Table) -> Figure:
    """Draw the errors of both starts, a panel for each target.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.6, sharey=True)
    for ax, (target, part) in zip(axes, table.groups("target"), strict=True):
        for colour, (start, rows) in zip(figures.COLOURS, part.groups("start")):
            for dash, (m, some) in zip(figures.DASHES, rows.groups("width")):
                means = [(r, np.exp(np.log(same["sampled"]).mean()))
                         for r, same in some.groups("radius") if r]
                ax.plot(*zip(*means), color=colour, linestyle=dash,
                        label=f"{start}, {m}")
        ax.set(title=target, xscale="log", yscale="log", xlabel="perturbation β",
               ylabel="error")
    figures.label_lines(*axes)
    return fig


def _start(start: str, m: int, config: Config) -> RNN:
    generator = torch.Generator().manual_seed(2)
    w = torch.randn(config.seeds, m, generator=generator, dtype=DTYPE).clamp(-1.9, 1.9)
    raw = w.abs() if start == "|w|" else w
    model = RNN(-torch.relu(raw), uniform(config.seeds, m, 1, bound=1.0, seed=4),
                uniform(config.seeds, 1, m, bound=m**-0.5, seed=1),
                dt=protocols.DT, parameterization=ReLU(), allow_unstable=True,
                activation=protocols.ACTIVATIONS[config.activation])
    return model.with_parameters({"w": raw})


@torch.no_grad()
def _sampled(model: RNN, error, config: Config) -> list[tuple[float, float]]:
    found = []
    for radius in (0.0, *config.radii):
        box = Ball(radius, shape="box").sample(model, config.copies, seed=0)
        values = torch.nan_to_num(error(box), nan=math.inf, posinf=math.inf)
        found.append((radius, float(values.max())))
    return found
