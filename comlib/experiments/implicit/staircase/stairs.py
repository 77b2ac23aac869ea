"""Loss and eigenvalues along the gradient flow of a full matrix, from small starts."""

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
    """The target (1 + t)^-p, as positive exponentials, and a start near -I.

    Args:
        p: exponent, > 1.
        eps: relative L1 distance of the exponentials from the power law.
        width: number of neurons m.
        scale: sigma, of the noise in W and of b and c.
        seed: of the start.
        until: the last ln(tau).
        points: number of times, evenly spaced in ln(tau) from -2 on.
    """

    p: float = 1.5
    eps: float = 1e-8
    width: int = 5
    scale: float = 1e-4
    seed: int = 0
    until: float = 12.0
    points: int = 141


RECORDS = {"stairs": tuple(Config(scale=s) for s in (0.3, 1e-2, 1e-4, 1e-6))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return the loss, the real parts of the eigenvalues, and what the flow breaks.

    Columns: ``log_time``, ``loss``; ``e1``.. the real parts, largest first;
    ``skew``, the Frobenius norm of W - W', and ``apart``, that of b - c.

    Args:
        config: what to compute.
    """
    target = trapezoid_sum(Polynomial(config.p), config.eps)
    loss = DenseLoss(target, config.width)
    s = np.linspace(-2.0, config.until, config.points)
    path = dense_flow(loss, dense_start(config.width, config.scale, config.seed), s)
    parts = [loss.split(theta) for theta in path]
    real = torch.stack([torch.linalg.eigvals(W).real.sort(descending=True)[0]
                        for W, _, _ in parts])
    return Table(log_time=s, loss=[loss(theta) for theta in path],
                 **{f"e{j + 1}": real[:, j] for j in range(config.width)},
                 skew=[float((W - W.mT).norm()) for W, _, _ in parts],
                 apart=[float((b - c).norm()) for _, b, c in parts])


def plot(table: Table) -> Figure:
    """Draw the loss, and for the scale 1e-4 the eigenvalues.

    Args:
        table: the stored sweep, or what ``run`` returned.
    """
    if "scale" not in table.columns:
        table = table.with_columns(scale=np.full(len(table), Config.scale))
    fig, (loss, eigenvalues) = figures.panels(2, height=2.9)
    names = [f"σ = {s:g}" for s in table.values("scale")]
    table = table.with_columns(time=np.exp(table["log_time"]))
    figures.lines(table, "time", "loss", by="scale", labels=names, xscale="log",
                  yscale="log", xlabel="time τ", ylabel="loss J", ax=loss)
    shown = table.where(scale=table.values("scale")[-2 % len(names)])
    columns = [n for n in table.columns if n[0] == "e" and n[1:].isdigit()]
    figures.lines(shown, "time", columns, xscale="log", ax=eigenvalues,
                  labels=[None] * len(columns), xlabel="time τ",
                  ylabel="real part of eigenvalue")
    loss.set_title("loss")
    eigenvalues.set_title("eigenvalues of W")
    figures.legend_above(loss)
    return fig
