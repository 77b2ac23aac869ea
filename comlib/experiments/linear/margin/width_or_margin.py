"""Few neurons and slow rates, or fast rates and many neurons, for a power law."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from scipy import special

from comlib import Polynomial, Table, hankel_singular_values
from comlib.evidence import figures
from comlib.kernels import trapezoid_sum

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The memory and the accuracies.

    Args:
        omega: of omega (1 + t)^(-1-omega).
        first: largest relative L1 error.
        last: smallest relative L1 error.
        count: number of errors, at equal ratios.
    """

    omega: float = 0.5
    first: float = 0.3
    last: float = 1e-5
    count: int = 16


def run(config: Config) -> Table:
    """Return widths and margins for each error.

    Columns: ``count``, the least width of any linear network; ``sum_width`` and
    ``sum_margin`` of ``trapezoid_sum``; ``cascade_width`` and ``cascade_margin`` of
    prp-cascade; ``bound``, the width that thm-width-or-margin demands of a network
    with that margin, departure and amplitude; and ``log10_diagonal``, the logarithm of
    what cor-fixed-margin-width demands of diagonal ones with the margin 1.

    Args:
        config: what to compute.
    """
    omega, rows = config.omega, []
    kernel = Polynomial(1 + omega)
    sigma = hankel_singular_values(omega * kernel, config.last / 2, 1e-4)
    for eps in np.geomspace(config.first, config.last, config.count).tolist():
        rho_hat = trapezoid_sum(kernel, eps)
        S = float(special.gammainccinv(omega, eps / 2))
        rows.append({
            "epsilon": eps, "count": int((sigma > eps).sum()),
            "sum_width": len(rho_hat.rates), "sum_margin": min(rho_hat.rates),
            "cascade_width": math.ceil(S * ((2 / eps) ** (1 / omega) - 1)),
            "cascade_margin": S,
            "bound": S * ((2 * eps) ** (-1 / omega) - 1) / (4 * math.log(4)),
            "log10_diagonal": math.log10(eps) + ((2 * eps) ** (-1 / omega) - 1)
            / math.log(10)})
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw widths beside margins.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8)
    table = table.with_columns(inverse=1 / table["epsilon"],
                               demanded=np.maximum(table["bound"], 1e-9))
    logs = {"xscale": "log", "yscale": "log", "xlabel": "1 / error"}
    figures.lines(table, "inverse", ["cascade_width", "demanded", "sum_width", "count"],
                  labels=["cascade", "demanded of it", "sum", "N(ε)"],
                  ylabel="neurons", ax=axes[0], floor=0.5, **logs)
    figures.lines(table, "inverse", ["cascade_margin", "sum_margin"],
                  labels=["cascade", "sum"], ylabel="margin", ax=axes[1], **logs)
    axes[1].lines[1].set(color=figures.COLOURS[2], linestyle=figures.DASHES[2])
    axes[0].set_title("width"), axes[1].set_title("margin")
    figures.label_lines(*axes)
    return fig
