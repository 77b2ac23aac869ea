"""Widths, errors and stability margins of networks that remember two targets."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from ...evidence import Table, figures
from ...functional import DTYPE
from ...kernels import TemperedPolynomial

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Two targets, (1 + t)^(-p) and exp(-gamma t) (1 + t)^(-p), and the networks.

    Args:
        p: exponent of both.
        gamma: decay rate of the second.
        widths: numbers of exponentials.
        horizon: the last time of the curves.
    """

    p: float = 1.5
    gamma: float = 0.5
    widths: tuple[int, ...] = (2, 4, 8, 16, 32)
    horizon: float = 1e3


def run(config: Config = Config()) -> Table:
    """Return kernels on a logarithmic grid, with error and margin on every row.

    Width 0 stands for the target. Errors are exact relative L1 distances.

    Args:
        config: what to compute.
    """
    t = torch.logspace(-1, torch.log10(torch.tensor(config.horizon)), 61, dtype=DTYPE)
    tables = []
    for name, gamma in (("power law", 0.0), ("exponential", config.gamma)):
        rho = TemperedPolynomial(config.p, gamma)
        for width in (0, *config.widths):
            approximant = rho.exponential_sum(width) if width else rho
            error = (rho - approximant).l1_norm() / rho.l1_norm() if width else 0.0
            tables.append((Table(time=t, memory=approximant(t)), {
                "target": name, "width": width, "error": error,
                "margin": approximant.decay_rate}))
    return Table.stack([table for table, _ in tables],
                       **{key: [labels[key] for _, labels in tables]
                          for key in ("target", "width", "error", "margin")})


def plot(table: Table) -> Figure:
    """Draw the power law's memory by width, and error against margin.

    Args:
        table: from ``run``.
    """
    fig, axes = figures.panels(2, height=2.8)
    power = table.where(target="power law")
    widths = dict.fromkeys(power["width"].tolist())
    figures.lines(power, "time", "memory", by="width", xscale="log", yscale="log",
                  ylabel="memory", floor=1e-9, ax=axes[0],
                  labels=["target" if m == 0 else f"m = {m}" for m in widths])
    left, right = axes
    left.set(ylim=(1e-6, 2), title="memory of networks of width m")
    left.lines[0].set(color=figures.FAINT, linewidth=3.2, linestyle="-")
    left.legend()
    for name in ("power law", "exponential"):
        rows = table.where(target=name)
        points = [rows.where(width=m) for m in widths if m]
        curve = Table(margin=[p["margin"][0] for p in points],
                      error=[p["error"][0] for p in points])
        figures.lines(curve, "margin", "error", xscale="log", yscale="log",
                      xlabel="stability margin", ylabel="relative error",
                      marker="o", ax=right)
        beside = (0, -13) if name == "power law" else (8, -3)
        right.annotate(f"{name} target", (curve["margin"][-1], curve["error"][-1]),
                       xytext=(-3, 10) if name == "power law" else (-8, 0),
                       ha="left" if name == "power law" else "right",
                       textcoords="offset points", color=right.lines[-1].get_color())
        for m, x, y in zip(widths, (0, *curve["margin"]), (0, *curve["error"])):
            if m:
                right.annotate(f"{m}", (x, y), xytext=beside,
                               textcoords="offset points", color=figures.GUIDE)
    right.set(title="what accuracy costs", xlim=(0.05, 2.5), ylim=(None, 4))
    return fig
