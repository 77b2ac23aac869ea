"""The targets' own limit on longer and longer horizons."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures

from .oracle import limit_curve
from .protocols import zero_error

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The horizons and the radii.

    Args:
        lengths: numbers of time points, dt = 1.
        radii: the beta > 0.
    """

    lengths: tuple[int, ...] = (30, 100, 300, 1000)
    radii: tuple[float, ...] = tuple(1e-3 * 2 ** (k / 2) for k in range(20))


def run(config: Config) -> Table:
    """Return the limit curve over the error of the zero functional.

    Source: prp-horizon-limit in the book (ours).

    Args:
        config: what to compute.
    """
    tables, labels = [], []
    for name in ("exp", "pol"):
        for length in config.lengths:
            curve = limit_curve(name, config.radii, length)
            share = curve["limit"] / zero_error(name, length)
            tables.append(curve.with_columns(share=share))
            labels.append((name, length))
    targets, lengths = zip(*labels)
    return Table.stack(tables, target=targets, length=lengths)


def plot(table: Table) -> Figure:
    """Draw a panel for each target.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.5, sharey=True)
    for ax, (target, rows) in zip(axes, table.groups("target"), strict=True):
        figures.lines(rows, "radius", "share", by="length", xscale="log", ax=ax,
                      labels=[f"T = {T}" for T in rows.values("length")],
                      yscale="log", xlabel="perturbation β", ylabel="limit / zero's")
        ax.set(title=target, ylim=(1e-7, 1e3))
    figures.label_lines(*axes)
    return fig
