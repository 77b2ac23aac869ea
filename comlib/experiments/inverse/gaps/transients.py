"""Lyapunov matrices and transients of stable matrices that are not normal."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table, complex_stability_radius
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.measures import flow_constant, lyapunov_norm

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Two families with all eigenvalues at -1, and how finely they are followed.

    Args:
        couplings: the K of [[-1, K], [0, -1]].
        widths: the m of -I + 2 N, N the shift of m neurons.
        last: last time at which the flow is computed.
        count: number of times.
    """

    couplings: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
    widths: tuple[int, ...] = (1, 2, 4, 6, 8, 12, 16)
    last: float = 30.0
    count: int = 301


def run(config: Config) -> Table:
    """Return family, size (K or m), radius, ``exact``, ``claimed`` and ``proved``.

    These are |P|_2, the value of Lemma A.8 and the bound of lem-lyapunov-radius;
    ``peak`` is the largest |exp(W t)|_2 at the times and ``constant`` its bound.

    Args:
        config: what to compute.
    """
    one = torch.ones((), dtype=DTYPE)
    matrices = [("pair", K, torch.stack([-one, K * one, 0 * one, -one]).reshape(2, 2))
                for K in config.couplings]
    matrices += [("chain", float(m), torch.diag(2 * one.expand(m - 1), -1)
                  - torch.eye(m, dtype=DTYPE)) for m in config.widths]
    rows = [{"family": name, "size": size, **_row(W, config)}
            for name, size, W in matrices]
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw exact, claimed and proved norms of P, one panel for each family.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8, sharey=True)
    titles = {"pair": ("two neurons", "coupling K"), "chain": ("a chain", "width m")}
    for ax, (name, (title, xlabel)) in zip(axes, titles.items(), strict=True):
        figures.lines(table.where(family=name), "size", ["proved", "exact", "claimed"],
                      labels=["proved here", "exact", "Lemma A.8"], ax=ax,
                      xscale="log", yscale="log", xlabel=xlabel,
                      ylabel="norm of P")
        ax.set_title(title)
    figures.label_lines(*axes)
    return fig


def _row(W: torch.Tensor, config: Config) -> dict[str, float]:
    times = torch.linspace(0, config.last, config.count, dtype=DTYPE)
    flow = torch.matrix_exp(times[:, None, None] * W)
    r, L = complex_stability_radius(W), float(torch.linalg.matrix_norm(W, 2))
    return {"radius": r, "exact": lyapunov_norm(W), "claimed": 0.5,
            "proved": (L + 2 * r) / (torch.pi * r**2),
            "peak": float(torch.linalg.matrix_norm(flow, 2).max()),
            "constant": flow_constant(W)}
