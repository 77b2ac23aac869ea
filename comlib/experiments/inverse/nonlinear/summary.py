"""The grid in tables: verdicts, crossings, and the published curves beside ours."""

import math

import numpy as np
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.measures import crossings

from .oracle import limit_curve
from .protocols import ACTIVATIONS, STRUCTURES
from .verdicts import limit_reach, over_seeds, reaches, threshold, trend, verdict

_RADII = (0.0, 0.004, 0.016, 0.064)
_NO = math.nan
_FIGURES = {
    ("linear", "diagonal", "exp"): ((0.0036, 0.21, 9.4, 9.6e4),
                                    (3.3e-5, 4.4e-4, 0.036, 970.0)),
    ("hardtanh", "diagonal", "exp"): ((0.012, 0.064, 1.3, 140.0),
                                      (5.4e-5, 0.0019, 0.1, 130.0)),
    ("linear", "diagonal", "pol"): ((0.038, 0.22, 6.5, 5.9e4),
                                    (0.0019, 0.11, 4.3, 1.1e4)),
    ("linear", "dense", "pol"): ((0.076, _NO, 11.0, 2.1e5),
                                 (0.0025, 0.16, 4.9, 6.6e4)),
    ("hardtanh", "dense", "pol"): ((0.75, 1.4, 18.0, 600.0),
                                   (0.0077, 0.1, 2.2, 1900.0)),
    ("tanh", "diagonal", "pol"): ((0.32, 0.94, 17.0, 1100.0),
                                  (0.0051, 0.15, 4.0, 1600.0)),
    ("tanh", "dense", "pol"): ((0.3, 0.66, 26.0, _NO), (0.017, 0.054, 0.92, 250.0)),
    ("linear", "softplus", "pol"): ((0.0041, 0.011, 0.15, 2.6),
                                    (2.3e-4, 5.5e-4, 0.018, 0.36)),
    ("hardtanh", "softplus", "pol"): ((0.1, 0.13, 0.72, 12.0),
                                      (0.01, 0.011, 0.016, 0.16)),
    ("tanh", "softplus", "pol"): ((0.21, 0.36, 1.3, 11.0),
                                  (0.0056, 0.0073, 0.019, 0.14))}
"""Errors at ``_RADII`` of the widths 8 and 64, read off the figures of the public
repository (runs of July 2023) to about a tenth."""


def published() -> Table:
    """Return the errors that the public figures show, for the widths 8 and 64."""
    return Table.from_rows(
        ("activation", "structure", "target", "width", "radius", "published"),
        [(*key, m, radius, value) for key, rows in _FIGURES.items()
         for m, row in zip((8, 64), rows) for radius, value in zip(_RADII, row)])


def beside(runs: Table, radius: float) -> Table:
    """Return the published errors at one radius beside ours of both protocols.

    Args:
        runs: of the grid.
        radius: one of the published ones.
    """
    rows = []
    for activation, structure, target, m, _, value in _rows(
            published().where(radius=radius)):
        ours = [_middle(runs.where(activation=activation, structure=structure,
                                   target=target, protocol=p, width=m, radius=radius))
                for p in ("authors", "clean")]
        limit = limit_curve(target, [radius])["limit"][0]
        rows.append((f"{activation} {structure}", target, m, value, *ours, limit))
    return Table.from_rows(("network", "target", "width", "published", "authors",
                            "clean", "limit"), rows)


def verdicts(runs: Table, oracle: Table) -> Table:
    """Return the verdicts of the public table and ours, at the largest width.

    Columns ``authors`` and ``clean`` come from random draws in the box,
    ``authors_worst`` and ``clean_worst`` from the search in the ball.

    Args:
        runs: of the grid.
        oracle: linear networks fitted exactly.
    """
    rows = []
    for structure in STRUCTURES:
        for target in ("exp", "pol"):
            says = "stable" if target == "exp" or structure == "softplus" \
                else "unstable"
            for activation in ACTIVATIONS:
                part = runs.where(structure=structure, target=target,
                                  activation=activation)
                rows.append((structure, target, activation, says, *(
                    _judge(part.where(protocol=p), target, column, oracle)
                    for p in ("authors", "clean") for column in ("sampled", "found")
                )))
    return Table.from_rows(("structure", "target", "activation", "published",
                            "authors", "authors_worst", "clean",
                            "clean_worst"), rows)


