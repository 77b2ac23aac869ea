"""The same network from small and from large starts: new poles, or old ones."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Polynomial, Table
from comlib.dynamics import DenseLoss, dense_flow, dense_start
from comlib.evidence import figures
from comlib.kernels import trapezoid_sum

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The target (1 + t)^-p, as positive exponentials; W = -I + noise.

    Args:
        p: exponent, > 1.
        eps: relative L1 distance of the exponentials from the power law.
        width: number of neurons m.
        inner: scales of the noise in W, one for each start.
        scales: of b and c, one for each start.
        seeds: number of draws of each start.
        until: the last ln(tau).
        points: number of times, evenly spaced in ln(tau) from -5 on.
    """

    p: float = 1.5
    eps: float = 1e-6
    width: int = 12
    inner: tuple[float, ...] = (1e-3, 0.1, 0.7)
    scales: tuple[float, ...] = (1e-3, 0.1, 1.0)
    seeds: int = 3
    until: float = 4.0
    points: int = 46


RECORDS = {"rich-lazy": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return the loss, and how far W has moved relative to |W(0) + I|.

    Columns: ``scale``, ``seed``, ``log_time``, ``loss``, ``moved``; ``slowest``, the
    largest real part of an eigenvalue of W.

    Args:
        config: what to compute.
    """
    target = trapezoid_sum(Polynomial(config.p), config.eps)
    loss = DenseLoss(target, config.width)
    s, rows = np.linspace(-5.0, config.until, config.points), []
    eye = torch.eye(config.width, dtype=torch.float64)
    for inner, scale in zip(config.inner, config.scales, strict=True):
        for seed in range(config.seeds):
            theta0 = dense_start(config.width, scale, seed, inner=inner)
            W0 = loss.split(theta0)[0]
            for at, theta in zip(s, dense_flow(loss, theta0, s), strict=True):
                W = loss.split(theta)[0]
                rows.append((scale, seed, at, loss(theta),
                             float((W - W0).norm() / (W0 + eye).norm()),
                             float(torch.linalg.eigvals(W).real.max())))
    names = ("scale", "seed", "log_time", "loss", "moved", "slowest")
    return Table.from_rows(names, rows)


def plot(table: Table) -> Figure:
    """Draw the loss, and the way of W, for the first seed.

    Args:
        table: what ``run`` returned.
    """
    fig, (loss, moved) = figures.panels(2, height=2.9)
    first = table.where(seed=0)
    first = first.with_columns(time=np.exp(first["log_time"]))
    names = [f"scale {s:g}" for s in first.values("scale")]
    figures.lines(first, "time", "loss", by="scale", labels=names, xscale="log",
                  yscale="log", xlabel="time τ", ylabel="loss J", ax=loss)
    figures.lines(first, "time", "moved", by="scale", labels=names, xscale="log",
                  yscale="log", xlabel="time τ", ylabel="|W − W(0)| / |W(0) + I|",
                  ax=moved)
    loss.set_title("loss")
    moved.set_title("way of W")
    figures.legend_above(loss, moved)
    return fig
