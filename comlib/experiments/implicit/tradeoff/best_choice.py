"""The best nu_W and number of updates for a delayed target, by the formula."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.wide import Variances, delay_risk, scale_factors

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The tasks, and what is chosen from.

    Args:
        delays: tau.
        sequences: N.
        recurrents: nu_W; nu_U = nu_c = 1.
        window: T.
        d: coordinates of input and output.
        noise: standard deviation of the noise.
        most: largest number of updates.
    """

    delays: tuple[int, ...] = (0, 2, 4, 6, 8, 10, 12, 14, 16)
    sequences: tuple[int, ...] = (100, 1000)
    recurrents: tuple[float, ...] = tuple(k / 100 for k in range(5, 100, 5))
    window: int = 20
    d: int = 5
    noise: float = 1.0
    most: int = 1000


def run(config: Config) -> Table:
    """Return for each N and delay the nu_W and l of least risk.

    Columns: ``sequences``, ``delay``, ``recurrent``, ``updates``; ``risk`` there, over
    that of L = 0; and ``unscaled``, the least such of an unscaled convolution. All by
    thm-delay-risk without its remainder, at the rate 0.5 / max_j r_j (T - j).

    Args:
        config: what to compute.
    """
    T, rows = config.window, []
    every = np.unique(np.geomspace(1, config.most, 120).round()).tolist()
    updates = torch.tensor(every, dtype=DTYPE)
    seen = torch.arange(T, 0, -1, dtype=DTYPE)
    models = [scale_factors(Variances(nu), T) for nu in config.recurrents]
    for N in config.sequences:
        for delay in config.delays:
            risks = torch.stack([delay_risk(
                r, delay, sequences=N, d=config.d, noise=config.noise,
                rate=0.5 / float((r * seen).max()), updates=updates).sum(-1)
                for r in [*models, torch.ones(T, dtype=DTYPE)]])
            risks = risks / (config.d * (T - delay))
            at, best = divmod(int(risks[:-1].argmin()), len(every))
            rows.append((N, delay, config.recurrents[at], int(every[best]),
                         float(risks[at, best]), float(risks[-1].min())))
    return Table.from_rows(("sequences", "delay", "recurrent", "updates", "risk",
                            "unscaled"), rows)


def plot(table: Table) -> Figure:
    """Draw the best nu_W and the least risk against the delay.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.9)
    names = [f"N = {N}" for N in table.values("sequences")]
    figures.lines(table, "delay", "recurrent", by="sequences", labels=names,
                  marker="o", ylabel="best ν", ax=axes[0])
    for k, (N, rows) in enumerate(table.groups("sequences")):
        look = {"color": figures.COLOURS[k], "yscale": "log", "ax": axes[1],
                "ylabel": "least relative risk"}
        figures.lines(rows, "delay", "risk", labels=[f"N = {N}"], linestyle="-", **look)
        figures.lines(rows, "delay", "unscaled", labels=[None], linestyle="--", **look)
    axes[0].set_title("which variance")
    axes[1].set_title("at which price")
    figures.label_lines(*axes)
    return fig
