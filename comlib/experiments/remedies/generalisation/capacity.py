"""The largest correlation of random signs with kernels of bounded norm."""

import math
from dataclasses import dataclass

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
        correlations: a of normal autoregressive inputs of variance one.
        samples: n of a data set.
        draws: data sets.
        seed: of the data.
    """

    lengths: tuple[int, ...] = (4, 16, 64, 256)
    correlations: tuple[float, ...] = (0.0, 0.99)
    samples: int = 50
    draws: int = 400
    seed: int = 0


def run(config: Config) -> Table:
    """Return sqrt(n) times the Rademacher complexities of unit balls.

    Columns: ``correlation``, ``length``; ``measure``, of the kernels with tau <= 1, and
    ``bound``, sqrt(2 ln(2 T)); ``power``, of those with E y^2 <= 1, and ``root``,
    sqrt(T); the first of each pair is a mean over data sets.

    Args:
        config: what to compute.
    """
    generator = torch.Generator().manual_seed(config.seed)
    rows = []
    for a in config.correlations:
        for T in config.lengths:
            half = torch.linalg.cholesky(ar_covariance(T, a))
            x = torch.randn(config.draws, config.samples, T, generator=generator,
                            dtype=DTYPE) @ half.mT
            signs = 2.0 * torch.randint(0, 2, x.shape[:2], generator=generator) - 1
            push = torch.einsum("dn,dnt->dt", signs.to(DTYPE), x)
            push = push / math.sqrt(config.samples)
            white = torch.linalg.solve_triangular(half, push.mT, upper=False)
            rows.append((a, T, float(push.abs().amax(1).mean()),
                         math.sqrt(2 * math.log(2 * T)),
                         float(white.norm(dim=0).mean()), math.sqrt(T)))
    return Table.from_rows(("correlation", "length", "measure", "bound", "power",
                            "root"), rows)


def plot(table: Table) -> Figure:
    """Draw complexities and bounds against the number of lags.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.6)
    for ax, found, bound, title in zip(
            axes, ("measure", "power"), ("bound", "root"),
            ("kernels with τ ≤ 1", "kernels with E y² ≤ 1"), strict=True):
        for k, (a, rows) in enumerate(table.groups("correlation")):
            figures.lines(rows, "length", found, xscale="log", marker="o", ax=ax,
                          xlabel="lags T", ylabel="√n × complexity", yscale="log",
                          labels=[f"a = {a:g}"], color=figures.COLOURS[k],
                          linestyle=figures.DASHES[k])
        ax.plot(rows["length"], rows[bound], color=figures.GUIDE, linestyle=":",
                label="bound")
        ax.set(title=title, ylim=(0.8, 20))
    figures.label_lines(*axes)
    return fig
