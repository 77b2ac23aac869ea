"""How fast descent on fresh white noise learns each lag of a free kernel."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.horizon import lag_weights, power_weights

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The window, the weights and the descent.

    Args:
        length: number of outputs T, and of lags.
        powers: q of the weights (t + 1)^q.
        updates: when one looks, in increasing order.
        rate: of the descent.
        batch: sequences of an update.
        runs: from the same start, on other data.
        seed: of the data.
    """

    length: int = 20
    powers: tuple[float, ...] = (0.0, 4.0)
    updates: tuple[int, ...] = (10, 40)
    rate: float = 0.05
    batch: int = 16
    runs: int = 40
    seed: int = 0


def run(config: Config) -> Table:
    """Return what is left of an error of one at each lag.

    Columns: ``history``, ``power``, ``updates``, ``lag``, ``formula``
    (1 - 2 rate kappa_s)^updates; ``mean`` over the runs, and its standard ``error``.

    Args:
        config: what to compute.
    """
    T, parts = config.length, []
    for name, past in (("zero history", 0), ("stationary history", T)):
        for q in config.powers:
            w = power_weights(T, q)
            kappa = lag_weights(w, torch.ones(T + past, dtype=DTYPE))[:T]
            for l, left in zip(config.updates, _descend(config, w, past)):  # noqa: E741
                formula = (1 - 2 * config.rate * kappa) ** l
                mean, error = left.mean(0), left.std(0) / math.sqrt(len(left))
                parts.extend((name, q, l, s, float(formula[s]), float(mean[s]),
                              float(error[s])) for s in range(T))
    return Table.from_rows(("history", "power", "updates", "lag", "formula", "mean",
                            "error"), parts)


def plot(table: Table) -> Figure:
    """Draw what is left by lag, one panel for each history.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.9)
    for ax, (name, rows) in zip(axes, table.groups("history"), strict=True):
        for k, (q, weighted) in enumerate(rows.groups("power")):
            label, look = f"q = {q:g}", {"color": figures.COLOURS[k]}
            for _, part in weighted.groups("updates"):
                ax.plot(part["lag"], part["formula"], label=label,
                        linestyle=figures.DASHES[k], **look)
                ax.errorbar(part["lag"], part["mean"], 3 * part["error"], fmt="o",
                            markersize=3, linestyle="none", **look)
                label = None
        ax.set(title=name, xlabel="lag s", ylabel="error left", ylim=(0, 1.05))
    figures.legend_above(*axes)
    return fig


def _descend(config: Config, w: Tensor, past: int) -> list[Tensor]:
    """Return rho - rho_hat, (runs, lags), after each of the numbers of updates."""
    T, seen = config.length, []
    generator = torch.Generator().manual_seed(config.seed)
    e = torch.ones(config.runs, T, dtype=DTYPE)
    for update in range(1, max(config.updates) + 1):
        x = torch.zeros(config.runs, config.batch, 2 * T, dtype=DTYPE)
        x[..., T - past:] = torch.randn(config.runs, config.batch, T + past,
                                        generator=generator, dtype=DTYPE)
        # (runs, batch, t, s) = x at the time t - s
        lagged = x[..., 1:].unfold(-1, T, 1).flip(-1)
        wrong = w * (lagged @ e[:, None, :, None])[..., 0]
        force = torch.einsum("rbt,rbts->rs", wrong, lagged) / config.batch
        e = e - 2 * config.rate * force
        if update in config.updates:
            seen.append(e)
    return seen
