"""A tanh network before and after a shift of W, asked softly and loudly."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import LinearFunctional, RNN, Table, TemperedPolynomial
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.measures import certified_lower_curve

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The target exp(-gamma t)(1+t)^(-p), its tanh network, shifts and amplitudes.

    Args:
        p: exponent, > 1.
        gamma: decay rate.
        width: number of units.
        radii: the beta of the shifts W + beta I, below gamma.
        smallest: first amplitude.
        largest: last amplitude.
        count: number of amplitudes, at equal ratios.
        dt: timebase.
        length: number of time points.
    """

    p: float = 1.5
    gamma: float = 0.5
    width: int = 8
    radii: tuple[float, ...] = (0.0, 0.2, 0.4)
    smallest: float = 1e-3
    largest: float = 30.0
    count: int = 13
    dt: float = 0.05
    length: int = 1200


def run(config: Config) -> Table:
    """Return radius, amplitude and error / amplitude at the last time.

    The input is the worst one for the linearised network; ``linear`` is its error,
    the sampled L1 distance, and ``curve`` what thm-small-signal says at least.

    Args:
        config: what to compute.
    """
    rho = TemperedPolynomial(config.p, config.gamma)
    target, tables = LinearFunctional(rho, config.dt), []
    model = _network(config)
    sizes = torch.from_numpy(
        np.geomspace(config.smallest, config.largest, config.count))
    for beta in config.radii:
        moved = model.with_parameters({"w": model.w.detach() + beta})
        kernel = moved.linearised().kernel_samples(config.length).detach()
        gap = target.kernel_samples(config.length) - kernel
        worst = gap[:, 0, 0].flip(0).sign()
        x = sizes[:, None, None] * worst[:, None]
        with torch.no_grad():
            error = (target(x) - moved(x))[:, -1, 0].abs() / sizes
        curve = certified_lower_curve(rho, [beta], config.dt * config.length)["lower"]
        tables.append(Table(
            amplitude=sizes, error=error, curve=[float(curve[0])] * config.count,
            linear=[float(config.dt * gap.abs().sum())] * config.count))
    return Table.stack(tables, radius=config.radii)


def plot(table: Table) -> Figure:
    """Draw error / amplitude against the amplitude, dotted the linear values.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=2.9)
    look = {"xscale": "log", "yscale": "log", "ax": ax, "ylabel": "error / amplitude",
            "xlabel": "amplitude of the input"}
    labels = [f"β = {beta:g}" for beta in table.values("radius")]
    figures.lines(table, "amplitude", "error", by="radius", labels=labels, **look)
    figures.lines(table, "amplitude", "linear", by="radius", color=figures.INK,
                  labels=[None] * len(labels), linestyle=":", linewidth=1.2, **look)
    ax.set(title="A tanh network with W + βI")
    figures.label_lines(ax)
    return fig


def _network(config: Config) -> RNN:
    """Return the tanh network with the weights of the Gauss-Laguerre sum."""
    rho_hat = TemperedPolynomial(config.p, config.gamma).exponential_sum(config.width)
    rates, a = (torch.tensor(v, dtype=DTYPE) for v in (rho_hat.rates, rho_hat.weights))
    return RNN(-rates, a.sqrt()[:, None], a.sqrt()[None], dt=config.dt)
