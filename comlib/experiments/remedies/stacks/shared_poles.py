"""Powers of time in front of the exponential: layers that share their poles."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Random linear stacks of one S4D-Lin filter a layer.

    Args:
        layers: numbers of layers L.
        jitters: how far each layer moves its frequencies, in parts of their spacing.
        draws: stacks of each kind.
        states: complex states of each layer.
        step: time between samples, in the layers' own time.
        length: time points.
        every: keep every so many of them.
        seed: of the local generator.
    """

    layers: tuple[int, ...] = (1, 2, 3, 4)
    jitters: tuple[float, ...] = (0.0, 0.03, 0.3, 1.0)
    draws: int = 60
    states: int = 32
    step: float = 0.02
    length: int = 2001
    every: int = 4
    seed: int = 0


def run(config: Config) -> Table:
    """Return jitter, layers, time and ``size``, the root mean square over draws.

    The size is that of the impulse response divided by exp(-step t / 2), the decay
    that all modes share: the filters of the layers are divided by it before they
    are convolved, which is the same and loses no digits.

    Args:
        config: which stacks.
    """
    tables, t = [], np.arange(config.length)
    for jitter in config.jitters:
        g = np.random.default_rng(config.seed)
        total = np.ones((config.draws, 1))
        for L in range(1, max(config.layers) + 1):
            total = _convolved(total, _filters(g, jitter, config), config.length)
            if L in config.layers:
                size = np.sqrt((total**2).mean(0))[:: config.every]
                tables.append(Table(jitter=[jitter] * len(size), layers=[L] * len(size),
                                    time=t[:: config.every], size=size))
    return Table.stack(tables)


def plot(table: Table) -> Figure:
    """Draw the sizes, one panel for each of the first and the last jitter.

    Args:
        table: what ``run`` returned.
    """
    kinds = table.values("jitter")
    fig, axes = figures.panels(2, height=2.6)
    for ax, jitter in zip(axes, (kinds[0], kinds[-1]), strict=True):
        rows = table.where(jitter=jitter)
        rows = rows.with_columns(size=np.where(rows["time"] < 20, np.nan, rows["size"]))
        labels = [f"L = {L}" for L in rows.values("layers")]
        figures.lines(rows, "time", "size", by="layers", labels=labels, xscale="log",
                      yscale="log", xlabel="time $t$", ylabel="size / decay", ax=ax)
        ax.set_title("frequencies moved" if jitter else "shared poles")
    figures.label_lines(*axes)
    return fig


def _filters(g: np.random.Generator, jitter: float, config: Config) -> np.ndarray:
    """Return Re sum w_n exp(i xi_n D k), w_n = C_n (exp(D A_n) - 1)/A_n, over a scale:
    the root mean square norm of such filters with their decay."""
    N, D = config.states, config.step
    move = jitter * g.uniform(-0.5, 0.5, (config.draws, N))
    A = -0.5 + 1j * math.pi * (np.arange(N) + move)
    C = g.normal(size=A.shape) + 1j * g.normal(size=A.shape)
    w = C * np.expm1(D * A) / A
    phases = np.exp(1j * D * A.imag[:, :, None] * np.arange(config.length))
    scale = np.sqrt((np.abs(w) ** 2).sum(1).mean() / 2 / (1 - np.exp(-D)))
    return np.einsum("dn,dnk->dk", w, phases).real / scale


def _convolved(a: np.ndarray, b: np.ndarray, length: int) -> np.ndarray:
    """Return the first samples of the convolution of rows."""
    n = 2 * length
    return np.fft.irfft(np.fft.rfft(a, n) * np.fft.rfft(b, n), n)[:, :length]
