"""What three horizons show of networks of a power law after the shift W + beta I."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Polynomial, Table
from comlib.evidence import figures
from comlib.kernels import trapezoid_sum
from comlib.measures import certified_lower_curve

__all__ = ["Config", "plot", "run"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)


@dataclass(frozen=True)
class Config:
    """The target (1+t)^(-p), explicit sums for it, horizons and radii.

    Args:
        p: exponent, > 1.
        errors: relative L1 errors of the sums, see prp-explicit-sums in the book.
        horizons: the T.
        smallest: first radius.
        largest: last radius.
        count: number of radii, at equal ratios.
        panels: of the quadrature on each horizon.
    """

    p: float = 1.5
    errors: tuple[float, ...] = (0.3, 0.03, 0.003)
    horizons: tuple[float, ...] = (100.0, 300.0, 1000.0)
    smallest: float = 1e-4
    largest: float = 0.1
    count: int = 25
    panels: int = 400


def run(config: Config) -> Table:
    """Return horizon, width, radius, ``moved`` and ``curve``, in L1 on [0, T].

    ``moved`` is the error of the network after the shift, ``curve`` its limit for
    large widths, that of thm-shift.

    Args:
        config: what to compute.
    """
    rho, tables, labels = Polynomial(config.p), [], []
    sums = [trapezoid_sum(rho, eps) for eps in config.errors]
    radii = np.geomspace(config.smallest, config.largest, config.count)
    for T in config.horizons:
        curve = certified_lower_curve(rho, radii.tolist(), T)["lower"]
        ends = np.expm1(np.linspace(0, np.log1p(T), config.panels + 1))
        half = np.diff(ends)[:, None] / 2
        t = torch.from_numpy((ends[:-1, None] + half * (1 + _NODES)).ravel())
        weights = torch.from_numpy((half * _WEIGHTS).ravel())
        grown = torch.exp(torch.from_numpy(radii)[:, None] * t)
        for rho_hat in sums:
            gap = (rho(t) - grown * rho_hat(t)).abs()
            tables.append(Table(radius=radii, moved=gap @ weights, curve=curve))
            labels.append((T, len(rho_hat.rates)))
    horizons, widths = zip(*labels, strict=True)
    return Table.stack(tables, horizon=horizons, width=widths)


def plot(table: Table) -> Figure:
    """Draw the errors of all widths, one panel for each horizon.

    Args:
        table: what ``run`` returned.
    """
    horizons = table.values("horizon")
    fig, axes = figures.panels(len(horizons), height=3.0, sharey=True)
    for ax, T in zip(axes, horizons, strict=True):
        rows = table.where(horizon=T)
        look = {"xscale": "log", "yscale": "log", "ax": ax, "xlabel": "shift β",
                "ylabel": "error on [0, T]"}
        labels = [f"m = {m}" for m in rows.values("width")]
        figures.lines(rows, "radius", "moved", by="width", labels=labels, **look)
        first = rows.where(width=rows["width"][0])
        figures.lines(first, "radius", "curve", labels=["target alone"],
                      color=figures.INK, linestyle=":", linewidth=1.4, **look)
        ax.set(title=f"T = {T:g}", ylim=(1e-2, 1e3))
    figures.legend_above(*axes, cols=2)
    return fig
