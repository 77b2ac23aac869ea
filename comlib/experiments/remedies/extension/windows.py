"""What a window measures, by formula and by running networks on white noise."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import LinearFunctional, Table, white_noise
from comlib.evidence import figures
from comlib.horizon import extension_error, fit_lags

from .targets import SLOW_AND_FAST, network, samples

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The window and the sample.

    Args:
        window: T.
        positions: outputs, in windows, at which a run without reset is looked at.
        streams: independent inputs.
        history: steps that the target hears before the window.
        noise: standard deviation of the noise in the outputs.
        seed: of inputs and noise.
    """

    window: int = 16
    positions: tuple[int, ...] = (1, 2, 4, 16)
    streams: int = 2000
    history: int = 800
    noise: float = 0.5
    seed: int = 0


def run(config: Config) -> Table:
    """Return rows of expected and simulated squared errors, with standard errors.

    The model is the one mode that fits a window best; the target is an equal mixture
    of two exponentials with time constants 100 and 5. Column ``place``: the mean over
    a window, one output at a position without reset, and a window with a state
    carried on from the whole history.

    Args:
        config: what to compute.
    """
    T, last = config.window, config.window * max(config.positions)
    rho = samples(SLOW_AND_FAST, config.history + last)
    fit = fit_lags(rho[:T], 1)
    e = rho - fit.kernel(len(rho))
    path = extension_error(rho, fit.kernel(len(rho)))
    x = white_noise(config.streams, config.history + last, dt=1.0, seed=config.seed)
    y = LinearFunctional(SLOW_AND_FAST, 1.0)(x)
    g = torch.Generator().manual_seed(config.seed + 1)
    y = y + config.noise * torch.randn(y.shape, generator=g, dtype=y.dtype)
    model = network(fit)
    h = config.history
    fresh = (model(x[:, h:]) - y[:, h:]).detach().square()[..., 0]
    carried = (model(x) - y).detach().square()[:, h:, 0]
    rows = [("window, zero state", path[:T].mean(), fresh[:, :T].mean(1)),
            ("window, carried state", e.square().sum(), carried[:, :T].mean(1))]
    rows += [(f"output at {k}T", path[k * T - 1], fresh[:, k * T - 1])
             for k in config.positions]
    return Table.from_rows(
        ("place", "formula", "simulated", "error"),
        [(place, float(value) + config.noise**2, *_mean(seen))
         for place, value, seen in rows])


def plot(table: Table) -> Figure:
    """Draw the simulated errors over the formula's, with two standard errors.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1)
    places = range(len(table))
    axes[0].errorbar(places, table["simulated"] / table["formula"],
                     2 * table["error"] / table["formula"], fmt="o")
    axes[0].axhline(1.0, color=figures.GUIDE)
    axes[0].set(xlabel="row of the table", ylabel="simulated / formula",
                title="squared errors")
    return fig


def _mean(values: Tensor) -> tuple[float, float]:
    return float(values.mean()), float(values.std()) / math.sqrt(len(values))
