"""Eigenvalues of the transition matrix while a network leaves the kernel regime."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.wide import (SecondMoments, Variances, WideNetwork, descent_path,
                         scale_factors)

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The targets decay^j and a pure delay, both of size one, from one start.

    Args:
        width: number of neurons m.
        seed: of the start.
        decay: of the slow target.
        delay: lag of the delayed one.
        length: number of lags T.
        rate: eta, as a share of 1 over the convolution's largest curvature.
        last: the last update, for the slow and for the delayed target.
        looks: number of times at which eigenvalues are computed.
    """

    width: int = 250
    seed: int = 0
    decay: float = 0.97
    delay: int = 8
    length: int = 20
    rate: float = 0.5
    last: tuple[int, int] = (200, 1200)
    looks: int = 20


RECORDS = {"outlier": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return moduli of eigenvalues, and how much of the late lags is learnt.

    Columns: ``target``, "slow" or "delay"; ``update``; ``first``, ``second``,
    ``tenth``, ``eleventh``, the moduli of these eigenvalues of A; ``learnt``, the
    component of L - L^0 along L*, one when all is learnt.

    Args:
        config: what to compute.
    """
    nu, T = Variances(), config.length
    j, rows = torch.arange(T, dtype=DTYPE), []
    shapes = config.decay**j, (j == config.delay).to(DTYPE)
    for name, shape, last in zip(("slow", "delay"), shapes, config.last, strict=True):
        net = WideNetwork.random(config.width, nu, seed=config.seed)
        L0, target = net.kernel_samples(T).detach(), shape[:, None, None]
        moments = SecondMoments.white(L0 + target)
        eta = config.rate / moments.curvature(scale_factors(nu, T))
        every = last // config.looks
        for update in range(0, last + 1, every):
            if update:
                net = descent_path(net, moments, rate=eta, updates=(every,)).end
            gain = net.kernel_samples(T).detach() - L0
            sizes = torch.linalg.eigvals(net.transition().detach()).abs()
            sizes = sizes.sort(descending=True)[0][[0, 1, 9, 10]]
            rows.append((name, update, *sizes.tolist(),
                         float((gain * target).sum() / target.square().sum())))
    names = ("target", "update", "first", "second", "tenth", "eleventh", "learnt")
    return Table.from_rows(names, rows)


def plot(table: Table) -> Figure:
    """Draw the moduli for either target, with the share that is learnt.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.9)
    for ax, (name, rows) in zip(axes, table.groups("target"), strict=True):
        figures.lines(rows, "update", ["learnt", "first", "second", "eleventh"],
                      labels=["share learnt", "1st modulus", "2nd", "11th"],
                      xlabel="update ℓ", ylabel="share, modulus", ax=ax)
        last = int(rows["update"].max())
        # chosen ticks: automatic ones may change between two drawings
        ax.set(title=f"{name} target", ylim=(-0.05, 1.1), xticks=[
            0, last // 4, last // 2, last - last // 4, last])
    figures.legend_above(*axes)
    return fig
