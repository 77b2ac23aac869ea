"""Errors of evenly spaced rates for kernels that have all derivatives."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Gaussian, Kernel, Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.kernels import MatrixExponential
from comlib.measures import equispaced_error

__all__ = ["Config", "plot", "run"]

_FLOOR = 1e-12  # what is smaller is rounding


@dataclass(frozen=True)
class Config:
    """The kernel t exp(-decay t), delayed Gaussian bumps, and the widths.

    Args:
        decay: of the first kernel.
        centers: of the bumps of width 1.
        rate: kappa of the evenly spaced rates.
        widths: numbers of exponentials.
    """

    decay: float = 2.0
    centers: tuple[float, ...] = (3.0, 5.0, 7.0)
    rate: float = 0.375
    widths: tuple[int, ...] = (4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 38, 44, 52,
                               60, 72, 84, 96)


def run(config: Config) -> Table:
    """Return kernel, width and the bracket of the best L1 error.

    Source: lem-canonical in the book.

    Args:
        config: what to compute.
    """
    kernels = _kernels(config)
    tables = [equispaced_error(rho, config.widths, config.rate)
              for rho in kernels.values()]
    return Table.stack(tables, kernel=list(kernels))


def plot(table: Table) -> Figure:
    """Draw the errors against the width.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=3.0)
    figures.lines(table, "width", "upper", by="kernel", yscale="log", xscale="log",
                  marker="o", xlabel="width m", ylabel="error in L1", floor=_FLOOR,
                  ax=ax)
    ax.set(ylim=(_FLOOR, 10), title="kernels with all derivatives")
    figures.legend_above(ax)
    return fig


def _kernels(config: Config) -> dict[str, Kernel]:
    r, zero = config.decay, torch.zeros(1, dtype=DTYPE)
    jordan = torch.tensor([[-r, 1.0], [0.0, -r]], dtype=DTYPE)
    one = zero + 1
    kernels = {f"t exp(−{r:g}t)": MatrixExponential(
        torch.cat([one, zero]), jordan, torch.cat([zero, one]))}
    return kernels | {f"bump at {c:g}": Gaussian(c) for c in config.centers}
