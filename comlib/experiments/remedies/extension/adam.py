"""The same windows fitted by Adam, which stops above the best fit."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.horizon import LagFit, fit_lags
from comlib.training import Descent, descend

from .sizes import CASES
from .targets import kernels, samples

__all__ = ["Config", "RECORDS", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The cases and the training.

    Args:
        cases: target, width and window of each.
        updates: of Adam.
        learning_rate: of Adam.
        seeds: of the starts: log-spaced rates between 1/T and one, times exp(0.3 g),
            and amplitudes 1/m, with normal g.
        length: lags that are summed.
    """

    cases: tuple[tuple[str, int, int], ...] = CASES
    updates: int = 10_000
    learning_rate: float = 0.01
    seeds: tuple[int, ...] = (0, 1, 2)
    length: int = 2**17


RECORDS = {"adam": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return the losses of the best fit and after training, for each case and seed.

    Columns: ``best`` and ``train``, the window's loss without the lost history;
    ``best_all`` and ``all``, the sums of e_s^2 over all lags.

    Args:
        config: what to compute.
    """
    rows = [row for case in config.cases for row in _case(config, *case)]
    return Table.from_rows(("target", "width", "window", "seed", "best", "train",
                            "best_all", "all"), rows)


def plot(table: Table) -> Figure:
    """Draw training losses over those of the best fits.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1)
    axes[0].loglog(table["best"], table["train"], "o")
    axes[0].loglog(table["best"], table["best"], color=figures.GUIDE)
    axes[0].set(xlabel="least loss", ylabel="after training", title="window losses")
    return fig


def _case(config: Config, name: str, m: int, T: int) -> list[tuple]:
    rho = samples(kernels()[name], config.length)
    s = torch.arange(T, dtype=DTYPE)
    kappa = 1 - s / T

    def loss(theta: Tensor) -> Tensor:
        a, log_rates = theta[..., :m], theta[..., m:]
        modes = torch.exp(-s * log_rates.exp()[..., None])
        return (kappa * (rho[:T] - (a[..., None] * modes).sum(-2)).square()).sum(-1)

    def everywhere(fit: LagFit) -> float:
        return float((rho - fit.kernel(config.length)).square().sum())

    protocol = Descent("adam", config.learning_rate, updates=config.updates)
    ends = descend(_starts(config, m, T), loss, protocol, progress=False).end
    best = fit_lags(rho[:T], m)
    least = float(loss(torch.cat([best.amplitudes, (-best.poles.log()).log()])))
    return [(name, m, T, seed, least, float(loss(end)), everywhere(best),
             everywhere(LagFit(end[:m], torch.exp(-end[m:].exp()))))
            for seed, end in zip(config.seeds, ends, strict=True)]


def _starts(config: Config, m: int, T: int) -> Tensor:
    starts = []
    for seed in config.seeds:
        g = torch.Generator().manual_seed(seed)
        logs = torch.from_numpy(np.log(np.geomspace(1 / T, 1.0, m)))
        logs = logs + 0.3 * torch.randn(m, generator=g, dtype=DTYPE)
        starts.append(torch.cat([torch.full((m,), 1 / m, dtype=DTYPE), logs]))
    return torch.stack(starts)
