"""The mean of cut gradients, by automatic differentiation on many streams."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.horizon import truncated_drift

from .targets import SLOW_AND_FAST, samples, stationary_states

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The places and the sample.

    Args:
        taus: time constants 1/(1 - z) of the model, its amplitude at the best.
        windows: T.
        streams: independent streams, one window of each.
        length: lags of the target that the formula sums.
        seed: of the streams.
    """

    taus: tuple[float, ...] = (20.0, 60.0)
    windows: tuple[int, ...] = (1, 4, 16, 64)
    streams: int = 20_000
    length: int = 4096
    seed: int = 0


def run(config: Config) -> Table:
    """Return minus half the mean gradient in the pole, by formula and simulated.

    Columns: ``formula``, c G_T(z)/z; ``simulated``, and its standard ``error``;
    ``full``, the formula without truncation; and ``amplitude``, what was simulated of
    the gradient in the amplitude, over its standard error.

    Args:
        config: what to compute.
    """
    rho, rows = samples(SLOW_AND_FAST, config.length), []
    g = torch.Generator().manual_seed(config.seed)
    for tau in config.taus:
        z = torch.tensor([1 - 1 / tau], dtype=DTYPE)
        mode = z ** torch.arange(config.length, dtype=DTYPE)
        c = (1 - z.square()) * (mode @ rho)
        full = float(c / z * truncated_drift(rho, z, math.inf))
        for T in config.windows:
            in_c, in_z = (-v / 2 for v in _gradients(c, z, T, config.streams, g))
            root = math.sqrt(config.streams)
            rows.append((tau, T, float(c / z * truncated_drift(rho, z, T)),
                         float(in_z.mean()), float(in_z.std()) / root, full,
                         float(in_c.mean() / in_c.std()) * root))
    return Table.from_rows(("tau", "window", "formula", "simulated", "error", "full",
                            "amplitude"), rows)


def plot(table: Table) -> Figure:
    """Draw the simulated drifts over those of the formula.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1)
    for tau, rows in table.groups("tau"):
        axes[0].errorbar(rows["formula"], rows["simulated"], 2 * rows["error"],
                         fmt="o", label=f"1/(1 - z) = {tau:g}")
    axes[0].axline((0, 0), slope=1, color=figures.GUIDE, linestyle="-")
    axes[0].set(xlabel="formula", ylabel="simulated", title="drift of the pole")
    figures.legend_above(*axes)
    return fig


def _gradients(c: Tensor, z: Tensor, T: int, streams: int,
               g: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return each stream's gradients in c and z of its mean squared error."""
    poles = torch.exp(-torch.tensor(SLOW_AND_FAST.rates, dtype=DTYPE))
    gains = torch.tensor(SLOW_AND_FAST.weights, dtype=DTYPE)
    states = stationary_states(torch.cat([poles, z]), (streams,), g)
    truth, state = states[:, :-1], states[:, -1]  # the old state has no gradient
    c = c.expand(streams).clone().requires_grad_()
    z = z.expand(streams).clone().requires_grad_()
    loss = torch.zeros((), dtype=DTYPE)
    for _ in range(T):
        x = torch.randn(streams, generator=g, dtype=DTYPE)
        truth, state = poles * truth + x[:, None], z * state + x
        loss = loss + (c * state - truth @ gains).square().sum() / T
    return torch.autograd.grad(loss, (c, z))
