"""When a network leaves its scaled convolution: width against size of the target."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from comlib import Table
from comlib.evidence import figures, variations
from comlib.functional import DTYPE
from comlib.wide import (SecondMoments, Variances, WideNetwork, convolution_path,
                         descent_path, finite_width_kernel, scale_factors)

__all__ = ["Config", "plot", "run"]

LEAST = 1e-3
"""Price from which on curves are drawn: before, it may be negative."""

RICH = 0.1
"""Drift from which on we call a network rich."""

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
        limit: drift at which the run ends.
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
        Config(), width=(100, 200, 400, 800),
        size=(0.5**0.5, 1.0, 2**0.5, 2.0), seed=(0, 1, 2, 3))),
    "noise": tuple(variations(
        Config(last=CHUNK), width=(100, 200, 400, 800), seed=tuple(range(24)))),
    "delays": tuple(variations(
        Config(delay=8, last=900), width=(100, 200, 400), size=(1.0, 2.0),
        seed=(0, 1)))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return the drift from the kernel of the start, until it passes the limit.

    Columns: ``update``; ``drift``, |L - L_start| / |L*|, where L_start is descent
    with the tangent kernel that the network has at the start; ``noise``,
    |L_start - L_conv| / |L*|; ``price``, the growth of |theta|^2 in the convolution,
    divided by the width; ``paid``, that of |U|^2 in the network.

    Source: prp-norm-growth in the book.

    Args:
        config: what to compute.
    """
    nu, T, m = Variances(), config.length, config.width
    factors, j = scale_factors(nu, T), torch.arange(T, dtype=DTYPE)
    net = WideNetwork.random(m, nu, seed=config.seed)
    L0 = net.kernel_samples(T).detach()
    shape = config.decay**j if config.delay < 0 else (j == config.delay).to(DTYPE)
    target = config.size * shape[:, None, None]
    moments = SecondMoments.white(L0 + target)
    eta = config.rate / moments.curvature(factors)
    conv = convolution_path(moments, factors, rate=eta, start=L0,
                            updates=range(config.last + 1))
    price = ((conv.square() - L0.square())[:, :, 0, 0] / factors).sum(1) / m
    kernel, fixed = finite_width_kernel(net, T).reshape(T, T), [L0]
    for _ in range(config.last):
        step = kernel @ moments.gradient(fixed[-1])[:, 0, 0]
        fixed.append(fixed[-1] - eta * step[:, None, None])
    before, rows, size = float(net.U.detach().square().sum()), [], target.norm()
    for k in range(0, config.last, CHUNK):
        path = descent_path(net, moments, rate=eta, updates=range(1, CHUNK + 1))
        net = path.end
        paid = (float(net.U.detach().square().sum()) - before) / m
        for i, L in enumerate(path.kernels, start=k + 1):
            # the norm of U is that at the end of the chunk
            rows.append((i, float((L - fixed[i]).norm() / size),
                         float((fixed[i] - conv[i]).norm() / size),
                         float(price[i]), paid))
        if not max(row[1] for row in rows[-CHUNK:]) < config.limit:
            break
    return Table.from_rows(("update", "drift", "noise", "price", "paid"), rows)


def plot(table: Table) -> Figure:
    """Draw when the first start is rich, and its drift by updates and by price.

    Args:
        table: a stored sweep, or what ``run`` returned.
    """
    for name in ("width", "size", "seed"):
        if name not in table.columns:
            table = table.with_columns(
                **{name: np.full(len(table), getattr(Config, name))})
    fig, (plan, *axes) = figures.panels(3, height=2.9)
    _draw_map(table, plan)
    for k, (m, rows) in enumerate(table.groups("width")):
        for s, one in rows.groups("size"):
            first = one.where(seed=one.values("seed")[0])
            shown = (first["update"] <= CHUNK) | (first["update"] % CHUNK == 0)
            shown &= first["price"] > LEAST
            for ax, x in zip(axes, ("update", "price"), strict=True):
                label = f"m = {m}" if s == rows.values("size")[0] else "_"
                ax.plot(first[x][shown], first["drift"][shown], color=f"C{k}",
                        label=label, linewidth=1.0)
    for ax, x in zip(axes, ("update ℓ", "price P"), strict=True):
        ax.set(xscale="log", yscale="log", xlabel=x, ylabel="drift")
    axes[0].set_title("against updates")
    axes[1].set_title("against the price")
    figures.legend_above(*axes)
    return fig


def _draw_map(table: Table, ax: Axes) -> None:
    """Draw the first rich update of the first start over width and size."""
    keys = ("width", "size", "seed")
    rows = [(m, s**2, one["update"][np.argmax(one["drift"] >= RICH)])
            for m, wide in table.groups(keys[0]) for s, big in wide.groups(keys[1])
            for one in [big.where(seed=big.values(keys[2])[0])]]
    figures.heatmap(Table.from_rows(("width", "square", "update"), rows), "width",
                    "square", "update", scale="log", xscale="log", yscale="log",
                    xlabel="width m", ylabel="s²", label="first rich update", ax=ax)
    ax.set_title("map")
    for axis, ticks in ((ax.xaxis, table.values("width")),
                        (ax.yaxis, sorted({row[1] for row in rows}))):
        axis.set_ticks(ticks, [f"{tick:.3g}" for tick in ticks])
        axis.set_minor_locator(NullLocator())
    ax.tick_params(axis="x", rotation=45)
