"""How the error falls with the epochs, for a power law and for an exponential."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table, variations
from comlib.evidence import figures
from comlib.experiments.inverse.nonlinear.verdicts import parts

from . import tasks

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """What is learned, and for how long.

    Args:
        target: "pol", "exp", "tanh of pol" or "tanh of exp".
        widths: numbers of hidden units.
        epochs: of 100 updates.
        seed: of starts and inputs.
    """

    target: str = "pol"
    widths: tuple[int, ...] = (4, 16)
    epochs: int = 40
    seed: int = 0


RECORDS = {"epochs": tuple(variations(Config(), target=("pol", "exp")))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return width, epoch and loss, the mean square error on 32 steps.

    Args:
        config: what to learn.
    """
    rows = []
    for m in config.widths:
        history = tasks.trained(config.target, m, config.epochs, config.seed).history
        rows += [(m, update / tasks.EPOCH, loss) for update, loss in
                 zip(history["update"], history["loss"])]
    return Table.from_rows(("width", "epoch", "loss"), rows)


def plot(table: Table) -> Figure:
    """Draw a panel for each width, a line for each target.

    Args:
        table: what ``run`` returned; if of several targets, with a column ``target``.
    """
    widths = table.values("width")
    fig, axes = figures.panels(len(widths), height=2.4, sharey=True)
    for ax, m in zip(axes, widths, strict=True):
        for dash, (name, rows) in zip(("-", "--"), parts(table.where(width=m),
                                                        "target")):
            on = rows["epoch"] > 0
            ax.plot(rows["epoch"][on], rows["loss"][on], dash, label=name)
        ax.set(title=f"width {m}", xscale="log", yscale="log", xlabel="epoch",
               ylabel="mean square error")
    figures.label_lines(*axes)
    return fig
