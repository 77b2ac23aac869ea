"""How long a linear network trains on short, oscillating and delayed memory.

Dense recurrent weights, the exact loss on a horizon, and the same starts for all
targets.
"""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import (Airy, Exponential, ExponentialSum, Gaussian, Kernel, RNN, Table,
                    time_grid)
from comlib.evidence import figures
from comlib.training import Descent, descend

__all__ = ["Config", "plot", "run"]

_LEVELS = (0.5, 0.1, 0.01)  # whose first updates are rows, too
_PANELS = {"gd": "gradient descent", "heavy ball": "heavy ball", "adam": "Adam"}


@dataclass(frozen=True)
class Config:
    """The targets, the networks and the descent.

    The targets are exp(-t/2) - exp(-t)/2 + 0.8 exp(-2t), the functions Ai(t - D),
    and exp(-t) + exp(-(t - D)^2 / 2).

    Args:
        method: of a ``Descent``.
        learning_rate: of a ``Descent``.
        updates: of a ``Descent``.
        airy: delays D of the Airy functions.
        bumps: delays D of the bumps.
        seeds: starts of each target.
        width: hidden units m.
        dt: timebase.
        length: number of time points.
        points: rows of a curve in each decade of updates.
    """

    method: str = "gd"
    learning_rate: float = 0.02
    updates: int = 24_000
    airy: tuple[float, ...] = (2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0)
    bumps: tuple[float, ...] = (3.0, 6.0, 9.0, 12.0)
    seeds: int = 3
    width: int = 16
    dt: float = 0.1
    length: int = 200
    points: int = 6


RECORDS = {
    "curves-gd": Config(),
    "curves-adam": Config("adam", learning_rate=0.003, updates=4000),
    "starts-gd": Config(airy=(6.0, 12.0), bumps=(6.0, 12.0), seeds=10),
    "starts-adam": Config("adam", learning_rate=0.003, updates=4000,
                          airy=(6.0, 12.0), bumps=(6.0, 12.0), seeds=10),
}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return method, target, delay, seed, update, and the loss over that of zero.

    What descends is dt times the sum of the squared differences of the kernels on
    the horizon. A curve has the updates at which it first was below 0.5, 0.1 and
    0.01 of the zero functional's loss as additional rows.

    Args:
        config: what to compute.
    """
    targets = _targets(config)
    rho = torch.stack([kernel(time_grid(config.length, config.dt))
                       for _, _, kernel in targets])[:, None, :, None, None]
    starts = [RNN.random(config.width, dt=config.dt, activation="identity", seed=seed)
              for seed in range(config.seeds)]
    weights = [dict(start.named_parameters()) for start in starts]
    stack = starts[0].with_parameters({
        name: torch.stack([w[name].detach() for w in weights]
                          ).expand(len(targets), -1, *p.shape).clone()
        for name, p in weights[0].items()})

    def loss(models: RNN) -> torch.Tensor:
        e = rho - models.kernel_samples(config.length)
        return config.dt * e.square().sum((-3, -2, -1))

    how = Descent(config.method, config.learning_rate, updates=config.updates)
    zero = config.dt * rho.square().sum((-3, -2, -1))
    losses = (descend(stack, loss, how, progress=False).losses / zero).numpy()
    tables = [_curve(losses[:, i, seed], config.points)
              for i in range(len(targets)) for seed in range(config.seeds)]
    names, delays, _ = zip(*(t for t in targets for _ in starts), strict=True)
    return Table.stack(tables, method=[config.method] * len(tables), target=names,
                       delay=delays, seed=[*range(config.seeds)] * len(targets))


def plot(table: Table) -> Figure:
    """Draw the curves of all seeds, one panel for each method and at most 7 targets.

    Args:
        table: what ``run`` returned, or several of them stacked.
    """
    methods = list(dict.fromkeys(table["method"].tolist()))
    curves = dict.fromkeys(zip(table["target"].tolist(), table["delay"].tolist()))
    fig, axes = figures.panels(len(methods), height=3.3, sharey=True,
                              sharex=True)
    for ax, method in zip(axes, methods, strict=True):
        looks = zip(curves, figures.COLOURS, figures.DASHES)
        for (target, delay), colour, dashes in looks:
            rows = table.where(method=method, target=target, delay=delay)
            name = f"{target}, D = {delay:g}" if delay else target
            others = len(set(rows["seed"].tolist())) - 1
            figures.lines(rows, "update", "loss", by="seed", ax=ax, xscale="symlog",
                          yscale="log", ylabel="relative loss", linewidth=1.2,
                          labels=[name, *[None] * others], color=colour,
                          linestyle=dashes)
        ax.set(title=_PANELS[method], ylim=(1e-3, 3))
    figures.legend_above(*axes, cols=2)
    return fig


def _targets(config: Config) -> list[tuple[str, float, Kernel]]:
    short = ExponentialSum((1.0, -0.5, 0.8), (0.5, 1.0, 2.0))
    return [("exponential sum", 0.0, short),
            *(("Airy", D, Airy(D)) for D in config.airy),
            *(("bump", D, Exponential() + Gaussian(D, 1.0)) for D in config.bumps)]


def _curve(losses: np.ndarray, points: int) -> Table:
    """Return a few rows of a curve: where it is read off, and where it arrives."""
    last = len(losses) - 1
    grid = 10 ** (np.arange(points * np.log10(last) + 1e-9) / points)
    # 0, which is there anyway, for a level that is never reached
    arrivals = [(losses <= level).argmax() for level in _LEVELS]
    at = np.unique([0, *grid.round().astype(int), *arrivals, last])
    return Table(update=at, loss=losses[at])
