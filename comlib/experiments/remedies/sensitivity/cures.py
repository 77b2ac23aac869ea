"""Sensitivity with an input gain, with another coordinate, with both."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.modes import autoregressive_moments
from comlib.modes.gram import SLOPES

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The input and the modes.

    Args:
        correlations: a of the inputs with R(j) = a^j, the first of them white.
        first: largest 1 - lambda.
        last: smallest 1 - lambda.
        count: number of modes, at equal ratios.
    """

    correlations: tuple[float, ...] = (0.0, 0.99)
    first: float = 0.3
    last: float = 1e-5
    count: int = 28


def run(config: Config) -> Table:
    """Return one row for each input, map, gain and mode.

    Columns: ``a``; ``map`` from w to lambda; ``gain`` of the input: "none", "white",
    sqrt(1 - lambda^2), or "exact", one over the root of E h^2; ``gap``, 1 - lambda;
    ``sensitivity``, the mean square of the derivative in w of gain times h.

    Args:
        config: what to compute.
    """
    gap = torch.from_numpy(np.geomspace(config.first, config.last, config.count))
    parts, labels = [], []
    for a in config.correlations:
        for gain in ("none", "white", "exact"):
            value = _in_eigenvalue(1 - gap, a, gain)
            for name, slope in SLOPES.items():
                parts.append(Table(gap=gap, sensitivity=value * slope(1 - gap) ** 2))
                labels.append((a, name, gain))
    a, name, gain = zip(*labels)
    return Table.stack(parts, a=a, map=name, gain=gain)


def plot(table: Table) -> Figure:
    """Draw the four combinations for white input, and the two gains for the last.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.5)
    white, last = (table.where(a=table.values("a")[k]) for k in (0, -1))
    cases = [("raw", "direct", "none"), ("gain only", "direct", "white"),
             ("tanh only", "tanh", "none"), ("gain and tanh", "tanh", "white"),
             ("gain and exp", "double exp", "white")]
    _draw(axes[0], white, cases)
    _draw(axes[1], last, [("no gain", "tanh", "none"), ("white gain", "tanh", "white"),
                          ("exact gain", "tanh", "exact")])
    axes[0].set_title("white input")
    axes[1].set_title(f"a = {last['a'][0]:g}, in w of tanh")
    figures.label_lines(*axes)
    return fig


def _draw(ax, table: Table, cases: list[tuple[str, str, str]]) -> None:
    for k, (label, name, gain) in enumerate(cases):
        figures.lines(table.where(map=name, gain=gain), "gap", "sensitivity", ax=ax,
                      labels=[label], xscale="log", yscale="log", xlabel="1 − λ",
                      ylabel="E|derivative|²", color=figures.COLOURS[k],
                      linestyle=figures.DASHES[k])
    ax.invert_xaxis()


def _in_eigenvalue(lam: torch.Tensor, a: float, gain: str) -> torch.Tensor:
    """Return E(d(g h)/dlambda)^2 for the gain g."""
    state, cross, d = autoregressive_moments(lam, a)
    if gain == "none":
        return d
    if gain == "exact":
        # at the rounding floor for the most correlated inputs and slowest modes
        return (d / state - (cross / state) ** 2).clamp(min=0.0)
    free = 1 - lam**2
    return free * d - 2 * lam * cross + lam**2 / free * state
