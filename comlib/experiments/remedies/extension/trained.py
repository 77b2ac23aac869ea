"""One mode trained on streams: zero state, carried state, and how far gradients go."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.horizon import fit_lags, truncated_poles

from .targets import SLOW_AND_FAST, samples, stationary_states

__all__ = ["Config", "RECORDS", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The training: plain descent on the mean error of a batch of windows.

    Args:
        windows: T.
        updates: one for each window.
        learning_rate: of the amplitude; the log rate has ``ratio`` times it.
        ratio: of the two learning rates.
        batch: streams in an update.
        seeds: trainings side by side, each with its own streams.
        length: lags of the target that the formulas sum.
        seed: of all streams.
    """

    windows: tuple[int, ...] = (16, 64)
    updates: int = 3000
    learning_rate: float = 0.01
    ratio: float = 4.0
    batch: int = 64
    seeds: int = 8
    length: int = 8192
    seed: int = 0


RECORDS = {"trained": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return time constants 1/(1 - z) that training reached, and the predicted ones.

    The model starts at the best fit of a window with a zero state. Columns: ``state``,
    "zero" or "carried"; ``predicted``; ``reached``, the mean over seeds of the mean
    over the last half of the training; and its standard ``error``.

    Args:
        config: what to compute.
    """
    rho, rows = samples(SLOW_AND_FAST, config.length), []
    for T in config.windows:
        fit = fit_lags(rho[:T], 1)
        goals = {"zero": fit.poles[0], "carried": truncated_poles(rho, T)[-1]}
        for state, pole in goals.items():
            reached = _train(config, T, state == "carried", fit.amplitudes, fit.poles)
            rows.append((state, T, float(1 / (1 - pole)), float(reached.mean()),
                         float(reached.std()) / config.seeds**0.5))
    return Table.from_rows(("state", "window", "predicted", "reached", "error"), rows)


def plot(table: Table) -> Figure:
    """Draw what was reached over what was predicted.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1)
    for state, rows in table.groups("state"):
        axes[0].errorbar(rows["predicted"], rows["reached"], 2 * rows["error"],
                         fmt="o", label=str(state))
    axes[0].axline((20, 20), slope=1, color=figures.GUIDE, linestyle="-")
    axes[0].set(xlabel="predicted", ylabel="reached", title="time constants")
    figures.legend_above(*axes)
    return fig


def _train(config: Config, T: int, carried: bool, c: Tensor, z: Tensor) -> Tensor:
    """Return each seed's mean time constant over the last half."""
    g = torch.Generator().manual_seed(config.seed)
    shape = (config.seeds, config.batch)
    poles = torch.exp(-torch.tensor(SLOW_AND_FAST.rates, dtype=DTYPE))
    gains = torch.tensor(SLOW_AND_FAST.weights, dtype=DTYPE)
    states = stationary_states(torch.cat([poles, z]), shape, g)
    truth, state = states[..., :-1], states[..., -1]
    c = c.repeat(config.seeds)
    log_rate, total = (-z.log()).log().repeat(config.seeds), 0.0
    for update in range(config.updates):
        x = torch.randn(T, *shape, generator=g, dtype=DTYPE)
        z = torch.exp(-log_rate.exp())[:, None]
        state = state if carried else torch.zeros_like(state)
        # forward accumulation: the slope starts anew in each window
        slope, in_c, in_z = torch.zeros_like(state), 0.0, 0.0
        for step in x:
            slope, state = state + z * slope, z * state + step
            truth = poles * truth + step[..., None]
            e = c[:, None] * state - truth @ gains
            in_c, in_z = in_c + (e * state).mean(1), in_z + (e * slope).mean(1)
        chain = -c * z[:, 0] * log_rate.exp()
        c = c - config.learning_rate * in_c / T
        log_rate = log_rate - config.ratio * config.learning_rate * chain * in_z / T
        if 2 * update >= config.updates:
            total = total + 1 / (1 - torch.exp(-log_rate.exp()))
    return total / (config.updates - (config.updates + 1) // 2)