def curves(runs: Table) -> Table:
    """Return what a figure of the grid shows: ``over_seeds`` of each combination.

    Args:
        runs: of the grid, for one target and one protocol.
    """
    parts, labels = [], []
    for structure, some in runs.groups("structure"):
        for activation, rows in some.groups("activation"):
            parts.append(over_seeds(rows))
            labels.append((structure, activation))
    structures, activations = zip(*labels)
    return Table.stack(parts, structure=structures, activation=activations)


def overtaken(runs: Table) -> Table:
    """Return where the curve of each width is overtaken by that of twice the width.

    For ``structure`` and ``activation`` the radius at which the geometric mean of the
    wider networks first exceeds that of the narrower ones; NaN if it never does.

    Args:
        runs: of the grid, for one target and one protocol.
    """
    rows, shown = [], curves(runs)
    for structure, part in shown.groups("structure"):
        for activation, some in part.groups("activation"):
            found = crossings(some, "error", "error")
            rows.append((structure, activation, *found["radius"]))
    names = [f"from_{m}" for m in found["width"]]
    return Table.from_rows(("structure", "activation", *names), rows)


def all_reaches(runs: Table, column: str = "sampled") -> Table:
    """Return the reaches of all networks, and the trend of each combination.

    Columns: the combination, ``width``, ``seed``, ``reach``, and ``factor``, of the
    reach per doubling of the width, with the 95% interval ``low`` to ``high``.

    Args:
        runs: of the grid.
        column: "sampled" or "found".
    """
    tables, labels, names = [], [], ("protocol", "target", "structure", "activation")
    for protocol, a in runs.groups("protocol"):
        for target, b in a.groups("target"):
            for structure, c in b.groups("structure"):
                for activation, d in c.groups("activation"):
                    known = reaches(d, target, column)
                    factor, half = trend(known)
                    low, high = factor * 2**-half, factor * 2**half
                    n = len(known)
                    tables.append(known.with_columns(
                        factor=[factor] * n, low=[low] * n, high=[high] * n))
                    labels.append((protocol, target, structure, activation))
    return Table.stack(tables, **dict(zip(names, zip(*labels))))


def plot_reaches(table: Table, limit: float) -> Figure:
    """Draw reaches against widths: a row for each protocol, a column for each target.

    Args:
        table: what ``all_reaches`` returned.
        limit: the radius between the verdicts.
    """
    protocols, targets = table.values("protocol"), table.values("target")
    fig, axes = figures.panels(len(protocols) * len(targets), len(targets), 2.6,
                               sharey=True)
    pairs = [(p, t) for p in protocols for t in targets]
    for ax, (protocol, target) in zip(axes, pairs, strict=True):
        part = table.where(protocol=protocol, target=target)
        for k, structure in enumerate(STRUCTURES):
            for name, dash in zip(ACTIVATIONS, figures.DASHES):
                some = part.where(structure=structure, activation=name)
                means = [np.exp(np.log(rows["reach"]).mean())
                         for _, rows in some.groups("width")]
                ax.plot(some.values("width"), means, color=figures.COLOURS[k],
                        linestyle=dash, label=structure if name == "linear" else None)
        ax.axhline(limit, color=figures.GUIDE, linestyle="-", linewidth=0.8)
        ax.axhline(limit_reach(target), color=figures.INK, linestyle="--")
        ax.set(title=f"{protocol}, {target}", xscale="log", yscale="log",
               xlabel="width m", ylabel="reach")
        ax.set_xticks(part.values("width"), map(str, part.values("width")))
        ax.minorticks_off()
    figures.label_lines(*axes)
    return fig


def _rows(table: Table) -> list[tuple]:
    return list(zip(*(table[name].tolist() for name in table.columns)))


def _middle(rows: Table) -> float:
    return float(np.exp(np.log(rows["sampled"]).mean()))


def _judge(part: Table, target: str, column: str, oracle: Table) -> str:
    widest = part.where(width=part["width"].max())
    known = reaches(widest, target, column)["reach"]
    return verdict(known, threshold(oracle, column))
