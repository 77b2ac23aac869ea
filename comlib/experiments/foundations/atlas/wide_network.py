"""Memory functions of wide dense tanh networks, on any device."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from scipy.special import i0e, ndtri
from torch import Tensor

from comlib import RNN, Table, heaviside, time_grid
from comlib.evidence.figures import GUIDE, bands, label_lines, lines, panels
from comlib.functional import DTYPE


@dataclass(frozen=True)
class Config:
    """A stack of networks with W = -I + gain G / sqrt(width), G normal.

    Args:
        width: number of hidden units.
        length: number of time points.
        seeds: how many networks.
        gain: factor of the random part.
        sizes: the |x| that are tried, with both signs.
        dt: timebase.
        every: keep every so many time points.
        device: "cpu" or "cuda".
    """

    width: int = 512
    length: int = 1024
    seeds: int = 16
    gain: float = 0.9
    sizes: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0)
    dt: float = 0.05
    every: int = 32
    device: str = "cpu"


RECORDS = {"wide": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return time, quartiles over seeds of the memory function, and a law for them.

    The supremum is taken over the given sizes only: a lower bound. The law is the
    median of |c e^(Wt) U| for wide networks.

    Source: def-memory-function and rem-wide-law in the book.

    Args:
        config: the networks and where they run.
    """
    m, generator = config.width, torch.Generator().manual_seed(0)
    draw = torch.randn(config.seeds, m, m + 2, generator=generator, dtype=DTYPE)
    draw = draw / math.sqrt(m)
    W = config.gain * draw[..., :m] - torch.eye(m, dtype=DTYPE)
    H = RNN(W, draw[..., m:-1], draw[..., -1:].mT, dt=config.dt, allow_unstable=True)
    x = torch.tensor([s * size for size in config.sizes for s in (-1, 1)], dtype=DTYPE)
    with torch.no_grad():
        u = heaviside(x[:, None], config.length).to(config.device)
        y = H.to(config.device)(u)[..., 0]
        slopes = torch.diff(y, dim=-1, prepend=torch.zeros_like(y[..., :1])) / config.dt
        memory = (slopes.abs().cpu() / x.abs()[:, None]).amax(-2)[:, :: config.every]
    low, median, high = memory.quantile(torch.tensor([0.25, 0.5, 0.75], dtype=DTYPE), 0)
    t = time_grid(config.length, config.dt)[:: config.every]
    return Table(time=t, lower=low, median=median, upper=high, law=_law(config, t))


def _law(config: Config, t: Tensor) -> Tensor:
    """The median of |z|, z normal of variance e^(-2t) I_0(2 gain t) / width."""
    t = t.numpy()
    variance = (np.exp(-2 * (1 - config.gain) * t) * i0e(2 * config.gain * t)
                / config.width)
    return torch.from_numpy(ndtri(0.75) * np.sqrt(variance))


def plot(table: Table) -> Figure:
    """Draw the median, the quartiles and the law.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = panels(1, height=2.7)
    bands(table, "time", "median", "lower", "upper", labels=["median"], yscale="log",
          floor=1e-14, ax=ax)
    lines(table, "time", "law", labels=["law"], linestyle="--", color=GUIDE,
          yscale="log", xlabel="time $t$", ylabel="memory", ax=ax)
    ax.set_title("Memory of wide networks")
    label_lines(ax)
    return fig
