"""When the loss leaves its plateaus, for small starts of every size."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from comlib import Polynomial, Table
from comlib.dynamics import DenseLoss, dense_hits, dense_start
from comlib.evidence import figures, variations
from comlib.kernels import trapezoid_sum

from . import plateaus

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The target (1 + t)^-p, as positive exponentials, and a start near -I.

    Args:
        p: exponent, > 1.
        eps: relative L1 distance of the exponentials from the power law.
        width: number of neurons m.
        scale: sigma, of the noise in W and of b and c.
        seed: of the start.
        steps: how many plateaus to leave, at most m.
        until: the last ln(tau).
    """

    p: float = 1.5
    eps: float = 1e-8
    width: int = 5
    scale: float = 1e-4
    seed: int = 0
    steps: int = 3
    until: float = 12.0


RECORDS = {"steps": tuple(variations(
    Config(), scale=(1e-2, 1e-3, 1e-4, 1e-5, 1e-6), seed=(0, 1, 2, 3)))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return for each step k the time at which J = (E_k E_{k+1}), and gamma_k.

    Columns: ``k``; ``time`` of the fall, at the geometric mean of the squared errors
    of two plateaus; ``gamma``, the rate of thm-plateau-escape.

    Args:
        config: what to compute.
    """
    flat = plateaus.run(plateaus.Config((config.p,), config.steps))
    target = trapezoid_sum(Polynomial(config.p), config.eps)
    levels = np.sqrt(flat["error"][:-1] * flat["error"][1:]).tolist()
    start = dense_start(config.width, config.scale, config.seed)
    times = dense_hits(DenseLoss(target, config.width), start, levels, config.until)
    return Table(k=range(config.steps), time=times.exp(), gamma=flat["gamma"][:-1])


def plot(table: Table) -> Figure:
    """Draw the times against ln(1/sigma) with lines of the predicted slopes.

    Args:
        table: the stored sweep, or what ``run`` returned.
    """
    if "scale" not in table.columns:
        table = table.with_columns(scale=np.full(len(table), Config.scale))
    steps = table.values("k")
    fig, axes = figures.panels(len(steps))
    slope = 0.0
    for ax, k in zip(axes, steps, strict=True):
        rows = table.where(k=k)
        slope += 1 / rows["gamma"][0]
        x = np.log(1 / rows["scale"])
        middle = rows["time"].mean() - slope * x.mean()
        ends = np.array([x.min() - 0.5, x.max() + 0.5])
        ax.plot(ends, middle + slope * ends, "-", color=figures.GUIDE, linewidth=1.0)
        ax.plot(x, rows["time"], "o", markersize=3.5)
        ax.set(xlabel="ln(1/σ)", ylabel="time τ", title=f"plateau {k} is left")
        if math.isclose(*ax.get_xlim()):
            ax.set_xlim(x.min() - 1, x.max() + 1)
    return fig
