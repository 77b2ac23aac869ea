"""Four ways to train late lags: what the scale factors say of the risk by delay."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.wide import Variances, delay_risk, scale_factors

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The task and the number of updates.

    Args:
        delays: tau.
        recurrent: nu_W of the network as it is; nu_U = nu_c = 1.
        c: of the long one, nu_W = 1 - c/T.
        window: T.
        d: coordinates of input and output.
        sequences: N.
        noise: standard deviation of the noise.
        updates: l.
    """

    delays: tuple[int, ...] = (0, 2, 4, 6, 8, 10, 12, 14, 16, 18)
    recurrent: float = 0.3
    c: float = 1.0
    window: int = 20
    d: int = 5
    sequences: int = 100
    noise: float = 0.1
    updates: int = 300


def run(config: Config) -> Table:
    """Return the risk for each method and delay, by thm-delay-risk.

    Columns: ``method``, ``delay``, ``risk`` over that of L = 0, and ``ratio``, the
    largest over the least scale factor.

    Args:
        config: what to compute.
    """
    T, rows, seen = config.window, [], torch.arange(config.window, 0, -1, dtype=DTYPE)
    long = Variances(1 - config.c / T)
    methods = {
        f"ν = {config.recurrent:g}": scale_factors(Variances(config.recurrent), T),
        "preconditioned": torch.ones(T, dtype=DTYPE),
        f"ν = {long.W:g}": scale_factors(long, T),
        f"ν = {long.W:g}, W fixed": scale_factors(long, T, multipliers=(0.0, 1.0, 1.0))}
    for name, r in methods.items():
        for delay in config.delays:
            risk = delay_risk(
                r, delay, sequences=config.sequences, d=config.d, noise=config.noise,
                rate=0.5 / float((r * seen).max()),
                updates=torch.tensor([float(config.updates)], dtype=DTYPE)).sum()
            rows.append((name, delay, float(risk) / (config.d * (T - delay)),
                         float(r.max() / r.min())))
    return Table.from_rows(("method", "delay", "risk", "ratio"), rows)


def plot(table: Table) -> Figure:
    """Draw the risk against the delay, a line a method.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1, height=3.2)
    figures.lines(table, "delay", "risk", by="method", marker="o", yscale="log",
                  ylabel="relative risk", ax=axes[0])
    axes[0].set_title("four ways")
    figures.legend_above(*axes)
    return fig
