"""Which map is better, and whether the seeds say so: tables in the form of Table 1."""

from itertools import combinations

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from comlib import Table
from comlib.evidence import figures

from .tasks import MAPS

PUBLISHED = {"softplus": (0.8903, 0.0004, 71.36, 0.03),
             "exp": (0.9028, 7.2e-5, 70.55, 0.01),
             "inverse": (0.9082, 0.0005, 70.77, 0.05),
             "direct": (0.9177, 0.0105, 68.47, 0.06)}
"""Table 1 of "Inverse Approximation Theory": test loss, its standard error, test
accuracy in percent, its standard error; three repeats on MNIST."""


def last(table: Table) -> Table:
    """Return the rows of the last look.

    Args:
        table: a stored sweep of ``training``.
    """
    return table.where(update=max(table["update"]))


def by_seed(table: Table, name: str, rate: float, column: str) -> np.ndarray:
    """Return the last values of one map, one for each seed.

    Args:
        table: a stored sweep of one cell and one start.
        name: of the map.
        rate: learning rate.
        column: "test", for instance.
    """
    rows = last(table).where(name=name, learning_rate=rate)
    return rows[column][np.argsort(rows["seed"])]


def best_rates(table: Table) -> dict[str, float]:
    """Return for each map the rate with the least mean loss on the part for choices.

    Args:
        table: a stored sweep of one cell and one start.
    """
    rates = table.values("learning_rate")
    return {name: min(rates, key=lambda rate: by_seed(table, name, rate,
                                                      "choice").mean())
            for name in table.values("name")}


def table_one(table: Table, rates: dict[str, float]) -> Table:
    """Return means and standard errors of test loss and accuracy, Table 1's columns.

    Args:
        table: a stored sweep of one cell and one start.
        rates: the learning rate of each map.
    """
    rows = []
    for name, rate in rates.items():
        loss = by_seed(table, name, rate, "test")
        right = 100 * by_seed(table, name, rate, "test_right")
        rows.append((name, rate, loss.mean(), stats.sem(loss), right.mean(),
                     stats.sem(right)))
    return Table.from_rows(("map", "rate", "loss", "loss_se", "accuracy",
                            "accuracy_se"), rows)


def beside(tables: dict[str, Table], column: str, digits: int) -> Table:
    """Return a column of several such tables with its standard errors in brackets.

    Args:
        tables: results of ``table_one``, by the heading's name; the published values
            come first.
        column: "loss" or "accuracy".
        digits: after the point.
    """
    k = 2 * (column == "accuracy")
    said = {name: [f"{value:.{digits}f} ({error:.{digits}f})" for value, error in zip(
        table[column], table[column + "_se"])] for name, table in tables.items()}
    return Table(map=[*PUBLISHED], published=[
        f"{row[k]:g} ({row[k + 1]:g})" for row in PUBLISHED.values()], **said)


def paired(table: Table, rates: dict[str, float], column: str) -> Table:
    """Return the mean difference of each pair of maps, over seeds they share.

    Columns: ``first``, ``second``, ``difference`` of the last values and ``margin``,
    half of an interval of Student's t that holds for all pairs at once with 95 %
    (Bonferroni); and the ``verdict``.

    Args:
        table: a stored sweep of one cell and one start.
        rates: the learning rate of each map.
        column: what is compared; the smaller is the better.
    """
    pairs, rows = list(combinations(rates, 2)), []
    for first, second in pairs:
        d = (by_seed(table, first, rates[first], column)
             - by_seed(table, second, rates[second], column))
        margin = stats.t.ppf(1 - 0.025 / len(pairs), len(d) - 1) * stats.sem(d)
        clear = abs(d.mean()) > margin
        better = first if d.mean() < 0 else second
        rows.append((first, second, d.mean(), margin, better if clear else "undecided"))
    return Table.from_rows(("first", "second", "difference", "margin", "verdict"), rows)


def equal(rate: float) -> dict[str, float]:
    """Return the same rate for all maps, in the order of Table 1.

    Args:
        rate: learning rate.
    """
    return {name: rate for name in PUBLISHED}


