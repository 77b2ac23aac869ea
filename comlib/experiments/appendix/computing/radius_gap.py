"""Matrices that real perturbations hardly hurt and complex ones do.

W has the rows (-1, turn^2) and (-1, -1), and the eigenvalues -1 +- i turn. What is
found in closed form is in prp-radius-gap.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table, complex_stability_radius, real_stability_radius
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.measures import kreiss_constant, numerical_abscissa

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The range of turns, and the times at which exp(W t) is looked at.

    Args:
        first: smallest turn.
        last: largest turn.
        count: number of turns, at equal ratios.
        times: number of times in (0, 2 pi / turn].
    """

    first: float = 0.25
    last: float = 64.0
    count: int = 17
    times: int = 4000


def run(config: Config) -> Table:
    """Return radii and transients for each turn.

    Columns: ``margin``, ``real`` and ``complex`` stability radius, numerical
    ``abscissa``, ``kreiss`` constant, ``peak``, the largest |exp(W t)|, and
    ``ceiling``, e m times the Kreiss constant.

    Args:
        config: what to compute.
    """
    turns = np.geomspace(config.first, config.last, config.count).tolist()
    rows = [_row(turn, config.times) for turn in turns]
    return Table(turn=turns, **{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw the radii beside the transients.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8)
    logs = {"xscale": "log", "yscale": "log", "xlabel": "turn Ω"}
    figures.lines(table, "turn", ["real", "complex"], ylabel="size of Δ", ax=axes[0],
                  labels=["real radius", "complex radius"], **logs)
    figures.lines(table, "turn", "margin", ylabel="size of Δ", ax=axes[0],
                  labels=["margin"], color=figures.INK, linestyle="--", **logs)
    figures.lines(table, "turn", ["ceiling", "peak", "kreiss"], ylabel="growth",
                  labels=["e m K", "largest |exp(Wt)|", "Kreiss constant K"],
                  ax=axes[1], **logs)
    for ax, title in zip(axes, ("radii", "growth"), strict=True):
        ax.set_title(title)
    figures.label_lines(*axes)
    return fig


def _row(turn: float, times: int) -> dict[str, float]:
    W = torch.tensor([[-1.0, turn**2], [-1.0, -1.0]], dtype=DTYPE)
    # one turn is enough: after it the exponential is smaller, by exp(-2 pi / turn)
    t = 2 * math.pi / turn * torch.arange(1, times + 1, dtype=DTYPE) / times
    states = torch.linalg.matrix_exp(t[:, None, None] * W)
    kreiss = kreiss_constant(W)
    return {"margin": -float(torch.linalg.eigvals(W).real.max()),
            "real": real_stability_radius(W), "complex": complex_stability_radius(W),
            "abscissa": numerical_abscissa(W), "kreiss": kreiss,
            "peak": max(1.0, float(torch.linalg.matrix_norm(states, 2).max())),
            "ceiling": math.e * len(W) * kreiss}
