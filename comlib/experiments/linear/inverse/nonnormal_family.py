"""Networks with all eigenvalues at -1 that approximate a power law."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from scipy import special

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE


@dataclass(frozen=True)
class Config:
    """The power law and the networks W = -I + N, N the lower shift.

    Args:
        omega: > 0; the target decays like t^(-1 - omega).
        widths: the m.
        first: earliest time after zero.
        last: latest time.
        count: number of times, evenly spaced in their logarithms.
    """

    omega: float = 0.5
    widths: tuple[int, ...] = (16, 64, 256)
    first: float = 0.1
    last: float = 1000.0
    count: int = 41


def run(config: Config) -> Table:
    """Return width, time, target, kernel and flow, the spectral norm of exp(Wt).

    The kernel is sum_{k < m} c_k exp(-t) t^k / k! with c_k = B(1 + omega, k + 1).

    Source: prp-nonnormal-counterexample in the book.

    Args:
        config: what to compute.
    """
    ends = torch.tensor([config.first, config.last], dtype=DTYPE).log()
    t = torch.linspace(*ends.tolist(), config.count, dtype=DTYPE).exp()
    a = 1 + config.omega
    target = torch.from_numpy(special.gammainc(a, t.numpy()))
    target = target * special.gamma(a) / t**a
    tables = []
    for m in config.widths:
        k = torch.arange(m, dtype=DTYPE)
        c = torch.from_numpy(special.beta(a, k.numpy() + 1))
        poisson = torch.exp(k * t[:, None].log() - t[:, None] - torch.lgamma(k + 1))
        # exp(Wt) is the lower triangular Toeplitz matrix of the Poisson weights
        lag = (k[:, None] - k).long()
        flow = torch.stack([torch.linalg.matrix_norm(
            torch.where(lag >= 0, p[lag.clamp(min=0)], 0.0), 2) for p in poisson])
        tables.append(Table(time=t, target=target, kernel=poisson @ c, flow=flow))
    return Table.stack(tables, width=config.widths)


def plot(table: Table) -> Figure:
    """Draw the kernels, and the norms of exp(Wt), beside what eigenvalues promise.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.7)
    widths = table.values("width")
    first = table.where(width=widths[0])
    promise = torch.exp(-torch.from_numpy(first["time"].copy()))
    axes[0].plot(first["time"], first["target"], color=figures.FAINT, linewidth=5.0,
                 linestyle="-", label="target")
    for ax, name in zip(axes, ("kernel", "flow")):
        figures.lines(table, "time", name, by="width", ax=ax, xscale="log",
                      yscale="log", xlabel="time", ylabel=name,
                      labels=[f"m = {m}" for m in widths])
        ax.plot(first["time"], promise, color=figures.GUIDE, linestyle=":",
                label="exp(-t)")
        ax.set(ylim=(1e-6, 3.0))
    axes[0].legend(loc="lower left")
    axes[0].set(ylabel="kernel", title="kernels")
    axes[1].set(ylabel="norm of exp(Wt)", title="flow")
    axes[1].legend(loc="lower left")
    return fig
