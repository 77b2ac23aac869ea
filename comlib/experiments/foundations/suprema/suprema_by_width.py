"""What random draws miss of a worst case, for wider and wider networks.

Gauss-Laguerre networks of a tempered power law, all weights perturbed, in L1 and
continuous time.
"""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import (Ball, RNN, Search, Table, TemperedPolynomial, l1_loss, perturb,
                    worst_case)
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.measures import certified_change

__all__ = ["Config", "plot", "run"]

_ROUGH = 1e-6  # precision of the integrals


@dataclass(frozen=True)
class Config:
    """The target exp(-gamma t)(1+t)^(-p), the widths and the radius.

    Args:
        p: exponent, > 1.
        gamma: decay rate, larger than the radius.
        widths: numbers of modes.
        radius: beta.
        draws: number of random perturbations in one experiment.
        experiments: number of experiments.
        seed: of the perturbations and of the search.
    """

    p: float = 1.5
    gamma: float = 0.5
    widths: tuple[int, ...] = (4, 8, 16, 32, 64)
    radius: float = 0.1
    draws: int = 30
    experiments: int = 5
    seed: int = 0


def run(config: Config) -> Table:
    """Return what was sampled, found and proved, in the ball and in the box.

    Columns: ``sampled`` is the median over the experiments of the largest error of
    their draws, ``least`` and ``most`` its range; ``found`` that of projected
    ascent. ``floor`` is proved: in the ball the error after moving all rates down
    by the radius, in the box that of prp-box-is-larger. ``upper`` is proved too, by
    prp-certified-change or cor-box-from-above.

    Args:
        config: what to compute.
    """
    pairs = [(norm, m) for norm in ("ball", "box") for m in config.widths]
    norms, widths = zip(*pairs, strict=True)
    rows = [_row(norm, m, config) for norm, m in pairs]
    return Table(norm=list(norms), width=list(widths),
                 **{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw the errors against the width, the ball beside the box.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.8, sharey=True)
    for ax, norm in zip(axes, ("ball", "box"), strict=True):
        rows = table.where(norm=norm)
        proved = {"upper": ("upper, proved", "--"), "floor": ("lower, proved", ":")}
        figures.lines(rows, "width", "found", labels=["found"], ax=ax, xlabel="width m",
                      ylabel="error E(β)", marker="o")
        figures.bands(rows, "width", "sampled", "least", "most", ax=ax,
                      labels=["random draws"], xlabel="width m", ylabel="error E(β)",
                      marker="s")
        for name, (label, dash) in proved.items():
            figures.lines(rows, "width", name, xscale="log", yscale="log", ax=ax,
                          floor=0.0, labels=[label], color=figures.INK,
                          linewidth=1.2, linestyle=dash, xlabel="width m",
                          ylabel="error E(β)")
        ax.set_xticks(rows["width"], [str(m) for m in rows["width"]], minor=False)
        ax.xaxis.minorticks_off()
        ax.set(title=norm, ylim=(1e-2, 2.0))
    figures.label_lines(*axes)
    return fig


def _row(shape: str, width: int, config: Config) -> dict[str, float]:
    rho, beta = TemperedPolynomial(config.p, config.gamma), config.radius
    rho_hat = rho.exponential_sum(width)
    rates, a = (torch.tensor(v, dtype=DTYPE) for v in (rho_hat.rates, rho_hat.weights))
    ball = Ball(beta, shape=shape)
    model = RNN(-rates, a.sqrt()[:, None], a.sqrt()[None], dt=0.1,
                activation="identity", discretisation="exact")

    def error(stack: RNN) -> torch.Tensor:
        return l1_loss(stack, rho, _ROUGH)

    with torch.no_grad():
        largest = torch.stack([
            error(perturb(model, ball, config.draws, config.seed + k)).max()
            for k in range(config.experiments)])
        start = float(error(model))
        found = float(error(worst_case(model, error, ball, Search(seed=config.seed))))
        shifted = float(error(model.with_parameters({"w": beta - rates})))
    corner = beta**2 * float((1 / rates).sum()) - start
    floor = shifted if shape == "ball" else corner
    upper = start + certified_change(model, ball)
    return {"sampled": float(largest.median()), "least": float(largest.min()),
            "most": float(largest.max()), "found": found, "floor": floor,
            "upper": upper}
