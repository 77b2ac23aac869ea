"""What ends the agreement of network and convolution: the start, size and time."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.wide import (
    SecondMoments,
    Variances,
    WideNetwork,
    convolution_path,
    descent_path,
    scale_factors,
)

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """White inputs, and a target that forgets slowly.

    Args:
        cases: sizes s of the target s decay^j with the width of the network.
        decay: of the target from lag to lag.
        length: window T.
        updates: of gradient descent.
        recurrent: variance nu_W; those of U and c are one.
        pace: the rate times the largest curvature.
        seed: of the networks.
    """

    cases: tuple[tuple[float, int], ...] = ((0.5, 100), (1.0, 400), (1.0, 100),
                                            (2.0, 400))
    decay: float = 0.97
    length: int = 20
    updates: int = 150
    recurrent: float = 0.3
    pace: float = 0.5
    seed: int = 3


def run(config: Config) -> Table:
    """Return distances of impulse responses over the size of the target.

    Columns: ``size``, ``width``, ``update``; ``matched`` and ``zero``: from the network
    to the convolution that starts where it does, and at zero; ``centred``: the same
    for both of them less their start, which then is what is trained.

    Args:
        config: what to compute.
    """
    V, at = Variances(W=config.recurrent), range(config.updates + 1)
    r = scale_factors(V, config.length)
    shape = config.decay ** torch.arange(config.length, dtype=DTYPE)
    tables = []
    for size, m in config.cases:
        target = size * shape[:, None, None]
        moments = SecondMoments.white(target)
        eta = config.pace / moments.curvature(r)
        network = WideNetwork.random(m, V, seed=config.seed)
        L0 = network.kernel_samples(config.length).detach()
        centred = SecondMoments.white(target + L0)  # then L - L0 is taught the target
        ways = {"matched": (moments, L0), "zero": (moments, 0 * L0),
                "centred": (centred, L0)}
        paths = {name: descent_path(network, data, rate=eta, updates=at).kernels
                 for name, data in (("matched", moments), ("centred", centred))}
        paths["zero"] = paths["matched"]
        distances = {
            name: (paths[name] - convolution_path(data, r, rate=eta, updates=at,
                                                  start=start)).flatten(1).norm(dim=1)
            / target.norm() for name, (data, start) in ways.items()}
        tables.append(Table(update=list(at), **distances))
    sizes, widths = zip(*config.cases)
    return Table.stack(tables, size=sizes, width=widths)


def plot(table: Table) -> Figure:
    """Draw starts for the target of size one, and the centred paths of all cases.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=3.0)
    cases = list(dict.fromkeys(zip(table["size"].tolist(), table["width"].tolist())))
    look = {"xscale": "log", "yscale": "log", "xlabel": "updates + 1",
            "ylabel": "relative distance", "floor": 1e-4}
    table = table.with_columns(update=table["update"] + 1)
    one = table.where(size=1.0)
    for k, name in enumerate(("zero", "matched")):
        for dash, (m, rows) in zip(("--", "-"), one.groups("width")):
            figures.lines(rows, "update", name, ax=axes[0], linestyle=dash,
                          labels=[f"{name}, {m}"], color=figures.COLOURS[k],
                          **look)
    for k, (size, m) in enumerate(cases):
        rows = table.where(size=size, width=m)
        figures.lines(rows, "update", "centred", ax=axes[1],
                      labels=[f"s = {size:g}, {m}"],
                      color=figures.COLOURS[k // 2], linestyle="--" if k % 2 else "-",
                      **look)
    for ax in axes:
        ax.set_ylim(1e-2, 1)
    axes[0].set_title("two starts, s = 1")
    axes[1].set_title("sizes, start subtracted")
    figures.legend_above(*axes)
    return fig
