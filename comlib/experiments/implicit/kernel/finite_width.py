"""The tangent kernel of linear networks of finite width, against its limit."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.wide import (Variances, WideNetwork, finite_width_kernel,
                         kernel_fluctuations, scale_factors)

__all__ = ["Config", "plot", "run"]

_CHUNK = 2**22  # numbers in one stack of matrices


@dataclass(frozen=True)
class Config:
    """The width and the draws.

    Args:
        width: m.
        draws: networks; all settings share them.
        length: number of lags.
        recurrent: the values of nu_W; nu_U and nu_c are one.
        seed: of the first stack of draws.
    """

    width: int = 100
    draws: int = 300
    length: int = 21
    recurrent: tuple[float, ...] = (0.3, 0.9)
    seed: int = 0


RECORDS = {"widths": tuple(
    Config(width=m, draws=n)
    for m, n in ((50, 2000), (100, 2000), (200, 1000), (500, 300), (1000, 120),
                 (2000, 40)))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return one row for each nu_W and lag.

    Columns: ``width``; ``mean`` and ``sd`` over the draws of Theta_jj / r_j, the
    standard ``error`` of the mean, and ``law``, what thm-fluctuations says of ``sd``;
    ``off``, the root mean square over the draws and over k < j of
    Theta_jk / sqrt(r_j r_k), and ``off_law``, what the theorem says of it.

    Args:
        config: what to compute.
    """
    T, settings = config.length, [Variances(nu, 1.0, 1.0) for nu in config.recurrent]
    found = [[] for _ in settings]
    size = max(1, _CHUNK // config.width**2)
    for seed, first in enumerate(range(0, config.draws, size), config.seed):
        unit = WideNetwork.random(config.width, Variances(1.0, 1.0, 1.0), seed=seed,
                                  draws=min(size, config.draws - first))
        for ratios, nu in zip(found, settings, strict=True):
            # other variances are a change of scale of the same draws
            kernel = finite_width_kernel(unit, T, multipliers=(
                nu.U * nu.c / nu.W, nu.c, nu.U))[:, :, 0, 0, :, 0, 0]
            root = nu.W ** (torch.arange(T, dtype=DTYPE) / 2)
            root = root / scale_factors(nu, T).sqrt()
            ratios.append(kernel * root[:, None] * root)
    tables = [_statistics(torch.cat(ratios), nu, config.width)
              for ratios, nu in zip(found, settings, strict=True)]
    return Table.stack(tables, recurrent=list(config.recurrent)).with_columns(
        width=[config.width] * T * len(tables))


def plot(table: Table, recurrent: float = 0.9, lags: tuple[int, ...] = (0, 2, 5, 10)
         ) -> Figure:
    """Draw the mean against the lag, and the standard deviation against the width.

    Args:
        table: what ``run`` returned, for one or several widths.
        recurrent: the nu_W that is drawn.
        lags: of the second panel.
    """
    fig, (mean, spread) = figures.panels(2, height=2.9)
    table = table.where(recurrent=recurrent)
    for colour, (m, rows) in zip(figures.COLOURS, table.groups("width")):
        mean.errorbar(rows["lag"], rows["mean"], 2 * rows["error"], color=colour,
                      label=f"m = {m}", linewidth=1.2)
    mean.set(xlabel="lag j", ylabel="Θ_jj / r_j", ylim=(0.8, 2.0), title="mean")
    known = [lag for lag in lags if lag in table.values("lag")]
    for colour, lag in zip(figures.COLOURS, known):
        rows = table.where(lag=lag)
        spread.loglog(rows["width"], rows["sd"], "o", color=colour, label=f"j = {lag}")
        spread.loglog(rows["width"], rows["law"], "--", color=colour)
    spread.set(xlabel="width m", ylabel="of Θ_jj / r_j", title="standard deviation")
    figures.legend_above(mean, cols=3)
    figures.label_lines(spread)
    return fig


def _statistics(ratios: Tensor, nu: Variances, m: int) -> Table:
    T, r = ratios.shape[-1], scale_factors(nu, ratios.shape[-1])
    law = kernel_fluctuations(nu, T) / (m * r[:, None] * r)
    own, before = ratios.diagonal(dim1=-2, dim2=-1), torch.arange(T).clamp(min=1)
    sd = own.std(0)
    return Table(
        lag=range(T), mean=own.mean(0), sd=sd, error=sd / len(own) ** 0.5,
        law=law.diagonal().sqrt(),
        off=(ratios.square().mean(0).tril(-1).sum(-1) / before).sqrt(),
        off_law=(law.tril(-1).sum(-1) / before).sqrt())
