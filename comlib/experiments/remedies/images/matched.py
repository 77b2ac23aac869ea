"""Gradient descent with one rate for all maps, and with rates that undo the map."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.training import Batches, cross_entropy, train_classifier

from .tasks import MAPS, STARTS, parts, sequences, starting_model

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The network, the images and the steps.

    Args:
        cases: a title, the reading of the images, the time (learning rate times
            updates) and whether the steps of w are divided by f'(w)^2.
        learning_rates: of gradient descent.
        names: of the maps.
        width: of the network with linear state.
        count: images, all in each update.
        looks: losses that are kept, of each course.
        seed: of the weights.
    """

    cases: tuple[tuple[str, str, float, bool], ...] = (
        ("pixels, equal rates", "pixels", 10.0, False),
        ("pixels, matched rates", "pixels", 10.0, True),
        ("rows, matched rates", "rows", 10.0, True))
    learning_rates: tuple[float, ...] = (0.05, 0.025)
    names: tuple[str, ...] = tuple(MAPS)
    width: int = 16
    count: int = 128
    looks: int = 20
    seed: int = 0


RECORDS = {"matched": Config()}
"""The stored run: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return the course of the losses.

    Columns: ``case``, ``learning_rate``, ``name``; ``time``, learning rate times
    updates; the ``loss`` on the images; ``slowest``, the least rate -lambda.

    Args:
        config: what to compute.
    """
    images, rows = parts("digits")[0], []
    for case, reading, time, matched in config.cases:
        x, labels = sequences(images, reading, "cpu")
        data = x[: config.count], labels[: config.count]
        for rate in config.learning_rates:
            updates = round(time / rate)
            protocol = Batches((rate,), updates, config.count, "gd",
                               every=updates // config.looks, matched=matched)
            for name in config.names:
                model = starting_model("linear state", STARTS[0], name, config.width,
                                       *x.shape[1:], config.seed)
                course = train_classifier(model, *data, protocol, progress=False)
                rows += [(case, rate, name, rate * update,
                          float(cross_entropy(stack, *data)),
                          -float(stack.eigenvalues().detach().max()))
                         for update, stack in zip(course.updates, course.models)]
    return Table.from_rows(
        ("case", "learning_rate", "name", "time", "loss", "slowest"), rows)


def plot(table: Table) -> Figure:
    """Draw the losses at the largest learning rate, a panel for each case.

    Args:
        table: what ``run`` returned.
    """
    cases = table.values("case")
    fig, axes = figures.panels(len(cases), height=2.8)
    for ax, case in zip(axes, cases):
        rows = table.where(case=case, learning_rate=max(table["learning_rate"]))
        for k, (name, part) in enumerate(rows.groups("name")):
            ax.plot(part["time"], part["loss"], figures.DASHES[k], color=f"C{k}",
                    label=name)
        ax.set(xlabel="learning rate × updates", ylabel="train loss", title=case)
    figures.legend_above(*axes)
    return fig
