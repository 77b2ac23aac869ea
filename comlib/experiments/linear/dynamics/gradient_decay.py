"""Gradient and curvature on the plateau, against the delay."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Gaussian, Table
from comlib.dynamics import ModeLoss
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.kernels import TwoPart


@dataclass(frozen=True)
class Config:
    """Networks that equal exp(-rate t), with a bump of width 1 still to be learnt.

    Args:
        weights: a_i, with sum one, of as many modes of the same rate.
        rates: w, one network for each.
        first: first delay 1/omega.
        last: last delay.
        count: number of delays, evenly spaced.
    """

    weights: tuple[float, ...] = (0.5, 0.3, 0.2)
    rates: tuple[float, ...] = (0.5, 1.0, 1.5)
    first: float = 4.0
    last: float = 16.0
    count: int = 13


def run(config: Config) -> Table:
    """Return rate, delay, the sizes at theta_0 and what bounds them.

    Columns: gradient |grad J|, residual |Hess J - 2 Gram|, negative (minus the least
    eigenvalue of Hess J), kernel (the dimension of the kernel of Gram) and the bounds
    gradient_bound and curvature_bound of prp-gradient-decay in the form with moments.

    Source: prp-gradient-decay in the book.

    Args:
        config: what to compute.
    """
    delays = torch.linspace(config.first, config.last, config.count).tolist()
    rows = [_row(config.weights, rate, delay)
            for rate in config.rates for delay in delays]
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw gradient and negative curvature for each rate, with their bounds dashed.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.7, sharey=True)
    for ax, name, bound, title in zip(
            axes, ("gradient", "negative"), ("gradient_bound", "curvature_bound"),
            ("gradient", "negative curvature"), strict=True):
        figures.lines(table, "delay", name, by="rate", ax=ax, yscale="log",
                      linestyle="", marker="o", xlabel="delay 1/ω", ylabel="size")
        labels = [None] * len(set(table["rate"].tolist()))
        ax.set_prop_cycle(color=figures.COLOURS)
        figures.lines(table, "delay", bound, by="rate", ax=ax, yscale="log",
                      labels=labels, linestyle="--", linewidth=1.2,
                      xlabel="delay 1/ω", ylabel="size")
        ax.set(title=title)
    figures.label_lines(*axes)
    return fig


def _row(weights: tuple[float, ...], rate: float, delay: float) -> dict[str, float]:
    a = torch.tensor(weights, dtype=DTYPE)
    theta = torch.cat([a, torch.full_like(a, rate)])
    loss, bump = ModeLoss(TwoPart(rate, delay, 1.0)), Gaussian(delay, 1.0)
    hessian, gram = loss.hessian(theta), loss.gram(theta)
    l0, l1, l2 = bump.laplace_moments(torch.tensor(rate, dtype=DTYPE), 2)
    eigenvalues = torch.linalg.eigvalsh(gram)
    return {
        "rate": rate, "delay": delay,
        "gradient": float(loss.gradient(theta).norm()),
        "residual": float(torch.linalg.matrix_norm(hessian - 2 * gram, 2)),
        "negative": -float(torch.linalg.eigvalsh(hessian)[0]),
        "kernel": int((eigenvalues < 1e-12 * eigenvalues[-1]).sum()),
        "gradient_bound": float(2 * (len(a) ** 0.5 * l0 + a.norm() * l1)),
        "curvature_bound": float(2 * (l1 + a.abs().max() * l2))}
