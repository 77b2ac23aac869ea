"""The same window with correlated inputs: the lost history can be guessed from it."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from scipy import optimize, signal

from comlib import Table
from comlib.evidence import figures

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """One mode as the target, one as the model, inputs of an autoregression.

    Args:
        tau: time constant of the target exp(-s/tau).
        window: T.
        correlations: of two inputs in a row, a; over s steps a^s.
        until: the last output that is looked at, in windows.
        length: lags that are summed.
    """

    tau: float = 100.0
    window: int = 16
    correlations: tuple[float, ...] = (-0.5, 0.0, 0.25, 0.5, 0.75)
    until: int = 16
    length: int = 3000


def run(config: Config) -> Table:
    """Return the best fit of a window with a zero state, and how it extends.

    Columns: ``amplitude`` and ``pole``; ``truth`` and ``fit``, the window's loss of
    the target's own mode and of the fit; ``end``, ``double`` and ``last``, the squared
    errors at T, 2T and ``until`` T; and ``last_truth`` of the target's own mode. All
    relative to the mean square of the target.

    Args:
        config: what to compute.
    """
    T, s = config.window, np.arange(config.length)
    rho, z, rows = np.exp(-s / config.tau), np.exp(-1 / config.tau), []
    places = [T - 1, 2 * T - 1, config.until * T - 1]
    for a in config.correlations:
        def loss(theta: np.ndarray, t=range(T), a=a) -> np.ndarray:
            return _errors(rho, theta[0] * theta[1] ** s, t, a)

        best = optimize.minimize(lambda theta, f=loss: f(theta).mean(), [1.0, z],
                                 method="Nelder-Mead",
                                 options={"xatol": 1e-9, "fatol": 1e-12}).x
        size = _size(rho[None], a)[0]
        rows.append((a, *best, *(v / size for v in (
            loss([1.0, z]).mean(), loss(best).mean(), *loss(best, places),
            loss([1.0, z], places)[-1]))))
    return Table.from_rows(("correlation", "amplitude", "pole", "truth", "fit", "end",
                            "double", "last", "last_truth"), rows)


def plot(table: Table) -> Figure:
    """Draw the errors of the fits against the correlation.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1)
    figures.lines(table, "correlation", ["last", "end", "last_truth"], yscale="log",
                  labels=["fit, last", "fit, at T", "truth, last"], marker="o",
                  ylabel="squared error, relative", ax=axes[0])
    axes[0].set_title("one mode for one mode")
    figures.label_lines(*axes)
    return fig


def _errors(rho: np.ndarray, rho_hat: np.ndarray, places, a: float) -> np.ndarray:
    """Return the mean squared errors of the outputs at some places."""
    e = np.repeat(rho[None], len(places), 0)
    for row, t in zip(e, places, strict=True):
        row[: t + 1] -= rho_hat[: t + 1]
    return _size(e, a)


def _size(e: np.ndarray, a: float) -> np.ndarray:
    """Return the mean squares of sum_s e_s x_{t-s}: sum_{r,s} a^|r-s| e_r e_s."""
    before = signal.lfilter([0, a], [1, -a], e, axis=-1)
    return (e * e).sum(-1) + 2 * (e * before).sum(-1)
