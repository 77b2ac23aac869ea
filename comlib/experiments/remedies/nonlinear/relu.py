"""ReLU networks, trained and perturbed as the others of the grid."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table, variations
from comlib.evidence import figures
from comlib.experiments.inverse.nonlinear import grid, oracle, protocols
from comlib.experiments.inverse.nonlinear.verdicts import over_seeds, parts

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """One combination; the rest is as in the grid of inverse.nonlinear.

    Args:
        structure: "diagonal", "dense", or "softplus", dense with softplus of its rates.
        target: "exp" or "pol".
        protocol: "authors" or "clean".
        widths: numbers of hidden units, trained in this order.
        seeds: networks of each width.
        updates: of AdamW, at most.
    """

    structure: str = "softplus"
    target: str = "pol"
    protocol: str = "clean"
    widths: tuple[int, ...] = (8, 16, 32, 64)
    seeds: int = 3
    updates: int = 600


RECORDS = {"relu": tuple(variations(
    Config(), structure=("diagonal", "dense", "softplus"),
    protocol=("clean", "authors")))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return what ``inverse.nonlinear.grid`` returns, for ReLU networks.

    Args:
        config: what to train and to perturb.
    """
    return grid.run(grid.Config(
        "relu", config.structure, config.target, config.protocol, config.widths,
        config.seeds, config.updates))


def plot(table: Table, target: str = "pol") -> Figure:
    """Draw the sampled errors, a panel for each structure.

    A curve is the geometric mean over the seeds of a width, the band their extremes;
    dashes are the target's own limit, the thin line is the zero functional.

    Args:
        table: rows of one target and protocol; if of several structures, with a
            column ``structure``.
        target: of these rows.
    """
    panels = parts(table, "structure")
    fig, axes = figures.panels(len(panels), height=2.2, sharey=True)
    for ax, (name, rows) in zip(axes, panels, strict=True):
        curves = over_seeds(rows)
        figures.bands(curves, "radius", "error", "least", "most", by="width", ax=ax,
                      labels=[f"{m}" for m in curves.values("width")], xscale="log",
                      yscale="log", xlabel="perturbation β", ylabel="error")
        limit = oracle.limit_curve(target, curves.values("radius"))
        ax.plot(limit["radius"], limit["limit"], "--", color=figures.INK,
                label="limit")
        ax.axhline(protocols.zero_error(target), color=figures.GUIDE, linestyle="-",
                   linewidth=0.8)
        ax.set(title=f"ReLU, {name}", ylim=(1e-2, 1e5))
        ax.minorticks_off()
    figures.label_lines(*axes)
    return fig
