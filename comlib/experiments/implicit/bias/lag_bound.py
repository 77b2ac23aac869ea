"""How far each lag has moved: convolution, its bound, and a network."""

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
    convolution_path,
    descent_path,
    scale_factors,
)

from .laws import linear_bound, slow_target

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The model and the task: white inputs, a target that forgets slowly.

    Args:
        recurrent: variances nu_W; those of U and c are one.
        updates: after which the lags are looked at.
        sizes: s of the target s decay^j; a small one keeps the network lazy.
        width: of the network.
        draws: of the network.
        decay: of the target from lag to lag.
        length: window T.
        pace: the rate times the largest curvature.
    """

    recurrent: tuple[float, ...] = (0.3,)
    updates: tuple[int, ...] = (1, 10, 100)
    sizes: tuple[float, ...] = (0.02,)
    width: int = 200
    draws: int = 2
    decay: float = 0.97
    length: int = 30
    pace: float = 0.5


RECORDS = {"decay": Config(recurrent=(0.3, 0.5, 0.8), sizes=(0.02, 1.0), width=500)}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return |L_j^l - L_j^0| / s for each variance, size, number of updates and lag.

    Columns: ``variance``, ``size``, ``updates``, ``lag``; ``convolution``; ``bound`` of
    thm-linear-bound; ``network``, the root of the mean square over the draws, whose
    start is subtracted before it is trained; and ``factor``, r_j.

    Args:
        config: what to compute.
    """
    parts, labels = [], []
    target = slow_target(config.length, config.decay)
    for nu in config.recurrent:
        r = scale_factors(Variances(W=nu), config.length)
        for size in config.sizes:
            moved = _paths(config, nu, r, size * target) / size
            moments = SecondMoments.white(target)
            for k, count in enumerate(config.updates):
                eta = config.pace / moments.curvature(r)
                parts.append(Table(
                    lag=range(config.length), convolution=moved[0, k],
                    bound=linear_bound(moments, r, eta, count),
                    network=moved[1:, k].square().mean(0).sqrt(), factor=r))
                labels.append((nu, size, count))
    variances, sizes, updates = zip(*labels)
    return Table.stack(parts, variance=variances, size=sizes, updates=updates)


def plot(table: Table) -> Figure:
    """Draw the lags of the first variance and size, a panel a number of updates.

    Args:
        table: what ``run`` returned.
    """
    first = table.where(variance=table["variance"][0], size=table["size"][0])
    fig, axes = figures.panels(len(first.values("updates")), height=2.8, sharey=True)
    for ax, (count, rows) in zip(axes, first.groups("updates"), strict=True):
        look = {"ax": ax, "yscale": "log", "xlabel": "lag", "ylabel": "moved"}
        for k, name in enumerate(("bound", "convolution", "network")):
            figures.lines(rows, "lag", name, labels=[name], color=figures.COLOURS[k],
                          linestyle=("--", "-", "")[k], marker=" .o"[2 * (k > 1)],
                          markersize=3.5, **look)
        ax.set_ylim(1e-16, 10)
        ax.set_title("one update" if count == 1 else f"{count} updates")
    figures.legend_above(*axes, cols=1)
    return fig


def _paths(config: Config, nu: float, r: Tensor, target: Tensor) -> Tensor:
    """Return |L^l - L^0|, (1 + draws, updates, lags), the convolution first."""
    moments = SecondMoments.white(target)
    eta = config.pace / moments.curvature(r)
    paths = [convolution_path(moments, r, rate=eta, updates=config.updates)]
    for draw in range(config.draws):
        H = WideNetwork.random(config.width, Variances(W=nu), seed=draw)
        L0 = H.kernel_samples(config.length).detach()
        data = SecondMoments.white(target + L0)  # then L - L0 is taught the target
        paths.append(descent_path(H, data, rate=eta, updates=config.updates).kernels
                     - L0)
    return torch.stack(paths)[..., 0, 0].abs()
