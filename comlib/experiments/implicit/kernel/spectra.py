"""Where the eigenvalues of A = W / sqrt(m) lie, and how far they overshoot the disc."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.wide import Variances, WideNetwork

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The widths and the draws; all nu_W are one, as others only change the scale.

    Args:
        widths: m.
        draws: matrices of the least width; of others fewer, in inverse proportion.
        seed: of the draws.
    """

    widths: tuple[int, ...] = (50,)
    draws: int = 100
    seed: int = 0


RECORDS = {"spectra": Config(widths=(50, 100, 200, 400, 800))}
"""The stored run: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return the spectral radii, and the eigenvalues of one matrix of 200 or less.

    Columns: ``width``; ``radius``, the mean of the largest absolute eigenvalue, its
    standard ``error`` and its ``spread``; ``real`` and ``imaginary``. In the rows of
    the eigenvalues the first ones are NaN, and the last ones in the others.

    Args:
        config: what to compute.
    """
    rows, unit, nan = [], Variances(1.0, 1.0, 1.0), math.nan
    for m in config.widths:
        draws = max(1, config.draws * min(config.widths) // m)
        A = [WideNetwork.random(m, unit, seed=config.seed + k).transition().detach()
             for k in range(draws)]
        eigenvalues = [torch.linalg.eigvals(one) for one in A]
        radius = torch.stack([one.abs().max() for one in eigenvalues])
        spread = float(radius.std())
        rows.append((m, float(radius.mean()), spread / draws**0.5, spread,
                     nan, nan))
        if m <= 200:
            cloud = eigenvalues[0]
    rows += [(len(cloud), nan, nan, nan, float(z.real), float(z.imag)) for z in cloud]
    return Table.from_rows(("width", "radius", "error", "spread", "real", "imaginary"),
                           rows)


def plot(table: Table) -> Figure:
    """Draw the eigenvalues in the unit disc, and the radius against the width.

    Args:
        table: what ``run`` returned.
    """
    fig, (disc, radius) = figures.panels(2, height=2.9)
    disc.plot(table["real"], table["imaginary"], ".", markersize=3)
    angle = torch.linspace(0, 2 * math.pi, 200)
    disc.plot(angle.cos(), angle.sin(), "--", color=figures.INK, linewidth=1)
    disc.set(xlabel="real part / √ν_W", ylabel="imaginary part / √ν_W", aspect="equal",
             title="eigenvalues of one matrix")
    rows = table.where(real=math.nan)
    radius.errorbar(rows["width"], rows["radius"], rows["spread"], marker="o",
                    capsize=3)
    radius.axhline(1.0, linestyle="--", color=figures.INK, linewidth=1)
    radius.set_xscale("log")
    radius.minorticks_off()
    radius.set_xticks(rows["width"], rows["width"])
    radius.set(xlabel="width m", ylabel="radius / √ν_W",
               title="spectral radius")
    return fig
