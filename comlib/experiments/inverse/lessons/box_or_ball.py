"""One functional at many widths: its worst perturbation in the ball and in the box."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Ball, RNN, Search, Table, population_loss, worst_case
from comlib.evidence import figures
from comlib.experiments.inverse.nonlinear import protocols
from comlib.functional import DTYPE

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The widths and the radius.

    Args:
        widths: numbers m of modes, all of rate 1 - 1/e, with c_i = U_i = m^(-1/2).
        radius: beta.
        copies: random perturbations.
        search: starts and steps of the search.
    """

    widths: tuple[int, ...] = (1, 8, 64, 512)
    radius: float = 0.032
    copies: int = 30
    search: tuple[int, int] = (2, 20)


def run(config: Config) -> Table:
    """Return for each width the errors, in the ball and in the box.

    The network is e^(-t) exactly, at every width. Columns: ``sampled_ball``,
    ``found_ball``, ``sampled_box``, ``found_box``; ``exact``, the supremum over the
    ball; ``floor``, what the supremum over the box is at least.

    Source: prp-box in the book (ours).

    Args:
        config: what to compute.
    """
    return Table.from_rows(
        ("width", "sampled_ball", "found_ball", "exact", "sampled_box", "found_box",
         "floor"), [(m, *_row(m, config)) for m in config.widths])


def plot(table: Table) -> Figure:
    """Draw the errors against the width.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=2.8)
    names = ["found_box", "sampled_box", "floor", "found_ball", "sampled_ball"]
    figures.lines(table, "width", names, xscale="log", yscale="log", ax=ax, marker="o",
                  labels=["found, box", "sampled, box", "floor, box", "found, ball",
                          "sampled, ball"], xlabel="width m", ylabel="error")
    figures.label_lines(ax)
    return fig


def _row(m: int, config: Config) -> list[float]:
    H, weights = protocols.target("exp"), protocols.error_weights()
    beta, a = config.radius, torch.tensor(-1.0, dtype=DTYPE).exp()
    ones = torch.ones(m, dtype=DTYPE)
    model = RNN((a - 1) * ones, ones[:, None] / m**0.5, ones[None] / m**0.5,
                dt=protocols.DT, activation="identity")

    def loss(stack):
        return population_loss(stack, H, protocols.LENGTH, weights)

    values = []
    for shape in ("ball", "box"):
        ball = Ball(beta, shape=shape)
        draws = ball.sample(model, config.copies, seed=0)
        start = [draws, ball.shifts(model)]
        worst = worst_case(model, loss, ball, Search(*config.search), start)
        with torch.no_grad():
            values += [float(loss(draws).max()), float(loss(worst))]
    kappa = weights.flip(0).cumsum(0).flip(0)
    s = torch.arange(protocols.LENGTH, dtype=DTYPE)
    largest = (1 + beta) ** 2 * (a + beta) ** s - a**s
    exact = float((kappa * largest.square()).sum())
    floor = float(kappa[0]) * (beta**2 * m) ** 2
    return [*values[:2], exact, *values[2:], floor]
