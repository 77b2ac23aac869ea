"""Steps of gradient descent from every start, by the gain of the mode and the map."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.models import Direct, Exp, InverseQuadratic, Square
from comlib.modes import descend_mode, largest_stable_rate, settling_time

__all__ = ["Config", "plot", "run"]

_MAPS = {"direct": Direct(), "−w²": Square(), "exp": Exp(), "best": InverseQuadratic()}
_GAINS = {0.0: "gain 0", 0.5: "gain 1/2", 1.0: "gain 1"}


@dataclass(frozen=True)
class Config:
    """One target, many starts.

    Args:
        target: its rate lambda.
        farthest: ratio of start and target, also its inverse.
        count: number of starts, at equal ratios.
        fractions: learning rates in units of the largest stable one.
        updates: steps that are made.
    """

    target: float = 1e-2
    farthest: float = 100.0
    count: int = 20
    fractions: tuple[float, ...] = (0.1, 0.3, 0.8)
    updates: int = 600


def run(config: Config) -> Table:
    """Return the steps after which lambda stays within one per cent of its target.

    Infinity where that takes more than ``updates``, or the mode has left lambda > 0.

    Args:
        config: what to compute.
    """
    ratios = np.geomspace(1 / config.farthest, config.farthest, config.count)
    lanes = [(share, ratio) for share in config.fractions for ratio in ratios.tolist()]
    share, ratio = torch.tensor(lanes, dtype=DTYPE).T
    target, parts = torch.full_like(share, config.target), []
    for gain in _GAINS:
        for name, f in _MAPS.items():
            eta = share * largest_stable_rate(f, target, gain)
            path = descend_mode(f, ratio * target, target, eta, config.updates,
                                gain=gain)
            parts.append(Table(gain=[gain] * len(lanes), map=[name] * len(lanes),
                               fraction=share, start=ratio,
                               steps=settling_time(path, target)))
    return Table.stack(parts)


def plot(table: Table) -> Figure:
    """Draw the steps for the middle one of the fractions, a panel for each gain.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(3, height=2.8)
    fractions = table.values("fraction")
    rows = table.where(fraction=fractions[len(fractions) // 2])
    for ax, (gain, title) in zip(axes, _GAINS.items(), strict=True):
        part = rows.where(gain=gain)
        part = part.with_columns(steps=np.where(part["steps"] < math.inf,
                                                np.maximum(part["steps"], 1), np.nan))
        figures.lines(part, "start", "steps", by="map", xscale="log", yscale="log",
                      xlabel="start / target", ax=ax)
        ax.set_title(title)
    figures.label_lines(*axes)
    return fig
