"""What a horizon shows of the certified lower curve of three targets."""

import math
from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Exponential, Table, TemperedPolynomial
from comlib.evidence import figures
from comlib.measures import certified_lower_curve


@dataclass(frozen=True)
class Config:
    """The targets, the radii and the horizons; the infinite one comes last.

    Args:
        rate: of the exponential target.
        p: exponent of the power law (1 + t)^(-p) of the other two.
        gamma: rate of the factor exp(-gamma t) of the tempered one.
        horizons: the finite horizons T.
        smallest: first radius.
        largest: last radius.
        count: number of radii, evenly spaced in their logarithms.
    """

    rate: float = 0.25
    p: float = 1.5
    gamma: float = 0.5
    horizons: tuple[float, ...] = (10.0, 30.0, 100.0, 300.0, 1000.0)
    smallest: float = 1e-3
    largest: float = 0.6
    count: int = 22


def run(config: Config) -> Table:
    """Return target, horizon, radius and the lower bound of E(radius).

    Source: thm-shift and prp-finite-horizon in the book.

    Args:
        config: what to compute.
    """
    targets = {"exponential": Exponential(config.rate),
               "tempered": TemperedPolynomial(config.p, config.gamma),
               "power law": TemperedPolynomial(config.p)}
    ratio = config.largest / config.smallest
    radii = [config.smallest * ratio ** (k / (config.count - 1))
             for k in range(config.count)]
    pairs = [(name, T) for name in targets for T in (*config.horizons, math.inf)]
    tables = [certified_lower_curve(targets[name], radii, T) for name, T in pairs]
    names, horizons = zip(*pairs, strict=True)
    return Table.stack(tables, target=names, horizon=horizons)


def plot(table: Table) -> Figure:
    """Draw the curves of the horizons, one panel for each target.

    Args:
        table: what ``run`` returned.
    """
    targets = table.values("target")
    fig, axes = figures.panels(len(targets), height=3.3, sharey=True)
    for ax, target in zip(axes, targets, strict=True):
        rows = table.where(target=target)
        labels = [f"T = {T:g}".replace("inf", "∞")
                  for T in rows.values("horizon")]
        figures.lines(rows, "radius", "lower", by="horizon", labels=labels, ax=ax,
                      xscale="log", yscale="log", xlabel="perturbation β",
                      ylabel="lower bound of E(β)")
        ax.set(title=target, ylim=(3e-4, 1e4))
    figures.legend_above(*axes, cols=2)
    return fig
