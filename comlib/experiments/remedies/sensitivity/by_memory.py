"""The second moment of dh/dlambda against the memory 1/(1 - lambda), by input."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.modes import autoregressive_moments, correlated_moments

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The inputs, the modes and the simulation.

    Args:
        correlations: a of the inputs with R(j) = a^j.
        powers: alpha of the inputs with R(j) = (1 + j)^(-alpha).
        decades: 1 - lambda goes from 1/10 down to 10^(-decades).
        each: modes a decade.
        simulated: values of 1 - lambda that are simulated too, with R(j) = a^j.
        sequences: how many are simulated.
        seed: of the simulation.
    """

    correlations: tuple[float, ...] = (0.0, 0.9, 0.99, 0.999, 1.0)
    powers: tuple[float, ...] = (0.3, 0.5, 0.7)
    decades: int = 5
    each: int = 4
    simulated: tuple[float, ...] = (1e-1, 1e-2, 1e-3)
    sequences: int = 1000
    seed: int = 0


def run(config: Config) -> Table:
    """Return one row for each input and mode.

    Columns: ``input`` and its ``parameter``; ``gap``, 1 - lambda; ``sensitivity``,
    E d^2; ``slope``, its derivative in log-log coordinates; ``measured`` in a
    simulation and its standard ``error``, NaN where there is none.

    Args:
        config: what to compute.
    """
    gaps = np.geomspace(0.1, 10.0**-config.decades,
                        config.each * (config.decades - 1) + 1)
    parts = [_rows("a", a, gaps) for a in config.correlations]
    parts += [_rows("alpha", p, gaps[gaps > 0.9e-4]) for p in config.powers]
    for a in config.correlations:
        if config.simulated and a < 1:
            parts.append(_simulated(a, config))
    return Table.stack(parts)


def plot(table: Table) -> Figure:
    """Draw the moments and, beside them, the local slopes by input.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(3, height=2.5)
    log = {"xscale": "log", "xlabel": "1 − λ"}
    for k, (a, rows) in enumerate(table.where(input="a").groups("parameter")):
        look = {"color": figures.COLOURS[k], "linestyle": figures.DASHES[k]}
        exact = rows.where(measured=math.nan)
        figures.lines(exact, "gap", "sensitivity", labels=[f"a = {a:g}"], yscale="log",
                      ylabel="E|dh/dλ|²", ax=axes[0], **log, **look)
        figures.lines(exact, "gap", "slope", labels=[f"a = {a:g}"], ylabel="slope",
                      ax=axes[1], **log, **look)
        seen = np.isfinite(rows["measured"])
        axes[0].plot(rows["gap"][seen], rows["measured"][seen], "o",
                     color=look["color"])
    for k, (power, rows) in enumerate(table.where(input="alpha").groups("parameter")):
        look = {"color": figures.COLOURS[k], "linestyle": figures.DASHES[k]}
        figures.lines(rows, "gap", "slope", labels=[f"α = {power:g}"], ylabel="slope",
                      ax=axes[2], **log, **look)
        axes[2].axhline(power - 4, color=figures.GUIDE, linestyle=":", linewidth=1)
    for ax in axes:
        ax.invert_xaxis()
    axes[0].set_title("moment"), axes[1].set_title("slope, $a^j$")
    axes[2].set_title(r"slope, $(1+j)^{-\alpha}$")
    figures.label_lines(*axes)
    return fig


def _rows(name: str, parameter: float, gaps: np.ndarray) -> Table:
    values = _moment(name, parameter, gaps)
    step = 1e-3
    up, down = (_moment(name, parameter, gaps * math.exp(s)) for s in (step, -step))
    empty = np.full(len(gaps), math.nan)
    return Table(input=[name] * len(gaps), parameter=[parameter] * len(gaps), gap=gaps,
                 sensitivity=values, slope=np.log(up / down) / (2 * step),
                 measured=empty, error=empty)


def _moment(name: str, parameter: float, gaps: np.ndarray) -> np.ndarray:
    modes = torch.from_numpy(1 - gaps)
    if name == "a":
        return autoregressive_moments(modes, parameter).sensitivity.numpy()
    found = []
    for mode in modes:  # lambda^j < 1e-13 where the correlations are cut
        j = torch.arange(round(30 / float(1 - mode)), dtype=DTYPE)
        found.append(float(correlated_moments(mode, (1 + j) ** -parameter).sensitivity))
    return np.array(found)


def _simulated(a: float, config: Config) -> Table:
    gaps = torch.tensor(config.simulated, dtype=DTYPE)
    d = _derivatives(1 - gaps, a, config)
    exact = autoregressive_moments(1 - gaps, a).sensitivity
    count = len(gaps)
    return Table(input=["a"] * count, parameter=[a] * count, gap=gaps,
                 sensitivity=exact, slope=[math.nan] * count,
                 measured=d.square().mean(1),
                 error=d.square().std(1) / config.sequences**0.5)


def _derivatives(modes: Tensor, a: float, config: Config) -> Tensor:
    """Return dh/dlambda, (mode, sequence), 20 memories after a start at rest."""
    draw = torch.Generator().manual_seed(config.seed)
    steps = round(20 / float((1 - modes).min()))
    h = torch.zeros(len(modes), config.sequences, dtype=DTYPE)
    d, lam = torch.zeros_like(h), modes[:, None]
    x = torch.randn(config.sequences, generator=draw, dtype=DTYPE)
    for _ in range(steps):
        noise = torch.randn(config.sequences, generator=draw, dtype=DTYPE)
        x = a * x + (1 - a**2) ** 0.5 * noise
        d = d.mul_(lam).add_(h)
        h = h.mul_(lam).add_(x)
    return d
