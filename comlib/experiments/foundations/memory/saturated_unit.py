"""Memory of one saturating unit against the bound of the input."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import RNN, Table, memory_function
from comlib.evidence.figures import legend_above, lines, panels, slope
from comlib.functional import DTYPE


@dataclass(frozen=True)
class Config:
    """The unit dh/dt = sigma(-rate h + u x), y = c h, and how it is queried.

    Args:
        activation: "hardtanh", whose law is exact, or "tanh", where it is a bound.
        bounds: the B of M_B.
        rate: lambda.
        u: input weight.
        c: readout.
        dt: timebase.
        length: number of time points.
        every: keep every so many of them.
    """

    activation: str = "hardtanh"
    bounds: tuple[float, ...] = (1.0, 4.0, 10.0, 100.0)
    rate: float = 1.0
    u: float = 1.0
    c: float = 1.0
    dt: float = 0.05
    length: int = 401
    every: int = 4


def run(config: Config) -> Table:
    """Return bound, time, the memory found by search, and its law.

    Source: prp-hardtanh-memory, prp-bounded-input and prp-tanh-memory in the book.

    Args:
        config: the unit.
    """
    weights = (torch.full((1, 1), w, dtype=DTYPE) for w in (-config.rate, config.u,
                                                            config.c))
    H = RNN(*weights, dt=config.dt, activation=config.activation)
    k = torch.arange(0, config.length, config.every, dtype=DTYPE)
    law = _hardtanh if config.activation == "hardtanh" else _tanh
    tables = []
    for bound in config.bounds:
        found = memory_function(H, config.length, bound, every=config.every)
        expected = law(config, bound, k)
        tables.append(Table(time=k * config.dt, memory=found, law=expected))
    return Table.stack(tables, bound=config.bounds)


def _hardtanh(config: Config, bound: float, k: Tensor) -> Tensor:
    """M_B at the sampling times: a power law until t_B, exponential from there on.

    The exponential is that of the Euler steps, (1 - rate dt)^(t/dt).
    """
    size, t = abs(config.u) * bound, k * config.dt
    left = (k - max(size - 1, 0) / (config.rate * config.dt)).clamp(min=0)
    saturated = 1 / (1 + config.rate * t.clamp(max=max(size - 1, 0) / config.rate))
    decay = (1 - config.rate * config.dt) ** left
    return abs(config.c * config.u) * saturated * decay


def _tanh(config: Config, bound: float, k: Tensor) -> Tensor:
    """The smaller of the two upper bounds of a tanh unit's memory."""
    size, t = abs(config.u) * bound, k * config.dt
    # sinh(size) overflows, its logarithm does not
    log_sinh = size + math.log(-math.expm1(-2 * size) / 2)
    exponential = torch.exp(log_sinh - config.rate * t) / size
    power = 1 / (config.rate * t).clamp(min=1e-12)
    return abs(config.c * config.u) * torch.minimum(power, exponential).clamp(max=1)


def plot(table: Table) -> Figure:
    """Draw the memory found as dots on its law, both axes logarithmic.

    Args:
        table: what ``run`` returned.
    """
    late = table["time"] > 0
    shown = Table(**{name: table[name][late] for name in table.columns})
    labels = [f"B = {bound:g}" for bound in table.values("bound")]
    fig, (ax,) = panels(1, height=2.9)
    lines(shown, "time", "law", by="bound", labels=labels, xscale="log", yscale="log",
          linewidth=1.2, ax=ax)
    ax.set_prop_cycle(None)
    lines(shown, "time", "memory", by="bound", labels=[None] * len(labels), ax=ax,
          linestyle="none", marker="o", markersize=2.5, xscale="log", yscale="log",
          xlabel="time $t$", ylabel="$M_B(t)$")
    ax.set(title="One hardtanh unit", ylim=(1e-6, 2))
    slope(ax, 3, 0.6, -1, "slope −1", x1=30)
    legend_above(ax, cols=4)
    return fig
