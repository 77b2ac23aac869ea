"""Lag weights with and without a history, by formula and by simulation."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table, white_noise
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.horizon import lag_weights, power_weights

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The window, the weights and the samples.

    Args:
        length: number of outputs T.
        history: length of the short history.
        powers: q of the weights (t + 1)^q.
        sequences: how many are simulated.
        every: lags between two that are simulated.
        seed: of the inputs.
    """

    length: int = 64
    history: int = 32
    powers: tuple[float, ...] = (0.0, 2.0, 10.0)
    sequences: int = 2000
    every: int = 7
    seed: int = 0


def run(config: Config) -> Table:
    """Return kappa_s for each history, power and lag.

    Columns: ``history`` in words, ``power``, ``lag``, ``formula``; at some lags
    ``simulated`` and its standard ``error``, else NaN: the weighted squared error of a
    model that is wrong by one at this lag, on white inputs.

    Args:
        config: what to compute.
    """
    T, parts = config.length, []
    noise = white_noise(config.sequences, 2 * T, dt=1.0, seed=config.seed)[..., 0]
    for name, profile in _profiles(T, config.history).items():
        x = noise * profile.sqrt()
        for q in config.powers:
            w = power_weights(T, q)
            rows = []
            for s, kappa in enumerate(lag_weights(w, profile)[:T].tolist()):
                mean, error = math.nan, math.nan
                if s % config.every == 0:
                    losses = x[:, T - s: 2 * T - s].square() @ w
                    mean = float(losses.mean())
                    error = float(losses.std() / math.sqrt(len(losses)))
                rows.append((name, q, s, kappa, mean, error))
            parts.extend(rows)
    return Table.from_rows(("history", "power", "lag", "formula", "simulated",
                            "error"), parts)


def plot(table: Table) -> Figure:
    """Draw one panel for each history.

    Args:
        table: what ``run`` returned.
    """
    names = table.values("history")
    fig, axes = figures.panels(len(names), height=2.6)
    for ax, name in zip(axes, names, strict=True):
        rows = table.where(history=name)
        figures.lines(rows, "lag", "formula", by="power", xlabel="lag s",
                      labels=[f"q = {q:g}" for q in rows.values("power")],
                      ylabel="κ(s)", ax=ax)
        for k, (_, part) in enumerate(rows.groups("power")):
            seen = part["error"] >= 0
            ax.errorbar(part["lag"][seen], part["simulated"][seen],
                        3 * part["error"][seen], fmt="o", markersize=3.5,
                        color=figures.COLOURS[k], linestyle="none")
        top = 1.1 if rows["formula"].max() > 0.5 else None
        ax.set(title=name, ylim=(0, top))
    figures.legend_above(*axes, cols=3)
    return fig


def _profiles(length: int, history: int) -> dict[str, torch.Tensor]:
    """Return the variances of 2 T inputs, the outputs being those of the last T."""
    u = torch.arange(2 * length) - length
    return {name: seen.to(DTYPE) for name, seen in (
        ("zero history", u >= 0), (f"{history} inputs before", u >= -history),
        ("stationary history", u >= -length), ("one impulse, at time 0", u == 0))}
