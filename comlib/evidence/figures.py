"""The few ways a table is drawn, panel by panel."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..arguments import checked
from ..checks import InputError, check_choice
from .palette import (
    BRIGHT,
    COLOURS,
    DASHES,
    DIM,
    FAINT,
    GRID,
    GUIDE,
    INK,
    style,
)
from .panels import label_lines, legend_above, panels, slope
from .tables import Table

__all__ = ["BRIGHT", "COLOURS", "DASHES", "DIM", "FAINT", "GRID", "GUIDE", "INK",
           "bands", "heatmap", "label_lines", "legend_above", "lines", "panels",
           "slope", "style"]


SCALES = ("linear", "log", "symlog", "asinh")


def _axes(ax: Axes | None) -> tuple[Figure, Axes]:
    if ax is None:
        return plt.subplots()
    return ax.figure.figure, ax  # a panel's figure, and that one's


def _words(column: str) -> str:
    return column.replace("_", " ")


def _parts(table: Table, by: str | None) -> list[tuple[str | None, Table]]:
    """The rows of each curve under its label, in the order of first appearance."""
    if by is None:
        return [(None, table)]
    parts = []
    for value, rows in table.groups(by):
        text = value if isinstance(value, str) else f"{_words(by)} = {value:g}"
        parts.append((text, rows))
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
    if ylabel is not None:
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
    check_choice("scale", scale, SCALES)
    across, i = np.unique(table[x], return_inverse=True)
    up, j = np.unique(table[y], return_inverse=True)
    if len(np.unique(np.stack([i, j]), axis=1).T) < len(table):
        raise InputError(f"{x}, {y}", "must name each cell once", "a pair that repeats",
                         "select rows with where(...)")
    cells = np.full((len(up), len(across)), np.nan)
    cells[j, i] = table[value]
    fig, ax = _axes(ax)
    image = ax.pcolormesh(across, up, cells, shading="nearest", norm=scale,
                          rasterized=True)
    ax.figure.colorbar(image, ax=ax, label=label or _words(value))
    ax.grid(False)
    _finish(ax, xscale, yscale, xlabel or _words(x), ylabel or _words(y))
    return fig, ax
