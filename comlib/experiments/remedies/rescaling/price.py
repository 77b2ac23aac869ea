"""The variance of a free kernel learned by weighted least squares."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.horizon import effective_fraction, power_weights

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The window, the weights and the data.

    Args:
        length: number of outputs T, and of lags.
        powers: q of the weights (t + 1)^q.
        sequences: N of a data set.
        repeats: data sets.
        seed: of the data.
    """

    length: int = 16
    powers: tuple[float, ...] = (0.0, 2.0, 10.0)
    sequences: int = 200
    repeats: int = 400
    seed: int = 0


def run(config: Config) -> Table:
    """Return the variance of each lag, for outputs with noise of variance one.

    Columns: ``power``, ``lag``; ``formula``, N times the variance for large N;
    ``simulated``, the same over all data sets; ``fraction``, nu_s.

    Args:
        config: what to compute.
    """
    T, weights = config.length, [power_weights(config.length, q)
                                 for q in config.powers]
    squares = torch.zeros(len(weights), T, dtype=DTYPE)
    generator = torch.Generator().manual_seed(config.seed)
    chunk = 50
    for _ in range(config.repeats // chunk):
        squares += _squared_errors(chunk, config.sequences, weights, generator)
    tables = []
    for w, total in zip(weights, squares, strict=True):
        nu = effective_fraction(w)
        tables.append(Table(
            lag=range(T), formula=1 / (nu * torch.arange(T, 0, -1)), fraction=nu,
            simulated=config.sequences * total / (config.repeats // chunk * chunk)))
    return Table.stack(tables, power=config.powers)


def plot(table: Table) -> Figure:
    """Draw the variances, and what part of the data counts.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.9)
    names = [f"q = {q:g}" for q in table.values("power")]
    look = {"by": "power", "labels": names, "xlabel": "lag s"}
    figures.lines(table, "lag", "formula", ylabel="N × variance", yscale="log",
                  ax=axes[0], **look)
    for k, (_, rows) in enumerate(table.groups("power")):
        axes[0].plot(rows["lag"], rows["simulated"], "o", color=figures.COLOURS[k],
                     markersize=3.5)
    figures.lines(table, "lag", "fraction", ylabel="ν(s)", ax=axes[1], **look)
    axes[0].set_title("variance of a lag")
    axes[1].set(title="part of the data that counts", ylim=(0, 1.05))
    figures.legend_above(*axes, cols=3)
    return fig


def _squared_errors(repeats: int, sequences: int, weights: list[Tensor],
                    generator: torch.Generator) -> Tensor:
    """Return sum over data sets of |rho_hat_s - rho_s|^2, (weights, lags)."""
    T = len(weights[0])
    x = torch.zeros(repeats, sequences, 2 * T - 1, dtype=DTYPE)
    x[..., T - 1:] = torch.randn(repeats, sequences, T, generator=generator,
                                 dtype=DTYPE)
    noise = torch.randn(repeats, sequences, T, generator=generator, dtype=DTYPE)
    lagged = x.unfold(-1, T, 1).flip(-1)
    found = []
    for w in weights:
        weighted = w[:, None] * lagged
        gram = torch.einsum("rnts,rntu->rsu", weighted, lagged)
        force = torch.einsum("rnts,rnt->rs", weighted, noise)
        found.append(torch.linalg.solve(gram, force).square().sum(0))
    return torch.stack(found)
