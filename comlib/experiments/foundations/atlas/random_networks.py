"""Memory functions of random tanh networks with small and large weights."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import RNN, Table, heaviside, memory_function, time_grid
from comlib.evidence.figures import label_lines, lines, panels
from comlib.functional import DTYPE


@dataclass(frozen=True)
class Config:
    """Networks with W = -I + gain G / sqrt(width), G normal.

    Args:
        gains: the factors of the random part.
        seeds: how many networks of each kind.
        width: number of hidden units.
        bound: B.
        dt: timebase.
        length: number of time points.
        every: keep every so many of them.
    """

    gains: tuple[float, ...] = (0.5, 2.0)
    seeds: int = 3
    width: int = 32
    bound: float = 1.0
    dt: float = 0.5
    length: int = 101
    every: int = 4


def run(config: Config) -> Table:
    """Return gain, seed, time, the memory function, and the slope at x = bound alone.

    Source: "Inverse Approximation Theory", Fig. 11a, whose weights are not given.

    Args:
        config: the networks.
    """
    kinds = [(gain, seed) for gain in config.gains for seed in range(config.seeds)]
    t = time_grid(config.length, config.dt)[:: config.every]
    tables = []
    for gain, seed in kinds:
        H = _random(gain, seed, config)
        memory = memory_function(H, config.length, config.bound, every=config.every)
        step = heaviside(torch.full((1, 1), config.bound, dtype=DTYPE), config.length)
        y = torch.nn.functional.pad(H(step).detach()[0, :, 0], (1, 0))
        slope = torch.diff(y)[:: config.every].abs() / (config.bound * config.dt)
        tables.append(Table(time=t, memory=memory, one_input=slope))
    gains, seeds = zip(*kinds, strict=True)
    return Table.stack(tables, gain=gains, seed=seeds)


def _random(gain: float, seed: int, config: Config) -> RNN:
    m, generator = config.width, torch.Generator().manual_seed(seed)
    draw = torch.randn(m, m + 2, generator=generator, dtype=DTYPE) / math.sqrt(m)
    W = gain * draw[:, :m] - torch.eye(m, dtype=DTYPE)
    return RNN(W, draw[:, m:-1], draw[:, -1:].T, dt=config.dt, allow_unstable=True)


def plot(table: Table) -> Figure:
    """Draw one curve for each network, the slope at one input beside the supremum.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = panels(2)
    titles = {"one_input": "Slope at one input", "memory": "Memory function"}
    for ax, (column, title) in zip(axes, titles.items(), strict=True):
        for index, gain in enumerate(table.values("gain")):
            part = table.where(gain=gain)
            others = [None] * (len(set(part["seed"].tolist())) - 1)
            lines(part, "time", column, by="seed", labels=[f"gain {gain:g}", *others],
                  yscale="log", xlabel="time $t$", ylabel="memory", floor=1e-14, ax=ax,
                  color=f"C{index}", linestyle=("-", "--")[index % 2], linewidth=1.2)
        ax.set_title(title)
    label_lines(*axes)
    return fig
