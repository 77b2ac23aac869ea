"""Escape from starts whose neurons share one rate, in many digits."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from scipy.interpolate import PchipInterpolator

from comlib import Gaussian, Table
from comlib.dynamics import duplicated_law, precise_flow
from comlib.evidence import figures

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Positive weights whose sum is one, at one rate, before a bump.

    Args:
        start: the weights, the largest first, with a slash between them.
        rate: c.
        delay: 1/omega.
        drop: delta.
    """

    start: str = "0.6/0.4"
    rate: float = 1.0
    delay: float = 10.0
    drop: float = 0.05


_DELAYS = (10.0, 12.0, 14.0, 15.0, 16.0, 17.0, 18.0, 20.0, 22.0, 25.0, 28.0, 31.0)
RECORDS = {"times": tuple(
    Config(start, rate, delay) for start, rate, delays in (
        ("0.6/0.4", 1.0, _DELAYS), ("0.6/0.4", 0.5, (36.0, 44.0)),
        ("0.51/0.49", 1.0, (20.0, 30.0)), ("0.9/0.1", 1.0, (20.0, 30.0)),
        ("0.5/0.3/0.2", 1.0, (20.0, 30.0))) for delay in delays)}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return start, rate, delay, the logarithms of times, and a fall of the loss.

    Columns: ``log_time``, that of the escape, its ``law`` and ``second``, the law
    with two terms (NaN where they cancel); ``halved``, the time at which the largest
    weight has come down to half its size, its law ``halved_law``, and ``fallen``,
    by how much the loss has fallen by then.

    Source: thm-duplicated in the book.

    Args:
        config: what to compute.
    """
    weights, c = config.start.split("/"), config.rate
    flow = precise_flow(weights, config.delay, c, config.drop)
    share, bump = float(weights[0]), Gaussian(config.delay, 1.0)

    def law(left: float = 0.0, terms: int = 1) -> float:
        return duplicated_law(bump, share, c, left, terms, fast=len(weights) - 1)

    return Table(
        start=[config.start], rate=[c], delay=[config.delay],
        log_time=flow["log_time"][-1:], law=[law()], second=[law(terms=2)],
        halved=[_when(flow, "log_time", share / 2)], halved_law=[law(share / 2)],
        fallen=[_when(flow, "drop", share / 2)])


def plot(table: Table) -> Figure:
    """Draw the steepness of the first start of rate one, and what the law leaves.

    Args:
        table: what ``run`` returned.
    """
    fig, (slope, gap) = figures.panels(2, height=2.8)
    rows = table.where(start=table["start"][0], rate=1.0)
    middle = (rows["delay"][1:] + rows["delay"][:-1]) / 2
    for name, look in (("log_time", "o-"), ("law", "--"), ("second", ":")):
        steps = np.diff(rows[name]) / np.diff(rows["delay"])
        slope.plot(middle, steps, look, label={"log_time": "flow"}.get(name, name))
    for level in (2.0, 2.5):
        slope.axhline(level, color=figures.GUIDE, linewidth=0.8, linestyle="-")
    slope.set(xlabel="1/ω", ylabel="slope of ln τ₀", ylim=(0.8, 2.6),
              title="weights 0.6, 0.4: the slope")
    for start, rate in dict.fromkeys(zip(*(table[n].tolist()
                                           for n in ("start", "rate")))):
        rows = table.where(start=start, rate=rate)
        gap.plot(rate * rows["delay"], abs(rows["log_time"] - rows["law"]), "o-",
                 markersize=4, label=f"{start}, c = {rate:g}")
    gap.set(xlabel="c/ω", ylabel="|ln τ₀ − law|", yscale="log",
            ylim=(1e-8, 5), title="what the law misses")
    for ax in (slope, gap):
        ax.legend(loc="lower right" if ax is slope else "lower left")
    return fig


def _when(flow: Table, name: str, share: float) -> float:
    """A column where the first weight comes down to a share, or NaN."""
    below = np.flatnonzero(flow["a1"] <= share)
    if not len(below) or not (np.diff(flow["a1"][below[0] - 3:below[0] + 1]) < 0).all():
        return math.nan
    near = slice(below[0] - 3, below[0] + 1)
    return float(PchipInterpolator(-flow["a1"][near], flow[name][near])(-share))
