"""Sums of exponentials for a tempered and a pure power law, then perturbed.

Everything on the infinite horizon is a closed form: the weights are positive, and
the sums stay below their target (prp-gauss-laguerre, prp-positive-modes).
"""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import (ExponentialSum, LinearFunctional, RNN, Table, TemperedPolynomial,
                    distance, perturbation_error, stability_margin)
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.measures import certified_lower_curve


@dataclass(frozen=True)
class Config:
    """The targets exp(-gamma t)(1+t)^(-p), gamma = 0 and > 0, and the widths.

    Args:
        p: exponent, > 1.
        gamma: decay rate of the tempered target.
        widths: numbers of exponentials.
        smallest: first radius > 0 as a share of the margin.
        nearest: distance of the last radius from the margin, as a share of it.
        count: number of radii of each width, zero included.
        dt: timebase of the sampled errors.
        length: number of time points of the sampled errors.
        copies: number of random perturbations.
        seed: of the perturbations.
    """

    p: float = 1.5
    gamma: float = 0.5
    widths: tuple[int, ...] = (1, 4, 16, 64)
    smallest: float = 1e-3
    nearest: float = 1e-3
    count: int = 30
    dt: float = 0.1
    length: int = 500
    copies: int = 30
    seed: int = 0


def run(config: Config) -> Table:
    """Return for each target, width and radius a bracket of E_m(radius) in L1.

    Only the rates move. Columns: ``margin``, ``largest_rate``, ``lower`` and
    ``upper`` of the bracket (equal at radius zero), ``certified``, the lower curve
    of the target, and on a finite horizon ``sampled``, the largest error of random
    perturbations, and ``shifted``, that of all rates moved down by the radius.

    Args:
        config: what to compute.
    """
    targets = {"tempered": TemperedPolynomial(config.p, config.gamma),
               "power law": TemperedPolynomial(config.p)}
    pairs = [(name, m) for name in targets for m in config.widths]
    tables = [_errors(targets[name], m, config) for name, m in pairs]
    names, widths = zip(*pairs, strict=True)
    return Table.stack(tables, target=names, width=widths)


def plot(table: Table) -> Figure:
    """Draw the brackets of all widths, one panel for each target.

    Args:
        table: what ``run`` returned.
    """
    targets = table.values("target")
    fig, axes = figures.panels(len(targets), height=3.2, sharey=True)
    for ax, target in zip(axes, targets, strict=True):
        rows = table.where(target=target)
        labels = [f"m = {m}" for m in rows.values("width")]
        figures.bands(rows, "radius", "upper", "lower", "upper", by="width",
                      labels=labels, xscale="log", yscale="log", ax=ax,
                      xlabel="perturbation β of the rates", ylabel="error E(β)")
        widest = rows.where(width=rows["width"].max())
        figures.lines(widest, "radius", "certified", xscale="log", yscale="log",
                      labels=["lower curve"], floor=0.0, color=figures.INK,
                      linewidth=1.2, linestyle=":",
                      xlabel="perturbation β of the rates", ylabel="error E(β)", ax=ax)
        ax.set(title=target, ylim=(2e-3, 1e2), xlim=(1e-3, 3))
    figures.legend_above(*axes)
    return fig


def _errors(rho: TemperedPolynomial, width: int, config: Config) -> Table:
    rho_hat = rho.exponential_sum(width)
    rates, a = (torch.tensor(v, dtype=DTYPE) for v in (rho_hat.rates, rho_hat.weights))
    model = RNN(-rates, a.sqrt()[:, None], a.sqrt()[None], dt=config.dt,
                activation="identity", discretisation="exact")
    margin = float(stability_margin(model))
    radii = [margin * share for share in _shares(config)]
    error = rho.l1_norm() - rho_hat.l1_norm()
    grown = [_moved(rho_hat, beta) for beta in radii]
    shrunk = [-_moved(rho_hat, -beta) for beta in radii]
    target = LinearFunctional(rho, config.dt)
    sampled = perturbation_error(
        model, target, radii, length=config.length, copies=config.copies,
        seed=config.seed, only=("w",), search=None)
    down = model.with_parameters({
        "w": model.w.detach() + torch.tensor(radii, dtype=DTYPE)[:, None],
        "U": model.U.detach().expand(len(radii), -1, -1),
        "c": model.c.detach().expand(len(radii), -1, -1)})
    # the box of the rates is their ball
    return Table(
        radius=radii, sampled=sampled["sampled"],
        shifted=distance(target, down, config.length),
        margin=[margin] * len(radii), largest_rate=[max(rho_hat.rates)] * len(radii),
        lower=[max(error + s, g - error) for g, s in zip(grown, shrunk, strict=True)],
        upper=[error + g for g in grown],
        certified=certified_lower_curve(rho, radii)["lower"])


def _moved(rho_hat: ExponentialSum, beta: float) -> float:
    """Return int (exp(beta t) - 1) rho_hat dt."""
    shifted = ExponentialSum(rho_hat.weights, tuple(r - beta for r in rho_hat.rates))
    return shifted.l1_norm() - rho_hat.l1_norm()


def _shares(config: Config) -> list[float]:
    """Return the radii as shares of the margin, dense near zero and near one."""
    low, high = (math.log(x / (1 - x)) for x in (config.smallest, 1 - config.nearest))
    last = config.count - 2
    steps = [low + (high - low) * k / last for k in range(last + 1)]
    return [0.0, *(1 / (1 + math.exp(-s)) for s in steps)]
