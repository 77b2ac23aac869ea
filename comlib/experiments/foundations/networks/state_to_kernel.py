"""A picture of a linear network: impulse, modes of the state, kernel."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from comlib import RNN, Table, impulse, time_grid
from comlib.evidence import figures
from comlib.functional import DTYPE

__all__ = ["Config", "plot", "run"]

_LEFT = {"input": 0.0, "state": 14.5, "output": 34.0}
_WIDTH = {"input": 9.5, "state": 14.0, "output": 10.5}
_NAMES = {"input": "input $x$", "state": "state $h$",
          "output": r"kernel $\hat\rho = c^\top h$"}


@dataclass(frozen=True)
class Config:
    """A diagonal network and the time of the impulse.

    Args:
        rates: decay rates of the modes; the input weights are one.
        readout: the weights c.
        dt: timebase.
        start: sample of the impulse.
        length: number of samples.
    """

    rates: tuple[float, ...] = (0.25, 1.0, 4.0)
    readout: tuple[float, ...] = (0.4, 0.3, 0.3)
    dt: float = 0.05
    start: int = 12
    length: int = 140


def run(config: Config = Config()) -> Table:
    """Return part, curve, time and value: the impulse, each mode, the output.

    The impulse is drawn with height one; the network gets one of mass one.

    Args:
        config: what to compute.
    """
    rates = torch.tensor(config.rates, dtype=DTYPE)
    m, c = len(rates), torch.tensor(config.readout, dtype=DTYPE)
    one, eye = torch.ones(m, 1, dtype=DTYPE), torch.eye(m, dtype=DTYPE)
    network = RNN(-rates, one, eye, dt=config.dt, activation="identity",
                  discretisation="exact")
    x = impulse(one[:1], config.length, config.dt, config.start)
    h = network(x)[0].detach()
    curves = [x[0, :, 0] * config.dt, *h.T, h @ c]
    t = time_grid(config.length, config.dt)
    return Table.stack([Table(time=t, value=curve) for curve in curves],
                       part=["input", *m * ["state"], "output"],
                       curve=[0, *range(m), 0])


def plot(table: Table) -> Figure:
    """Draw the three parts in a row, with the weights as arrows between them.

    Args:
        table: from ``run``.
    """
    fig, (ax,) = figures.panels(1, height=1.9)
    ax.add_patch(FancyBboxPatch((13.5, 3.5), 16, 10, "round,pad=0,rounding_size=1.2",
                                fill=False, edgecolor=figures.GUIDE))
    for part, name in _NAMES.items():
        rows = table.where(part=part)
        for k in np.unique(rows["curve"]):
            _curve(ax, part, rows.where(curve=int(k)), int(k))
        ax.text(_LEFT[part] + _WIDTH[part] / 2, 1.5, name, ha="center", va="center")
    _arrow(ax, (9.0, 8.5), (13.3, 8.5), "$U$", (11.2, 10))
    _arrow(ax, (29.7, 8.5), (34.0, 8.5), "$c$", (31.8, 10))
    _arrow(ax, (24.5, 13.7), (18.5, 13.7), "$W$", (21.5, 17.6), bend=0.8)
    ax.set(xlim=(-0.5, 45.5), ylim=(0, 19))
    ax.axis("off")
    return fig


def _curve(ax: Axes, part: str, rows: Table, k: int) -> None:
    """Draw one signal in its part of the picture."""
    across = rows["time"] / rows["time"].max() * _WIDTH[part]
    look = {"color": figures.COLOURS[k], "linestyle": figures.DASHES[k]}
    if part != "state":
        look = {"color": figures.INK, "linestyle": "-"}
    ax.plot(_LEFT[part] + across, 4.7 + 7.5 * rows["value"], **look)


def _arrow(ax: Axes, start: tuple, end: tuple, text: str, at: tuple,
           bend: float = 0.0) -> None:
    """Draw an arrow with its name."""
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11,
                                 shrinkA=0, shrinkB=0, color=figures.GUIDE,
                                 connectionstyle=f"arc3,rad={bend}"))
    ax.text(*at, text, ha="center", va="center")
