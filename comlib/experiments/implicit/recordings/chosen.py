"""Prediction with everything chosen on a part held back: descent and ridge."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.wide import (ScaledConvolution, SecondMoments, descent_path, kernel_ridge,
                         stable_kernel)

from .task import factors, recording, splits

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The recording, the delays, and what is chosen from.

    Args:
        recording: "s1", "eeg" or "surrogate".
        delays: in time points.
        recurrents: nu_W of the scaled convolutions.
        decays: of the kernels of ridge regression.
        penalties: of the same, times the mean variance of an input.
        updates: of descent.
        readout: nu_c.
        window: number of lags.
        length: bins of a surrogate.
        neurons: of a surrogate.
    """

    recording: str = "surrogate"
    delays: tuple[int, ...] = (0, 10)
    recurrents: tuple[float, ...] = (0.3, 0.8)
    decays: tuple[float, ...] = (0.6, 0.9)
    penalties: tuple[float, ...] = (1e-2, 1e-1)
    updates: tuple[int, ...] = (5, 10, 20, 50, 100, 200, 400)
    readout: float = 0.01
    window: int = 20
    length: int = 6000
    neurons: int = 20


RECORDS = {"chosen": Config(
    "s1", (0, 5, 10), (0.1, 0.3, 0.5, 0.65, 0.8, 0.9, 0.95), (0.5, 0.7, 0.8, 0.9, 0.97),
    (3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0, 3.0), (1, 2, 5, 10, 20, 50, 100, 200, 400))}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return for each delay and method what was chosen, and R^2 on the test part.

    Columns: ``delay``, ``method``; ``shape``, nu_W or the decay of the kernel;
    ``amount``, updates or penalty; ``chosen_by``, R^2 where it was chosen; ``r2`` on
    the test part, after a fit to the whole training part; ``source``.

    Args:
        config: what to compute.
    """
    data, rows = recording(config.recording, config.length, config.neurons), []
    for delay in config.delays:
        whole, part = splits(data, config.window, delay, validate=True)
        for method, shapes in _methods(config).items():
            scores = {}
            for shape in shapes:
                tried, kernels = _fits(config, method, shape, part.moments)
                found = part.explained(kernels).mean(-1).tolist()
                scores |= {(shape, a): score for a, score in zip(tried, found)}
            shape, amount = max(scores, key=scores.get)
            tried, kernels = _fits(config, method, shape, whole.moments, [amount])
            rows.append((delay, method, shape, amount, scores[shape, amount],
                         float(whole.explained(kernels[-1]).mean()), data.source))
    return Table.from_rows(("delay", "method", "shape", "amount", "chosen_by", "r2",
                            "source"), rows)


def plot(table: Table) -> Figure:
    """Draw R^2 on the test part against the delay, a line a method.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1, height=2.9)
    figures.lines(table, "delay", "r2", by="method", marker="o",
                  ylabel="R² on the test part", ax=axes[0])
    made = "GENERATED, " if "GENERATED" in table["source"][0] else ""
    axes[0].set_title(f"{made}all chosen by validation")
    figures.label_lines(*axes)
    return fig


def _methods(config: Config) -> dict[str, tuple[float, ...]]:
    """Return the shapes to choose from, by method."""
    short = (min(config.recurrents, key=lambda nu: abs(nu - 0.3)),)
    return {f"ν = {short[0]:g}": short, "ν chosen": config.recurrents,
            "unscaled": (math.inf,), "ridge": (1.0,), "DI": config.decays,
            "TC": config.decays}


def _fits(
    config: Config, method: str, shape: float, moments: SecondMoments,
    amounts: list[float] | None = None,
) -> tuple[list[float], torch.Tensor]:
    """Return the amounts and the impulse responses that they give."""
    if method in ("ridge", "DI", "TC"):
        prior = stable_kernel("TC" if method == "TC" else "DI", config.window, shape)
        amounts = amounts or list(config.penalties)
        # per time point and input coordinate
        unit = float(moments.energies.sum()) / moments.length / moments.xx.shape[1]
        fits = [kernel_ridge(moments, prior, a * unit) for a in amounts]
        return amounts, torch.stack(fits)
    r = factors(shape, config.readout, config.window)
    updates = [int(a) for a in amounts or config.updates]
    path = descent_path(ScaledConvolution(r, torch.zeros_like(moments.yx)), moments,
                        rate=0.5 / moments.curvature(r), updates=updates)
    return updates, path.kernels
