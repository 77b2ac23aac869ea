"""One learning rate for several modes, trained apart or in one network."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import ExponentialSum, Table
from comlib.dynamics import ModeLoss
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.models import (Direct, Exp, InverseQuadratic, Parameterization, Reciprocal,
                           Softplus, Square)
from comlib.modes import joint_hessian, largest_stable_rate
from comlib.modes.steps import bisect

__all__ = ["Config", "plot", "run"]

_MAPS = {"direct": Direct(), "−w²": Square(), "exp": Exp(), "softplus": Softplus(),
         "−1/w": Reciprocal(), "best": InverseQuadratic()}


@dataclass(frozen=True)
class Config:
    """The modes, each of weight one, and the simulation.

    Args:
        rates: lambda of the modes.
        updates: of each descent.
        halvings: of an interval from a quarter to four times the predicted rate.
    """

    rates: tuple[float, ...] = (1e-3, 1e-2, 1e-1, 1.0)
    updates: int = 80
    halvings: int = 14


def run(config: Config) -> Table:
    """Return one row for each map.

    Columns: ``apart``, the least of the modes' largest stable rates; ``joint``, that of
    the sum of the modes, and ``simulated`` the same by bisection of descents;
    ``spread`` of the modes' largest rates, largest over least; ``condition`` number of
    the joint Hessian.

    Args:
        config: what to compute.
    """
    rates, rows = torch.tensor(config.rates, dtype=DTYPE), []
    for name, f in _MAPS.items():
        alone = largest_stable_rate(f, rates)
        bends = torch.linalg.eigvalsh(joint_hessian(f, rates, torch.ones_like(rates)))
        joint = 2 / bends[-1]
        rows.append({"map": name, "apart": alone.min(), "joint": joint,
                     "simulated": _simulated(f, rates, joint, config),
                     "spread": alone.max() / alone.min(),
                     "condition": bends[-1] / bends[0]})
    return Table(**{c: [row[c] if c == "map" else float(row[c]) for row in rows]
                    for c in rows[0]})


def plot(table: Table) -> Figure:
    """Draw condition numbers, apart and joint.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=2.6)
    place = range(len(table))
    for column, mark, label in (("spread", "o", "apart"), ("condition", "s", "joint")):
        ax.plot(place, table[column], mark, label=label)
    ax.set(yscale="log", ylabel="largest / least curvature")
    ax.set_xticks(list(place), table["map"].tolist())
    figures.legend_above(ax)
    return fig


def _simulated(
    f: Parameterization, rates: torch.Tensor, guess: torch.Tensor, config: Config
) -> torch.Tensor:
    """Return up to which learning rate an oscillation of size 1e-6 shrinks."""
    loss = ModeLoss(ExponentialSum((1.0,) * len(rates), tuple(rates.tolist())))
    ones = torch.ones_like(rates)

    def grows(learning_rate: torch.Tensor) -> torch.Tensor:
        w = f.inverse(-rates * (1 + 1e-6))
        path = [w]
        for _ in range(config.updates):
            w = w.detach().requires_grad_()
            rate = -f(w)
            if not (rate > 0).all():
                return torch.tensor(True)
            slope = loss.gradient(torch.cat([ones, rate.detach()])).chunk(2)[1] / 2
            (gradient,) = torch.autograd.grad(rate, w, slope)
            w = w.detach() - learning_rate * gradient
            path.append(w)
        swing = torch.stack(path).diff(dim=0).diff(dim=0).norm(dim=1)
        return ~(swing[-1] <= swing[0])

    return bisect(grows, guess / 4, guess * 4, config.halvings)
