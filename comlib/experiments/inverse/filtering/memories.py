"""What the teachers remember: answers to impulses and to steps of several heights."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table, heaviside, impulse
from comlib.evidence import figures
from comlib.functional import DTYPE

from .teachers import FAMILIES, Classroom, teachers

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The teachers, and the heights of the inputs.

    Args:
        each: teachers in each of the six families.
        length: number of time points T.
        bound: B, the largest height.
        heights: of each sign, at equal distances.
    """

    each: int = 8
    length: int = 60
    bound: float = 2.0
    heights: int = 8


def run(config: Config) -> Table:
    """Return teacher, family, size, time, and both memories, lower bounds.

    The suprema are over the heights alone. ``impulse`` is |H_t(i^x)|/|x|, ``step``
    the difference of H_t(u^x) over one time step over |x|.

    Source: def-memory-function and def-impulse-memory in the book.

    Args:
        config: what to ask whom.
    """
    known = teachers(config.each)
    room = Classroom([teacher.functional for teacher in known], config.length)
    x = config.bound * torch.arange(1, config.heights + 1, dtype=DTYPE)[:, None]
    x = torch.cat([x, -x]) / config.heights
    size, T, rows = x.abs(), config.length, []
    with torch.no_grad():
        pulse = (room(impulse(x, T, 1.0))[..., 0].abs() / size).amax(1)
        y = torch.nn.functional.pad(room(heaviside(x, T))[..., 0], (1, 0))
        step = (y.diff(dim=-1).abs() / size).amax(1)
    for k, teacher in enumerate(known):
        rows += [(k, teacher.family, teacher.size, t, float(pulse[k, t]),
                  float(step[k, t])) for t in range(T)]
    return Table.from_rows(("teacher", "family", "size", "time", "impulse", "step"),
                           rows)


def plot(table: Table) -> Figure:
    """Draw the impulse memories on log axes, a panel for each family.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(6, 3, 2.0, sharey=True)
    for ax, family in zip(axes, FAMILIES, strict=True):
        for _, rows in table.where(family=family).groups("teacher"):
            ax.plot(rows["time"][1:], np.maximum(rows["impulse"][1:], 1e-12),
                    color=figures.COLOURS[0])
        ax.set(title=family, xscale="log", yscale="log", ylim=(1e-7, 3),
               xlabel="time t", ylabel="impulse memory")
    return fig
