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

from .starts import over_starts

__all__ = ["Config", "plot", "run"]

_LEVELS = (0.5, 0.1, 0.01)  # whose first updates are rows, too
_METHODS = {"gd": ("descent", 0), "adam": ("Adam", 1), "heavy ball": ("momentum", 2)}


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
    """Draw median and range of the starts, a panel a target, levels dotted.

    Args:
        table: what ``run`` returned, or what ``over_starts`` did.
    """
    table = over_starts(table) if "seed" in table.columns else table
    shown = dict.fromkeys(zip(table["target"].tolist(), table["delay"].tolist()))
    fig, axes = figures.panels(len(shown), min(3, len(shown)), height=2.3,
                               sharex=True, sharey=True)
    for ax, (target, delay) in zip(axes, shown, strict=True):
        rows = table.where(target=target, delay=delay)
        rows = Table(**{c: rows[c][rows["update"] > 0] for c in rows.columns})
        for method, (name, k) in _METHODS.items():
            if method in rows["method"]:
                figures.bands(rows.where(method=method), "update", "median", "least",
                              "most", ax=ax, labels=[name], xscale="log",
                              yscale="log", ylabel="relative loss", linewidth=1.5,
                              color=figures.COLOURS[k], linestyle=figures.DASHES[k])
        if rows["level"][0] > 0:
            ax.axhline(rows["level"][0], color=figures.GUIDE, linewidth=1.0,
                       linestyle=":")
        ax.legend(loc="lower left", handlelength=1.5, borderaxespad=0.1)
        ax.set(title=f"{target}, D = {delay:g}" if delay else target, ylim=(2e-4, 3))
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
