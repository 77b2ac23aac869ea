"""The paper's Figure 1 as far as its setting is known: sums on fixed rates k/m.

Known: the targets, the widths, least squares on t = 1, ..., 100, the radii and ten
random perturbations. Not known, and chosen here: the rates k/m, the ridge, the
supremum over the grid as the error, and the ball.
"""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Ball, RNN, Table, time_grid
from comlib.evidence import figures

from .networks import on_fixed_rates

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The widths, the grid and the perturbations.

    Args:
        widths: m; the rates are k/m, k = 1, ..., m.
        base: of the exponential target base^t.
        p: of the power law (1 + t)^(-p).
        last: T; the grid is 1, ..., T.
        ridge: added to the normal equations.
        first: the smallest radius > 0; each is twice the one before.
        count: number of radii > 0.
        copies: random perturbations at each radius.
        seed: of the perturbations.
    """

    widths: tuple[int, ...] = (2, 4, 6, 8, 14)
    base: float = 0.9
    p: float = 1.1
    last: int = 100
    ridge: float = 1e-4
    first: float = 5e-4
    count: int = 12
    copies: int = 10
    seed: int = 0


def run(config: Config) -> Table:
    """Return errors, the largest of |rho - rho_hat| on the grid, for every radius.

    Columns: ``sampled``, the worst of the random perturbations, as in the paper;
    ``shift``, all rates moved down by the radius; and ``limit``, the largest of
    (exp(radius t) - 1) rho on the grid, what ``shift`` tends to as the fit improves.

    Args:
        config: what to compute.
    """
    t = time_grid(config.last + 1, 1.0)
    targets = {"exponential": config.base**t, "power law": (1 + t) ** -config.p}
    radii = [0.0, *(config.first * 2.0**k for k in range(config.count))]
    tables, names, widths = [], [], []
    for name, rho in targets.items():
        limit = [float((torch.expm1(b * t) * rho)[1:].max()) for b in radii]
        for m in config.widths:
            model = on_fixed_rates(rho, m, config.ridge)
            errors = [_errors(model, rho, beta, config) for beta in radii]
            sampled, shift = zip(*errors, strict=True)
            tables.append(Table(radius=radii, sampled=sampled, shift=shift,
                                limit=limit))
            names.append(name), widths.append(m)
    return Table.stack(tables, target=names, width=widths)


def plot(table: Table) -> Figure:
    """Draw the errors after the shift of all widths, one panel for each target.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=3.2, sharey=True)
    for ax, (target, rows) in zip(axes, table.groups("target"), strict=True):
        labels = [f"m = {m}" for m in rows.values("width")]
        some = rows.where(width=rows.values("width")[0])
        words = {"xscale": "log", "yscale": "log", "xlabel": "perturbation β",
                 "ylabel": "largest error on the grid", "ax": ax}
        moved = [r > 0 for r in rows["radius"]]
        figures.lines(Table(**{c: rows[c][moved] for c in rows.columns}), "radius",
                      "shift", by="width", labels=labels, **words)
        figures.lines(some, "radius", "limit", labels=["limit of the shifts"],
                      floor=0.0, color=figures.INK, linestyle="--", linewidth=1.2,
                      **words)
        ax.set(title=target, ylim=(1e-3, 1e4))
    figures.legend_above(*axes)
    return fig


@torch.no_grad()
def _errors(
    model: RNN, rho: Tensor, radius: float, config: Config
) -> tuple[float, float]:
    """Return the largest error of random copies, and that of the slowed network."""
    def worst(stack: RNN) -> float:
        kernel = stack.kernel_samples(len(rho))[..., 0, 0]
        error = (kernel - rho)[..., 1:].abs().max()
        return float(torch.nan_to_num(error, nan=math.inf))

    ball = Ball(radius)
    slow = ball.shifts(model)
    slow = slow.with_parameters({n: p[:1] for n, p in slow.named_parameters()})
    return worst(ball.sample(model, config.copies, config.seed)), worst(slow)
