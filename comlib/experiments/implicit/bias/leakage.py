"""What short lags leak into long ones: one update of networks of finite width."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.wide import (
    SecondMoments,
    Variances,
    WideNetwork,
    descent_path,
    scale_factors,
)

from .laws import crossover, leak_variance, slow_target

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The networks and the task: white inputs, a target that forgets slowly.

    Args:
        recurrent: variance nu_W; those of U and c are one.
        widths: of the networks.
        draws: of each.
        decay: of the target from lag to lag.
        length: window T.
        pace: the rate times the largest curvature.
    """

    recurrent: float = 0.3
    widths: tuple[int, ...] = (100, 200, 400, 800)
    draws: int = 48
    decay: float = 0.97
    length: int = 20
    pace: float = 0.5


RECORDS = {"leakage": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return root mean squares of L_j^1 - L_j^0 over draws whose start is subtracted.

    Columns: ``width``, ``lag``; ``measured`` with its standard ``error``;
    ``predicted`` by prp-leakage; and its two parts, ``convolution`` and ``leak``.

    Args:
        config: what to compute.
    """
    V, target = Variances(W=config.recurrent), slow_target(config.length, config.decay)
    r, moments = scale_factors(V, config.length), SecondMoments.white(target)
    eta = config.pace / moments.curvature(r)
    g = -moments.yx[:, 0, 0]
    own, leak = eta * r * g.abs(), eta * leak_variance(V, g).sqrt()
    tables = []
    for m in config.widths:
        squares = torch.stack([_moved(WideNetwork.random(m, V, seed=1000 * k + m),
                                      target, eta) for k in range(config.draws)])
        rms = squares.mean(0).sqrt()
        tables.append(Table(
            lag=range(config.length), measured=rms,
            error=squares.std(0) / config.draws**0.5 / (2 * rms),
            predicted=(own.square() + leak.square() / m).sqrt(), convolution=own,
            leak=leak / m**0.5))
    return Table.stack(tables, width=config.widths)


def plot(table: Table) -> Figure:
    """Draw the lags of the narrowest and widest networks, and all crossovers.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.9)
    widths = table.values("width")
    for k, m in enumerate((widths[0], widths[-1])):
        rows, colour = table.where(width=m), figures.COLOURS[k]
        axes[0].errorbar(rows["lag"], rows["measured"], yerr=rows["error"], fmt="o",
                         markersize=3.5, color=colour)
        figures.lines(rows, "lag", "predicted", ax=axes[0], yscale="log", color=colour,
                      linestyle="-", labels=[f"m = {m}"], ylabel="moved in one update")
    figures.lines(rows, "lag", "convolution", ax=axes[0], yscale="log", linestyle="--",
                  color=figures.GUIDE, labels=["convolution"],
                  ylabel="moved in one update")
    cross = crossover(table)
    figures.lines(cross, "width", ["measured", "predicted"], ax=axes[1], xscale="log",
                  labels=["measured", "predicted"], marker="o", ylabel="crossover lag")
    axes[1].set_xticks(widths, [f"{m}" for m in widths], minor=False)
    axes[1].minorticks_off()
    axes[0].set_title("root mean square over draws")
    axes[1].set_title("where the leak takes over")
    figures.label_lines(*axes)
    return fig


def _moved(network: WideNetwork, target: Tensor, eta: float) -> Tensor:
    """Return |L_j^1 - L_j^0|^2 if L - L^0 is taught the target."""
    L0 = network.kernel_samples(len(target)).detach()
    path = descent_path(network, SecondMoments.white(target + L0), rate=eta,
                        updates=[1])
    return (path.kernels[0] - L0)[:, 0, 0].square()
