"""Explicit exponential sums for power laws: their width, error and slowest rate."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import (ExponentialSum, Polynomial, RNN, Table, hankel_singular_values,
                    l1_loss)
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.kernels import trapezoid_sum

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The memories and the accuracies.

    Args:
        omegas: exponents omega of omega (1 + t)^(-1-omega).
        epsilons: relative L1 errors that the sums are built for.
    """

    omegas: tuple[float, ...] = (0.1, 0.2, 0.5, 1.0)
    epsilons: tuple[float, ...] = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)


def run(config: Config) -> Table:
    """Return one row for each sum.

    Columns: ``width``; ``floor``, the least width of any linear network with the
    error ``epsilon``; ``error``, the relative L1 error measured; ``slowest`` rate; and
    ``ceiling``, above which prp-slowest-rate allows no positive sum of that error.

    Args:
        config: what to compute.
    """
    rows = []
    for omega in config.omegas:
        kernel = Polynomial(1 + omega)
        sigma = hankel_singular_values(omega * kernel, min(config.epsilons) / 2, 1e-4)
        for eps in config.epsilons:
            rho_hat = trapezoid_sum(kernel, eps)
            error = omega * float(l1_loss(_network(rho_hat), kernel, 1e-5).detach())
            rows.append({"omega": omega, "epsilon": eps, "width": len(rho_hat.rates),
                         "floor": int((sigma > eps).sum()), "error": error,
                         "slowest": min(rho_hat.rates),
                         "ceiling": _ceiling(omega, error)})
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw widths beside slowest rates.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8)
    omegas = table.values("omega")
    for k, omega in enumerate(omegas):
        rows = table.where(omega=omega).with_columns(
            inverse=1 / table.where(omega=omega)["epsilon"])
        look = {"color": figures.COLOURS[k], "xscale": "log", "yscale": "log",
                "xlabel": "1 / error"}
        for ax, solid, dashed in zip(axes, ("width", "slowest"),
                                     ("floor", "ceiling"), strict=True):
            figures.lines(rows, "inverse", solid, ax=ax, marker="o", linestyle="-",
                          labels=[f"ω = {omega:g}"], **look)
            figures.lines(rows, "inverse", dashed, ax=ax, linestyle="--",
                          labels=[None], **look)
    axes[0].set(ylabel="neurons", title="width")
    axes[1].set(ylabel="slowest rate", title="slowest rate")
    figures.label_lines(*axes)
    return fig


def _network(rho_hat: ExponentialSum) -> RNN:
    rates, a = (torch.tensor(v, dtype=DTYPE) for v in (rho_hat.rates, rho_hat.weights))
    return RNN(-rates, a.sqrt()[:, None], a.sqrt()[None], dt=1e-3,
               activation="identity", discretisation="exact")


def _ceiling(omega: float, error: float) -> float:
    """Return min over T of log((1 + error) / ((1 + T)^(-omega) - error)) / T."""
    # 1 + T runs up to error^(-1/omega), where the tail left is the error
    u = np.linspace(0, 1, 20002)[1:-1] * np.log(1 / error) / omega
    tail = np.exp(-omega * u) - error
    return float((np.log((1 + error) / tail) / np.expm1(u)).min())
