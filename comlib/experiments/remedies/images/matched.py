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
        names: of the maps.
        learning_rates: of gradient descent; the course is equally long in time.
        time: learning rate times updates.
        width: of the diagonal network.
        count: images, all in each update.
        seed: of the weights.
    """

    names: tuple[str, ...] = tuple(MAPS)
    learning_rates: tuple[float, ...] = (0.5, 0.25)
    time: float = 50.0
    width: int = 32
    count: int = 256
    seed: int = 0


def run(config: Config) -> Table:
    """Return the loss by way, learning rate, map and update.

    Columns: ``way``, "equal" or "matched", where the steps of w are divided by
    f'(w)^2; ``learning_rate``, ``name``, ``time`` (learning rate times updates), and
    the ``loss`` on the images.

    Args:
        config: what to compute.
    """
    x, labels = sequences(parts("digits")[0], "rows", "cpu")
    data, rows = (x[: config.count], labels[: config.count]), []
    for way in ("equal", "matched"):
        for rate in config.learning_rates:
            for name in config.names:
                model = starting_model("diagonal", STARTS[0], name, config.width,
                                       *x.shape[1:], config.seed)
                updates = round(config.time / rate)
                protocol = Batches((rate,), updates, config.count, "gd",
                                   every=max(1, updates // 25),
                                   matched=way == "matched")
                course = train_classifier(model, *data, protocol, progress=False)
                rows += [(way, rate, name, rate * update,
                          float(cross_entropy(stack, *data)))
                         for update, stack in zip(course.updates, course.models)]
    return Table.from_rows(("way", "learning_rate", "name", "time", "loss"), rows)


def plot(table: Table) -> Figure:
    """Draw the losses at the largest learning rate, a panel for each way.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8)
    for ax, way in zip(axes, ("equal", "matched")):
        rows = table.where(way=way, learning_rate=max(table["learning_rate"]))
        figures.lines(rows, "time", "loss", by="name", ax=ax, ylabel="train loss",
                      xlabel="learning rate × updates")
        ax.set_title(f"{way} rates")
    figures.label_lines(*axes)
    return fig
