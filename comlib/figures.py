"""The few ways a table is drawn, panel by panel."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from .functional import InputError
from .palette import COLOURS, DASHES, FAINT, GUIDE, INK, PAPER, WIDTHS, style
from .tables import Table

__all__ = ["COLOURS", "DASHES", "FAINT", "GUIDE", "INK", "PAPER", "bands", "heatmap",
           "label_lines", "lines", "panels", "slope", "style"]


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
    ax.set(xscale=xscale, yscale=yscale, xlabel=xlabel)
    if ylabel is not None:
        ax.set_ylabel(ylabel)
    if ax.get_legend_handles_labels()[1]:
        ax.legend()


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


def panels(count: int, cols: int | None = None, height: float = 2.6,
           sharex: bool = False, sharey: bool = False) -> tuple[Figure, list[Axes]]:
    """Return a figure of panels that the book stacks where the page is narrow.

    Each panel is a subfigure with its own labels, since it may stand alone.

    Args:
        count: number of panels.
        cols: panels in a row; up to three if not given.
        height: of a row, in inches.
        sharex: all have the same horizontal axis.
        sharey: all have the same vertical axis.
    """
    cols = cols or (2 if count == 4 else min(count, 3))
    rows = -(-count // cols)
    fig = plt.figure(figsize=(WIDTHS[cols] * cols, height * rows))
    # else a change of a limit that subfigures share draws all, half made
    fig.canvas.draw_idle = lambda: None
    parts = fig.subfigures(rows, cols, squeeze=False).flat[:count]
    axes = []
    for part in parts:
        part.set_facecolor(PAPER)  # its ground says where the panel ends
        axes.append(part.add_subplot(sharex=axes[0] if sharex and axes else None,
                                     sharey=axes[0] if sharey and axes else None))
    return fig, axes


def label_lines(*axes: Axes) -> None:
    """Write the label of each curve at its right end, instead of a legend.

    Call it last: where curves end close together, the texts keep a line's distance.

    Args:
        axes: where the curves are drawn.
    """
    for ax in axes:
        if ax.get_legend():
            ax.get_legend().remove()
        ax.figure.figure.draw_without_rendering()
        curves = [c for c in ax.lines if not c.get_label().startswith("_")]
        ends = [_end(ax, curve) for curve in curves]
        size = plt.rcParams["legend.fontsize"]
        box = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())
        steps = 1.2 * size / 72 / box.height * np.arange(len(curves))
        order = np.argsort([y for _, y in ends], kind="stable")
        heights = [ends[k][1] for k in order] - steps
        for k, y in zip(order, isotonic_regression(heights).x + steps, strict=True):
            ax.annotate(curves[k].get_label(), (ends[k][0], y), xytext=(4, 0),
                        xycoords="axes fraction", textcoords="offset points",
                        va="center", color=curves[k].get_color(), fontsize=size)


def _end(ax: Axes, curve) -> tuple[float, float]:
    """Where a curve is last seen, in shares of the axes."""
    points = (curve.get_transform() - ax.transAxes).transform(curve.get_xydata())
    seen = points[(abs(points - 0.5) <= 0.5 + 1e-9).all(1)]
    return tuple(seen[seen[:, 0].argmax()] if len(seen) else (1.0, 1.0))


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
    fig, ax = _axes(ax)
    image = ax.pcolormesh(across, up, cells, shading="nearest", norm=scale,
                          rasterized=True)
    ax.figure.colorbar(image, ax=ax, label=label or _words(value))
    ax.grid(False)
    _finish(ax, xscale, yscale, xlabel or _words(x), ylabel or _words(y))
    return fig, ax


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
    ax.plot(ends, heights, color=GUIDE, linestyle=(0, (4, 3)), linewidth=1.0)
    middle = np.sqrt(ends[0] * ends[1]), np.sqrt(heights[0] * heights[1])
    ax.annotate(text, middle, xytext=(4, 4), textcoords="offset points", color=GUIDE)


def grid(rows, cols, height=2.4, **sharing):
    fig, axes = panels(rows * cols, cols, height, **{k: bool(v) for k, v in sharing.items()})
    return fig, np.array(axes).reshape(rows, cols)
