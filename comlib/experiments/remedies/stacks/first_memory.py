"""How long the filters of diagonal layers remember before training."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.models import Layer, ring_factors, s4d_eigenvalues

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The starts and the filters drawn from each.

    Args:
        starts: of S4D, see ``s4d_eigenvalues``.
        rings: inner and outer radius of LRU starts.
        states: complex states of each filter.
        filters: how many of each kind, with steps from the middles of equal shares
            of the logarithmic range.
        steps: smallest and largest step of S4D.
        last: last time.
        count: number of times, at equal ratios.
        seed: of the readouts.
    """

    starts: tuple[str, ...] = ("LegS", "Lin", "Inv", "Real")
    rings: tuple[tuple[float, float], ...] = ((0.0, 1.0), (0.9, 0.999))
    states: int = 32
    filters: int = 101
    steps: tuple[float, float] = (1e-3, 1e-1)
    last: float = 1e4
    count: int = 60
    seed: int = 0


def run(config: Config) -> Table:
    """Return start, time, and the median and quartiles over filters of what is left.

    Left at the time t is the norm of the filter from t on, divided by that of all.
    Other columns repeat in all rows of a start the quantiles ``mode_low``, ``mode``
    and ``mode_high``, 5, 50 and 95 per cent, of the half-lives of its modes, and
    ``half``, the median over filters of the first time with half the norm left.

    Args:
        config: which filters.
    """
    t = np.unique(np.geomspace(1, config.last, config.count).round())
    tables = []
    for name, layers in _kinds(config):
        left = np.stack([_left(layer, t) for layer in layers])
        low, median, high = np.quantile(left, (0.25, 0.5, 0.75), axis=0)
        lives = {key: [value] * len(t) for key, value in _half_lives(layers).items()}
        tables.append(Table(start=[name] * len(t), time=t, lower=low, median=median,
                            upper=high, **lives))
    return Table.stack(tables)


def plot(table: Table) -> Figure:
    """Draw what is left, S4D beside LRU.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.6)
    rings = [name for name in table.values("start") if name.startswith("LRU")]
    others = [name for name in table.values("start") if name not in rings]
    for ax, names, title in zip(axes, (others, rings), ("S4D", "LRU"), strict=True):
        rows = Table.stack([table.where(start=name) for name in names])
        figures.bands(rows, "time", "median", "lower", "upper", by="start",
                      xscale="log", labels=[n.removeprefix(f"{title} ") for n in names],
                      xlabel="time $t$", ylabel="norm left", ax=ax)
        ax.set_title(title)
    figures.legend_above(*axes, cols=2)
    return fig


def _kinds(config: Config) -> Iterator[tuple[str, list[Layer]]]:
    """Yield a name and the filters of each start."""
    F, n = config.filters, config.states
    low, high = np.log(config.steps)
    steps = np.exp(low + (high - low) * (np.arange(F) + 0.5) / F).tolist()
    for start in config.starts:
        A, readouts = s4d_eigenvalues(start, n), _readouts(config)
        yield f"S4D {start}", [Layer.held(A, step, C)
                               for step, C in zip(steps, readouts, strict=True)]
    for inner, outer in config.rings:
        rings = [ring_factors(n, inner, outer, seed=config.seed + k) for k in range(F)]
        yield f"LRU {inner:g} to {outer:g}", [
            Layer(z, (1 - z.abs() ** 2).sqrt()[:, None], C)
            for z, C in zip(rings, _readouts(config), strict=True)]


def _readouts(config: Config) -> Tensor:
    """Return normal complex readouts, (filters, 1, states)."""
    g = torch.Generator().manual_seed(config.seed)
    parts = torch.randn(config.filters, 1, config.states, 2, generator=g, dtype=DTYPE)
    return torch.view_as_complex(parts)


def _half_lives(layers: list[Layer]) -> dict[str, float]:
    """Return quantiles of the half-lives of modes, and the median one of filters."""
    z = torch.cat([layer.factors.abs() for layer in layers]).numpy()
    low, middle, high = np.quantile(math.log(0.5) / np.log(z), (0.05, 0.5, 0.95))
    half = float(np.median([_half(layer) for layer in layers]))
    return {"mode_low": low, "mode": middle, "mode_high": high, "half": half}


def _half(layer: Layer) -> int:
    """Return the first time with at most half of the norm left, by bisection."""
    low, high = 0, 1 << 16
    while high - low > 1:
        middle = (low + high) // 2
        late = _left(layer, np.array([float(middle)]))[0] > 0.5
        low, high = (middle, high) if late else (low, middle)
    return high


def _left(layer: Layer, t: np.ndarray) -> np.ndarray:
    """Return the norm from t on of k_s = Re sum w_n z_n^s, over that of all, exactly.

    The sum of k_s^2 is half the real part of two geometric series for each pair.
    """
    z, w = layer.factors.numpy(), (layer.B[:, 0] * layer.C[0]).numpy()
    now = w * z ** t[:, None]
    same = np.einsum("tn,nm,tm->t", now, 1 / (1 - np.outer(z, z)), now)
    other = np.einsum("tn,nm,tm->t", now, 1 / (1 - np.outer(z, z.conj())), now.conj())
    tail = (same + other).real.clip(min=0)
    start = w @ (1 / (1 - np.outer(z, z))) @ w
    start = start + w @ (1 / (1 - np.outer(z, z.conj()))) @ w.conj()
    return np.sqrt(tail / start.real)
