"""Memory functions of randomly initialised networks, in the spirit of Fig. 10."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Functional, Table, TorchRecurrent, memory_function
from comlib.evidence.figures import bands, legend_above, panels
from comlib.measures import impulse_memory
from comlib.models import S4D, CausalAttention

_QUERIES = {"step": memory_function, "impulse": impulse_memory}
_LONGER = {"S4D": 16}
"""How many times longer an architecture is observed; its slowest mode needs it."""

_FLOOR = 1e-14
"""Values below are differences of rounded outputs; 100 times as much is not drawn."""


@dataclass(frozen=True)
class Config:
    """Which networks are queried, and how.

    Args:
        architectures: among "RNN", "GRU", "LSTM", "S4D", "attention" and
            "attention with positions".
        layers: numbers of layers.
        seeds: how many random networks of each kind.
        width: number of hidden units or features.
        bound: B, of both queries.
        length: number of time points; S4D is observed 16 times as long.
        every: keep every so many of them.
    """

    architectures: tuple[str, ...] = ("RNN", "GRU", "LSTM")
    layers: tuple[int, ...] = (1, 2, 4)
    seeds: int = 20
    width: int = 16
    bound: float = 10.0
    length: int = 129
    every: int = 4


RECORDS = {
    "recurrent": Config(),
    "others": Config(("S4D", "attention", "attention with positions"), layers=(1, 3),
                     seeds=10, every=8),
}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return architecture, layers, query, time and the quartiles over seeds.

    Values below 1e-14 are rounding and are returned as zero.

    Source: def-memory-function and def-impulse-memory in the book; "Inverse
    Approximation Theory", Fig. 10, whose sizes and inputs are not given.

    Args:
        config: the networks.
    """
    tables = []
    for name in config.architectures:
        for layers in config.layers:
            models = [_random(name, layers, config.width, seed)
                      for seed in range(config.seeds)]
            tables += [_quartiles(name, layers, query, models, config)
                       for query in _QUERIES]
    return Table.stack(tables)


def _random(name: str, layers: int, width: int, seed: int) -> Functional:
    if name == "S4D":
        return S4D(width, layers=layers, seed=seed)
    if name.startswith("attention"):
        return CausalAttention(width, layers=layers, seed=seed,
                               positions=name.endswith("positions"))
    return TorchRecurrent.random(name, width, layers=layers, seed=seed)


def _quartiles(
    name: str, layers: int, query: str, models: list[Functional], config: Config
) -> Table:
    longer = _LONGER.get(name, 1)
    length, every = longer * (config.length - 1) + 1, longer * config.every
    memory = torch.stack([_QUERIES[query](H, length, config.bound, every=every)
                          for H in models])
    memory = torch.where(memory > _FLOOR, memory, 0.0)
    low, median, high = np.quantile(memory.numpy(), (0.25, 0.5, 0.75), axis=0)
    t = np.arange(0, length, every)
    return Table(architecture=[name] * len(t), layers=[layers] * len(t),
                 query=[query] * len(t), time=t, lower=low, median=median, upper=high)


def plot(table: Table) -> Figure:
    """Draw one row for each architecture, one column for each query.

    Args:
        table: what ``run`` returned.
    """
    names = table.values("architecture")
    # what is forgotten at once has no curve
    pairs = [(name, query) for name in names for query in _QUERIES
             if sum(table.where(architecture=name, query=query)["median"]
                    > 100 * _FLOOR) > len(set(table["layers"].tolist()))]
    texts = [f"{n} layers" if n > 1 else "1 layer"
             for n in table.values("layers")]
    fig, axes = panels(len(pairs), 2, height=2.4)
    for ax, (name, query) in zip(axes, pairs, strict=True):
        bands(table.where(architecture=name, query=query), "time", "median", "lower",
              "upper", by="layers", yscale="log", floor=100 * _FLOOR,
              xlabel="time $t$", ylabel="memory", labels=texts, ax=ax)
        ax.set_title(f"{name}, {query}")
    legend_above(*axes, cols=3)
    return fig
