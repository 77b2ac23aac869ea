"""How many updates it takes to learn a lag, on white inputs."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.wide import SecondMoments, Variances, convolution_path, scale_factors

from .laws import slow_target

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The convolutions and the numbers of updates.

    Args:
        recurrent: variances nu_W; those of U and c are one.
        decades: updates up to 10^decades.
        count: numbers of updates a decade.
        length: window T.
        pace: the rate times the largest curvature.
    """

    recurrent: tuple[float, ...] = (0.3, 0.5, 0.8, 1.0)
    decades: int = 8
    count: int = 8
    length: int = 60
    pace: float = 0.5


def run(config: Config) -> Table:
    """Return for each variance and number of updates how many lags are learned.

    Columns: ``variance``, ``updates``; ``horizon``, the number of lags of which less
    than 1/e is missing; ``predicted``, the number of lags with l eta r_j S_j >= 1;
    ``line``, ln(l) / ln(1 / nu_W), NaN for nu_W = 1; and ``lag_0`` ... ``lag_12``, the
    shares learned.

    Args:
        config: what to compute.
    """
    target = slow_target(config.length, 1.0)
    moments = SecondMoments.white(target)
    at = np.unique(np.round(np.geomspace(
        1, 10**config.decades, config.count * config.decades + 1))).astype(int)
    tables = []
    for nu in config.recurrent:
        r = scale_factors(Variances(W=nu), config.length)
        eta = config.pace / moments.curvature(r)
        path = convolution_path(moments, r, rate=eta, updates=at.tolist())[..., 0, 0]
        times = (eta * r * moments.energies).numpy()
        shares = {f"lag_{j}": path[:, j] for j in (0, 4, 8, 12)}
        line = np.log(at) / math.log(1 / nu) if nu < 1 else np.full(len(at), np.nan)
        tables.append(Table(
            updates=at, horizon=(path > 1 - math.exp(-1)).sum(1),
            predicted=(at[:, None] * times >= 1).sum(1), line=line, **shares))
    return Table.stack(tables, variance=config.recurrent)


def plot(table: Table) -> Figure:
    """Draw shares of lags for the first variance, and horizons for all.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.9)
    first = table.where(variance=table["variance"][0])
    names = [name for name in table.columns if name.startswith("lag_")]
    figures.lines(first, "updates", names, xscale="log", ax=axes[0],
                  labels=[name.replace("_", " ") for name in names],
                  ylabel="share learned")
    for k, (nu, rows) in enumerate(table.groups("variance")):
        figures.lines(rows, "updates", "horizon", xscale="log", ax=axes[1],
                      labels=[f"{nu:g}"], color=figures.COLOURS[k], linestyle="-",
                      ylabel="lags learned")
        axes[1].plot(rows["updates"], rows["predicted"], ":", color=figures.INK,
                     linewidth=1.0)
    axes[0].set_title(f"variance {first['variance'][0]:g}")
    axes[1].set_title("horizon, by variance")
    figures.legend_above(axes[0])
    figures.label_lines(axes[1])
    return fig
