"""How close sums of exponentials come: evenly spaced rates, and the best ones."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from comlib import (ExponentialSum, Gaussian, Kernel, Table, TemperedPolynomial,
                    fit_exponentials, l1_loss)
from comlib.evidence import figures
from comlib.kernels import ShiftedBox
from comlib.measures import equispaced_error

__all__ = ["Config", "plot", "run"]

_FLOOR = 1e-11  # what is smaller is rounding


@dataclass(frozen=True)
class Config:
    """The spacing, the widths, and up to which condition fits are shown.

    Args:
        rate: kappa of the evenly spaced rates.
        even: widths of the sums with rates kappa, 2 kappa, ...
        free: widths of the sums with fitted rates.
        condition: the fits end where the least squares problem is conditioned worse:
            rates coincide, and what is reached is a matter of rounding.
        p: exponent of both power laws (1 + t)^(-p).
        gamma: rate of the factor exp(-gamma t) of the tempered one.
    """

    rate: float = 0.25
    even: tuple[int, ...] = (1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128)
    free: tuple[int, ...] = (1, 2, 3, 4, 6, 8)
    condition: float = 1e4
    p: float = 1.5
    gamma: float = 0.25


def run(config: Config) -> Table:
    """Return kernel, rates ("even" or "free"), width, error and lower bound.

    ``error`` is the L1 distance; ``lower`` is a proved lower bound of that of the
    best sum with evenly spaced rates, NaN for free ones.

    Source: thm-universal and lem-canonical in the book.

    Args:
        config: what to compute.
    """
    tables, names, rates = [], [], []
    for name, rho in _kernels(config).items():
        even = equispaced_error(rho, config.even, config.rate)
        even = Table(width=config.even, error=even["upper"], lower=even["lower"])
        free = _free(rho, config)
        for kind, part in (("even", even), ("free", free)):
            if part is not None:
                tables.append(part)
                names.append(name)
                rates.append(kind)
    return Table.stack(tables, kernel=names, rates=rates)


def plot(table: Table) -> Figure:
    """Draw the errors against the width, evenly spaced rates beside free ones.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=3.0, sharey=True)
    names = table.values("kernel")
    for ax, kind in zip(axes, ("even", "free"), strict=True):
        for k, name in enumerate(names):
            chosen = (table["kernel"] == name) & (table["rates"] == kind)
            if not chosen.any():
                continue
            figures.lines(table.where(kernel=name, rates=kind), "width", "error",
                          xscale="log", yscale="log", labels=[name], floor=_FLOOR,
                          ax=ax, color=figures.COLOURS[k],
                          linestyle=figures.DASHES[k], marker="o",
                          xlabel="width m", ylabel="error in L1")
        ax.set(title=f"{kind} rates".replace("even", "evenly spaced"))
    ticks = [int(m) for m in table.where(rates="free").values("width")]
    axes[1].set_xticks(ticks, [str(m) for m in ticks])
    axes[1].xaxis.minorticks_off()
    figures.legend_above(*axes)
    return fig


def _kernels(config: Config) -> dict[str, Kernel]:
    return {"power law": TemperedPolynomial(config.p),
            "tempered": TemperedPolynomial(config.p, config.gamma),
            "exponential sum": ExponentialSum((1.0, -1.0, 0.8), (0.5, 1.0, 2.0)),
            "bump": Gaussian(center=3.0), "box": ShiftedBox(1.0, 2.0)}


def _free(rho: Kernel, config: Config) -> Table | None:
    rows = []
    for m in config.free:
        fit = fit_exponentials(rho, m)
        error = float(l1_loss(fit.model, rho, 1e-9).detach())
        # once it is exact, or rates coincide, wider ones differ by rounding only
        if not fit.history["condition"][-1] < config.condition or error < _FLOOR:
            break
        rows.append((m, error, np.nan))
    if len(rows) < 2:
        return None
    return Table.from_rows(("width", "error", "lower"), rows)
