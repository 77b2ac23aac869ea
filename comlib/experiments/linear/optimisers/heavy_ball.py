"""Momentum on the plateau: escape times of the heavy ball by friction."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Gaussian, Table
from comlib.dynamics import ModeLoss, escape_time, projection_floor
from comlib.evidence import figures
from comlib.functional import DTYPE

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """One mode with its best weight, at rest, before a bump at time 1/omega.

    Args:
        frictions: mu of the heavy ball; inf for the gradient flow.
        delays: 1/omega.
        rate: w at time 0.
        drop: delta.
    """

    frictions: tuple[float, ...] = (1e-4, 1e-2, 0.1, 1.0, 10.0)
    delays: tuple[float, ...] = (6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0)
    rate: float = 1.0
    drop: float = 0.05


RECORDS = {"heavy-ball": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return friction, delay, ln(tau_0) and its certified lower bound.

    Source: prp-momentum in the book.

    Args:
        config: what to compute.
    """
    rows = [(mu, D, *_row(config, mu, D)) for mu in config.frictions
            for D in config.delays]
    names = ("friction", "delay", "log_time", "floor")
    return Table.from_rows(names, rows)


def plot(table: Table) -> Figure:
    """Draw the escape times and, dashed, the bounds.

    Args:
        table: what ``run`` returned.
    """
    values = table.values("friction")
    fig, ax = figures.lines(table, "delay", "log_time", by="friction", marker="o",
                            labels=[f"μ = {mu:g}" for mu in values],
                            xlabel="1/ω", ylabel="ln τ₀(δ)")
    for k, mu in enumerate(values):
        rows = table.where(friction=mu)
        ax.plot(rows["delay"], rows["floor"], "--", color=f"C{k}", linewidth=1)
    figures.label_lines(ax)
    return fig


def _row(config: Config, mu: float, delay: float) -> tuple[float, float]:
    bump, w = Gaussian(delay, 1.0), torch.tensor([config.rate], dtype=DTYPE)
    loss = ModeLoss(bump)
    theta = torch.cat([loss.best_weights(w), w])
    friction = None if math.isinf(mu) else mu
    return (escape_time(loss, theta, config.drop, friction=friction),
            projection_floor(bump, theta, 0, config.drop, friction))
