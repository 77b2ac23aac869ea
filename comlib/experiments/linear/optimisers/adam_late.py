"""Adam on long plateaus: millions of updates of four parameters.

In plain Python numbers, where such a small update is fifty times faster than in a
framework; so it is also a second program for what ``by_optimiser`` computes.
"""

import math
from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures

__all__ = ["Config", "plot", "run"]

_EPSILON, _DECAY = 1e-8, 0.999  # of torch.optim.Adam


@dataclass(frozen=True)
class Config:
    """The target exp(-t) + exp(-(t - D)^2/2), the start and Adam's numbers.

    Args:
        delays: D.
        learning_rates: of Adam.
        weights: a_1 and a_2 at the start; both rates are one.
        momentum: its beta_1.
        drop: of the loss, that counts as an escape.
        updates: at most so many.
    """

    delays: tuple[float, ...] = (12.0, 13.0, 14.0, 15.0, 16.0, 17.0)
    learning_rates: tuple[float, ...] = (0.01, 0.001)
    weights: tuple[float, float] = (0.6, 0.4)
    momentum: float = 0.9
    drop: float = 0.05
    updates: int = 6_000_000


RECORDS = {"adam-late": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return learning_rate, delay, the updates until the escape and their clock.

    ``updates`` is infinite if there is no escape, or if a rate becomes negative
    before. ``clock`` is the time of a gradient flow that moves the weights as fast:
    the sum of 2 alpha/(P_1 + P_2), P_i the numbers by which Adam divides the
    gradient of the weight a_i.

    Args:
        config: what to compute.
    """
    rows = [(rate, D, *_escape(rate, D, config)) for rate in config.learning_rates
            for D in config.delays]
    names = "learning_rate", "delay", "updates", "clock"
    return Table(**dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def plot(table: Table) -> Figure:
    """Draw updates and clock against the delay.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8)
    for ax, name, label in zip(axes, ("updates", "clock"),
                               ("updates until escape", "their clock"), strict=True):
        for rate in dict.fromkeys(table["learning_rate"].tolist()):
            rows = table.where(learning_rate=rate)
            ax.plot(rows["delay"], rows[name], "o-", label=f"rate {rate:g}")
        ax.set(xlabel="delay D = 1/ω", ylabel=label, yscale="log")
    axes[0].legend()
    return fig


def _escape(rate: float, D: float, config: Config) -> tuple[float, float]:
    theta, beta = [*config.weights, 1.0, 1.0], config.momentum
    m, v, scale, clock = [0.0] * 4, [0.0] * 4, [0.0] * 4, 0.0
    for k in range(1, config.updates + 1):
        first, second = 1 - beta**k, 1 - _DECAY**k
        for i, g in enumerate(_gradient(*theta, D)):
            m[i] = beta * m[i] + (1 - beta) * g
            v[i] = _DECAY * v[i] + (1 - _DECAY) * g * g
            scale[i] = math.sqrt(v[i] / second) + _EPSILON
            theta[i] -= rate * m[i] / first / scale[i]
        clock += 2 * rate / (scale[0] + scale[1])
        if theta[2] <= 0 or theta[3] <= 0:
            return math.inf, clock
        if _fallen(*theta, D) >= config.drop:
            return float(k), clock
    return math.inf, clock


def _gradient(a: float, b: float, u: float, w: float, D: float) -> tuple[float, ...]:
    """The derivatives of J by weights a, b and rates u, w, by prp-mode-loss."""
    edge, mixed, Lu, Lw = math.exp(-D * D / 2), 1 / (u + w), _seen(u, D), _seen(w, D)
    p, q = 1 / (u + 1), 1 / (w + 1)
    by_u = (D - u) * Lu + edge + p * p - a / (4 * u * u) - b * mixed * mixed
    by_w = (D - w) * Lw + edge + q * q - b / (4 * w * w) - a * mixed * mixed
    return (2 * (a / (2 * u) + b * mixed - p - Lu),
            2 * (b / (2 * w) + a * mixed - q - Lw), 2 * a * by_u, 2 * b * by_w)


def _fallen(a: float, b: float, u: float, w: float, D: float) -> float:
    """How far J lies below its value at an exact start."""
    square = (a * a / (2 * u) + b * b / (2 * w) + 0.5 + 2 * a * b / (u + w)
              - 2 * a / (u + 1) - 2 * b / (w + 1))
    return 2 * (a * _seen(u, D) + b * _seen(w, D) - _seen(1.0, D)) - square


def _seen(w: float, D: float) -> float:
    """The integral of exp(-w t) times the bump over t >= 0."""
    tail = math.erfc((w - D) / math.sqrt(2)) / 2
    return math.sqrt(2 * math.pi) * tail * math.exp(w * (w / 2 - D))
