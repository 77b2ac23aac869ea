"""Eight ways to move the best sums for three power laws: the ladder of remedies."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from tqdm import tqdm

from comlib import (Direct, Exp, LinearFunctional, Parameterization, Polynomial,
                    Search, Table, fit_exponentials, perturbation_error,
                    stability_margin)
from comlib.evidence import figures
from comlib.measures import unit_gain_change
from comlib.models import UnitGain

__all__ = ["Config", "plot", "run"]

_MAPS = {"direct": Direct(), "exp": Exp()}
_RUNGS = {"A": ("direct", False, False), "B": ("exp", False, False),
          "C": ("exp", False, True), "D": ("exp", True, True),
          "E": ("direct", True, True)}
"""What is drawn: map, unit gain, whether all weights move."""


@dataclass(frozen=True)
class Config:
    """The power laws, the widths, the radii, and how hard to search.

    Args:
        exponents: the p > 1.
        widths: numbers of modes.
        radii: the beta.
        maps: names of the parameterizations.
        gains: whether the modes have unit gain.
        all_move: whether U and c move as well.
        restarts: of the search for the worst move.
        updates: of each start.
    """

    exponents: tuple[float, ...] = (1.1, 1.5, 2.5)
    widths: tuple[int, ...] = (1, 2, 4, 8, 12)
    radii: tuple[float, ...] = (0.004, 0.016, 0.064, 0.256)
    maps: tuple[str, ...] = ("direct", "exp")
    gains: tuple[bool, ...] = (False, True)
    all_move: tuple[bool, ...] = (False, True)
    restarts: int = 4
    updates: int = 30


RECORDS = {"ladder": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return ``found`` and ``upper``, which bracket E_m(beta) in L1, over |rho|.

    Further columns, over |rho| as well: ``start``, E_m(0), and ``mass``, the integral
    of the kernel before the move; and ``slowest``, the least rate.

    Args:
        config: what to compute.
    """
    cases = [(p, name, gain, move, m) for p in config.exponents for name in config.maps
             for gain in config.gains for move in config.all_move
             for m in config.widths]
    tables = [_bracket(Polynomial(p), _map(name, gain), move, m, config)
              for p, name, gain, move, m in tqdm(cases, disable=len(cases) < 9)]
    keys = dict(zip(("p", "map", "unit_gain", "all", "width"),
                    zip(*cases, strict=True), strict=True))
    return Table.stack(tables, **keys)


def plot(table: Table) -> Figure:
    """Draw the brackets of five ways at the radius 0.064, one panel for each p.

    Args:
        table: what ``run`` returned.
    """
    radius = sorted(table.values("radius"))[-2:][0]
    exponents = table.values("p")
    fig, axes = figures.panels(len(exponents), height=2.8)
    for ax, p in zip(axes, exponents, strict=True):
        for label, (name, gain, move) in _RUNGS.items():
            rows = table.where(p=p, map=name, unit_gain=gain, all=move, radius=radius)
            rows = Table(**{c: rows[c][rows["upper"] < float("inf")]
                            for c in rows.columns})
            if len(rows):
                figures.bands(rows, "width", "found", "found", "upper",
                              labels=[label], yscale="log", marker="o", markersize=3,
                              ax=ax, xlabel="width $m$", ylabel="relative error")
                color = ax.lines[-1].get_color()
                for level in _levels(p, radius).get(label, ()):
                    ax.axhline(level, color=color, lw=0.8, ls=":")
        rows = table.where(p=p, map="exp", unit_gain=False, all=False, radius=radius)
        figures.lines(rows, "width", "start", labels=["still"], yscale="log", ax=ax,
                      color=figures.INK, linestyle="--", linewidth=1.2,
                      xlabel="width $m$", ylabel="relative error")
        ax.set(title=f"p = {p:g}", ylim=(2e-3, 30), xlim=(0.5, 14))
    figures.label_lines(*axes)
    return fig


def _levels(p: float, radius: float) -> dict[str, tuple[float, ...]]:
    """Return the limits over |rho| that are proved: thm-dilation, thm-unit-gain."""
    size = Polynomial(p).l1_norm()
    low = (2 * radius * math.sqrt(size) + radius**2) / size
    return {"B": (math.expm1(radius),),
            "D": (low, low + unit_gain_change(Exp(), radius))}


def _map(name: str, gain: bool) -> Parameterization:
    return UnitGain(_MAPS[name]) if gain else _MAPS[name]


def _bracket(
    rho: Polynomial, f: Parameterization, move: bool, width: int, config: Config
) -> Table:
    """Return the rows of one network, one for each radius."""
    model = fit_exponentials(rho, width, parameterization=f).model
    radii = [0.0, *config.radii]
    found = perturbation_error(
        model, LinearFunctional(rho, 1.0), radii, norm="L1", copies=10,
        only=None if move else ["w"], search=Search(config.restarts, config.updates))
    size, inputs = rho.l1_norm(), model.input_weights[:, 0]
    mass = float((model.c[0] * inputs / -model.W).sum().detach())
    return Table(radius=config.radii, found=found["found"][1:] / size,
                 upper=found["upper"][1:] / size,
                 **{name: torch.full((len(config.radii),), value) for name, value in
                    (("start", float(found["found"][0]) / size), ("mass", mass / size),
                     ("slowest", float(stability_margin(model))))})
