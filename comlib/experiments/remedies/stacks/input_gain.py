"""What the input gain of a mode does to its perturbation error."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures

__all__ = ["Config", "GAINS", "plot", "run"]

GAINS = {
    "one": lambda a: np.ones_like(a), "coded": lambda a: np.sqrt(1 - (a - 1) ** 2),
    "LRU": lambda a: np.sqrt(1 - a**2), "unit": lambda a: 1 - a,
}
"""Factors on the input of the mode a^k: none; as a public code has it; as the LRU is
published, for modes of norm one in l2; and for modes of mass one."""


@dataclass(frozen=True)
class Config:
    """The modes and the change of their weights.

    Args:
        radius: beta, of c, u and w in a = exp(-exp(w)).
        fastest: shortest memory 1/(1 - a).
        slowest: longest memory.
        count: number of modes, at equal ratios.
        grid: values of the moved w.
    """

    radius: float = 0.05
    fastest: float = 1.5
    slowest: float = 1e5
    count: int = 40
    grid: int = 41


def run(config: Config) -> Table:
    """Return norm, gain, memory, size |c| = |u| of the weights and the largest error.

    The mode has norm one in the norm at hand, "l2" or "l1"; the error is the largest
    distance in that norm over |dw|, |dc|, |du| <= beta.

    Source: prp-mode-gain in the book.

    Args:
        config: which modes.
    """
    tables = []
    memory = np.geomspace(config.fastest, config.slowest, config.count)
    a = 1 - 1 / memory
    for norm, distance in _DISTANCES.items():
        for name, gain in GAINS.items():
            weight = np.sqrt(1 / (gain(a) * distance(0 * a, a, 1.0, a)))
            error = _largest(a, weight, gain, distance, config)
            tables.append(Table(norm=[norm] * len(a), gain=[name] * len(a),
                                memory=memory, weight=weight, error=error))
    return Table.stack(tables)


def plot(table: Table) -> Figure:
    """Draw the errors against the memory, one panel for each norm.

    Args:
        table: what ``run`` returned.
    """
    texts = {"one": "none", "coded": "as coded", "LRU": "LRU", "unit": "mass one"}
    fig, axes = figures.panels(2, height=2.6)
    for ax, (norm, rows) in zip(axes, table.groups("norm"), strict=True):
        names = [name for name in rows.values("gain") if name != "one"]
        shown = Table.stack([rows.where(gain=name) for name in names])
        figures.lines(shown, "memory", "error", by="gain", xscale="log", yscale="log",
                      labels=[texts[name] for name in names],
                      xlabel="memory $1/(1-a)$", ylabel="error", ax=ax)
        ax.set_title({"l2": "norm one", "l1": "mass one"}[norm])
    figures.label_lines(*axes)
    return fig


def _largest(a, weight, gain, distance, config: Config) -> np.ndarray:
    """Return the largest distance over moved weights, for every mode.

    It is convex in the product of c and u, whose ends are therefore the worst.
    """
    beta, own, worst = config.radius, weight**2 * gain(a), np.zeros_like(a)
    for move in np.linspace(-beta, beta, config.grid):
        b = a ** np.exp(move)
        # if beta exceeds the weights, their product changes sign
        low = np.where(weight > beta, (weight - beta) ** 2,
                       -(weight + beta) * (beta - weight))
        for product in (low, (weight + beta) ** 2):
            worst = np.maximum(worst, distance(product * gain(b), b, own, a))
    return worst


def _l2(A, b, C, a) -> np.ndarray:
    """Return the norm of A b^k - C a^k."""
    square = A**2 / (1 - b**2) + C**2 / (1 - a**2) - 2 * A * C / (1 - a * b)
    return np.sqrt(square.clip(min=0))


def _l1(A, b, C, a) -> np.ndarray:
    """Return the mass of A b^k - C a^k, C > 0: its sign changes once, or never."""
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.ceil(np.log(C / A) / np.log(b / a))
    ends = np.isfinite(change) & (change > 0)
    k = np.where(ends, change, 0.0)
    early = A * (1 - b**k) / (1 - b) - C * (1 - a**k) / (1 - a)
    late = A * b**k / (1 - b) - C * a**k / (1 - a)
    return np.abs(early) + np.abs(late)


_DISTANCES = {"l2": _l2, "l1": _l1}
