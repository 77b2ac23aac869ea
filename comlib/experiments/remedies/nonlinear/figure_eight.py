"""Figure 8 of the Inverse paper: the stored runs of the grid beside what was read off.

Nothing is trained: the runs are those of inverse.nonlinear.
"""

import numpy as np
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.experiments.inverse.nonlinear import oracle, summary
from comlib.experiments.inverse.nonlinear.verdicts import over_seeds


def curves(runs: Table, protocol: str = "clean") -> Table:
    """Return error against radius for softplus networks and the long memory.

    Columns: ``activation``, ``curve``, "ours", "published" or "dense", the widest
    network without softplus; ``width``, ``radius``, ``error``.

    Args:
        runs: the record of inverse.nonlinear.grid.
        protocol: "authors" or "clean".
    """
    rows, known = [], summary.published()
    for name in ("hardtanh", "tanh"):
        part = runs.where(activation=name, target="pol", protocol=protocol)
        for curve, structure in (("ours", "softplus"), ("dense", "dense")):
            some = over_seeds(part.where(structure=structure))
            rows += [(name, curve, *row) for row in zip(
                some["width"], some["radius"], some["error"])
                if curve == "ours" or row[0] == 64]
        read = known.where(activation=name, structure="softplus", target="pol")
        rows += [(name, "published", *row) for row in zip(
            read["width"], read["radius"], read["published"]) if row[1]]
    return Table.from_rows(("activation", "curve", "width", "radius", "error"), rows)


def plot(table: Table) -> Figure:
    """Draw a panel for each activation.

    Args:
        table: what ``curves`` returned.
    """
    fig, axes = figures.panels(2, height=2.4, sharey=True)
    for ax, (name, part) in zip(axes, table.groups("activation"), strict=True):
        ours = part.where(curve="ours")
        figures.lines(ours, "radius", "error", by="width", ax=ax, xscale="log",
                      labels=[f"{m}" for m in ours.values("width")], yscale="log",
                      xlabel="perturbation β", ylabel="error")
        read = part.where(curve="published").groups("width")
        for mark, (_, rows) in zip("os", read, strict=True):
            ax.plot(rows["radius"], rows["error"], mark, color=figures.INK,
                    markersize=4)
        dense = part.where(curve="dense")
        ax.plot(dense["radius"], dense["error"], ":", color=figures.INK, label="dense")
        limit = oracle.limit_curve("pol", np.unique(ours["radius"]).tolist())
        ax.plot(limit["radius"], limit["limit"], "--", color=figures.GUIDE,
                label="limit")
        ax.set(title=f"{name}, softplus", ylim=(1e-3, 1e3))
        ax.minorticks_off()
    figures.label_lines(*axes)
    return fig
