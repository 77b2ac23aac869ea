"""Adam on modes that are its coordinates, and on the same modes in rotated ones."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.modes import adam_dense, adam_in_basis, rotations

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The target, the optimiser and the rotations.

    Args:
        width: number of modes n.
        fastest: largest 1 - lambda* of the target.
        slowest: smallest 1 - lambda* of the target.
        factor: all memories start too short by this factor.
        learning_rates: of Adam.
        updates: number of them.
        level: relative loss that counts as learnt.
        count: random rotations.
        seed: of the rotations.
    """

    width: int = 4
    fastest: float = 0.5
    slowest: float = 1e-3
    factor: float = 1.5
    learning_rates: tuple[float, ...] = tuple(10 ** (k / 2) for k in range(-12, -1))
    updates: int = 5000
    level: float = 1e-3
    count: int = 20
    seed: int = 0


RECORDS = {"adam": Config()}
"""The stored run: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return one row for each map, basis and learning rate.

    Columns: ``map``, from n weights to n eigenvalues, or "dense" for the n^2 entries
    of a matrix; ``basis``, "modes" or "rotated"; ``rate``; ``best``, the least
    relative loss, the median over the rotations, with ``lower`` and ``upper``, the
    extremes; ``learnt`` and ``left``, how many runs reached the level and how many
    left the disc; ``runs``; ``hit``, the median update of those that learnt, or NaN.

    Args:
        config: what to compute.
    """
    target = 1 - torch.from_numpy(np.geomspace(config.fastest, config.slowest,
                                               config.width))
    eye = torch.eye(config.width, dtype=DTYPE)[None]
    bases = {"modes": eye,
             "rotated": rotations(config.width, config.count, config.seed)}
    parts, labels = [], []
    start = target**config.factor
    how = {"updates": config.updates, "level": config.level}
    for name in ("direct", "dense", "double exp"):
        for basis, Q in bases.items():
            if name == "dense":
                runs = adam_dense(Q, start, target, config.learning_rates, **how)
            else:
                runs = adam_in_basis(Q, start, target, config.learning_rates,
                                     map_name=name, **how)
            parts.append(_summary(runs, config))
            labels.append((name, basis))
    names, bases = zip(*labels)
    return Table.stack(parts, map=names, basis=bases)


def plot(table: Table) -> Figure:
    """Draw the best loss of each learning rate, by basis, one panel for each map.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(3, height=2.4, sharey=True)
    titles = {"direct": "λ = Qw", "dense": "all entries of A",
              "double exp": "λ = exp(−exp(Qw))"}
    seen = {name: np.maximum(table[name], 1e-9) for name in ("best", "lower", "upper")}
    table = table.with_columns(**seen)
    for ax, (name, rows) in zip(axes, table.groups("map"), strict=True):
        figures.bands(rows, "rate", "best", "lower", "upper", by="basis",
                      xscale="log", yscale="log", ax=ax, marker="o",
                      xlabel="learning rate", ylabel="best loss / first")
        ax.set_title(titles[name])
    figures.legend_above(*axes, cols=1)
    return fig


def _summary(runs, config: Config) -> Table:
    learnt = runs.hit >= 0
    hits = [float(np.median(hit[ok])) if ok.any() else np.nan
            for hit, ok in zip(runs.hit.numpy(), learnt.numpy())]
    return Table(rate=config.learning_rates, best=runs.best.quantile(0.5, dim=1),
                 lower=runs.best.amin(1), upper=runs.best.amax(1),
                 learnt=learnt.sum(1), left=(runs.left >= 0).sum(1),
                 runs=[runs.hit.shape[1]] * len(hits), hit=hits)
