"""Memory of a gated unit under the three queries."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table, memory_function, time_grid
from comlib.evidence.figures import COLOURS, DASHES, label_lines, lines, panels
from comlib.measures import impulse_memory, reversed_memory
from comlib.models import GatedUnit


@dataclass(frozen=True)
class Config:
    """The unit dh/dt = s(-gate x)(tanh(gain x) - h), and how it is queried.

    Args:
        gate: k.
        gain: a.
        bounds: the B of the Heaviside memory; the last one serves the other queries.
        dt: timebase.
        length: number of time points.
        early: number of time points that are all kept.
        every: keep every so many of the later ones.
    """

    gate: float = 1.0
    gain: float = 1.0
    bounds: tuple[float, ...] = (2.0, 4.0, 40.0)
    dt: float = 1.0
    length: int = 1001
    early: int = 121
    every: int = 50


def run(config: Config) -> Table:
    """Return query, bound, time and memory.

    Source: prp-gated-memory in the book.

    Args:
        config: the unit.
    """
    H = GatedUnit(config.gate, config.gain, dt=config.dt)
    last, early = config.bounds[-1], time_grid(config.early, config.dt)
    tables = [_step(H, config, bound) for bound in config.bounds]
    tables.append(Table(time=early, memory=impulse_memory(H, config.early, last)))
    tables.append(Table(time=early, memory=reversed_memory(
        H, config.early, last, history=config.early)))
    queries = ["step"] * len(config.bounds) + ["impulse", "reversed"]
    return Table.stack(tables, query=queries, bound=[*config.bounds, last, last])


def _step(H: GatedUnit, config: Config, bound: float) -> Table:
    """Every time point at first, every so many later."""
    early = memory_function(H, config.early, bound)
    late = memory_function(H, config.length, bound, every=config.every)
    t = time_grid(config.length, config.dt)
    later = torch.arange(0, config.length, config.every) >= config.early
    time = torch.cat([t[: config.early], t[:: config.every][later]])
    return Table(time=time, memory=torch.cat([early, late[later]]))


def plot(table: Table) -> Figure:
    """Draw every query as a curve on two log axes.

    Args:
        table: what ``run`` returned.
    """
    late = table["time"] > 0
    shown = Table(**{name: table[name][late] for name in table.columns})
    curves = dict.fromkeys(zip(shown["query"].tolist(), shown["bound"].tolist(),
                               strict=True))
    fig, (ax,) = panels(1, height=2.9)
    for index, (query, bound) in enumerate(curves):
        text = f"step, B = {bound:g}" if query == "step" else query
        lines(shown.where(query=query, bound=bound), "time", "memory", xscale="log",
              yscale="log", xlabel="time $t$", ylabel="memory", labels=[text],
              floor=1e-10, ax=ax, color=COLOURS[index], linestyle=DASHES[index])
    ax.set(title="One gated unit, three queries", ylim=(1e-12, 1))
    label_lines(ax)
    return fig
