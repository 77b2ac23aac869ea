"""Where too small a model errs, by the weights of the error."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Polynomial, Table, time_grid
from comlib.evidence import figures
from comlib.horizon import fit_lags, lag_weights, power_weights

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The targets, the model and the weights.

    Args:
        exponents: p of the targets (1 + s)^-p.
        width: exponentials of the model.
        length: number of outputs T.
        powers: q of the weights (t + 1)^q.
        head: lags below this are early.
        tail: lags from this on are late.
    """

    exponents: tuple[float, ...] = (1.1, 1.5)
    width: int = 2
    length: int = 100
    powers: tuple[float, ...] = (0.0, 1.0, 2.0, 4.0, 10.0, 100.0)
    head: int = 10
    tail: int = 50


def run(config: Config) -> Table:
    """Return the squared errors of the best model, by target and power.

    Columns: ``exponent``, ``power``; ``middle``, kappa at the lag T/2 over the first
    one; ``head``, ``tail`` and ``total``, the unweighted sums of squared errors there;
    ``kept``, the tail over that of no model.

    Args:
        config: what to compute.
    """
    s, rows = time_grid(config.length, 1.0), []
    for p in config.exponents:
        rho = Polynomial(p)(s)
        for q in config.powers:
            kappa = lag_weights(power_weights(config.length, q))
            best = fit_lags(rho, config.width, kappa)
            e = (rho - best.kernel(config.length)).square()
            tail = e[config.tail:].sum()
            rows.append([p, q, *map(float, (
                kappa[config.length // 2] / kappa[0], e[:config.head].sum(), tail,
                e.sum(), tail / rho[config.tail:].square().sum()))])
    return Table.from_rows(("exponent", "power", "middle", "head", "tail", "total",
                            "kept"), rows)


def plot(table: Table) -> Figure:
    """Draw head and tail of the error against the power.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(len(table.values("exponent")), height=2.8)
    table = table.with_columns(more=table["power"] + 1)
    for ax, (p, rows) in zip(axes, table.groups("exponent"), strict=True):
        figures.lines(rows, "more", ["total", "tail", "head"], marker="o",
                      labels=["total", "late", "early"], xscale="log", xlabel="q + 1",
                      ylabel="squared error", ax=ax)
        ax.set(title=f"power law, p = {p:g}", ylim=(0, None))
    figures.label_lines(*axes)
    return fig
