"""The scale factors of wide linear networks, and the parts they are made of."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.wide import Variances, scale_factors

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The variances and the lags.

    Args:
        recurrent: the values of nu_W.
        U: nu_U.
        c: nu_c.
        length: number of lags.
    """

    recurrent: tuple[float, ...] = (0.3, 0.5, 0.8, 0.9, 1.0, 1.1)
    U: float = 1.0
    c: float = 1.0
    length: int = 31


def run(config: Config) -> Table:
    """Return r_j and its parts, trained c, U and W alone, for each nu_W and lag.

    Args:
        config: what to compute.
    """
    tables, T = [], config.length
    for nu_W in config.recurrent:
        nu = Variances(nu_W, config.U, config.c)
        W, U, c = (scale_factors(nu, T, multipliers=one)
                   for one in ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0)))
        tables.append(Table(lag=range(T), factor=scale_factors(nu, T), c=c, U=U, W=W))
    return Table.stack(tables, recurrent=list(config.recurrent))


def plot(table: Table, shown: float = 0.9) -> Figure:
    """Draw the factors for all nu_W, and the parts for one of them.

    Args:
        table: what ``run`` returned.
        shown: the nu_W of the second panel.
    """
    fig, (every, parts) = figures.panels(2, height=2.9)
    labels = [f"{nu:g}" for nu in table.values("recurrent")]
    figures.lines(table, "lag", "factor", by="recurrent", labels=labels, ax=every,
                  yscale="log", xlabel="lag j", ylabel="r_j")
    one = table.where(recurrent=shown)
    one = one.with_columns(both=one["c"] + one["U"])
    figures.lines(one, "lag", ["factor", "W", "both"], ax=parts, xlabel="lag j",
                  ylabel="r_j", labels=["sum", "from W", "from U and c"])
    every.set_title("scale factors, by ν_W")
    parts.set_title(f"their parts for ν_W = {shown:g}")
    figures.label_lines(every, parts)
    return fig
