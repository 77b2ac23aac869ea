"""When a network leaves its scaled convolution: width against size of the target."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures, variations
from comlib.functional import DTYPE
from comlib.wide import (SecondMoments, Variances, WideNetwork, convolution_path,
                         descent_path, scale_factors)

__all__ = ["Config", "plot", "run"]

CHUNK = 10
"""Updates between two looks at the deviation."""


@dataclass(frozen=True)
class Config:
    """White inputs, the network learns L^0 + L* with |L*| known, by full descent.

    L*_j = size decay^j, or size at one lag if there is a delay.

    Args:
        width: number of neurons m.
        size: s.
        seed: of the start.
        decay: of the target.
        delay: the one lag of L*, or -1.
        length: number of lags T.
        rate: eta, as a share of 1 over the convolution's largest curvature.
        limit: relative deviation at which the run ends.
        last: the last update.
    """

    width: int = 250
    size: float = 1.0
    seed: int = 0
    decay: float = 0.97
    delay: int = -1
    length: int = 20
    rate: float = 0.5
    limit: float = 0.15
    last: int = 400


RECORDS = {
    "departures": tuple(variations(
        Config(), width=(125, 250, 500, 1000),
        size=(0.5, 0.5**0.5, 1.0, 2**0.5, 2.0), seed=(0, 1, 2))),
    "delays": tuple(variations(
        Config(delay=8, last=900), width=(125, 250, 500), size=(1.0, 2.0),
        seed=(0, 1)))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return the deviation from the scaled convolution, until it passes the limit.

    Columns: ``update``; ``deviation``, |L - L_conv| / |L*|; ``price``, the growth of
    |theta|^2 in the convolution, divided by the width; ``U``, ``c`` and ``W``, by how
    much the squared norms of the network have grown, divided by the width.

    Source: prp-norm-growth in the book.

    Args:
        config: what to compute.
    """
    nu = Variances()
    T, m, factors = config.length, config.width, scale_factors(nu, config.length)
    net = WideNetwork.random(m, nu, seed=config.seed)
    L0 = net.kernel_samples(T).detach()
    j = torch.arange(T, dtype=DTYPE)
    shape = config.decay**j if config.delay < 0 else (j == config.delay).to(DTYPE)
    target = config.size * shape[:, None, None]
    moments = SecondMoments.white(L0 + target)
    eta = config.rate / moments.curvature(factors)
    updates = range(config.last + 1)
    conv = convolution_path(moments, factors, rate=eta, updates=updates, start=L0)
    price = ((conv.square() - L0.square())[:, :, 0, 0] / factors).sum(1) / m
    start, rows = _squares(net), []
    for k in range(0, config.last, CHUNK):
        path = descent_path(net, moments, rate=eta, updates=range(1, CHUNK + 1))
        net = path.end
        gap = (path.kernels - conv[k + 1: k + 1 + CHUNK]).flatten(1).norm(dim=1)
        growth = ((_squares(net) - start) / m).tolist()
        # the norms are those at the end of the chunk
        rows += [(k + 1 + i, float(x), float(price[k + 1 + i]), *growth)
                 for i, x in enumerate(gap / target.norm())]
        if not max(row[1] for row in rows[-CHUNK:]) < config.limit:
            break
    return Table.from_rows(("update", "deviation", "price", "W", "U", "c"), rows)


def plot(table: Table) -> Figure:
    """Draw the deviation against updates, and against the price.

    Args:
        table: a stored sweep, or what ``run`` returned.
    """
    for name in ("width", "size", "seed"):
        if name not in table.columns:
            table = table.with_columns(
                **{name: np.full(len(table), getattr(Config, name))})
    fig, axes = figures.panels(2, height=2.9)
    for k, (m, rows) in enumerate(table.groups("width")):
        for s, one in rows.groups("size"):
            first = one.where(seed=one.values("seed")[0])
            for ax, x in zip(axes, ("update", "price"), strict=True):
                label = f"m = {m}" if s == rows.values("size")[0] else "_"
                ax.plot(first[x], first["deviation"], color=f"C{k}", label=label,
                        linewidth=1.0)
    for ax, x in zip(axes, ("update ℓ", "price |θ|²/m"), strict=True):
        ax.set(xscale="log", yscale="log", xlabel=x, ylabel="relative deviation")
    axes[0].set_title("against updates")
    axes[1].set_title("against the price")
    figures.legend_above(*axes)
    return fig


def _squares(net: WideNetwork) -> torch.Tensor:
    return torch.stack([p.detach().square().sum() for p in (net.W, net.U, net.c)])
