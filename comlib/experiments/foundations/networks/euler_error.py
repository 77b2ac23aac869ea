"""How far Euler steps are from continuous time: a mode and a tanh network."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from scipy.integrate import solve_ivp

from comlib import RNN, Table, time_grid
from comlib.evidence import figures
from comlib.functional import DTYPE

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """A mode with kernel exp(-rate t), and a random network with a sine as input.

    Args:
        rate: of the mode.
        width: of the network.
        seed: of the network.
        amplitude: of the sine; its angular frequency is one.
        horizon: the last time.
        halvings: the time steps are 2^-k for these k.
    """

    rate: float = 1.0
    width: int = 8
    seed: int = 0
    amplitude: float = 2.0
    horizon: float = 10.0
    halvings: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8, 9)


def run(config: Config = Config()) -> Table:
    """Return the largest errors up to the horizon for each dt.

    Column ``mode`` is that of a linear mode's kernel, ``bound`` what the
    proposition allows it, ``network`` that of the network's output against an
    adaptive solver.

    Args:
        config: what to compute.
    """
    rows = []
    for k in config.halvings:
        dt = 2.0**-k
        t = time_grid(round(config.horizon / dt) + 1, dt)
        rate = config.rate
        bound = (rate**2 * t * dt / 2 * torch.exp(-rate * (t - dt))).max()
        rows.append((dt, _mode_error(rate, t, dt), float(bound),
                     _network_error(config, t, dt)))
    return Table.from_rows(("dt", "mode", "bound", "network"), rows)


def _mode_error(rate: float, t: torch.Tensor, dt: float) -> float:
    one = torch.ones(1, 1, dtype=DTYPE)
    W = torch.tensor([-rate], dtype=DTYPE)
    mode = RNN(W, one, one, dt=dt, activation="identity")
    error = torch.exp(-rate * t) - mode.kernel_samples(len(t))[:, 0, 0].detach()
    return float(error.abs().max())


def _network_error(config: Config, t: torch.Tensor, dt: float) -> float:
    model = RNN.random(config.width, dt=dt, seed=config.seed)
    W, U, c = (p.detach().numpy() for p in (model.W, model.U, model.c))

    def velocity(time: float, h: np.ndarray) -> np.ndarray:
        return np.tanh(W @ h + U[:, 0] * config.amplitude * math.sin(time))

    flow = solve_ivp(velocity, (0, config.horizon), np.zeros(config.width), "DOP853",
                     t.numpy(), rtol=1e-11, atol=1e-12)
    x = config.amplitude * torch.sin(t)[None, :, None]
    y = model(x)[0, :, 0].detach().numpy()
    return float(np.abs(y - c[0] @ flow.y).max())


def plot(table: Table) -> Figure:
    """Draw the errors against the time step on logarithmic axes.

    Args:
        table: from ``run``.
    """
    fig, ax = figures.lines(
        table, "dt", ["mode", "bound", "network"], xscale="log", yscale="log",
        xlabel="time step dt", ylabel="largest error", marker="o",
        labels=["linear mode", "bound for the mode", "tanh network"])
    guide = table["dt"] * table["network"][-1] / table["dt"][-1] / 2
    ax.plot(table["dt"], guide, color=figures.GUIDE, linewidth=1, linestyle=":",
            label="slope 1")
    figures.label_lines(ax)
    return fig
