"""The gradient scale and the largest stable learning rate of one mode, by the map."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.models import (Direct, Exp, InverseQuadratic, Reciprocal, Sigmoid,
                           Softplus, Square)
from comlib.modes import largest_stable_rate, simulated_stable_rate

__all__ = ["Config", "plot", "run"]

_MAPS = {"direct": Direct(), "−w²": Square(), "exp": Exp(), "softplus": Softplus(),
         "sigmoid": Sigmoid(), "−1/w": Reciprocal(), "best": InverseQuadratic()}


@dataclass(frozen=True)
class Config:
    """The rates lambda of the targets.

    Args:
        first: slowest.
        last: fastest, below one, where the sigmoid's range ends.
        count: how many, at equal ratios.
    """

    first: float = 1e-3
    last: float = 0.9
    count: int = 13


def run(config: Config) -> Table:
    """Return one row for each map and rate.

    Columns: ``scale`` |f'|/f^2; ``largest`` stable learning rate of gradient descent by
    prp-stable-rate, with half the squared L2 error as loss; and ``simulated``, the same
    by bisection of descents.

    Args:
        config: what to compute.
    """
    rate = torch.tensor(np.geomspace(config.first, config.last, config.count),
                        dtype=DTYPE)
    parts = [Table(rate=rate, scale=f.gradient_scale(f.inverse(-rate)),
                   largest=largest_stable_rate(f, rate),
                   simulated=simulated_stable_rate(f, rate)) for f in _MAPS.values()]
    names = np.repeat(list(_MAPS), config.count)
    return Table.stack(parts).with_columns(map=names)


def plot(table: Table) -> Figure:
    """Draw both against the rate; simulations are dots.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=3.2)
    logs = {"by": "map", "xscale": "log", "yscale": "log", "xlabel": "rate λ"}
    figures.lines(table, "rate", "scale", ylabel="|f′| / f²", ax=axes[0], **logs)
    figures.lines(table, "rate", "largest", ylabel="learning rate", ax=axes[1], **logs)
    for k, name in enumerate(table.values("map")):
        rows = table.where(map=name)
        axes[1].plot(rows["rate"], rows["simulated"], "o", markersize=3,
                     color=figures.COLOURS[k])
    axes[0].set_title("gradient scale"), axes[1].set_title("largest stable rate")
    figures.label_lines(*axes)
    return fig
