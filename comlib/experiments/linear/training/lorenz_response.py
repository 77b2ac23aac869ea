"""What the Lorenz-96 system remembers, and what its start decides."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from scipy import linalg

from comlib import Table, white_noise
from comlib.evidence import figures
from comlib.targets import Lorenz96


@dataclass(frozen=True)
class Config:
    """The couplings, and the samples from which everything is estimated.

    Args:
        couplings: h of the systems.
        batch: inputs; half of them for the fit of a kernel, half to judge it.
        length: number of time points.
        every: distance of the rows, in time points.
        seed: of the inputs.
    """

    couplings: tuple[float, ...] = (-1.0, 1.0)
    batch: int = 6000
    length: int = 100
    every: int = 5
    seed: int = 1


def run(config: Config) -> Table:
    """Return kernels, and shares of the variance of y, by time.

    ``kernel`` is the best linear predictor of y at the last time point from the
    input, at this lag; ``even`` the exact kernel while all z_k are equal. At this
    time ``nonlinear`` is the share that no linear predictor explains, ``twin`` that
    of half the difference of systems that started differently, ``forgotten`` the
    share of y that an input before the middle of the window has.

    Source: fig-lorenz-response in the book.

    Args:
        config: what to compute.
    """
    x = white_noise(config.batch, config.length, dt=0.1, seed=config.seed)
    tables = [_one(h, x, config.every) for h in config.couplings]
    return Table.stack(tables, coupling=config.couplings)


def _one(coupling: float, x: torch.Tensor, every: int) -> Table:
    """Return the rows of one coupling."""
    y, other = (Lorenz96(coupling, seed=s)(x)[..., 0].numpy() for s in (0, 1))
    dt, half, u = Lorenz96(coupling).dt, len(x) // 2, x[..., 0].numpy()
    lags, shares = np.arange(0, x.shape[1], every), []
    for k in lags:
        past = np.column_stack([u[:, k::-1], np.ones(len(u))])
        best = linalg.lstsq(past[:half], y[:half, k])[0]
        missed = (past[half:] @ best - y[half:, k]).var() / y[half:, k].var()
        # in the units of the half that the predictor has not seen
        twin = (y[:, k] - other[:, k]).var() / 2 / y[:, k].var()
        shares.append((missed, twin))
    A = np.array([[-1.0, coupling], [2.0, -2.0]])
    past = np.column_stack([u[:, ::-1], np.ones(len(u))])
    kernel = linalg.lstsq(past, y[:, -1])[0][lags] / dt
    # constant inputs: a kernel averaged over one sample
    step = linalg.expm(dt * np.block([[A, np.eye(2)], [np.zeros((2, 4))]]))[:2, 2:]
    even = [(linalg.expm(A * dt * k) @ step)[0, 0] / dt for k in lags]
    missed, twin = zip(*shares, strict=True)
    return Table(time=dt * (lags + 1), lag=dt * lags, kernel=kernel, even=even,
                 nonlinear=missed, twin=twin)


def plot(table: Table) -> Figure:
    """Draw the kernels of each coupling, and the shares of the largest one.

    Args:
        table: what ``run`` returned.
    """
    couplings = np.unique(table["coupling"])
    fig, axes = figures.panels(len(couplings) + 1, height=2.5)
    for ax, h in zip(axes, couplings):
        rows = table.where(coupling=h)
        ax.plot(rows["lag"], rows["kernel"], "o", color=figures.COLOURS[0],
                markersize=3.5, label="best linear")
        ax.plot(rows["lag"], rows["even"], "-", color=figures.COLOURS[1],
                linewidth=1.2, label="even start")
        ax.set(title=f"h = {h:+g}: kernel", xlabel="lag", ylabel="kernel",
               ylim=(-0.1, 1.4))
        ax.legend(loc="upper right")
    late = Table(**{c: rows[c][rows["twin"] > 0] for c in rows.columns})
    figures.lines(late, "time", ["nonlinear", "twin"], ax=axes[-1], yscale="log",
                  labels=["not linear", "by the start"], floor=1e-8,
                  ylabel="share of the variance")
    axes[-1].set(title=f"h = {h:+g}: shares", ylim=(1e-8, 1.0), xlim=(0, None))
    axes[-1].legend(loc="lower right")
    return fig
