"""The error of a run without reset, from the window of the training on."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.horizon import extension_error, fit_lags

from .targets import hump, kernels, samples

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The targets and the window.

    Args:
        target: a name in ``targets.kernels``.
        widths: m of the fits of that target.
        tau: of the hump.
        window: T.
        until: the last output that is looked at, in windows.
        length: lags of the targets; those beyond count as zero.
    """

    target: str = "power 1.1"
    widths: tuple[int, ...] = (1, 2, 4)
    tau: float = 100.0
    window: int = 16
    until: int = 64
    length: int = 2**17


def run(config: Config) -> Table:
    """Return E|y_t - yhat_t|^2 / E|y_t|^2 at some outputs, for each fit.

    Columns: ``target``; ``fit``; ``pole``, the slowest; ``t``, the number of inputs
    heard; ``error``; and ``beyond``, the part of it that lags beyond the window made.

    Args:
        config: what to compute.
    """
    rho = samples(kernels()[config.target], config.length)
    bump = hump(config.length, config.tau)
    fits = [("power law", f"m = {m}", rho, m, False) for m in config.widths]
    fits += [("hump", name, bump, 1, growing)
             for name, growing in (("any pole", True), ("poles below one", False))]
    return Table.stack([_path(config, *fit) for fit in fits])


def plot(table: Table) -> Figure:
    """Draw the errors against the number of inputs heard, one panel a target.

    Args:
        table: what ``run`` returned.
    """
    names = table.values("target")
    fig, axes = figures.panels(len(names), height=2.8)
    for ax, name in zip(axes, names, strict=True):
        rows = table.where(target=name)
        figures.lines(rows, "t", "error", by="fit", xscale="log", yscale="log",
                      labels=rows.values("fit"), ax=ax, xlabel="inputs heard",
                      ylabel="squared error, relative")
        ax.axvline(table["T"][0], color=figures.GUIDE, linewidth=1)
        ax.set_title(name)
        if name == "hump":
            ax.set_ylim(1e-2, 1e10)
    figures.label_lines(*axes)
    return fig


def _path(config: Config, target: str, name: str, rho: torch.Tensor, m: int,
          growing: bool) -> Table:
    T, last = config.window, config.window * config.until
    fit = fit_lags(rho[:T], m, growing=growing)
    # poles above one overflow far out, where nothing is looked at
    rho_hat = torch.cat([fit.kernel(last), torch.zeros(len(rho) - last,
                                                       dtype=rho.dtype)])
    t = np.unique(np.geomspace(1, last, 60).round().astype(int))
    t = np.union1d(t, [T, 2 * T, 4 * T, min(16, config.until) * T])
    energy = rho.square().sum()
    path = extension_error(rho, rho_hat)[t - 1] / energy
    late = (rho - rho_hat).square()
    late[:T] = 0.0
    return Table(target=[target] * len(t), fit=[name] * len(t), T=[T] * len(t),
                 pole=[float(fit.poles.max())] * len(t), t=t, error=path,
                 beyond=(late.cumsum(0) / energy)[t - 1])
