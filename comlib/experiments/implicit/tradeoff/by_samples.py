"""Test error by the number of sequences, for a short and for a long memory."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table, white_noise
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.wide import (ScaledConvolution, SecondMoments, Variances, convolution_path,
                         scale_factors)

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The targets, the models and the data.

    Args:
        decays: lambda of L*_j = lambda^j G_j with normal G_j.
        sequences: N.
        recurrents: nu_W; nu_U = nu_c = 1. An unscaled convolution comes last.
        window: T.
        d_in: coordinates of the input; the output has one.
        snr: power of the output over that of its noise.
        updates: of descent.
        draws: of targets and data.
    """

    decays: tuple[float, ...] = (0.3, 0.9)
    sequences: tuple[int, ...] = (5, 10, 20, 50, 200)
    recurrents: tuple[float, ...] = (0.1, 0.3, 0.8)
    window: int = 20
    d_in: int = 5
    snr: float = 10**0.5
    updates: int = 600
    draws: int = 6


def run(config: Config) -> Table:
    """Return the test error for each decay, nu_W and number of sequences.

    Columns: ``decay``, ``recurrent`` (0: unscaled), ``sequences``; ``risk``, the
    excess over the noise on new white inputs over that of L = 0, mean over draws;
    ``error``, its standard error; ``stopped``, the mean of the least along the path.

    Args:
        config: what to compute.
    """
    T = config.window
    models = {nu: scale_factors(Variances(nu), T) for nu in config.recurrents}
    models[0.0] = torch.ones(T, dtype=DTYPE)
    at = [1, 2, 5, 10, 20, 50, 100, 200]
    at = [k for k in at if k < config.updates] + [config.updates]
    seen, rows = torch.arange(T, 0, -1, dtype=DTYPE), []
    for decay in config.decays:
        for N in config.sequences:
            draws = [_draw(config, decay, N, seed) for seed in range(config.draws)]
            for nu, r in models.items():
                risks = torch.stack([
                    (convolution_path(m, r, rate=0.5 / m.curvature(r), updates=at) - L)
                    .square().sum((-1, -2)) @ seen / (L.square().sum((1, 2)) @ seen)
                    for L, m in draws])
                error = risks[:, -1].std() / config.draws**0.5
                rows.append((decay, nu, N, float(risks[:, -1].mean()), float(error),
                             float(risks.min(1).values.mean())))
    return Table.from_rows(("decay", "recurrent", "sequences", "risk", "error",
                            "stopped"), rows)


def plot(table: Table) -> Figure:
    """Draw the test error against N, a panel a target, a line a nu_W.

    Args:
        table: what ``run`` returned.
    """
    parts = list(table.groups("decay"))
    fig, axes = figures.panels(len(parts), height=2.9, sharey=True)
    for ax, (decay, rows) in zip(axes, parts, strict=True):
        names = [f"ν = {nu:g}" if nu else "unscaled" for nu in rows.values("recurrent")]
        figures.lines(rows, "sequences", "risk", by="recurrent", labels=names,
                      marker="o", xscale="log", yscale="log", xlabel="sequences N",
                      ylabel="relative test error", ax=ax)
        ax.set_title(f"memory {decay:g}^j")
    figures.label_lines(*axes)
    return fig


def _draw(config: Config, decay: float, N: int, seed: int) -> tuple:
    """Return a target and the moments of its data."""
    T, d = config.window, config.d_in
    powers = decay ** torch.arange(T, dtype=DTYPE)[:, None, None]
    L = powers * white_noise(T, 1, d, dt=1.0, seed=3 * seed)
    x = white_noise(N, T, d, dt=1.0, seed=3 * seed + 1)
    clean = ScaledConvolution(torch.ones(T, dtype=DTYPE), L)(x).detach()
    spread = (L.square().sum((1, 2)).cumsum(0).mean() / config.snr).sqrt()
    noise = white_noise(N, T, 1, dt=1.0, seed=3 * seed + 2)
    return L, SecondMoments.of(x, clean + spread * noise)
