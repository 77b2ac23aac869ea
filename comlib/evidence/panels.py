"""Figures of panels, and what is written into them."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.optimize import isotonic_regression

from ..arguments import checked
from ..checks import InputError, check_count, check_positive
from .palette import GUIDE, PAPER, WIDTHS


@checked
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

    Raises:
        InputError: no panel, or too many in a row.
    """
    check_count("count", count), check_positive("height", height)
    cols = cols or (2 if count == 4 else min(count, 3))
    if cols not in WIDTHS:
        raise InputError("cols", f"must be one of {list(WIDTHS)}", cols,
                         "more do not fit on a page")
    rows = -(-count // cols)
    fig = plt.figure(figsize=(WIDTHS[cols] * cols, height * rows))
    # else a change of a limit that subfigures share draws all, half made
    fig.canvas.draw_idle = lambda: None
    parts = fig.subfigures(rows, cols, squeeze=False).flat[:count]
    fig.subfigs = list(parts)  # without those that stay empty
    axes = []
    for part in parts:
        part.set_facecolor(PAPER)  # its ground says where the panel ends
        axes.append(part.add_subplot(sharex=axes[0] if sharex and axes else None,
                                     sharey=axes[0] if sharey and axes else None))
    return fig, axes


@checked
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
        ends = np.array([_end(ax, curve) for curve in curves])
        size = plt.rcParams["font.size"]
        height = size / 72 * ax.figure.figure.dpi / ax.get_window_extent().height
        for k, y in enumerate(_apart(ends, 1.2 * height)):
            ax.annotate(curves[k].get_label(), (ends[k, 0], y), xytext=(6, 0),
                        xycoords="axes fraction", textcoords="offset points",
                        va="center", color=curves[k].get_color())


def _apart(ends: np.ndarray, step: float) -> np.ndarray:
    """Return the least changed heights that differ by ``step`` among neighbours.

    Neighbours are ends that no gap of a fifth of the axes separates. None is higher
    than the axes, where the title stands.
    """
    heights = np.maximum(ends[:, 1], step / 2)
    across = np.argsort(ends[:, 0])
    gaps = np.flatnonzero(np.diff(ends[across, 0]) > 0.2) + 1
    for group in np.split(across, gaps):
        order = group[np.argsort(ends[group, 1], kind="stable")]
        steps = step * np.arange(len(order))
        spread = isotonic_regression(heights[order] - steps).x + steps
        heights[order] = np.minimum(spread, 1 - step / 2 - steps[::-1])
    return heights


@checked
def legend_above(*axes: Axes, cols: int = 2) -> None:
    """Put each panel's legend above its axes, where curves leave no room for it.

    Args:
        axes: where the curves are drawn.
        cols: columns of the legend.
    """
    check_count("cols", cols)
    for ax in axes:
        if ax.get_legend():
            ax.get_legend().remove()
        ax.figure.legend(*ax.get_legend_handles_labels(), ncols=cols,
                         loc="outside upper center", handlelength=1.9,
                         handletextpad=0.5, columnspacing=1.0)


def _end(ax: Axes, curve: Line2D) -> tuple[float, float]:
    """Where a curve is last seen, in shares of the axes."""
    points = (curve.get_transform() - ax.transAxes).transform(curve.get_xydata())
    seen = points[(abs(points - 0.5) <= 0.5 + 1e-9).all(1)]
    return tuple(seen[seen[:, 0].argmax()] if len(seen) else (1.0, 1.0))


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
    ax.plot(ends, heights, color=GUIDE, linestyle=(0, (4, 3)), linewidth=1.0)
    middle = np.sqrt(ends[0] * ends[1]), np.sqrt(heights[0] * heights[1])
    ax.annotate(text, middle, xytext=(4, 4), textcoords="offset points", color=GUIDE)
