"""Equal modes, the same functional at every width, in a ball and in two boxes."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Ball, Exponential, Table, l1_loss, perturb
from comlib.evidence import figures
from comlib.functional import DTYPE

from .networks import equal_modes

__all__ = ["Config", "plot", "run"]

KINDS = ("ball", "box, diagonal W", "box, dense W")


@dataclass(frozen=True)
class Config:
    """The radius and the widths.

    Args:
        radius: beta < 1.
        widths: numbers of modes.
        computed: those of them at which networks are also moved.
        draws: number of random perturbations.
    """

    radius: float = 0.05
    widths: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256)
    computed: tuple[int, ...] = (1, 4, 8)
    draws: int = 10


def run(config: Config) -> Table:
    """Return for each kind and width the exact E_m, and errors of moved networks.

    Columns: ``attained`` at the corner that the proof names, ``drawn`` the largest
    of random draws; both NaN at widths that are not computed.

    Source: prp-box-dense in the book.

    Args:
        config: what to compute.
    """
    pairs = [(kind, m) for kind in KINDS for m in config.widths]
    moved = [_moved(kind, m, config) for kind, m in pairs]
    return Table(kind=[kind for kind, _ in pairs], width=[m for _, m in pairs],
                 exact=[_exact(kind, m, config.radius) for kind, m in pairs],
                 attained=[row[0] for row in moved], drawn=[row[1] for row in moved])


def plot(table: Table) -> Figure:
    """Draw the exact values as lines, corners as dots and draws as squares.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=2.8)
    look = {"xscale": "log", "yscale": "log", "xlabel": "width $m$",
            "ylabel": "error", "ax": ax}
    finite = Table(**{name: table[name][table["exact"] < math.inf]
                      for name in table.columns})
    figures.lines(finite, "width", "exact", by="kind", labels=list(KINDS), **look)
    for column, marker in (("attained", "o"), ("drawn", "s")):
        ax.set_prop_cycle(None)
        figures.lines(finite, "width", column, by="kind", labels=[None] * 3,
                      marker=marker, linestyle="none", **look)
    ax.set(title="The same functional, ever wider", ylim=(0.04, 20))
    figures.label_lines(ax)
    return fig


def _exact(kind: str, m: int, beta: float) -> float:
    slow = m * beta if kind == "box, dense W" else beta
    grown = beta if kind == "ball" else beta * math.sqrt(m)
    return (1 + grown) ** 2 / (1 - slow) - 1 if slow < 1 else math.inf


def _moved(kind: str, m: int, config: Config) -> tuple[float, float]:
    if m not in config.computed:
        return math.nan, math.nan
    model, beta = equal_modes(m, kind != "box, diagonal W"), config.radius
    ball = Ball(beta, shape="ball" if kind == "ball" else "box")
    unit = torch.full((m, m), beta, dtype=DTYPE)
    slower = {"ball": beta * torch.eye(m), "box, dense W": unit,
              "box, diagonal W": unit[0]}[kind]
    grown = beta / math.sqrt(m) if kind == "ball" else beta
    corner = model.with_parameters({
        "w": model.w.detach() + slower, "U": model.U.detach() + grown,
        "c": model.c.detach() + grown})
    with torch.no_grad():
        return tuple(float(l1_loss(moved, Exponential(1.0), 1e-9).max())
                     for moved in (corner, perturb(model, ball, config.draws, 0)))
