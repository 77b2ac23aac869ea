"""The figure in the released code of "Rescaling the error in time"."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.horizon import lag_weights, power_weights

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The window and the weights.

    Args:
        length: number of outputs T; the picture has 64.
        powers: q of the weights (t + 1)^q; beside them, all weight on the last output.
    """

    length: int = 64
    powers: tuple[float, ...] = (-1.0, 0.0, 1.0, 2.0, 10.0)


def run(config: Config) -> Table:
    """Return the lag weights of each power: their shares, and over the first one.

    The last rows, of power infinity, are those of the last output alone.

    Args:
        config: what to compute.
    """
    last = torch.zeros(config.length, dtype=DTYPE)
    last[-1] = 1.0
    tables = []
    for w in [*(power_weights(config.length, q) for q in config.powers), last]:
        kappa = lag_weights(w)
        tables.append(Table(lag=range(config.length), share=kappa / kappa.sum(),
                            relative=kappa / kappa[0]))
    return Table.stack(tables, power=[*config.powers, math.inf])


def plot(table: Table) -> Figure:
    """Draw the shares of the lags, and the lags against the first one.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=3.0)
    names = [f"q = {q:g}".replace("inf", "∞") for q in table.values("power")]
    top = 2.3 / len(table.values("lag"))
    figures.lines(table, "lag", "share", by="power", labels=names, xlabel="lag s",
                  ylabel="share of the error", ax=axes[0])
    figures.lines(table, "lag", "relative", by="power", labels=names, xlabel="lag s",
                  ylabel="κ(s) / κ(0)", ax=axes[1])
    axes[0].set(title="as published", ylim=(0, top))
    axes[1].set(title="equal total weight", ylim=(0, 1.05))
    figures.legend_above(*axes, cols=3)
    return fig
