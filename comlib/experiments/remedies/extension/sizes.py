"""How large the errors are: fits of windows, of the whole past, and by training."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.horizon import fit_lags

from .targets import kernels, samples

__all__ = ["CASES", "Config", "plot", "run"]

CASES = (("power 1.1", 1, 16), ("power 1.1", 2, 16), ("power 1.1", 4, 16),
         ("power 1.1", 4, 64), ("power 1.5", 4, 16), ("two rates", 1, 16),
         ("two rates", 1, 64), ("two rates", 2, 16))
"""Target, width and window."""


@dataclass(frozen=True)
class Config:
    """The fits.

    Args:
        cases: target, width and window of each.
        length: lags that are summed.
        whole: lags that the fit of the carried state sees.
    """

    cases: tuple[tuple[str, int, int], ...] = CASES
    length: int = 2**17
    whole: int = 4096


def run(config: Config) -> Table:
    """Return one row for each case, sums of e_s^2 over lags.

    Columns: ``train``, the window's loss without the lost history; ``within`` the
    window; up to ``double`` and ``sixteen`` windows; ``all`` lags; ``tail``, the sum
    of rho_s^2 beyond the window; ``ratio``, of the parts beyond the window; and
    ``carried``, the least sum over all lags.

    Args:
        config: what to compute.
    """
    rows, whole = [], {}
    for name, m, T in config.cases:
        rho = samples(kernels()[name], config.length)
        if (name, m) not in whole:
            ones = torch.ones(config.whole, dtype=DTYPE)
            best = fit_lags(rho[: config.whole], m, ones).kernel(config.length)
            whole[name, m] = float(_squares(rho - best).sum())
        e = _squares(rho - fit_lags(rho[:T], m).kernel(config.length))
        falling = 1 - torch.arange(T, dtype=DTYPE) / T
        tail = float(rho[T:].square().sum())
        rows.append((name, m, T, float(falling @ e[:T]), float(e[:T].sum()),
                     float(e[: 2 * T].sum()), float(e[: 16 * T].sum()), float(e.sum()),
                     tail, float(e[T:].sum()) / tail, whole[name, m]))
    return Table.from_rows(("target", "width", "window", "train", "within", "double",
                            "sixteen", "all", "tail", "ratio", "carried"), rows)


def plot(table: Table) -> Figure:
    """Draw the sums of each case.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1)
    table = table.with_columns(case=list(range(len(table))))
    figures.lines(table, "case", ["within", "all", "tail", "carried"], yscale="log",
                  marker="o", floor=1e-20, ylabel="sum of squares", ax=axes[0])
    axes[0].set_title("sums by case")
    figures.legend_above(*axes)
    return fig


def _squares(e: Tensor) -> Tensor:
    """Return the squares, zero for what is the rounding of an exact fit."""
    return torch.where(e.abs() < 1e-12, 0.0, e.square())
