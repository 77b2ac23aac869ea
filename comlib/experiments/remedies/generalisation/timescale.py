"""The timescale that keeps an undamped mode's output at one, by the input."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.generalisation import ar_covariance

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The windows and the inputs.

    Args:
        lengths: numbers of lags T.
        correlations: a of autoregressive inputs; 0 is white, 1 constant.
        gamma: exponent of the correlation (1 + k)^-gamma.
    """

    lengths: tuple[int, ...] = (4, 16, 64, 256, 1024)
    correlations: tuple[float, ...] = (0.0, 0.9, 0.99, 1.0)
    gamma: float = 0.5


def run(config: Config) -> Table:
    """Return the largest eigenvalue of the covariance and what follows.

    Columns: ``input``, ``length``; ``largest`` eigenvalue; ``allowed``, the timescale
    1 / sqrt(T * largest); ``exact``, that at which sum_s x_s has power one.

    Args:
        config: what to compute.
    """
    rows = []
    for name, a in [*_named(config.correlations), ("power law", None)]:
        for T in config.lengths:
            s = torch.arange(T, dtype=DTYPE)
            K = ((1 + (s[:, None] - s).abs()) ** -config.gamma if a is None
                 else ar_covariance(T, a))
            largest = float(torch.linalg.eigvalsh(K)[-1])
            rows.append((name, T, largest, (T * largest) ** -0.5,
                         float(K.sum()) ** -0.5))
    return Table.from_rows(("input", "length", "largest", "allowed", "exact"), rows)


def plot(table: Table) -> Figure:
    """Draw the allowed timescales, and their local slopes.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.7)
    names = table.values("input")
    figures.lines(table, "length", "allowed", by="input", labels=names, xscale="log",
                  yscale="log", marker="o", xlabel="length T", ylabel="timescale Δ",
                  ax=axes[0])
    for k, (name, rows) in enumerate(table.groups("input")):
        slopes = np.diff(np.log(rows["allowed"])) / np.diff(np.log(rows["length"]))
        middles = np.sqrt(rows["length"][1:] * rows["length"][:-1])
        axes[1].plot(middles, slopes, marker="o", label=name, color=figures.COLOURS[k],
                     linestyle=figures.DASHES[k])
    axes[1].set(xscale="log", xlabel="length T", ylabel="d ln Δ / d ln T")
    axes[0].set_title("allowed timescale"), axes[1].set_title("its local exponent")
    figures.label_lines(*axes)
    return fig


def _named(correlations: tuple[float, ...]) -> list[tuple[str, float]]:
    known = {0.0: "white", 1.0: "constant"}
    return [(known.get(a, f"a = {a:g}"), a) for a in correlations]
