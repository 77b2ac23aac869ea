"""The style of the figures, and the few ways a table is drawn."""

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..arguments import checked
from ..checks import InputError, check_choice, check_count, check_positive
from .tables import Table

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's colours, told apart with any colour vision; yellow left out."""

DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (3, 1)))
"""One line style for each colour, so that curves differ in grey too."""

SCALES = ("linear", "log", "symlog", "asinh")

WIDTH = 6.0
"""Width of a figure in inches: 960 pixels, shown 700 wide or 380 on a phone."""


def style() -> None:
    """Set how figures look; once a chapter, again does no harm."""
    plt.rcParams.update({
        "figure.figsize": (WIDTH, 3.5), "figure.dpi": 160, "savefig.dpi": 160,
        "figure.constrained_layout.use": True, "figure.facecolor": "white",
        "font.size": 10, "axes.labelsize": 10, "axes.titlesize": 10,
        "xtick.labelsize": 9, "ytick.labelsize": 9, "legend.fontsize": 9,
        "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "grid.color": "0.88", "grid.linewidth": 0.6,
        "axes.axisbelow": True, "axes.formatter.use_locale": False,
        "axes.prop_cycle": cycler(color=COLOURS, linestyle=DASHES),
        "lines.linewidth": 1.8, "lines.markersize": 5,
        "legend.frameon": False, "legend.handlelength": 2.8,
        "image.cmap": "cividis", "svg.hashsalt": "comlib", "text.usetex": False,
        "font.family": "DejaVu Sans", "mathtext.fontset": "dejavusans"})


def _axes(ax: Axes | None) -> tuple[Figure, Axes]:
    if ax is None:
        return plt.subplots()
    return ax.figure, ax


def _words(column: str) -> str:
    return column.replace("_", " ")


def _parts(table: Table, by: str | None) -> list[tuple[str | None, Table]]:
    """The rows of each curve under its label, in the order of first appearance."""
    if by is None:
        return [(None, table)]
    parts = []
    for value in dict.fromkeys(table[by].tolist()):
        text = value if isinstance(value, str) else f"{_words(by)} = {value:g}"
        parts.append((text, table.where(**{by: value})))
    return parts


def _curves(table: Table, y: str | list[str], by: str | None,
            labels: list[str | None] | None):
    """(label, rows, y column) of each curve."""
    names = [y] if isinstance(y, str) else list(y)
    curves = []
    for text, rows in _parts(table, by):
        for name in names:
            words = [_words(name)] if len(names) > 1 else []
            words += [text] if text else []
            curves.append((", ".join(words) or None, rows, name))
    if labels is None:
        return curves
    if len(labels) != len(curves):
        raise InputError("labels", f"must be one for each of {len(curves)} curves",
                         f"{len(labels)} labels", "give one for each, in order")
    return [(label, *curve[1:]) for label, curve in zip(labels, curves, strict=True)]


def _above(values: np.ndarray, floor: float | None) -> np.ndarray:
    values = values.astype(float)
    return values if floor is None else np.where(values > floor, values, np.nan)


def _finish(ax: Axes, xscale: str, yscale: str, xlabel: str, ylabel: str | None):
    check_choice("xscale", xscale, SCALES), check_choice("yscale", yscale, SCALES)
    ax.set(xscale=xscale, yscale=yscale, xlabel=xlabel)
    shared = len(ax.get_shared_y_axes().get_siblings(ax)) > 1
    if ylabel is not None and not (shared and not ax.get_subplotspec().is_first_col()):
        ax.set_ylabel(ylabel)
    if ax.get_legend_handles_labels()[1]:
        ax.legend()


@checked
def lines(table: Table, x: str, y: str | list[str], *, by: str | None = None,
          xscale: str = "linear", yscale: str = "linear", xlabel: str | None = None,
          ylabel: str | None = None, labels: list[str | None] | None = None,
          floor: float | None = None, ax: Axes | None = None, **style_of_lines
          ) -> tuple[Figure, Axes]:
    """Draw columns of a table as curves.

    Args:
        table: what to draw.
        x: column on the horizontal axis.
        y: one column or several.
        by: column whose values separate the curves of a long table.
        xscale: "linear" or "log".
        yscale: "linear" or "log".
        xlabel: text at the axis; the column's name if not given.
        ylabel: text at the axis; the column's name if there is one only.
        labels: text for each curve in order, instead of columns and values.
        floor: values of y at or below it are left out.
        ax: axes to draw into; new ones if not given.
        style_of_lines: passed on to ``Axes.plot``.

    Raises:
        InputError: an unknown column, or a wrong number of labels.
    """
    curves = _curves(table, y, by, labels)
    data = [(rows[x], _above(rows[name], floor)) for _, rows, name in curves]
    fig, ax = _axes(ax)
    for (label, _, _), (across, up) in zip(curves, data, strict=True):
        ax.plot(across, up, **{"label": label, **style_of_lines})
    single = _words(y) if isinstance(y, str) else None
    _finish(ax, xscale, yscale, xlabel or _words(x), ylabel or single)
    return fig, ax


