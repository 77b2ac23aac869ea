"""What a sum of exponentials loses when its weights are stored in single precision."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from comlib import ExponentialSum, Gaussian, Table
from comlib.evidence import figures
from comlib.kernels import graded_rule, polynomial_sum


@dataclass(frozen=True)
class Config:
    """A delayed bump, and the sums that approximate it.

    Args:
        center: of the Gaussian bump of width 1.
        rate: kappa of the evenly spaced rates.
        widths: numbers of exponentials.
    """

    center: float = 3.0
    rate: float = 0.375
    widths: tuple[int, ...] = (2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32)


def run(config: Config) -> Table:
    """Return width, L1 error, the same after rounding, and the sum of |weights|.

    ``error`` is that of the polynomial between Chebyshev points; ``rounded`` that
    of the same sum with its weights rounded to single precision, 24 bits.

    Source: lem-muntz in the book.

    Args:
        config: what to compute.
    """
    rho, rows = Gaussian(config.center), []
    for m in config.widths:
        exact = polynomial_sum(rho, m, config.rate)
        t, weights = graded_rule((*rho.breakpoints, *exact.breakpoints))
        kernel = exact.as_exponential_sum()
        a = np.array(kernel.weights)
        # only the change is evaluated as a sum, so that rounding here is harmless
        change = ExponentialSum(tuple((a.astype(np.float32) - a).tolist()),
                                kernel.rates)
        error = rho(t) - exact(t)
        rows.append((m, float(weights @ error.abs()),
                     float(weights @ (error - change(t)).abs()), abs(a).sum()))
    names = ("width", "error", "rounded", "mass")
    return Table.from_rows(names, rows)


def plot(table: Table) -> Figure:
    """Draw the errors before and after rounding against the width.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=3.0)
    figures.lines(
        table, "width", ["error", "rounded"], yscale="log", marker="o", ax=ax,
        labels=["exact", "rounded"], xlabel="width m", ylabel="error in L1")
    ax.set(title="weights before and after rounding")
    figures.label_lines(ax)
    return fig
