"""The paper's Figure 4: the power law of Figure 1 with reparameterised rates.

Known: the target, the widths, least squares on t = 1, ..., 100, the radii. Not known,
and chosen as in our Figure 1: the rates k/m, the ridge, the largest error on the grid,
and that all raw weights move down together.
"""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Ball, Direct, Exp, RNN, Softplus, Table, time_grid
from comlib.evidence import figures
from comlib.experiments.inverse.linear.networks import on_fixed_rates

__all__ = ["Config", "plot", "run"]

_MAPS = {"exp": Exp(), "softplus": Softplus(), "direct": Direct()}


@dataclass(frozen=True)
class Config:
    """The maps, the widths, the grid and the perturbations.

    Args:
        maps: names of the parameterizations.
        widths: m; the rates are k/m, k = 1, ..., m.
        p: of the power law (1 + t)^(-p).
        last: T; the grid is 1, ..., T.
        ridge: added to the normal equations.
        first: the smallest radius > 0; each is twice the one before.
        count: number of radii > 0.
        copies: random perturbations at each radius.
        seed: of the perturbations.
    """

    maps: tuple[str, ...] = ("exp", "softplus", "direct")
    widths: tuple[int, ...] = (2, 4, 6, 8, 14)
    p: float = 1.1
    last: int = 100
    ridge: float = 1e-4
    first: float = 5e-4
    count: int = 21
    copies: int = 10
    seed: int = 0


def run(config: Config) -> Table:
    """Return errors, the largest of |rho - rho_hat| on the grid, for every radius.

    Columns: ``shift``, all raw weights moved to slower rates by the radius;
    ``sampled``, the worst of the random perturbations of all weights; ``rates``, that
    of random moves of the raw weights alone; ``limit``, the largest of |rho(t) -
    rho(exp(-radius) t)| on the grid.

    Args:
        config: what to compute.
    """
    t = time_grid(config.last + 1, 1.0)
    rho, tables, names, widths = (1 + t) ** -config.p, [], [], []
    radii = [0.0, *(config.first * 2.0**k for k in range(config.count))]
    limit = [float((rho - (1 + math.exp(-b) * t) ** -config.p)[1:].abs().max())
             for b in radii]
    for name in config.maps:
        for m in config.widths:
            model = on_fixed_rates(rho, m, config.ridge, _MAPS[name])
            errors = [_errors(model, rho, beta, config) for beta in radii]
            shift, rates, sampled = zip(*errors, strict=True)
            tables.append(Table(radius=radii, shift=shift, rates=rates,
                                sampled=sampled, limit=limit))
            names.append(name), widths.append(m)
    return Table.stack(tables, map=names, width=widths)


def plot(table: Table) -> Figure:
    """Draw the errors after the move of all widths, one panel for each map.

    Args:
        table: what ``run`` returned.
    """
    shown = [name for name in table.values("map") if name != "direct"]
    fig, axes = figures.panels(len(shown), height=2.8, sharey=True)
    for ax, name in zip(axes, shown, strict=True):
        rows = table.where(map=name)
        moved = rows["radius"] > 0
        rows = Table(**{c: rows[c][moved] for c in rows.columns})
        words = {"xscale": "log", "yscale": "log", "xlabel": "perturbation β",
                 "ylabel": "largest error on the grid", "ax": ax}
        figures.lines(rows, "radius", "shift", by="width",
                      labels=[f"m = {m}" for m in rows.values("width")], **words)
        figures.lines(rows.where(width=rows["width"][0]), "radius", "limit",
                      labels=["dilated target"], color=figures.INK, linestyle="--",
                      linewidth=1.2, **words)
        ax.set(title=name, ylim=(1e-4, 10))
    figures.legend_above(*axes)
    return fig


@torch.no_grad()
def _errors(
    model: RNN, rho: torch.Tensor, radius: float, config: Config
) -> list[float]:
    """Return the errors of the slowed network and of two kinds of random copies."""
    way = 1 if model.parameterization == Direct() else -1
    slow = model.with_parameters({"w": model.w + way * radius})
    stacks = [slow, *(Ball(radius, only).sample(model, config.copies, config.seed)
                      for only in (("w",), None))]
    errors = [(stack.kernel_samples(len(rho))[..., 0, 0] - rho)[..., 1:].abs().max()
              for stack in stacks]
    return [float(torch.nan_to_num(error, nan=math.inf, posinf=math.inf))
            for error in errors]
