"""What networks remember that were trained on digits of eight rows."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table, memory_function
from comlib.evidence import figures
from comlib.training import Batches, train_classifier

from .tasks import MAPS, STARTS, parts, sequences, starting_model
from .training import EQUAL

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The training and the times.

    Args:
        names: of the maps.
        seed: of weights and batches.
        learning_rate: of Adam.
        width: of the dense networks.
        epochs: of the training.
        bound: the largest size of the inputs of the memory function.
        last: largest time; a digit lasts until 8.
        every: distance of the times.
    """

    names: tuple[str, ...] = tuple(MAPS)
    seed: int = 0
    learning_rate: float = EQUAL
    width: int = 32
    epochs: int = 10
    bound: float = 1.0
    last: int = 96
    every: int = 4


RECORDS = {"memories": tuple(Config(seed=seed) for seed in range(3))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return memory functions before and after the training.

    Columns: ``network``, "untrained" or the name of its map; ``t``; ``memory``, a lower
    bound of the memory function of bounded inputs; ``slowest``, the least rate.

    Args:
        config: what to compute.
    """
    x, labels = sequences(parts("digits")[0], "rows", "cpu")
    networks = {}
    for name in config.names:
        model = starting_model("dense", STARTS[0], name, config.width, *x.shape[1:],
                               config.seed)
        protocol = Batches((config.learning_rate,), config.epochs)
        last = train_classifier(model, x, labels, protocol, seed=config.seed,
                                progress=False).models[-1]
        networks.setdefault("untrained", model)
        networks[name] = last.with_parameters(
            {n: p[0].detach() for n, p in last.named_parameters()})
    rows = [(name, *row) for name, model in networks.items()
            for row in _memories(model, config)]
    return Table.from_rows(("network", "t", "memory", "slowest"), rows)


def plot(table: Table) -> Figure:
    """Draw the memory functions, on a logarithmic axis.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1)
    maps = [name for name in table.values("network") if name != "untrained"]
    table = Table.stack([table.where(network=name)  # maps first: the usual colours
                         for name in (*maps, "untrained")])
    figures.lines(table, "t", "memory", by="network", ax=axes[0], yscale="log",
                  xlabel="steps", ylabel="memory function", floor=0.0)
    axes[0].axvline(8, color=figures.GUIDE, linewidth=1)
    figures.label_lines(*axes)
    return fig


def _memories(model, config: Config) -> list[tuple]:
    slowest = -float(model.eigenvalues().detach().real.max())
    memory = memory_function(model, config.last + 1, config.bound, every=config.every)
    times = torch.arange(0, config.last + 1, config.every)
    return [(int(t), float(value), slowest) for t, value in zip(times, memory)]
