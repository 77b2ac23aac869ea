"""Power laws and a tempered one by the best exponential sums, then perturbed."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from tqdm import tqdm

from comlib import (Kernel, LinearFunctional, Polynomial, Search, Table,
                    TemperedPolynomial, fit_exponentials, perturbation_error,
                    stability_margin)
from comlib.evidence import figures

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The targets exp(-gamma t)(1 + t)^(-p), the widths and the radii.

    Args:
        targets: pairs of p > 1/2 and gamma >= 0; gamma = 0 is a power law.
        widths: numbers of exponentials.
        first: logarithm to base ten of the smallest radius > 0.
        last: that of the largest.
        each: radii in a decade.
        copies: random perturbations at each radius.
        restarts: of the search for the worst one.
        updates: of each start.
    """

    targets: tuple[tuple[float, float], ...] = ((1.1, 0.5), (1.1, 0.0), (1.5, 0.0))
    widths: tuple[int, ...] = (1, 2, 4, 8)
    first: float = -5.0
    last: float = 0.0
    each: int = 6
    copies: int = 10
    restarts: int = 4
    updates: int = 30


RECORDS = {"best-rates": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return a bracket of E_m(beta) in L2 for all weights, on the infinite horizon.

    Columns: ``slowest``, the smallest rate; ``sampled``, ``found`` and ``upper`` as
    in ``perturbation_error``.

    Args:
        config: what to compute.
    """
    count = round((config.last - config.first) * config.each) + 1
    radii = [0.0, *np.logspace(config.first, config.last, count).tolist()]
    cases = [(p, gamma, m) for p, gamma in config.targets for m in config.widths]
    tables = []
    for p, gamma, m in tqdm(cases, unit="width", disable=len(cases) < 5):
        kernel: Kernel = TemperedPolynomial(p, gamma) if gamma else Polynomial(p)
        model = fit_exponentials(kernel, m).model
        found = perturbation_error(
            model, LinearFunctional(kernel, 1.0), radii, norm="L2",
            copies=config.copies, search=Search(config.restarts, config.updates))
        tables.append(Table(
            radius=radii, slowest=[float(stability_margin(model))] * len(radii),
            **{name: found[name] for name in ("sampled", "found", "upper")}))
    exponents, rates, widths = zip(*cases, strict=True)
    return Table.stack(tables, p=exponents, gamma=rates, width=widths)


def plot(table: Table) -> Figure:
    """Draw the brackets of all widths, one panel for each target.

    Args:
        table: what ``run`` returned.
    """
    targets = list(dict.fromkeys(zip(table["gamma"].tolist(), table["p"].tolist())))
    fig, axes = figures.panels(len(targets), height=3.2, sharey=True)
    for ax, (gamma, p) in zip(axes, targets, strict=True):
        rows = table.where(gamma=gamma, p=p)
        rows = Table(**{c: rows[c][rows["radius"] > 0] for c in rows.columns})
        figures.bands(rows, "radius", "found", "found", "upper", by="width",
                      labels=[f"m = {m}" for m in rows.values("width")],
                      xscale="log", yscale="log", xlabel="perturbation β",
                      ylabel="error E(β) in L2", ax=ax)
        tempered = f"tempered, p = {p:g}, γ = {gamma:g}"
        ax.set(title=tempered if gamma else f"power law, p = {p:g}", ylim=(1e-4, 10))
    figures.legend_above(*axes)
    return fig
