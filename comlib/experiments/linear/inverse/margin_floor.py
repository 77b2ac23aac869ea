"""What margin, or what budget, a small error on a power law costs."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from scipy import optimize

from comlib import (LinearFunctional, Polynomial, RNN, Table, fit, fit_exponentials,
                    l1_loss)
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.training import QuasiNewton


@dataclass(frozen=True)
class Config:
    """Diagonal linear networks for (1 + t)^(-1 - omega).

    Args:
        omegas: of the targets.
        widths: of the best fits, rates free: 1 up to this.
        margin: beta of networks for the first omega that have a budget.
        budgets: A of these networks, the largest sums of the |c_i U_i|.
        trained: widths of networks trained on the first omega.
        length: number of time points of their training, 0.5 apart.
    """

    omegas: tuple[float, ...] = (0.5, 1.0, 2.0)
    widths: int = 8
    margin: float = 0.5
    budgets: tuple[float, ...] = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5)
    trained: tuple[int, ...] = (1, 2, 4)
    length: int = 200


def run(config: Config) -> Table:
    """Return family, omega, width, error, floor, margin and budget of the networks.

    The error is that in L1, in continuous time; margin and budget are beta = min
    rate and A = sum |c_i U_i|, and the floor is the lower bound that they imply,
    max over T of (1+T)^(-omega)/omega - (A/beta) exp(-beta T).

    Source: thm-quantitative-converse in the book.

    Args:
        config: what to compute.
    """
    rows, first = [], config.omegas[0]
    for omega in config.omegas:
        rho = Polynomial(1 + omega)
        rows += [("best", omega, fit_exponentials(rho, m).model)
                 for m in range(1, config.widths + 1)]
    rows += [("fixed margin", first, _limited(first, config.margin, A))
             for A in config.budgets]
    rows += [("trained", first, _trained(first, m, config.length))
             for m in config.trained]
    columns = []
    for family, omega, model in rows:
        weights = (model.c[0] * model.input_weights[:, 0]).detach()
        error = float(l1_loss(model, Polynomial(1 + omega)).detach())
        beta, A = float(-model.W.detach().max()), float(weights.abs().sum())
        T = np.concatenate([[0.0], np.geomspace(1e-3, 1e12, 4001)])
        floor = ((1 + T) ** -omega / omega - A / beta * np.exp(-beta * T)).max()
        columns.append((family, omega, model.width, error, floor, beta, A))
    names = ("family", "omega", "width", "error", "floor", "margin", "budget")
    return Table(**dict(zip(names, zip(*columns, strict=True), strict=True)))


def _limited(omega: float, margin: float, budget: float) -> RNN:
    """Return the network of least L1 error with this margin and this budget.

    On a grid of rates, and of times up to 60 / margin, this is a linear program.
    """
    rates = margin * np.geomspace(1.0, 40.0, 50)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    u = math.log1p(60 / margin) / 2 * (nodes + 1)
    t, area = np.expm1(u), math.log1p(60 / margin) / 2 * weights * np.exp(u)
    modes = np.exp(-t[:, None] * rates)
    modes = np.hstack([modes, -modes])  # weights of either sign
    size, m = np.eye(len(t)), modes.shape[1]
    # least sum of e with -e <= rho - modes a <= e and sum a <= budget
    above = np.vstack([np.hstack([-modes, -size]), np.hstack([modes, -size]),
                       np.append(np.ones(m), np.zeros(len(t)))])
    rho = Polynomial(1 + omega)(torch.from_numpy(t)).numpy()
    found = optimize.linprog(np.append(np.zeros(m), area), above,
                             np.concatenate([-rho, rho, [budget]]), method="highs")
    a = found.x[: m // 2] - found.x[m // 2 : m]
    used = np.abs(a) > 1e-9 * budget
    return RNN(torch.from_numpy(-rates[used]), torch.ones(used.sum(), 1, dtype=DTYPE),
               torch.from_numpy(a[used])[None], dt=1.0, activation="identity",
               discretisation="exact")


def _trained(omega: float, width: int, length: int) -> RNN:
    """Return a network of random start, trained on a finite horizon."""
    start = RNN.random(width, dt=0.5, diagonal=True, seed=0, activation="identity",
                       discretisation="exact")
    target = LinearFunctional(Polynomial(1 + omega), 0.5)
    weights = torch.zeros(length, dtype=DTYPE)
    weights[-1] = 1.0  # the squared L2 distance on the horizon
    how = QuasiNewton(updates=200, polish=100)
    return fit(start, target, length=length, protocol=how, weights=weights,
               progress=False).model


def plot(table: Table) -> Figure:
    """Draw the margin and the budget against the error.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8)
    best = table.where(family="best")
    labels = [f"ω = {omega:g}" for omega in best.values("omega")]
    figures.lines(best, "error", "margin", by="omega", ax=axes[0], marker="o",
                  labels=labels,
                  xscale="log", yscale="log", xlabel="error in L1",
                  ylabel="margin β")
    for omega, rows in best.groups("omega"):
        figures.slope(axes[0], rows["error"][1], 2 * rows["margin"][1], 1 / omega,
                      "", rows["error"][-1])
    fixed = table.where(family="fixed margin")
    axes[1].plot(fixed["budget"], fixed["error"], "o-", label="best networks")
    axes[1].plot(fixed["budget"], fixed["floor"], "--", color=figures.COLOURS[1],
                 label="floor")
    axes[1].set(xscale="log", xlabel="budget A", ylim=(0, None),
                ylabel=f"error in L1 at margin {fixed['margin'][0]:g}")
    axes[0].set_title("margin"), axes[1].set_title("margin held")
    axes[1].legend()
    figures.label_lines(axes[0])
    return fig
