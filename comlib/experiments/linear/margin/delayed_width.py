"""How many neurons a delayed bump exp(-(t - D)^2 / 2) asks for."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from scipy import special

from comlib import Gaussian, Table, hankel_singular_values
from comlib.evidence import figures

__all__ = ["Config", "plot", "run"]

_MASS = math.sqrt(2 * math.pi)


@dataclass(frozen=True)
class Config:
    """The delays and the accuracies.

    Args:
        delays: the times D of the peak.
        epsilons: L1 errors, absolute; the bump has the mass sqrt(2 pi).
    """

    delays: tuple[float, ...] = (6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 40.0)
    epsilons: tuple[float, ...] = (0.5, 1e-1, 1e-2, 1e-4, 1e-6)


def run(config: Config) -> Table:
    """Return widths for each epsilon and delay.

    Columns: ``proved`` lower bound; ``count`` of Hankel singular values; ``slope``, the
    count per unit of delay that prp-delayed-width says; and ``ring``, the width of a
    network of prp-ring whose error is proved to be at most epsilon.

    Args:
        config: what to compute.
    """
    rows, least = [], min(config.epsilons) / 2
    sigmas = {D: hankel_singular_values(Gaussian(D), least, 1e-4)
              for D in config.delays}
    for eps in config.epsilons:
        edge = 4 * _MASS / (math.pi**2 * eps)
        for D in config.delays:
            rows.append({
                "epsilon": eps, "delay": D,
                "proved": math.floor(D / math.pi * math.sqrt(2 * math.log(edge))),
                "count": int((sigmas[D] > eps).sum()),
                "slope": math.sqrt(2 * math.log(_MASS / eps)) / math.pi,
                "ring": _ring(D, eps)})
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw the count against the delay, and the two bounds of the middle accuracy.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8)
    labels = [f"{eps:g}" for eps in table.values("epsilon")]
    figures.lines(table, "delay", "count", by="epsilon", labels=labels, marker="o",
                  xlabel="delay D", ylabel="N(ε)", ax=axes[0])
    middle = np.unique(table["epsilon"])[len(labels) // 2]
    figures.lines(table.where(epsilon=middle), "delay", ["ring", "count", "proved"],
                  labels=["a network", "N(ε)", "proved"], marker="o",
                  xlabel="delay D", ylabel="neurons", ax=axes[1])
    axes[0].set_title("the count, by ε")
    axes[1].set_title(f"bounds for ε = {middle:g}")
    figures.label_lines(*axes)
    return fig


def _ring(D: float, eps: float) -> int:
    """Return the least width 2 K + 1 for which prp-ring proves the error eps."""
    widths = []
    for T in D + np.arange(2.0, 12.1):
        for damping in np.linspace(1.01, 3.0, 21) * math.log(1 + _MASS / eps):
            mu = damping / T
            repeats = _MASS / math.expm1(damping)
            n = np.arange(1, 6)
            early = _MASS * np.exp(damping * n + special.log_ndtr(D - n * T)).sum()
            xi = 2 * math.pi / T * np.arange(1, 500)
            modes = 2 * _MASS / damping * np.exp(mu * D + (mu**2 - xi**2) / 2)
            left_out = np.append(modes[::-1].cumsum()[::-1], 0.0)
            if repeats + early < eps:
                K = int(np.argmax(left_out <= eps - repeats - early))
                widths.append(2 * K + 1)
    return min(widths)
