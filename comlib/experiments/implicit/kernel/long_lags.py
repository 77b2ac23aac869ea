"""How the powers of a wide matrix leave their limit at lags of order sqrt(m)."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.wide import mean_power_norms, power_norms

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The widths and the draws.

    Args:
        widths: m.
        draws: of real matrices, for each width.
        reach: the largest lag is reach * sqrt(m).
        seed: of the draws.
    """

    widths: tuple[int, ...] = (25, 100)
    draws: int = 2000
    reach: float = 1.75
    seed: int = 0


RECORDS = {"long-lags": Config(widths=(25, 100, 400, 1600, 6400), draws=4000)}
"""The stored run: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return one row for each width and lag k.

    Columns: ``x`` = k / sqrt(m); ``mean`` of |A^k u|^2 over draws of a real matrix,
    its standard ``error`` and the ``median``; ``complex``, the exact mean for complex
    entries; ``limit``, where the latter goes for fixed x.

    Args:
        config: what to compute.
    """
    tables = []
    for m in config.widths:
        T = int(config.reach * math.sqrt(m)) + 1
        norms = power_norms(m, T, config.draws, seed=config.seed)
        x = np.arange(T) / math.sqrt(m)
        half = np.maximum(x**2 / 2, 1e-9)
        tables.append(Table(
            lag=range(T), x=x, mean=norms.mean(0),
            error=norms.std(0) / config.draws**0.5, median=norms.median(0).values,
            complex=mean_power_norms(m, T), limit=np.sinh(half) / half))
    return Table.stack(tables, width=list(config.widths))


def plot(table: Table) -> Figure:
    """Draw the means against k / sqrt(m), real beside complex.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8, sharey=True)
    widest = table.where(width=max(table.values("width")))
    for ax, column in zip(axes, ("mean", "complex"), strict=True):
        for colour, (m, rows) in zip(figures.COLOURS, table.groups("width")):
            if column == "mean":
                line, *_ = ax.errorbar(rows["x"], rows["mean"], 2 * rows["error"],
                                       color=colour, linewidth=1.2)
                line.set_label(f"m = {m}")
            else:
                ax.plot(rows["x"], rows[column], color=colour, label=f"m = {m}")
        ax.plot(widest["x"], widest["limit"], "--", color=figures.INK, label="limit")
        ax.set(xlabel="k / √m", ylabel="E |Aᵏu|²")
    axes[0].set_title("real entries, sampled")
    axes[1].set_title("complex entries, exact")
    figures.label_lines(*axes)
    return fig
