"""The loss of a mode whose eigenvalue turns on the circle of the right radius."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.modes import circle_loss

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The targets and the grid.

    Args:
        radii: |lambda*|.
        count: angles between 0 and pi.
    """

    radii: tuple[float, ...] = (0.9, 0.99, 0.999)
    count: int = 201


def run(config: Config) -> Table:
    """Return one row for each radius and angle.

    Columns: ``radius``; ``angle`` between lambda and lambda*; ``x``, the angle over
    1 - q; ``loss``, E|h - h*|^2 / 2 times 1 - q; ``law``, x^2 / (1 + x^2).

    Args:
        config: what to compute.
    """
    parts = []
    for radius in config.radii:
        free = 1 - radius**2
        angle = free * np.sinh(np.linspace(0, np.arcsinh(np.pi / free), config.count))
        angle, x = np.minimum(angle, np.pi), angle / free
        loss = circle_loss(radius, torch.from_numpy(angle)) * free
        parts.append(Table(angle=angle, x=x, loss=loss, law=x**2 / (1 + x**2)))
    return Table.stack(parts, radius=config.radii)


def plot(table: Table) -> Figure:
    """Draw the loss against the angle, and against the angle over 1 - q.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.3)
    names = [f"|λ*| = {r:g}" for r in table.values("radius")]
    figures.lines(table, "angle", "loss", by="radius", labels=names, ax=axes[0],
                  xlabel="angle between λ and λ*", ylabel="loss × (1 − q)")
    near = Table.stack([rows for _, rows in table.groups("radius")])
    figures.lines(near, "x", "loss", by="radius", labels=names, ax=axes[1],
                  xlabel="angle / (1 − q)", ylabel="loss × (1 − q)")
    longest = near.where(radius=near.values("radius")[-1])
    axes[1].plot(longest["x"], longest["law"], ":", color=figures.GUIDE,
                 label="limit")
    axes[1].set_xlim(0, 8)
    axes[0].set_title("on the circle"), axes[1].set_title("near λ*")
    figures.legend_above(*axes, cols=2)
    return fig
