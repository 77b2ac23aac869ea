"""The expected risk of a delayed target along descent: formula and draws."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table, white_noise
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.wide import (SecondMoments, Variances, convolution_path, delay_risk,
                         scale_factors)

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The task, the models and the draws.

    Args:
        delay: tau.
        recurrents: nu_W; nu_U = nu_c = 1.
        window: T.
        d: coordinates of input and output.
        sequences: N.
        noise: standard deviation of the noise.
        updates: after how many updates the risk is taken.
        draws: of the data.
    """

    delay: int = 4
    recurrents: tuple[float, ...] = (0.3, 0.8)
    window: int = 20
    d: int = 2
    sequences: int = 50
    noise: float = 1.0
    updates: tuple[int, ...] = (1, 3, 10, 30, 100, 300, 1000, 3000)
    draws: int = 20


RECORDS = {"risk-curve": tuple(Config(sequences=N, draws=400) for N in (50, 200))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return the excess risk for each nu_W and number of updates.

    Columns: ``recurrent``, ``updates``; ``bias``, ``noise``, ``inputs``, the parts of
    thm-delay-risk, and ``formula``, their sum; ``drawn``, the mean over draws of the
    data, and ``error``, its standard error.

    Args:
        config: what to compute.
    """
    T, d, rows = config.window, config.d, []
    data = [_moments(config, k) for k in range(config.draws)]
    target = torch.zeros(T, d, d, dtype=DTYPE)
    target[config.delay] = torch.eye(d, dtype=DTYPE)
    seen = torch.arange(T, 0, -1, dtype=DTYPE)
    for nu in config.recurrents:
        r = scale_factors(Variances(nu), T)
        rate = 0.5 / float((r * seen).max())
        parts = delay_risk(
            r, config.delay, sequences=config.sequences, d=d, noise=config.noise,
            rate=rate, updates=torch.tensor(config.updates, dtype=DTYPE))
        paths = torch.stack([convolution_path(m, r, rate=rate, updates=config.updates)
                             for m in data])
        risks = (paths - target).square().sum((-1, -2)) @ seen
        error = risks.std(0) / config.draws**0.5
        rows += zip([nu] * len(parts), config.updates, *parts.T.tolist(),
                    parts.sum(-1).tolist(), risks.mean(0).tolist(), error.tolist())
    return Table.from_rows(("recurrent", "updates", "bias", "noise", "inputs",
                            "formula", "drawn", "error"), rows)


def plot(table: Table) -> Figure:
    """Draw the parts of the formula and the means of the draws, a panel a nu_W.

    Args:
        table: what ``run`` returned.
    """
    parts = list(table.groups("recurrent"))
    fig, axes = figures.panels(len(parts), height=2.9, sharey=True)
    for ax, (nu, rows) in zip(axes, parts, strict=True):
        figures.lines(rows, "updates", ["formula", "bias", "noise", "inputs"],
                      labels=["risk", "bias", "noise", "inputs"], xscale="log",
                      yscale="log", ylabel="excess risk", floor=1e-3, ax=ax)
        ax.errorbar(rows["updates"], rows["drawn"], 2 * rows["error"], fmt="o",
                    color=figures.INK, markersize=3)
        ax.set(title=f"ν = {nu:g}", ylim=(1e-2, None))
    figures.label_lines(*axes)
    return fig


def _moments(config: Config, seed: int) -> SecondMoments:
    """Return those of one draw of the data."""
    shape = config.sequences, config.window, config.d
    x = white_noise(*shape, dt=1.0, seed=2 * seed)
    y = config.noise * white_noise(*shape, dt=1.0, seed=2 * seed + 1)
    y[:, config.delay:] += x[:, : config.window - config.delay]
    return SecondMoments.of(x, y)
