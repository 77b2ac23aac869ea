"""Where the residual of a fitted window changes its sign, in the window and beyond."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.horizon import fit_lags, refine_lags, sign_changes

from .targets import kernels, samples

__all__ = ["Config", "RECORDS", "plot", "run"]

WEIGHTS = {"falling": lambda s, T: 1 - s / T, "flat": lambda s, T: 0 * s + 1,
           "growing": lambda s, T: (s + 1) ** 2}
"""kappa_s: a zero state, the last output alone, and one that no positive weights of
the outputs can give."""


@dataclass(frozen=True)
class Config:
    """The fits.

    Args:
        targets: names in ``targets.kernels``.
        widths: m.
        windows: T.
        until: the last lag that is looked at.
        digits: decimal digits in which each fit is refined.
    """

    targets: tuple[str, ...] = ("power 1.1", "power 0.6", "seven rates")
    widths: tuple[int, ...] = (1, 2, 3)
    windows: tuple[int, ...] = (12, 40)
    until: int = 4000
    digits: int = 50


RECORDS = {"signs": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return one row for each fit.

    Columns: ``changes`` of sign in the window, in all digits and, as ``rounded``, in
    double precision; ``positive``, the smallest amplitude; ``fastest`` and ``slowest``
    pole; ``low`` and ``high``, the extremes of e_s/rho_s beyond the window;
    ``gradient`` and ``residual``, the largest entries; ``turn_1`` ..., the lags before
    which the sign changes, NaN for none.

    Args:
        config: what to compute.
    """
    rows = [_row(config, name, m, T, kind) for T in config.windows
            for m in config.widths for name in config.targets for kind in WEIGHTS]
    return Table(**{column: [row[column] for row in rows] for column in rows[0]})


def plot(table: Table) -> Figure:
    """Draw each fit as a line of two colours, one panel for each window.

    Args:
        table: what ``run`` returned.
    """
    windows, until = table.values("window"), int(table["until"][0])
    fig, axes = figures.panels(len(windows), height=3.1)
    turns = [name for name in table.columns if name.startswith("turn_")]
    for ax, T in zip(axes, windows, strict=True):
        rows = table.where(window=T)
        for y in range(len(rows)):
            cuts = [0.5, *(rows[name][y] + 0.5 for name in turns
                           if rows[name][y] == rows[name][y]), until + 1.0]
            for k, (left, right) in enumerate(zip(cuts, cuts[1:])):
                ax.hlines(y, left, right, linewidth=2.4 if k % 2 == 0 else 1.4,
                          color=figures.COLOURS[k % 2])
        ax.axvline(T + 0.5, color=figures.GUIDE, linewidth=1, linestyle="--")
        per = len(rows) // len(table.values("width"))
        ax.set(xscale="log", xlabel="lag + 1", title=f"window T = {T}",
               ylim=(len(rows), -1), xlim=(0.5, until + 1),
               yticks=[per * k + (per - 1) / 2 for k in range(len(rows) // per)],
               yticklabels=[f"m = {m}" for m in table.values("width")])
        ax.grid(False)
    return fig


def _row(config: Config, name: str, m: int, T: int, kind: str) -> dict:
    rho = samples(kernels()[name], config.until + 1)
    kappa = WEIGHTS[kind](torch.arange(T, dtype=DTYPE), T)
    fit = fit_lags(rho[:T], m, kappa)
    rounded = sign_changes(rho[:T] - fit.kernel(T))
    fit, inside, gradient = refine_lags(rho[:T], fit, kappa, digits=config.digits)
    late = (rho - fit.kernel(len(rho)))[T:]
    e = torch.cat([inside, late])
    turns = ((e[1:] > 0) != (e[:-1] > 0)).nonzero().flatten() + 1
    most = 2 * max(config.widths)
    ratio = late / rho[T:]
    return {"target": name, "width": m, "window": T, "weights": kind,
            "changes": sign_changes(inside), "rounded": rounded,
            "positive": float(fit.amplitudes.min()),
            "fastest": float(fit.poles.min()), "slowest": float(fit.poles.max()),
            "low": float(ratio.min()), "high": float(ratio.max()),
            "gradient": gradient, "residual": float(inside.abs().max()),
            "until": config.until,
            **{f"turn_{k + 1}": float(turns[k]) if k < len(turns) else float("nan")
               for k in range(most)}}
