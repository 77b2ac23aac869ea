"""Which learning rates let Adam find a slow mode in a given number of steps."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.models import Direct, Exp, InverseQuadratic, Softplus
from comlib.modes import descend_mode

__all__ = ["Config", "plot", "run"]

_MAPS = {"direct": Direct(), "softplus": Softplus(), "exp": Exp(),
         "best": InverseQuadratic()}


@dataclass(frozen=True)
class Config:
    """Targets and learning rates.

    Args:
        targets: rates lambda.
        ratio: of start and target.
        first: exponent of the smallest learning rate.
        last: exponent of the largest one.
        per_decade: learning rates in a decade.
        updates: steps of Adam.
    """

    targets: tuple[float, ...] = (1e-3, 1e-2)
    ratio: float = 10.0
    first: int = -7
    last: int = 2
    per_decade: int = 3
    updates: int = 3000


def run(config: Config) -> Table:
    """Return one row for each target, map and learning rate.

    Columns: ``error``, the largest |ln(lambda/target)| in the last thirtieth of the
    steps, infinite if the mode has left lambda > 0; ``distance`` in w from start to
    target.

    Args:
        config: what to compute.
    """
    count = config.per_decade * (config.last - config.first) + 1
    eta = torch.logspace(config.first, config.last, count, dtype=DTYPE)
    target = torch.tensor(config.targets, dtype=DTYPE)[:, None].expand(-1, count)
    lanes, parts = eta.expand_as(target).flatten(), []
    target = target.flatten()
    for name, f in _MAPS.items():
        path = descend_mode(f, config.ratio * target, target, lanes, config.updates,
                            method="adam")
        late = (path[-config.updates // 30:] / target).log().abs()
        error = torch.where(late.isnan().any(0), math.inf, late.amax(0))
        way = (f.inverse(-target) - f.inverse(-config.ratio * target)).abs()
        parts.append(Table(map=[name] * len(lanes), target=target, learning_rate=lanes,
                           error=error, distance=way))
    return Table.stack(parts)


def plot(table: Table) -> Figure:
    """Draw the error against the learning rate, a panel for each target.

    Args:
        table: what ``run`` returned.
    """
    targets = table.values("target")
    fig, axes = figures.panels(len(targets), height=2.8)
    for ax, target in zip(axes, targets, strict=True):
        rows = table.where(target=target)
        rows = rows.with_columns(
            error=np.where(rows["error"] < math.inf, rows["error"], np.nan))
        figures.lines(rows, "learning_rate", "error", by="map", xscale="log",
                      yscale="log", xlabel="learning rate", ax=ax,
                      ylabel="|ln(λ / λ*)| at the end")
        ax.axhline(0.01, color=figures.GUIDE, linewidth=1, linestyle=":")
        ax.set(ylim=(1e-4, 30), title=f"λ* = {target:g}")
    figures.legend_above(*axes)
    return fig
