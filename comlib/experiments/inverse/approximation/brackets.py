"""Sampled, found and proved: the perturbation error of two targets, side by side."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from comlib import (LinearFunctional, Search, Table, TemperedPolynomial,
                    perturbation_error)
from comlib.evidence import figures

from .networks import gauss_laguerre

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The targets exp(-gamma t)(1+t)^(-p), gamma > 0 and 0, and the radii.

    Args:
        p: exponent, > 1.
        gamma: decay rate of the tempered target.
        width: number of modes.
        smallest: first radius.
        nearest: the last radius as a share of the margin.
        count: number of radii.
        copies: number of random draws.
        restarts: of the search.
        updates: of the search.
    """

    p: float = 1.5
    gamma: float = 0.5
    width: int = 4
    smallest: float = 3e-3
    nearest: float = 0.8
    count: int = 5
    copies: int = 30
    restarts: int = 3
    updates: int = 10


def run(config: Config) -> Table:
    """Return target, margin and the columns of ``perturbation_error``, in L1.

    All weights move, W on its diagonal.

    Args:
        config: what to compute.
    """
    targets = {"exponential": TemperedPolynomial(config.p, config.gamma),
               "power law": TemperedPolynomial(config.p)}
    search, tables = Search(config.restarts, config.updates), []
    for rho in targets.values():
        model = gauss_laguerre(rho, config.width)
        margin = float(-model.w.detach().max())
        radii = np.geomspace(config.smallest, config.nearest * margin, config.count)
        found = perturbation_error(model, LinearFunctional(rho, 0.1), radii.tolist(),
                                   copies=config.copies, search=search)
        tables.append(found.with_columns(margin=[margin] * config.count))
    return Table.stack(tables, target=list(targets))


def plot(table: Table) -> Figure:
    """Draw five curves for each target; the margin is a vertical line.

    Args:
        table: what ``run`` returned.
    """
    targets = table.values("target")
    fig, axes = figures.panels(len(targets), height=3.2, sharey=True)
    columns = ["upper", "found", "sampled_box", "sampled", "lower"]
    names = ["proved", "found", "30 draws, box", "30 draws, ball", "shift"]
    for ax, target in zip(axes, targets, strict=True):
        rows = table.where(target=target)
        figures.lines(rows, "radius", columns, labels=names, xscale="log", ax=ax,
                      yscale="log", xlabel="radius β", ylabel="error")
        ax.axvline(rows["margin"][0], color=figures.GUIDE, linewidth=1, linestyle=":")
        ax.set(title=target, ylim=(1e-2, 2e2))
    figures.legend_above(*axes, cols=3)
    return fig
