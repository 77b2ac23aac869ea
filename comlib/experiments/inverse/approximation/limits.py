"""The width to infinity at a fixed radius, for a tempered and a pure power law."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table, TemperedPolynomial
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.measures import certified_change

from .networks import gauss_laguerre

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The targets exp(-gamma t)(1+t)^(-p), gamma > 0 and 0, radii and widths.

    Args:
        p: exponent, > 1.
        gamma: decay rate of the tempered target.
        radii: the beta, below gamma.
        widths: numbers of modes.
    """

    p: float = 1.5
    gamma: float = 0.5
    radii: tuple[float, ...] = (0.1, 0.03, 0.01)
    widths: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)


def run(config: Config) -> Table:
    """Return target, radius, width, ``lower`` and ``upper`` of E_m(radius) in L1.

    Above the margin both are infinity. ``start`` is E_m(0), ``margin`` the least rate.

    Args:
        config: what to compute.
    """
    targets = {"exponential": TemperedPolynomial(config.p, config.gamma),
               "power law": TemperedPolynomial(config.p)}
    rows = []
    for name, rho in targets.items():
        for beta in config.radii:
            rows += [{"target": name, "radius": beta, "width": m,
                      **_bracket(rho, m, beta)} for m in config.widths]
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw the brackets against the width, and dashed the error without a move.

    Args:
        table: what ``run`` returned.
    """
    targets = table.values("target")
    fig, axes = figures.panels(len(targets), height=3.0, sharey=True)
    for ax, target in zip(axes, targets, strict=True):
        rows = table.where(target=target)
        finite = Table(**{name: rows[name][rows["upper"] < math.inf]
                          for name in rows.columns})
        labels = [f"β = {beta:g}" for beta in finite.values("radius")]
        figures.bands(finite, "width", "upper", "lower", "upper", by="radius",
                      labels=labels, xscale="log", yscale="log", ax=ax,
                      xlabel="width $m$", ylabel="error")
        still = rows.where(radius=rows["radius"][0])
        figures.lines(still, "width", "start", labels=["β = 0"], ax=ax, xscale="log",
                      yscale="log", color=figures.INK, linestyle="--", linewidth=1.2,
                      xlabel="width $m$", ylabel="error")
        ax.set(title=target, ylim=(1e-3, 1e2))
    figures.legend_above(*axes, cols=2)
    return fig


def _bracket(rho: TemperedPolynomial, width: int, beta: float) -> dict[str, float]:
    """All c, U and rates up is one point of the ball; certified_change bounds all."""
    rho_hat = rho.exponential_sum(width)
    start = rho.l1_norm() - rho_hat.l1_norm()
    rates, a = (torch.tensor(v, dtype=DTYPE) for v in (rho_hat.rates, rho_hat.weights))
    if beta >= rates.min():
        lower = upper = math.inf
    else:
        # the direction that adds most: c and U along 1 / (rate - beta)
        near = rates - beta
        turn = a.sqrt() / near
        moved = a.sqrt() + beta * turn / turn.norm()
        lower = float((moved**2 / near).sum()) - rho.l1_norm()
        upper = start + certified_change(gauss_laguerre(rho, width), beta)
    return {"lower": max(lower, start), "upper": upper, "start": start,
            "margin": float(rates.min())}
