"""Prediction of an output by its delay: convolutions after a number of updates."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.wide import ScaledConvolution, descent_path

from .task import factors, recording, splits

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The recording, the delays and the models.

    Args:
        recording: "s1", "eeg" or "surrogate".
        delays: in time points.
        recurrents: nu_W of the scaled convolutions; an unscaled one comes last.
        readout: nu_c.
        window: number of lags.
        updates: after how many updates of descent the prediction is tested.
        length: bins of a surrogate.
        neurons: of a surrogate.
    """

    recording: str = "surrogate"
    delays: tuple[int, ...] = (0, 10)
    recurrents: tuple[float, ...] = (0.3, 0.8)
    readout: float = 0.01
    window: int = 20
    updates: tuple[int, ...] = (20, 100, 400)
    length: int = 6000
    neurons: int = 20


RECORDS = {"decoding": Config(
    "s1", (0, 2, 4, 6, 8, 10), (0.1, 0.3, 0.5, 0.8, 0.95),
    updates=(1, 2, 5, 10, 20, 50, 100, 200, 400))}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return R^2 on the test part for each delay, nu_W and number of updates.

    Columns: ``delay``, ``recurrent`` (inf: unscaled), ``updates``; ``r2``, the mean
    over the outputs; ``least``, that of the output predicted worst; ``source`` of the
    recording. The rate is half the inverse of the largest eigenvalue of the Hessian.

    Args:
        config: what to compute.
    """
    data, rows = recording(config.recording, config.length, config.neurons), []
    for delay in config.delays:
        split = splits(data, config.window, delay)[0]
        moments = split.moments
        for nu in (*config.recurrents, math.inf):
            r = factors(nu, config.readout, config.window)
            path = descent_path(
                ScaledConvolution(r, torch.zeros_like(moments.yx)), moments,
                rate=0.5 / moments.curvature(r), updates=config.updates)
            scores = split.explained(path.kernels)
            rows += [(delay, nu, updates, float(score.mean()), float(score.min()),
                      split.source) for updates, score in zip(config.updates, scores)]
    return Table.from_rows(
        ("delay", "recurrent", "updates", "r2", "least", "source"), rows)


def plot(table: Table) -> Figure:
    """Draw R^2 against the delay after the last update, and against the updates.

    Args:
        table: what ``run`` returned; its source is written above the panels.
    """
    fig, axes = figures.panels(2, height=2.9)
    last, late = max(table["updates"]), max(table["delay"])
    names = ["unscaled" if nu == math.inf else f"ν = {nu:g}"
             for nu in table.values("recurrent")]
    figures.lines(table.where(updates=last), "delay", "r2", by="recurrent",
                  labels=names, marker="o", ylabel="R² on the test part", ax=axes[0])
    figures.lines(table.where(delay=late), "updates", "r2", by="recurrent",
                  labels=names, marker="o", xscale="log", ylabel="R² on the test part",
                  ax=axes[1])
    made = "GENERATED, " if "GENERATED" in table["source"][0] else ""
    axes[0].set_title(f"{made}after {last} updates")
    axes[1].set_title(f"{made}delay {late}")
    figures.label_lines(*axes)
    return fig
