"""How much of the output is left when a mode is divided by sqrt(tau)."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.generalisation import ar_covariance, output_measure, output_power

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The modes and the inputs.

    Args:
        memories: 1/(1 - lambda) of the kernel lambda^s.
        correlations: a of autoregressive inputs of variance one.
        length: lags of the kernels that are summed.
    """

    memories: tuple[float, ...] = (1.5, 2.0, 4.0, 10.0, 30.0, 100.0)
    correlations: tuple[float, ...] = (0.0, 0.5, 0.9, 0.99)
    length: int = 1500


def run(config: Config) -> Table:
    """Return E y^2 / tau for each mode and input.

    Columns: ``correlation``, ``memory``; ``formula``, the closed form for infinitely
    many lags, and ``summed`` over the lags of the config.

    Args:
        config: what to compute.
    """
    lam = 1 - 1 / torch.tensor(config.memories, dtype=DTYPE)
    rho = lam[:, None] ** torch.arange(config.length)
    parts = []
    for a in config.correlations:
        K = ar_covariance(config.length, a)
        parts.append(Table(
            memory=config.memories,
            formula=(1 - lam) * (1 + a * lam) / ((1 + lam) * (1 - a * lam)),
            summed=output_power(rho, K) / output_measure(rho, K)))
    return Table.stack(parts, correlation=config.correlations)


def plot(table: Table) -> Figure:
    """Draw the ratio against the memory.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1, height=2.6)
    names = [f"a = {a:g}" for a in table.values("correlation")]
    figures.lines(table, "memory", "formula", by="correlation", labels=names,
                  xscale="log", yscale="log", xlabel="memory 1 / (1 - λ)",
                  ylabel="E y² / τ", ax=axes[0])
    for k, (_, rows) in enumerate(table.groups("correlation")):
        axes[0].plot(rows["memory"], rows["summed"], "o", color=figures.COLOURS[k],
                     markersize=4)
    figures.label_lines(*axes)
    return fig