def orders(table: Table, column: str = "test") -> Table:
    """Return for each start and rate the order of the maps, the smallest mean first.

    Columns: ``start``, ``rate``, ``order``; and of the six pairs, how many ``paired``
    decides as Table 1 has them, ``as_paper``, and how many ``against``.

    Args:
        table: a stored sweep over starts.
        column: what is compared.
    """
    rows = []
    for start, some in table.groups("start"):
        for rate in table.values("learning_rate"):
            means = {name: by_seed(some, name, rate, column).mean()
                     for name in PUBLISHED}
            pairs = paired(some, equal(rate), column)
            agree = pairs["verdict"] == pairs["first"]  # first is better in Table 1
            clear = pairs["verdict"] != "undecided"
            rows.append((start, rate, " < ".join(sorted(means, key=means.get)),
                         int(agree.sum()), int((clear & ~agree).sum())))
    return Table.from_rows(("start", "rate", "order", "as_paper", "against"), rows)


def apart(table: Table, case: str, rate: float) -> float:
    """Return the largest difference of a loss from that of "direct", at equal times.

    Args:
        table: what ``matched.run`` returned.
        case: title of the case.
        rate: learning rate.
    """
    rows = table.where(case=case, learning_rate=rate)
    direct = rows.where(name="direct")["loss"]
    return float(max(abs(part["loss"] - direct).max()
                     for _, part in rows.groups("name")))


def course(table: Table, column: str) -> Table:
    """Return mean and standard error over seeds by start, map and update.

    Args:
        table: a stored sweep at one learning rate.
        column: "train", for instance.
    """
    rows = []
    for start, some in table.groups("start"):
        for name, part in some.groups("name"):
            for update, seeds in part.groups("update"):
                mean, error = seeds[column].mean(), stats.sem(seeds[column])
                rows.append((start, name, update, mean, mean - error, mean + error))
    return Table.from_rows(("start", "name", "update", "mean", "lower", "upper"), rows)


def draw_courses(table: Table) -> Figure:
    """Draw training loss and accuracy on the part for choices, as Figure 9 does.

    Args:
        table: a stored sweep at one learning rate.
    """
    starts = table.values("start")
    fig, axes = figures.panels(2 * len(starts), cols=2, height=2.5)
    ways = (("train", "train loss"), ("choice_right", "validation accuracy"))
    for k, start in enumerate(starts):
        for ax, (column, label) in zip(axes[2 * k:], ways):
            rows = course(table.where(start=start), column)
            figures.bands(rows, "update", "mean", "lower", "upper", by="name",
                          labels=list(MAPS), xlabel="updates", ylabel=label, ax=ax,
                          yscale="log" if column == "train" else "linear")
            ax.set_title(start)
        ticks = [loss for loss in (0.2, 0.5, 1, 2) if loss > axes[2 * k].get_ylim()[0]]
        axes[2 * k].minorticks_off()
        axes[2 * k].set_yticks(ticks, [f"{loss:g}" for loss in ticks])
    figures.legend_above(*axes)
    return fig


def draw_rates(table: Table, cases: dict[str, dict]) -> Figure:
    """Draw the mean last test loss against the learning rate, a panel for each case.

    Args:
        table: a stored sweep.
        cases: titles, and the columns' values that select the rows.
    """
    fig, axes = figures.panels(len(cases), height=2.6)
    for ax, (title, values) in zip(axes, cases.items()):
        some, rates = table.where(**values), table.values("learning_rate")
        rows = [(name, rate, float(by_seed(some, name, rate, "test").mean()))
                for name in MAPS for rate in rates]
        figures.lines(Table.from_rows(("name", "rate", "loss"), rows), "rate", "loss",
                      by="name", ax=ax, xscale="log", marker="o",
                      xlabel="learning rate", ylabel="test loss")
        ax.set_title(title)
        least = min(loss for _, _, loss in rows)
        ax.set_ylim(0.95 * least, min(1.05 * max(row[2] for row in rows), 2.5))
    figures.legend_above(*axes)
    return fig
