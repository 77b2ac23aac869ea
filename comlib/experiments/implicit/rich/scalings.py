"""PyTorch's default scaling against the one with a kernel limit."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.wide import (SecondMoments, Variances, WideNetwork, descent_path,
                         finite_width_kernel, scale_factors)

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Entries uniform in (-1/sqrt(m), 1/sqrt(m)); the target is decay^j.

    Args:
        widths: numbers of neurons m.
        seeds: number of starts.
        decay: of the target.
        length: number of lags T.
        rate: eta, as a share of 1 over the convolution's largest curvature.
        updates: how many.
    """

    widths: tuple[int, ...] = (64, 256, 1024)
    seeds: int = 3
    decay: float = 0.5
    length: int = 12
    rate: float = 0.25
    updates: int = 150


RECORDS = {"scalings": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return the diagonal of the tangent kernel before and after training.

    The default network with the target L* is the wide network with variances 1/3 and
    the target sqrt(m) L*, prp-default-scaling; "kernel" is the one with L* itself.

    Columns: ``scaling``, ``width``, ``seed``, ``lag``; ``before`` and ``after``, the
    squared norm of the derivative of L_j; ``limit``, r_j; ``error``, the relative
    distance of what is learnt from the target.

    Args:
        config: what to compute.
    """
    T, third = config.length, 1 / 3
    factors = scale_factors(Variances(third, third, third), T)
    slope = (config.decay ** torch.arange(T, dtype=DTYPE))[:, None, None]
    rows = []
    for m in config.widths:
        for scaling, size in (("default", m**0.5), ("kernel", 1.0)):
            moments = SecondMoments.white(size * slope)
            eta = config.rate / moments.curvature(factors)
            for seed in range(config.seeds):
                net = _uniform(m, seed)
                before = _squares(net, T)
                net = descent_path(net, moments, rate=eta,
                                   updates=(config.updates,)).end
                L = net.kernel_samples(T).detach() / size
                error = float((L - slope).norm() / slope.norm())
                rows += [(scaling, m, seed, j, b, a, float(factors[j]), error)
                         for j, (b, a) in enumerate(zip(before, _squares(net, T)))]
    names = ("scaling", "width", "seed", "lag", "before", "after", "limit", "error")
    return Table.from_rows(names, rows)


def plot(table: Table) -> Figure:
    """Draw the growth of the kernel's diagonal against the lag, mean over starts.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.9, sharey=True)
    for ax, (scaling, rows) in zip(axes, table.groups("scaling"), strict=True):
        for m, one in rows.groups("width"):
            lags = one.values("lag")
            growth = [np.mean(one.where(lag=j)["after"] / one.where(lag=j)["before"])
                      for j in lags]
            ax.plot(lags, growth, label=f"m = {m}")
        ax.set(yscale="log", xlabel="lag", ylabel="kernel, after / before",
               title=f"{scaling} scaling")
    figures.legend_above(*axes)
    return fig


def _squares(net: WideNetwork, length: int) -> list[float]:
    kernel = finite_width_kernel(net, length).reshape(length, length)
    return kernel.detach().diagonal().tolist()


def _uniform(width: int, seed: int) -> WideNetwork:
    """Return sqrt(m) times PyTorch's default start, entries uniform in (-1, 1).

    Args:
        width: number of neurons m.
        seed: of the draw.
    """
    make = torch.Generator().manual_seed(seed)
    W, U, c = (2 * torch.rand(*shape, generator=make, dtype=DTYPE) - 1
               for shape in ((width, width), (width, 1), (1, width)))
    return WideNetwork(W, U, c)
