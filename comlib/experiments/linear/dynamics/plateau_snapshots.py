"""One gradient flow down to the plateau, along it, and off it."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Exponential, ExponentialSum, Gaussian, Table
from comlib.dynamics import ModeLoss, gradient_flow
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.kernels import TwoPart

_STAGES = ("start", "arrival", "plateau", "after")


@dataclass(frozen=True)
class Config:
    """The target exp(-t) + exp(-(t - delay)^2 / 2) and a network with random modes.

    Weights are normal with variance 1/width, rates uniform between 1/2 and 2.

    Args:
        width: m.
        delay: 1/omega.
        seed: of the start.
        until: the last ln(tau).
        level: share of the plateau's loss at which the flow is stopped.
        rows: the most rows that are kept.
    """

    width: int = 4
    delay: float = 10.0
    seed: int = 6
    until: float = 9.0
    level: float = 0.65
    rows: int = 160


def run(config: Config) -> Table:
    """Return the flow, with what is left of either part, and four rows marked.

    Columns: delay, stage (text, "" for most rows), log_time, loss, plateau (its
    loss), short (squared L2 distance of rho_hat from exp(-t)), a1.., w1..
    The stages are the start; the arrival, at a loss of 1.02 times the plateau's;
    the middle, in log_time, between there and the departure at 0.98 times; the end.

    Source: prp-plateau-level in the book.

    Args:
        config: what to compute.
    """
    make = torch.Generator().manual_seed(config.seed)
    a = torch.randn(config.width, generator=make, dtype=DTYPE) / config.width**0.5
    w = 0.5 + 1.5 * torch.rand(config.width, generator=make, dtype=DTYPE)
    loss = ModeLoss(TwoPart(1.0, config.delay, 1.0))
    plateau = Gaussian(config.delay, 1.0).l2_norm() ** 2
    flow = gradient_flow(loss, torch.cat([a, w]), config.until,
                         level=config.level * plateau)
    s, J = flow["log_time"], flow["loss"]
    arrival = int(np.argmax(J <= 1.02 * plateau))
    departure = int(np.argmax(J <= 0.98 * plateau)) or len(flow) - 1
    middle = int(np.argmin(np.abs(s - (s[arrival] + s[departure]) / 2)))
    marked = {0: 0, 1: arrival, 2: middle, 3: len(flow) - 1}
    thin = range(0, len(flow), math.ceil(len(flow) / (config.rows - 4)))
    kept = np.array(sorted({*thin, *marked.values()}))
    stage = {row: _STAGES[k] for k, row in marked.items()}
    columns = {name: flow[name][kept] for name in flow.columns}
    theta = torch.from_numpy(np.stack([columns[n] for n in flow.columns[2:]], -1))
    return Table(delay=[config.delay] * len(kept),
                 stage=[stage.get(int(row), "") for row in kept],
                 log_time=columns.pop("log_time"), loss=columns.pop("loss"),
                 plateau=[plateau] * len(kept),
                 short=ModeLoss(Exponential())(theta), **columns)


def plot(table: Table) -> Figure:
    """Draw the loss, the distance from the short part, and the kernels of the stages.

    Args:
        table: what ``run`` returned.
    """
    fig, (loss, short, *axes) = figures.panels(2 + len(_STAGES), 3, height=2.3)
    figures.lines(table, "log_time", "loss", ax=loss, xlabel="ln τ", ylabel="loss J")
    figures.lines(table, "log_time", "short", ax=short, xlabel="ln τ", yscale="log",
                  ylabel="squared distance")
    loss.set(title="loss", xlim=(-6.0, None))
    short.set(title="from the short part", xlim=(-6.0, None))
    loss.axhline(table["plateau"][0], color=figures.GUIDE, linewidth=1.0,
                 linestyle=(0, (4, 3)))
    t = torch.linspace(0.0, table["delay"][0] + 5.0, 301, dtype=DTYPE)
    for k, (ax, stage) in enumerate(zip(axes, _STAGES, strict=True)):
        row = table.where(stage=stage)
        m = sum(name[0] == "a" for name in table.columns)
        a, w = (tuple(float(row[f"{c}{i + 1}"][0]) for i in range(m)) for c in "aw")
        curves = Table(t=t, target=TwoPart(1.0, table["delay"][0], 1.0)(t),
                       network=ExponentialSum(a, w)(t))
        figures.lines(curves, "t", ["target", "network"], ax=ax)
        ax.set(title=f"{k + 1}: {stage}", ylim=(-1.6, 1.4))
        for above, name in (loss, "loss"), (short, "short"):
            spot = max(row["log_time"][0], -6.0), row[name][0]
            above.plot(*spot, "o", color=figures.INK, markersize=4, clip_on=False)
            above.annotate(str(k + 1), spot, xytext=(4, 5),
                           textcoords="offset points")
    return fig
