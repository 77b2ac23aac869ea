"""Memory of stacks, and the bound that one layer after the other adds to."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table, memory_function
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.measures import impulse_memory
from comlib.models import Layer, Stack

__all__ = ["Config", "equal_poles", "fitted_rates", "plot", "random_stack", "run"]


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
                ("GELU, random", random_stack(L, config), config.short))
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
    fig, axes = figures.panels(len(names), height=3.0)
    for ax, (name, rows) in zip(axes, table.groups("stack"), strict=True):
        for k, (L, one) in enumerate(rows.groups("layers")):
            ax.plot(one["time"], one["bound"], "--", color=f"C{k}", alpha=0.6)
            ax.plot(one["time"], one["step"], "-", color=f"C{k}", label=f"L = {L}")
        ax.set(yscale="log", xlabel="time $t$", ylabel="step memory", title=name)
    figures.label_lines(*axes)
    return fig


def equal_poles(layers: int, factor: float) -> Stack:
    """Return linear layers of one state each, with one factor and weights one.

    Args:
        layers: L.
        factor: of every layer.
    """
    one = torch.ones(1, 1, dtype=DTYPE)
    return Stack([Layer(factor * one[0], one, one)] * layers, activation="identity")


def fitted_rates(factor: float, start: int, stop: int) -> Table:
    """Return the rate that a fit of an exponential to equal poles reads off, by layers.

    Columns: ``rate``, the true one; ``fitted`` on the window; ``peak``, the first time
    at which the response is largest.

    Args:
        factor: of all layers.
        start: beginning of the window.
        stop: its end.
    """
    rows, k = [], np.arange(start, stop + 1)
    for L in (1, 2, 3, 4):
        rho = equal_poles(L, factor).kernel_samples(stop + 1)[:, 0, 0].detach().numpy()
        slope = np.polyfit(k, np.log(rho[k]), 1)[0]
        # two samples may be equal but for rounding
        peak = int(np.argmax(rho > (1 - 1e-9) * rho.max()))
        rows.append((L, -math.log(factor), -float(slope), peak))
    return Table.from_rows(("layers", "rate", "fitted", "peak"), rows)


def random_stack(layers: int, config: Config) -> Stack:
    """Return GELU layers with real factors of log-uniform rates and normal weights.

    Args:
        layers: L.
        config: sizes; the slowest factor of each layer is ``radius``.
    """
    g = torch.Generator().manual_seed(config.seed)
    n, d, made = config.states, config.width, []

    def normal(*shape: int) -> torch.Tensor:
        draw = torch.randn(shape, generator=g, dtype=DTYPE)
        return draw / math.sqrt(shape[-1])

    for layer in range(layers):
        slowest = -math.log(config.radius)
        spread = torch.rand(n, generator=g, dtype=DTYPE).sort().values
        spread[0] = 0
        rates = slowest * (1 / slowest) ** spread
        made.append(Layer(torch.exp(-rates), normal(n, d if layer else 1),
                          normal(d, n)))
    return Stack(made, normal(1, d))
