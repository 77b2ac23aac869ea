"""Errors of evenly spaced rates for kernels with a given number of derivatives."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.kernels import Kink
from comlib.measures import equispaced_error, rate_bound


@dataclass(frozen=True)
class Config:
    """The kernels exp(-rate t) (1 + amplitude max(t - center, 0)^p), and the widths.

    Args:
        rate: decay rate of the kernels.
        amplitude: of the late part.
        center: time of the kink.
        orders: the numbers p of derivatives, of which the last one jumps.
        beta: rate of thm-rate, below the decay rate; kappa = beta/(p + 1).
        widths: numbers m of exponentials.
    """

    rate: float = 2.0
    amplitude: float = 5.0
    center: float = 1.0
    orders: tuple[int, ...] = (1, 2, 3, 4)
    beta: float = 1.2
    widths: tuple[int, ...] = (4, 6, 8, 12, 16, 20, 24, 28, 32, 38, 44, 50, 56, 64, 72,
                               80, 90, 100, 115, 128, 150, 170, 192)


def run(config: Config) -> Table:
    """Return p, width, the error of interpolation, its bracket, and the bound.

    ``error`` is that of ``polynomial_sum``. The best error cannot grow with the
    width: ``upper`` is the least error up to this width, ``lower`` the largest
    lower bound from this width on. ``bound`` is that of thm-rate.

    Source: thm-rate and lem-canonical in the book.

    Args:
        config: what to compute.
    """
    tables = []
    for p in config.orders:
        rho = Kink(config.rate, config.amplitude, config.center, p)
        found = equispaced_error(rho, config.widths, config.beta / (p + 1))
        least = np.maximum.accumulate(found["lower"][::-1])[::-1]
        at_p = rate_bound(rho, p, config.beta, p)
        # thm-rate: the bound falls like 1/(m (m-1) ... (m-p+1))
        falls = [np.prod(1.0 + np.arange(p)) / np.prod(m - np.arange(p))
                 for m in config.widths]
        tables.append(Table(width=config.widths, error=found["upper"], lower=least,
                            upper=np.minimum.accumulate(found["upper"]),
                            bound=at_p * np.array(falls)))
    return Table.stack(tables, p=config.orders)


def plot(table: Table) -> Figure:
    """Draw bracket and bound against the width, one panel for each p.

    Args:
        table: what ``run`` returned.
    """
    orders = sorted(set(table["p"].tolist()))
    fig, axes = figures.panels(len(orders), 2, sharex=True, sharey=True)
    for ax, p in zip(axes, orders, strict=True):
        rows = table.where(p=p)
        middle = np.sqrt(rows["lower"] * rows["upper"])
        figures.bands(rows.with_columns(middle=middle), "width", "middle", "lower",
                      "upper", ax=ax, labels=["best error"], xlabel="width m",
                      ylabel="error in L1", xscale="log", yscale="log")
        figures.lines(rows, "width", "bound", ax=ax, labels=["bound"], xscale="log",
                      yscale="log", xlabel="width m", ylabel="error in L1",
                      color=figures.COLOURS[1], linestyle="--")
        ax.set(title=f"p = α = {p}")
        start = 0.1 * float(rows["upper"][3])
        figures.slope(ax, 12.0, start, -p - 1.0, "")
        ax.annotate(f"slope −{p + 1}", (38.0, start * (38 / 12) ** (-p - 1)),
                    xytext=(-4, -10), textcoords="offset points", ha="right",
                    color=figures.GUIDE)
    figures.label_lines(*axes)
    return fig
