"""E2: escape from the plateau after a random start."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Exponential, Gaussian, Table
from comlib.dynamics import ModeLoss, hitting_times
from comlib.evidence import figures
from comlib.functional import DTYPE

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Random starts on the target exp(-t) + exp(-(t - 1/omega)^2/2).

    Weights are normal with variance 1/m, rates uniform in (slowest, fastest).

    Args:
        widths: numbers of modes m.
        delays: 1/omega.
        seeds: number of starts, the same ones for every delay.
        slowest: smallest rate.
        fastest: largest rate.
        entered: the plateau begins where the loss is this many times its level.
        left: it ends where the loss is this many times its level.
        until: the last ln(tau).
        rtol: relative tolerance of a step.
    """

    widths: tuple[int, ...] = (2, 4)
    delays: tuple[float, ...] = tuple(float(d) for d in range(5, 14))
    seeds: int = 24
    slowest: float = 0.5
    fastest: float = 2.0
    entered: float = 1.02
    left: float = 0.96
    until: float = 20.0
    rtol: float = 1e-5


RECORDS = {"random": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return ln(tau) at which the plateau is entered and left, for each start.

    -inf if the start lies below the level, inf if it is never reached.

    Args:
        config: what to compute.
    """
    rows = [(m, D, seed, *_times(config, m, D, seed)) for m in config.widths
            for D in config.delays for seed in range(config.seeds)]
    names = ("width", "delay", "seed", "entry", "exit")
    return Table.from_rows(names, rows)


def plot(table: Table) -> Figure:
    """Draw the median of the exit with quartiles, and every single one.

    Args:
        table: what ``run`` returned.
    """
    widths = np.unique(table["width"]).tolist()
    fig, axes = figures.panels(len(widths), height=2.8, sharey=True)
    for ax, m in zip(axes, widths, strict=True):
        rows = table.where(width=m)
        delays = np.unique(rows["delay"])
        # a quartile among infinities must not be interpolated
        parts = [np.quantile(rows.where(delay=float(D))["exit"], [0.25, 0.5, 0.75],
                             method="inverted_cdf") for D in delays]
        low, middle, high = np.where(np.isfinite(parts), parts, np.nan).T
        ended = np.where(np.isfinite(rows["exit"]), rows["exit"], np.nan)
        ax.plot(rows["delay"], ended, ".", color=figures.FAINT, markersize=3)
        ax.plot(delays, middle, "o-", label="median")
        ax.fill_between(delays, low, high, alpha=0.2, linewidth=0, label="quartiles")
        ax.set(xlabel="1/ω", ylabel="ln τ of the escape", title=f"m = {m}")
        ax.legend(loc="upper left")
    return fig


def _times(config: Config, m: int, delay: float, seed: int) -> list[float]:
    generator = torch.Generator().manual_seed(seed)
    a = torch.randn(m, dtype=DTYPE, generator=generator) / math.sqrt(m)
    u = torch.rand(m, dtype=DTYPE, generator=generator)
    w = config.slowest + (config.fastest - config.slowest) * u
    bump = Gaussian(delay, 1.0)
    level = bump.l2_norm() ** 2
    return hitting_times(ModeLoss(Exponential() + bump), torch.cat([a, w]),
                         [config.entered * level, config.left * level],
                         config.until, rtol=config.rtol).tolist()
