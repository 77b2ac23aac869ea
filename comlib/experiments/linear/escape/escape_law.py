"""E2: how long gradient flow stays on the plateau, against the length of memory.

The target is a Gaussian bump of width one at time 1/omega, alone or on top of
exp(-t). One mode starts with weight zero; or the short memory is learnt already, by
two neurons that share it.
"""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Exponential, Gaussian, Kernel, Table
from comlib.dynamics import (ModeLoss, elementary_floor, gradient_flow,
                             projection_floor, slow_manifold_ceiling,
                             slow_manifold_time)
from comlib.evidence import figures
from comlib.functional import DTYPE

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The starts, the delays and the drop that counts as an escape.

    Args:
        rates: w(0) of one mode that has learnt nothing, one start each.
        shares: weights of neurons of rate one that share exp(-t); () for no such
            start.
        delays: 1/omega.
        drop: delta.
    """

    rates: tuple[float, ...] = (0.5, 1.0, 1.5)
    shares: tuple[float, ...] = (0.6, 0.4)
    delays: tuple[float, ...] = tuple(float(d) for d in range(6, 16))
    drop: float = 0.05


RECORDS = {"law": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return start, delay, ln(tau_0) and its bounds, and the length of the path.

    Columns: ``log_time``; the certified lower bounds ``elementary`` and
    ``projection``; ``slow`` and ``ceiling``, the two-sided ones of one mode (NaN for
    the others); ``length``, how long the path in parameter space is.

    Source: thm-escape, prp-escape-projection and prp-slow-manifold in the book.

    Args:
        config: what to compute.
    """
    starts = [(f"w = {w:g}", [0.0, w], 0) for w in config.rates]
    if config.shares:
        ones = [1.0] * len(config.shares)
        starts.append(("duplicated", [*config.shares, *ones], 1))
    rows = [{"start": name, "delay": D, **_row(theta, short, D, config.drop)}
            for name, theta, short in starts for D in config.delays]
    return Table(**{column: [row[column] for row in rows] for column in rows[0]})


def plot(table: Table) -> Figure:
    """Draw times and certified bounds, of one mode and of duplicated neurons.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8)
    names = table.values("start")
    for k, name in enumerate(names):
        ax, rows = axes[int(name == "duplicated")], table.where(start=name)
        colour, single = f"C{k}", name != "duplicated"
        ax.plot(rows["delay"], rows["log_time"], "o-", color=colour, label=name)
        ax.plot(rows["delay"], rows["projection"], "--", color=colour,
                label=None if single else "projection")
        ax.plot(rows["delay"], rows["elementary"], ":", color=colour,
                label=None if single else "elementary")
        ax.set(xlabel="1/ω", ylabel="ln τ₀(δ)")
    axes[0].set_title("one mode"), axes[1].set_title("two neurons, one rate")
    figures.label_lines(*axes)
    return fig


def _row(start: list[float], short: int, delay: float, drop: float) -> dict[str, float]:
    theta, bump = torch.tensor(start, dtype=DTYPE), Gaussian(delay, 1.0)
    target: Kernel = Exponential() + bump if short else bump
    loss = ModeLoss(target)
    path = gradient_flow(loss, theta, 70.0, level=float(loss(theta)) - drop)
    names = [c for c in path.columns if c not in ("log_time", "loss")]
    points = torch.stack([torch.tensor(path[c]) for c in names], 1)
    points = torch.cat([theta[None], points])
    one = len(start) == 2
    return {"log_time": float(path["log_time"][-1]),
            "elementary": elementary_floor(bump, theta, drop),
            "projection": projection_floor(bump, theta, short, drop),
            "slow": slow_manifold_time(bump, start[1], drop) if one else math.nan,
            "ceiling": slow_manifold_ceiling(bump, start[1], drop) if one else math.nan,
            "length": float(points.diff(dim=0).norm(dim=1).sum())}
