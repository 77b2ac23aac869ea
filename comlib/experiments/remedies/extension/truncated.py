"""One mode with a carried state and a cut gradient: where its training rests."""

import math
from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.horizon import fit_lags, truncated_poles

from .targets import best_error, kernels, samples

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The targets and the windows.

    Args:
        targets: names in ``targets.kernels``.
        windows: T.
        length: lags that are summed.
    """

    targets: tuple[str, ...] = ("two rates", "power 1.1")
    windows: tuple[int, ...] = (2, 4, 8, 16, 32, 64, 128, 256, 512)
    length: int = 8192


def run(config: Config) -> Table:
    """Return time constants 1/(1 - z) and errors, sums of e_s^2 over all lags.

    Columns: ``truncated``, ``zero`` and ``carried`` time constants: of the rest point
    of a carried state with a cut gradient, of the best fit of windows that start at
    zero, of the best fit of the whole past; ``found``, how many rest points there are;
    and the errors ``truncated_error``, ``zero_error`` and ``carried_error``.

    Args:
        config: what to compute.
    """
    rows = []
    for name in config.targets:
        rho = samples(kernels()[name], config.length)
        full = truncated_poles(rho, math.inf)
        for T in config.windows:
            cut, zero = truncated_poles(rho, T), fit_lags(rho[:T], 1)
            e = rho - zero.kernel(config.length)
            z = float(zero.poles[0])
            rows.append((name, T, len(cut), *(1 / (1 - float(p)) for p in
                                              (cut[-1], z, full[-1])),
                         best_error(rho, cut[-1]), float(e.square().sum()),
                         best_error(rho, full[-1])))
    return Table.from_rows(("target", "window", "found", "truncated", "zero", "carried",
                            "truncated_error", "zero_error", "carried_error"), rows)


def plot(table: Table) -> Figure:
    """Draw time constants against the window, one panel a target.

    Args:
        table: what ``run`` returned.
    """
    names = table.values("target")
    fig, axes = figures.panels(len(names), height=2.8)
    for ax, name in zip(axes, names, strict=True):
        figures.lines(table.where(target=name), "window",
                      ["carried", "truncated", "zero"],
                      labels=["full gradient", "cut gradient", "zero state"],
                      marker="o", xscale="log", ax=ax, xlabel="window T",
                      ylabel="time constant")
        ax.set_title(name if name == "two rates" else "power law")
    figures.label_lines(*axes)
    return fig
