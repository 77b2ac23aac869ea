"""E9: four parameterisations of W learn to name digits, at several learning rates."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.training import Batches, accuracy, cross_entropy, train_classifier

from .tasks import CELLS, MAPS, STARTS, parts, sequences, starting_model

__all__ = ["Config", "plot", "run"]

RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
EQUAL = 0.005
"""The rate that the paper names for its nonlinear targets, in its Appendix D."""


@dataclass(frozen=True)
class Config:
    """The map, the cell, the images and the training.

    Args:
        name: of the map, "direct", "exp", "softplus" or "inverse".
        seed: of weights and batches.
        cell: "dense", "diagonal" or "linear state".
        start: "same eigenvalues" or "same raw weights", as the other maps have.
        reading: of the images, "rows" or "pixels".
        data: "digits" or "mnist".
        learning_rates: of Adam.
        width: of the network.
        epochs: of the training.
        batch: sequences in one update.
        every: updates between two looks.
        count: images that are looked at, at most.
        device: "cpu" or "cuda".
    """

    name: str = "direct"
    seed: int = 0
    cell: str = "dense"
    start: str = STARTS[0]
    reading: str = "rows"
    data: str = "digits"
    learning_rates: tuple[float, ...] = RATES
    width: int = 32
    epochs: int = 10
    batch: int = 64
    every: int = 170
    count: int = 2000
    device: str = "cpu"


_EACH = [{"name": name, "seed": seed, "start": start}
         for start in STARTS for seed in range(10) for name in MAPS]
RECORDS = {
    "rows": tuple(Config(**one) for one in _EACH),
    "curves": tuple(Config(**one, learning_rates=(EQUAL,), every=10) for one in _EACH),
    "pixels": tuple(Config(name, seed, cell, reading="pixels")
                    for cell in CELLS for seed in range(3) for name in MAPS)}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return the course of the training, one row for each rate and look.

    Columns: ``learning_rate``, ``update``; cross-entropy ``train``, ``choice`` and
    ``test``, and the share of right answers ``train_right`` and so on, on the three
    parts; ``slowest``, the least rate -Re of an eigenvalue of W.

    Args:
        config: what to compute.
    """
    split = [sequences(part, config.reading, config.device)
             for part in parts(config.data)]
    x, labels = split[0]
    model = starting_model(config.cell, config.start, config.name, config.width,
                           *x.shape[1:], config.seed).to(config.device)
    protocol = Batches(config.learning_rates, config.epochs, config.batch,
                       every=config.every)
    course = train_classifier(model, x, labels, protocol, seed=config.seed,
                              progress=config.data == "mnist")
    rows = [row for update, stack in zip(course.updates, course.models)
            for row in _rows(update, stack, split, config)]
    names = ("train", "choice", "test")
    return Table.from_rows(("learning_rate", "update", *names,
                            *(f"{name}_right" for name in names), "slowest"), rows)


def plot(table: Table) -> Figure:
    """Draw the last test loss against the learning rate, a line for each map.

    Args:
        table: what ``run`` returned, or a sweep over maps and seeds.
    """
    fig, axes = figures.panels(1)
    if "name" not in table.columns:
        table = table.with_columns(name=["one map"] * len(table))
    last = table.where(update=max(table["update"]))
    rows = [(name, rate, float(some["test"].mean()))
            for name, part in last.groups("name")
            for rate, some in part.groups("learning_rate")]
    figures.lines(Table.from_rows(("name", "rate", "loss"), rows), "rate", "loss",
                  by="name", xscale="log", yscale="log", ax=axes[0], marker="o",
                  xlabel="learning rate", ylabel="test loss")
    figures.label_lines(*axes)
    return fig


@torch.no_grad()
def _rows(update: int, stack, split: list, config: Config) -> list[tuple]:
    few = [(x[: config.count], labels[: config.count]) for x, labels in split]
    losses = [cross_entropy(stack, *part) for part in few]
    right = [accuracy(stack, *part) for part in few]
    slowest = -stack.eigenvalues().real.amax(-1)
    columns = torch.stack([*losses, *right, slowest], -1).tolist()
    return [(rate, update, *values)
            for rate, values in zip(config.learning_rates, columns)]
