"""How often noise and lost history push the pole of a fitted window to one or more."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.horizon import pole_spread

__all__ = ["Config", "RECORDS", "plot", "run"]

CASES = tuple((origin, 16, 1000.0, outputs) for origin in ("zero", "stream")
              for outputs in (1000, 10_000)) + (
    ("zero", 16, 100.0, 1000), ("stream", 16, 100.0, 10_000),
    ("zero", 64, 1000.0, 1000), ("stream", 64, 1000.0, 20_000))
"""Where the target starts, window, time constant, outputs seen."""


@dataclass(frozen=True)
class Config:
    """The samples.

    Args:
        cases: (origin, window, tau, outputs): in "zero" the target's state is zero
            at the start of each window, in "stream" it is stationary.
        noise: standard deviation of the noise in the outputs.
        draws: data sets for each case.
        seed: of the data.
    """

    cases: tuple[tuple[str, int, float, int], ...] = CASES
    noise: float = 1.0
    draws: int = 2000
    seed: int = 0


RECORDS = {"unstable": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return how the pole scatters over data sets, and what the formulas say.

    Columns: ``spread`` of the fitted pole, robust, from its quartiles; ``formula``
    for it; ``unstable``, the frequency of poles of at least one; its standard
    ``error``; ``normal``, the probability by the formula; and ``share``, the part of
    the variance that the lost history makes.

    Args:
        config: what to compute.
    """
    rows, g = [], torch.Generator().manual_seed(config.seed)
    for origin, T, tau, outputs in config.cases:
        z = math.exp(-1 / tau)
        windows = outputs // T
        poles = torch.cat([_poles(origin, T, z, windows, config.noise, part, g)
                           for part in _parts(config.draws, windows * T * T)])
        low, high = torch.quantile(poles, torch.tensor([0.25, 0.75], dtype=DTYPE))
        own, lost = (pole_spread(z, T) / math.sqrt(windows * T)).tolist()
        own, lost = config.noise * own, lost * (origin == "stream")
        formula = math.hypot(own, lost)
        p = float((poles >= 1).to(DTYPE).mean())
        rows.append((origin, T, tau, windows * T, float(high - low) / 1.34898, formula,
                     p, math.sqrt(max(p * (1 - p), 1 / config.draws) / config.draws),
                     _below((z - 1) / formula), (lost / formula) ** 2))
    return Table.from_rows(("origin", "window", "tau", "outputs", "spread", "formula",
                            "unstable", "error", "normal", "share"), rows)


def plot(table: Table) -> Figure:
    """Draw the frequencies over the probabilities.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1)
    axes[0].errorbar(table["normal"], table["unstable"], 2 * table["error"], fmt="o")
    axes[0].plot([0, 0.5], [0, 0.5], color=figures.GUIDE)
    axes[0].set(xlabel="probability by the formula", ylabel="frequency",
                title="poles of at least one")
    return fig


def _parts(draws: int, size: int) -> list[int]:
    """Split the data sets into parts that fit into memory."""
    most = max(1, 4_000_000 // size)
    return [most] * (draws // most) + [draws % most] * (draws % most > 0)


def _poles(origin: str, T: int, z: float, windows: int, noise: float, draws: int,
           g: torch.Generator) -> Tensor:
    """Return the fitted pole of each data set."""
    x = torch.randn(draws, windows, T, generator=g, dtype=DTYPE)
    y = noise * torch.randn(draws, windows, T, generator=g, dtype=DTYPE)
    old = torch.randn(draws, windows, 1, generator=g, dtype=DTYPE)
    k = torch.arange(T, dtype=DTYPE)
    lag = (k[:, None] - k).long()
    past = torch.where(lag >= 0, z ** lag.to(DTYPE), 0.0)
    y = y + x @ past.T
    if origin == "stream":
        y = y + old * z ** (k + 1) / math.sqrt(1 - z * z)
    gram = torch.empty(draws, T, T, dtype=DTYPE)
    cross = torch.empty(draws, T, dtype=DTYPE)
    for i in range(T):
        cross[:, i] = (y[..., i:] * x[..., : T - i]).sum((1, 2))
        for j in range(i, T):
            moment = (x[..., j - i: T - i] * x[..., : T - j]).sum((1, 2))
            gram[:, i, j] = gram[:, j, i] = moment
    return _fitted(gram, cross, z)


def _fitted(gram: Tensor, cross: Tensor, z: float) -> Tensor:
    """Return the least squares pole, by Gauss-Newton steps from the true one."""
    draws, T = cross.shape
    k = torch.arange(T, dtype=DTYPE)
    c = torch.ones(draws, 1, dtype=DTYPE)
    poles = torch.full((draws, 1), z, dtype=DTYPE)
    for _ in range(40):
        p, d = poles**k, c * k * poles ** (k - 1).clamp(min=0)
        J = torch.stack([p, d], -1)
        rest = cross - c * (gram @ p[..., None])[..., 0]
        step = torch.linalg.solve(J.mT @ gram @ J, J.mT @ rest[..., None])[..., 0]
        c = c + step[:, :1]
        poles = (poles + step[:, 1:].clamp(-0.05, 0.05)).clamp(0.2, 1.8)
    return poles[:, 0]


def _below(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2
