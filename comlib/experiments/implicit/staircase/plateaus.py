"""The plateaus of a power law: the best sums of k exponentials, and how they are left.
"""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import ExponentialSum, Polynomial, Table
from comlib.dynamics import plateau_rate
from comlib.evidence import figures
from comlib.training import fit_exponentials

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The targets (1 + t)^-p.

    Args:
        powers: p > 1/2.
        most: largest number k of exponentials.
        idle: w_0, the rate of the idle neurons.
    """

    powers: tuple[float, ...] = (1.5,)
    most: int = 4
    idle: float = 1.0


def run(config: Config) -> Table:
    """Return for each p and k the error, the sum, and how fast it is left.

    Columns: ``p``, ``k``; ``error``, the squared L2 distance; ``a1``, ``l1`` and so
    on, the weights and rates, slowest first, NaN beyond k; ``value`` and ``slope``,
    the largest |R(l_j)| and |R'(l_j)|; ``gamma``, the rate of thm-plateau-escape.

    Source: thm-plateau-escape in the book.

    Args:
        config: what to compute.
    """
    rows = []
    for p in config.powers:
        rho = Polynomial(p)
        rows.append({"p": p, "k": 0, "error": rho.l2_norm() ** 2, "value": 0.0,
                     "slope": 0.0, "gamma": 2 * rho.laplace(config.idle)})
        for k in range(1, config.most + 1):
            fit = fit_exponentials(rho, k)
            rates, weights = -fit.model.w.detach(), fit.model.c[0] * fit.model.U[:, 0]
            poles = ExponentialSum(tuple(weights.tolist()), tuple(rates.tolist()))
            R = rho.laplace_moments(rates, 1) - poles.laplace_moments(rates, 1)
            sizes = R.abs().amax(1).tolist()
            row = {"p": p, "k": k, "error": float(fit.loss), "value": sizes[0],
                   "slope": sizes[1], "gamma": plateau_rate(rho, poles, config.idle)}
            order = torch.argsort(rates).tolist()
            row |= {f"a{j + 1}": poles.weights[i] for j, i in enumerate(order)}
            rows.append(row | {f"l{j + 1}": poles.rates[i]
                               for j, i in enumerate(order)})
    names = [*rows[0], *(f"{x}{j + 1}" for x in "al" for j in range(config.most))]
    return Table(**{n: [row.get(n, float("nan")) for row in rows] for n in names})


def plot(table: Table) -> Figure:
    """Draw the rate at which a plateau is left against its error.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1)
    figures.lines(table, "error", "gamma", by="p", xscale="log", yscale="log",
                  xlabel="squared error of the plateau", ylabel="rate γ", ax=ax,
                  marker="o")
    x = table["error"][1]
    figures.slope(ax, x / 30, 0.3 * x / 30, 1.0, "slope 1", x1=x)
    figures.legend_above(ax, cols=3)
    return fig
