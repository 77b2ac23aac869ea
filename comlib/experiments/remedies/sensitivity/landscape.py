"""The loss of one mode in its eigenvalue, and in the coordinate w = artanh(lambda)."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.modes import moebius, overlap

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The targets and the grid.

    Args:
        targets: lambda* in (0, 1).
        reach: w - w* goes from -reach to reach.
        count: points of each curve.
    """

    targets: tuple[float, ...] = (0.9, 0.99, 0.999)
    reach: float = 4.0
    count: int = 121


def run(config: Config) -> Table:
    """Return one row for each target and mode.

    Columns: ``target`` lambda*; ``eigenvalue``; ``shift``, w - w*; ``loss``,
    E(h - h*)^2 / 2; ``normalised``, E(z - z*)^2 / 2.

    Args:
        config: what to compute.
    """
    shift, parts = torch.linspace(-config.reach, config.reach, config.count,
                                  dtype=DTYPE), []
    for target in config.targets:
        s = torch.tensor(target, dtype=DTYPE)
        w = s.atanh() + shift
        lam = torch.tanh(w)
        raw = (1 / (1 - lam**2) + 1 / (1 - s**2)) / 2 - 1 / (1 - lam * s)
        parts.append(Table(eigenvalue=lam, shift=shift, loss=raw,
                           normalised=1 - overlap(lam, s)))
    return Table.stack(parts, target=config.targets)


def plot(table: Table) -> Figure:
    """Draw the losses against lambda and w, and discs of one radius in the unit disc.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(3, height=2.5)
    for k, (target, rows) in enumerate(table.groups("target")):
        look = {"color": figures.COLOURS[k], "linestyle": figures.DASHES[k],
                "label": f"λ* = {target:g}"}
        inside = (rows["eigenvalue"] > 0.8) & (rows["loss"] < 1 / (1 - target**2))
        axes[0].plot(rows["eigenvalue"][inside],
                     rows["loss"][inside] * (1 - target**2), **look)
        axes[1].plot(rows["shift"], rows["normalised"], **look)
    axes[0].set(xlabel="λ", ylabel="loss × (1 − λ*²)", title="raw, in λ")
    axes[1].set(xlabel="w − w*", ylabel="loss", title="normalised, in w")
    figures.legend_above(axes[0], axes[1], cols=1)
    _discs(axes[2])
    return fig


def _discs(ax) -> None:
    """Draw circles of the hyperbolic radius 0.3 in the unit disc."""
    turn = torch.from_numpy(np.linspace(0, 2 * math.pi, 61))
    rim = math.tanh(0.3) * torch.polar(torch.ones_like(turn), turn)
    ax.plot(turn.cos(), turn.sin(), color=figures.INK, linewidth=1)
    for distance, count in ((0.0, 1), (0.8, 6), (1.6, 12), (2.4, 24)):
        angles = 2 * math.pi * (np.arange(count) + 0.25) / count
        for angle in angles:
            centre = torch.polar(*torch.tensor([math.tanh(distance), angle],
                                               dtype=DTYPE))
            line = moebius(centre, rim)
            ax.fill(line.real, line.imag, color=figures.COLOURS[0], linewidth=0)
    ax.set(aspect="equal", xlabel="Re λ", ylabel="Im λ", title="equal loss")
