"""The figure and the numbers in the released code of "Rescaling the error in time"."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.horizon import lag_weights, power_weights

__all__ = ["Config", "plot", "run"]

PICTURE = {0.0: 0.0308, 1.0: 0.0232, 2.0: 0.0206, 10.0: 0.0169}
"""Where the curves of assets/memory_bias.png begin, by power; read off, +-0.0001."""
NOTEBOOK = {0.0: 749.5929, 1.0: 254.6794, 2.0: 153.5164, 10.0: 36.2730}
"""Error of the first lag over that of the last one, stored in demo.ipynb for windows of
1024 points and 16 inputs. Source: github.com/radarFudan/INTEREST, commit 1cdf1d2."""


@dataclass(frozen=True)
class Config:
    """The window and the weights.

    Args:
        length: number of outputs T; the picture has 64.
        powers: q of the weights (t + 1)^q; infinity puts all weight on the last output.
    """

    length: int = 64
    powers: tuple[float, ...] = (-1.0, 0.0, 1.0, 2.0, 10.0, np.inf)


def run(config: Config) -> Table:
    """Return the lag weights of each power: their shares, and over the first one.

    Args:
        config: what to compute.
    """
    tables = []
    for q in config.powers:
        w = torch.zeros(config.length, dtype=DTYPE)
        w[-1] = 1.0
        kappa = lag_weights(w if np.isinf(q) else power_weights(config.length, q))
        tables.append(Table(lag=range(config.length), share=kappa / kappa.sum(),
                            relative=kappa / kappa[0]))
    return Table.stack(tables, power=config.powers)


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


def against_the_code(length: int = 1024) -> Table:
    """Return the picture's and the notebook's numbers beside two formulas.

    Columns: ``power`` q; ``begin``, where the picture's curve begins, with
    ``outside`` and ``inside``, the formula for a weight t^q outside and inside the
    square; ``ratio``, how much q lowers the notebook's ratio of the first to the last
    lag, with the formulas ``ratio_outside`` and ``ratio_inside``.

    Args:
        length: of the notebook's windows.
    """
    rows = []
    for q, begin in PICTURE.items():
        shares, falls = [], []
        for power in (q, 2 * q):
            share = lag_weights(power_weights(64, power))
            shares.append(float(share[0] / share.sum()))
            # kappa_0 = 1, and the last lag has the last weight
            falls.append(float(1 / (length * power_weights(length, power)[-1])))
        rows.append((q, begin, *shares, NOTEBOOK[q] / NOTEBOOK[0.0], *falls))
    return Table.from_rows(("power", "begin", "outside", "inside", "ratio",
                            "ratio_outside", "ratio_inside"), rows)
