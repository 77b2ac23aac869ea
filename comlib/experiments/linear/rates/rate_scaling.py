"""Error and bounds of one kernel on faster and faster clocks."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.kernels import Dilated, Kink
from comlib.measures import equispaced_error, rate_bound, smoothness_constant


@dataclass(frozen=True)
class Config:
    """The kernel rho with a kink, and the factors L of rho_L(t) = L rho(L t).

    Args:
        factors: the L.
        p: order of the derivative of rho that jumps, and alpha.
        beta: rate of thm-rate for L = 1.
        width: m.
    """

    factors: tuple[float, ...] = (1.0, 10.0, 100.0, 1000.0, 10000.0)
    p: int = 2
    beta: float = 1.9
    width: int = 16


def run(config: Config) -> Table:
    """Return factor, gamma, error, the published bound with C = 1, and ours.

    Source: prp-rate-scaling, thm-rate-published and thm-rate in the book.

    Args:
        config: what to compute.
    """
    rows = []
    for factor in config.factors:
        rho, beta = Dilated(Kink(p=config.p), factor), factor * config.beta
        gamma = smoothness_constant(rho, config.p, beta)
        error = equispaced_error(rho, [config.width], beta / (config.p + 1))["upper"][0]
        rows.append((factor, gamma, error, gamma / (beta * config.width**config.p),
                     rate_bound(rho, config.p, beta, config.width)))
    names = ("factor", "gamma", "error", "published", "ours")
    return Table.from_rows(names, rows)


def plot(table: Table) -> Figure:
    """Draw the error and the two bounds against the factor.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=3.0)
    figures.lines(
        table, "factor", ["ours", "published", "error"], xscale="log", yscale="log",
        labels=["corrected bound", "restated bound", "error"], marker="o", ax=ax,
        xlabel="factor L of the clock", ylabel="error in L1")
    ax.set(title="16 exponentials on faster clocks")
    figures.label_lines(ax)
    return fig
