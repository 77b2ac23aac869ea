"""One network, perturbed in several ways: what the choice alone changes."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import (Ball, Direct, Parameterization, RNN, Softplus, Table, fit,
                    population_loss)
from comlib.evidence import figures
from comlib.experiments.inverse.nonlinear import protocols
from comlib.experiments.inverse.nonlinear.networks import Bounded, with_map
from comlib.training import QuasiNewton

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """A linear diagonal network, fitted to (1 + t/10)^(-1.1) exactly.

    Args:
        width: number of modes.
        radii: the beta > 0.
        copies: random perturbations.
        updates: of the fit.
    """

    width: int = 4
    radii: tuple[float, ...] = (0.002, 0.008, 0.032, 0.128)
    copies: int = 30
    updates: int = 300


def run(config: Config) -> Table:
    """Return the largest sampled error in the box for each way and radius.

    Ways: "rates", the eigenvalues move; "all rates by -beta", they move down
    together, the rest at random; "softplus", the raw weights of softplus move;
    "gain a - 1" and "gain a", those of exp(-exp(w)) with the input gains
    sqrt(1 - (1-a)^2) and sqrt(1 - a^2). The functional is the same before.

    Source: fig-same-network in the book.

    Args:
        config: what to fit and to perturb.
    """
    H, weights = protocols.target("pol"), protocols.error_weights()
    begin = with_map(protocols.start("oracle", "linear", "diagonal", config.width, 1),
                     Bounded())
    found = fit(begin, H, length=protocols.LENGTH, weights=weights, progress=False,
                protocol=QuasiNewton(updates=config.updates, polish=0)).model
    single = {n: p.detach()[0] for n, p in found.named_parameters()}
    base = _balanced(with_map(found.with_parameters(single), Direct()))
    models = {"rates": base, "all rates by -beta": base,
              "softplus": with_map(base, Softplus()),
              "gain a - 1": _under(base, _Gated(False)),
              "gain a": _under(base, _Gated(True))}
    rows = []
    for way, model in models.items():
        for radius in (0.0, *config.radii):
            box = Ball(radius, shape="box").sample(model, config.copies, seed=0)
            if way == "all rates by -beta":
                box = box.with_parameters({"w": (model.w + radius).detach().expand(
                    config.copies, -1)})
            with torch.no_grad():
                errors = population_loss(box, H, protocols.LENGTH, weights)
            rows.append((way, radius, float(torch.nan_to_num(
                errors, nan=math.inf, posinf=math.inf).max())))
    return Table.from_rows(("way", "radius", "sampled"), rows)


def plot(table: Table) -> Figure:
    """Draw the errors against the radius, a curve for each way.

    Args:
        table: what ``run`` returned.
    """
    fig, (ax,) = figures.panels(1, height=2.8)
    for way, rows in table.groups("way"):
        ax.plot(rows["radius"][1:], rows["sampled"][1:], "o-", label=way)
    ax.set(xscale="log", yscale="log", xlabel="perturbation β", ylabel="error")
    figures.label_lines(ax)
    return fig


@dataclass(frozen=True)
class _Gated(Parameterization):
    """f(w) = a - 1 with a = exp(-exp(w)), and an input gain, as in the LRU.

    Args:
        right: gain sqrt(1 - a^2); else sqrt(1 - (a - 1)^2).
    """

    right: bool = True

    def __call__(self, w: Tensor) -> Tensor:
        return torch.expm1(-torch.exp(w))

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        return torch.log(-torch.log1p(eigenvalue))

    def input_gain(self, eigenvalue: Tensor) -> Tensor:
        a = 1 + eigenvalue if self.right else eigenvalue
        return torch.sqrt(1 - a**2)


def _under(model: RNN, f: _Gated) -> RNN:
    """Return the same functional under another map, with its gain."""
    twin = with_map(model, f)
    gain = f.input_gain(model.W.detach())[:, None]
    return _balanced(twin.with_parameters({"U": model.U.detach() / gain}))


def _balanced(model: RNN) -> RNN:
    """Return the same functional with |c_i| = |U_i| in every mode."""
    U, c = model.U.detach(), model.c.detach()
    size = (c.mT.abs() / U.abs()).sqrt()
    return model.with_parameters({"U": U * size, "c": c / size.mT})
