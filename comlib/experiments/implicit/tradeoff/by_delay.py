"""Test error against the delay of the output, after a fixed number of updates."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table, white_noise
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.wide import (SecondMoments, Variances, WideNetwork, convolution_path,
                         descent_path, scale_factors)

__all__ = ["Config", "plot", "run"]

MODELS = ("network", "matched", "scaled", "unscaled")
"""A network; its scaled convolution from the same start; that from zero; r = 1."""


@dataclass(frozen=True)
class Config:
    """The task, the network and the updates.

    Args:
        delays: tau of y_t = x_{t - tau} + noise.
        recurrent: nu_W; nu_U is one.
        readout: nu_c.
        layers: learning rates of W, U and c as multiples of the common one.
        width: m.
        window: T.
        d: coordinates of input and output.
        sequences: N.
        noise: standard deviation of the noise.
        updates: of descent, each model at half the inverse of its largest curvature.
        seeds: draws of data and network.
    """

    delays: tuple[int, ...] = (0, 8)
    recurrent: float = 0.3
    readout: float = 1.0
    layers: tuple[float, float, float] = (1.0, 1.0, 1.0)
    width: int = 50
    window: int = 20
    d: int = 5
    sequences: int = 10
    noise: float = 0.1
    updates: int = 300
    seeds: int = 2


RECORDS = {
    "by-delay": tuple(Config((0, 2, 4, 6, 8, 12, 16), nu, width=500)
                      for nu in (0.3, 0.8)),
    "by-layers": Config((0, 4, 8, 12, 16), 0.95, 0.01, (0.0, 1.0, 1.0), width=500),
}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return the test error of the models for each delay and seed.

    Columns: ``delay``, ``seed`` and the models' sum_j (T - j) |L_j - L*_j|^2 over that
    of L = 0, the excess over the noise on new white inputs.

    Args:
        config: what to compute.
    """
    T, d, seen = config.window, config.d, torch.arange(config.window, 0, -1)
    v = Variances(config.recurrent, 1.0, config.readout)
    r = scale_factors(v, T, multipliers=config.layers)
    rows = []
    for delay in config.delays:
        target = torch.zeros(T, d, d, dtype=DTYPE)
        target[delay] = torch.eye(d, dtype=DTYPE)
        for seed in range(config.seeds):
            moments = _moments(config, delay, seed)
            network = WideNetwork.random(config.width, v, d_in=d, d_out=d, seed=seed)
            start = network.kernel_samples(T).detach()
            fast, at = 0.5 / moments.curvature(r), [config.updates]
            ones = torch.ones_like(r)
            fits = [
                descent_path(network, moments, rate=fast, updates=at,
                             multipliers=config.layers).kernels,
                convolution_path(moments, r, rate=fast, updates=at, start=start),
                convolution_path(moments, r, rate=fast, updates=at),
                convolution_path(moments, ones, rate=0.5 / moments.curvature(ones),
                                 updates=at)]
            missed = [(seen * (L[0] - target).square().sum((1, 2))).sum() for L in fits]
            rows.append((delay, seed, *(float(e / (d * (T - delay))) for e in missed)))
    return Table.from_rows(("delay", "seed", *MODELS), rows)


def plot(table: Table) -> Figure:
    """Draw the errors, means over the seeds, against the delay; a panel a nu_W.

    Args:
        table: what ``run`` returned, or a sweep over nu_W.
    """
    parts = (list(table.groups("recurrent")) if "recurrent" in table.columns
             else [(None, table)])
    fig, axes = figures.panels(len(parts), height=2.9, sharey=True)
    for ax, (nu, rows) in zip(axes, parts, strict=True):
        delays = rows.values("delay")
        means = Table(delay=delays, **{
            name: [rows.where(delay=t)[name].mean() for t in delays]
            for name in MODELS})
        figures.lines(means, "delay", list(MODELS), labels=list(MODELS), marker="o",
                      yscale="log", ylabel="relative test error", ax=ax)
        ax.set_title("by delay" if nu is None else f"ν = {nu:g}")
    figures.label_lines(*axes)
    return fig


def _moments(config: Config, delay: int, seed: int) -> SecondMoments:
    """Return those of one draw of the data."""
    shape = config.sequences, config.window, config.d
    x, noise = (white_noise(*shape, dt=1.0, seed=1000 * (seed + 1) + k) for k in (0, 1))
    y: Tensor = config.noise * noise
    y[:, delay:] += x[:, : config.window - delay]
    return SecondMoments.of(x, y)
