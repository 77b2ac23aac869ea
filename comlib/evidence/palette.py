"""The colours and the style of the figures."""

import matplotlib.pyplot as plt
from cycler import cycler

PALETTE = {
    "blue": ("#0072b2", "#5aaef0"),
    "orange": ("#c94e00", "#ff7a3d"),
    "green": ("#00684a", "#3edfa0"),
    "pink": ("#cc3385", "#f06aa8"),
    "gold": ("#664c00", "#f2c744"),
    "purple": ("#3a1d9e", "#9a82f5"),
    "ink": ("#1f2328", "#e6e8eb"),
    "guide": ("#5c636b", "#a8b0b9"),
    "faint": ("#8a9199", "#7b858f"),
    "grid": ("#e1e4e8", "#2e3742"),
    "paper": ("#ffffff", "#121212"),
    "bright": ("#fefefe", "#fefefe"),
    "dim": ("#010101", "#010101"),
}
"""Each colour on paper and in the book's dark mode; figures know no others.

The first seven are for curves, after Okabe and Ito's: text in them reads (contrast
4.5), and they differ with any colour vision. Guides and their text are "guide", what
stands behind the curves is "faint". "bright" and "dim" lie over heat maps, whose
colours are the same in both modes.
"""

COLOURS = tuple(light for light, _ in PALETTE.values())[:7]
"""The colours of curves, in order."""

DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (3, 1)))
"""One line style for each colour, so that curves differ in grey too."""

INK, GUIDE, FAINT, GRID, PAPER, BRIGHT, DIM = (
    light for light, _ in list(PALETTE.values())[6:])

WIDTHS = {1: 4.4, 2: 3.2, 3: 2.5}
"""Inches of a panel by the number of columns: 380 pixels of a phone show one."""


def style() -> None:
    """Set how figures look; once a chapter, again does no harm."""
    plt.rcParams.update({
        "figure.figsize": (WIDTHS[1], 3.0), "figure.dpi": 140, "savefig.dpi": 140,
        "figure.constrained_layout.use": True, "figure.facecolor": PAPER,
        "axes.facecolor": PAPER, "text.color": INK, "axes.edgecolor": INK,
        "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
        "font.size": 10, "axes.labelsize": 10, "axes.titlesize": 10,
        "xtick.labelsize": 10, "ytick.labelsize": 10, "legend.fontsize": 10,
        "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "grid.color": GRID, "grid.linewidth": 0.6,
        "axes.axisbelow": True, "axes.formatter.use_locale": False,
        "axes.prop_cycle": cycler(color=COLOURS, linestyle=DASHES),
        "lines.linewidth": 1.8, "lines.markersize": 5,
        "legend.frameon": False, "legend.handlelength": 2.2,
        "image.cmap": "cividis", "svg.hashsalt": "comlib", "text.usetex": False,
        "font.family": "DejaVu Sans", "mathtext.fontset": "dejavusans"})