@checked
def bands(table: Table, x: str, y: str, lower: str, upper: str, *,
          by: str | None = None, xscale: str = "linear", yscale: str = "linear",
          xlabel: str | None = None, ylabel: str | None = None,
          labels: list[str | None] | None = None, floor: float | None = None,
          ax: Axes | None = None, **style_of_lines) -> tuple[Figure, Axes]:
    """Draw curves in shaded intervals; the caption says what the interval is.

    Args:
        table: what to draw.
        x: column on the horizontal axis.
        y: column of the curve.
        lower: column of the lower end of the interval.
        upper: column of the upper end of the interval.
        by: column whose values separate the curves of a long table.
        xscale: "linear" or "log".
        yscale: "linear" or "log".
        xlabel: text at the axis; the column's name if not given.
        ylabel: text at the axis; the column's name if not given.
        labels: text for each curve in order, instead of the values of ``by``.
        floor: values at or below it are left out; an interval ends there.
        ax: axes to draw into; new ones if not given.
        style_of_lines: passed on to ``Axes.plot``.

    Raises:
        InputError: an unknown column, or a wrong number of labels.
    """
    curves = _curves(table, y, by, labels)
    for name in (x, y, lower, upper):
        table[name]  # the error comes before there is an empty figure
    fig, ax = _axes(ax)
    for label, rows, _ in curves:
        curve, = ax.plot(rows[x], _above(rows[y], floor),
                         **{"label": label, **style_of_lines})
        low = rows[lower] if floor is None else np.maximum(rows[lower], floor)
        ax.fill_between(rows[x], low, _above(rows[upper], floor), alpha=0.2,
                        color=curve.get_color(), linewidth=0)
    _finish(ax, xscale, yscale, xlabel or _words(x), ylabel or _words(y))
    return fig, ax


@checked
def grid(rows: int, cols: int, height: float = 2.4, **sharing
         ) -> tuple[Figure, np.ndarray]:
    """Return a figure of small multiples and its axes, always as a matrix.

    Args:
        rows: number of rows.
        cols: number of columns; three are the most that a phone can show.
        height: height of a row in inches.
        sharing: passed on to ``plt.subplots``, e.g. sharey=True.
    """
    check_count("rows", rows), check_positive("height", height)
    size = (WIDTH if check_count("cols", cols) < 3 else 1.25 * WIDTH, height * rows)
    return plt.subplots(rows, cols, squeeze=False, figsize=size, **sharing)


@checked
def heatmap(table: Table, x: str, y: str, value: str, *, scale: str = "linear",
            xscale: str = "linear", yscale: str = "linear", xlabel: str | None = None,
            ylabel: str | None = None, label: str | None = None, ax: Axes | None = None
            ) -> tuple[Figure, Axes]:
    """Draw a long table over two of its columns in colours that also read in grey.

    Args:
        table: one row for each pair of x and y; a missing pair stays empty.
        x: column on the horizontal axis.
        y: column on the vertical axis.
        value: column shown as colour.
        scale: "linear" or "log" scale of the colours.
        xscale: "linear" or "log".
        yscale: "linear" or "log".
        xlabel: text at the axis; the column's name if not given.
        ylabel: text at the axis; the column's name if not given.
        label: text at the colour bar; the column's name if not given.
        ax: axes to draw into; new ones if not given.

    Raises:
        InputError: an unknown column, or a pair that occurs twice.
    """
    across, i = np.unique(table[x], return_inverse=True)
    up, j = np.unique(table[y], return_inverse=True)
    if len(np.unique(np.stack([i, j]), axis=1).T) < len(table):
        raise InputError(f"{x}, {y}", "must name each cell once", "a pair that repeats",
                         "select rows with where(...)")
    cells = np.full((len(up), len(across)), np.nan)
    cells[j, i] = table[value]
    check_choice("scale", scale, SCALES)
    fig, ax = _axes(ax)
    image = ax.pcolormesh(across, up, cells, shading="nearest", norm=scale)
    fig.colorbar(image, ax=ax, label=label or _words(value))
    ax.grid(False)
    _finish(ax, xscale, yscale, xlabel or _words(x), ylabel or _words(y))
    return fig, ax


@checked
def slope(ax: Axes, x0: float, y0: float, exponent: float, text: str,
          x1: float | None = None) -> None:
    """Draw the dashed guide y = y0*(x/x0)^exponent on two log axes.

    Args:
        ax: axes that already hold the curves.
        x0: where the guide starts.
        y0: its value there.
        exponent: its slope.
        text: what is written at its middle.
        x1: where it ends; a decade after ``x0`` if not given.

    Raises:
        InputError: an axis is not logarithmic.
    """
    if (ax.get_xscale(), ax.get_yscale()) != ("log", "log"):
        raise InputError("ax", "must have two log axes",
                         (ax.get_xscale(), ax.get_yscale()), "pass yscale='log'")
    ends = np.array([x0, 10 * x0 if x1 is None else x1])
    heights = y0 * (ends / x0) ** exponent
    ax.plot(ends, heights, color="0.35", linestyle=(0, (4, 3)), linewidth=1.0)
    middle = np.sqrt(ends[0] * ends[1]), np.sqrt(heights[0] * heights[1])
    ax.annotate(text, middle, xytext=(4, 4), textcoords="offset points", color="0.35",
                fontsize=9)
