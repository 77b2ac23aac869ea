"""Memory of stacks, and the bound that one layer after the other adds to."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table, memory_function
from comlib.evidence import figures
from comlib.measures import impulse_memory
from comlib.models import Stack

from .constructions import equal_poles, random_stack

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The two families of stacks.

    Args:
        layers: numbers of layers L.
        factor: the one pole of all layers of the linear stacks.
        length: time points for these.
        radius: largest factor of the random ones.
        states: of each of their layers.
        width: features between them.
        seed: of their weights.
        short: time points for these.
        bound: B, the size of inputs that are searched.
        every: keep every so many time points of theirs.
    """

    layers: tuple[int, ...] = (1, 2, 3, 4)
    factor: float = 0.99
    length: int = 1001
    radius: float = 0.97
    states: int = 8
    width: int = 4
    seed: int = 0
    short: int = 241
    bound: float = 10.0
    every: int = 20


def run(config: Config) -> Table:
    """Return the stacks, time, step and impulse memory, and the bound.

    Args:
        config: which stacks.
    """
    tables = []
    for L in config.layers:
        pair = (("linear, equal poles", equal_poles(L, config.factor), config.length),
                ("GELU, random", _random(L, config), config.short))
        for name, model, length in pair:
            t = range(0, length, config.every)
            step = memory_function(model, length, config.bound, every=config.every)
            pulse = impulse_memory(model, length, config.bound, every=config.every)
            tables.append(Table(
                stack=[name] * len(t), layers=[L] * len(t), time=list(t), step=step,
                impulse=pulse, bound=model.memory_bound(length)[:: config.every]))
    return Table.stack(tables)


def plot(table: Table) -> Figure:
    """Draw step memories and bounds, one panel for each family.

    Args:
        table: what ``run`` returned.
    """
    names = table.values("stack")
    fig, axes = figures.panels(len(names), height=2.6)
    for ax, (name, rows) in zip(axes, table.groups("stack"), strict=True):
        for k, (L, one) in enumerate(rows.groups("layers")):
            ax.plot(one["time"], one["bound"], "--", color=f"C{k}", alpha=0.6)
            ax.plot(one["time"], one["step"], "-", color=f"C{k}", label=f"L = {L}")
        ax.set(yscale="log", xlabel="time $t$", ylabel="step memory", title=name)
    figures.label_lines(*axes)
    return fig


def _random(L: int, config: Config) -> Stack:
    return random_stack(L, config.radius, config.states, config.width, config.seed)
