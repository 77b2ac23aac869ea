"""E9 on MNIST itself: the 784 pixels of a digit one after the other, or its rows."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table

from . import training
from .tasks import MAPS

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The networks and the training, about 2000 updates as in the paper's Figure 9.

    Args:
        cells: of the networks, each with its reading of the images.
        names: of the maps.
        seeds: of weights and batches.
        learning_rates: of Adam.
        width: of the networks.
        epochs: of the training.
        batch: sequences in one update.
        every: updates between two looks.
        data: "mnist"; or "digits", to try the code without it.
        device: "cpu" or "cuda".
    """

    cells: tuple[tuple[str, str], ...] = (("linear state", "pixels"), ("dense", "rows"))
    names: tuple[str, ...] = tuple(MAPS)
    seeds: int = 3
    learning_rates: tuple[float, ...] = (0.001, 0.005)
    width: int = 64
    epochs: int = 10
    batch: int = 256
    every: int = 195
    data: str = "mnist"
    device: str = "cuda"


def run(config: Config) -> Table:
    """Return what ``training.run`` does, with the columns cell, name and seed.

    Args:
        config: what to compute.
    """
    grid = [(cell, reading, name, seed) for cell, reading in config.cells
            for name in config.names for seed in range(config.seeds)]
    tables = [training.run(training.Config(
        name, seed, cell, reading=reading, data=config.data, width=config.width,
        learning_rates=config.learning_rates, epochs=config.epochs,
        batch=config.batch, every=config.every, device=config.device))
        for cell, reading, name, seed in grid]
    cells, _, names, seeds = zip(*grid)
    return Table.stack(tables, cell=cells, name=names, seed=seeds)


def plot(table: Table) -> Figure:
    """Draw the last test loss against the learning rate, a line for each map.

    Args:
        table: what ``run`` returned.
    """
    return training.plot(table.where(cell=table.values("cell")[0]))
