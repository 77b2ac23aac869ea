"""The way of two neurons that share one rate: what moves, and when."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from comlib import Gaussian, Table
from comlib.dynamics import duplicated_law, laguerre_moments, precise_flow
from comlib.evidence import figures

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Two neurons, the bump and the drop that counts as an escape.

    Args:
        weights: with sum one, the larger first.
        delay: 1/omega.
        rate: c, of both neurons at the start.
        drop: delta.
    """

    weights: tuple[str, str] = ("0.6", "0.4")
    delay: float = 24.0
    rate: float = 1.0
    drop: float = 0.05


RECORDS = {"drift": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return log_time, drop, share and distance along the flow, and two laws.

    The share is the weight of the heavier neuron and the distance the difference of
    the rates; ``law_time`` is ln of the time at which the law has this share (NaN
    before it moves) and ``valley`` the distance that fits the second moment.

    Source: thm-duplicated in the book.

    Args:
        config: what to compute.
    """
    c, bump = config.rate, Gaussian(config.delay, 1.0)
    flow = precise_flow(config.weights, config.delay, c, config.drop)
    share, first = flow["a1"], float(config.weights[0])
    moved = (share < first - 1e-3) & (share > 0)
    times = [duplicated_law(bump, first, c, left=p) if ok else np.nan
             for p, ok in zip(share.tolist(), moved)]
    m = laguerre_moments(bump, c, 3)[2] * (2 * c) ** 2.5
    valley = np.sqrt(m / np.clip(share * (1 - share), 1e-12, None))
    return Table(log_time=flow["log_time"], drop=flow["drop"], share=share,
                 distance=abs(flow["v2"] - flow["v1"]), law_time=times, valley=valley)


def plot(table: Table) -> Figure:
    """Draw share, distance and loss against the logarithm of time, and the laws.

    Args:
        table: what ``run`` returned.
    """
    fig, (drift, parting, fall) = figures.panels(3, height=2.8)
    s, end = table["log_time"], table["log_time"][-1]
    drift.plot(np.exp(s - end), table["share"], label="flow")
    drift.plot(np.exp(table["law_time"] - end), table["share"], ":", color=figures.INK,
               label="law")
    drift.set(xlabel="τ/τ₀", ylabel="weight of the heavier neuron",
              title="the share drifts")
    parting.plot(s, table["distance"], label="flow")
    parting.plot(s, table["valley"], ":", color=figures.INK, label="fitted")
    parting.set(ylabel="distance of the rates", title="the rates part")
    fall.plot(s, table["drop"])
    fall.set(ylabel="fall of the loss", title="the loss falls")
    for ax in (parting, fall):
        ax.set(xlabel="ln τ", xlim=(0, end + 1), yscale="log")
    for ax in (drift, parting):
        ax.legend()
    return fig
