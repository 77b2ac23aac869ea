"""The sensitivity of a mode that started at rest, at a finite time."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.modes import collapse, sensitivity_after

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The times and the modes.

    Args:
        lengths: times t.
        first: largest 1 - |lambda|.
        last: smallest 1 - |lambda|.
        count: number of modes, at equal ratios.
    """

    lengths: tuple[int, ...] = (100, 1000, 10000)
    first: float = 0.3
    last: float = 1e-5
    count: int = 37


def run(config: Config) -> Table:
    """Return one row for each time and mode.

    Columns: ``length`` t; ``gap``, 1 - |lambda|; ``sensitivity``, E|d|^2 at time t;
    ``stationary``, its limit; ``u``, 2 gap t; ``scaled``, E|d|^2 / t^3; ``law``, F(u).

    Args:
        config: what to compute.
    """
    gap = torch.from_numpy(np.geomspace(config.first, config.last, config.count))
    q, parts = (1 - gap) ** 2, []
    for t in config.lengths:
        value, u = sensitivity_after(1 - gap, t), 2 * gap * t
        parts.append(Table(gap=gap, sensitivity=value,
                           stationary=(1 + q) / (1 - q) ** 3, u=u,
                           scaled=value / t**3, law=collapse(u.to(DTYPE))))
    return Table.stack(parts, length=config.lengths)


def plot(table: Table) -> Figure:
    """Draw the sensitivities, and their collapse on F.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.4)
    log = {"xscale": "log", "yscale": "log"}
    names = [f"t = {t}" for t in table.values("length")]
    longest = table.where(length=table.values("length")[-1])
    axes[0].plot(longest["gap"], longest["stationary"], ":", color=figures.GUIDE,
                 label="stationary")
    figures.lines(table, "gap", "sensitivity", by="length", labels=names, ax=axes[0],
                  xlabel="1 − |λ|", ylabel="E|dh/dλ|²", **log)
    figures.lines(table, "u", "scaled", by="length", labels=names, ax=axes[1],
                  xlabel="u = 2 (1 − |λ|) t", ylabel="E|dh/dλ|² / t³", **log)
    axes[1].plot(longest["u"], longest["law"], ":", color=figures.GUIDE, label="F(u)")
    axes[0].invert_xaxis(), axes[1].invert_xaxis()
    axes[0].set_title("at time t"), axes[1].set_title("collapse")
    figures.legend_above(axes[1], cols=2)
    axes[0].get_legend().remove() if axes[0].get_legend() else None
    figures.label_lines(axes[0])
    return fig
