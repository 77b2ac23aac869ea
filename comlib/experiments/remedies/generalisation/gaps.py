"""What ranks the generalisation gaps of untrained and of fitted models."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.generalisation import ar_covariance, output_measure, output_power

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The tasks: random real modes, random inputs, ridge regression on the readout.

    Args:
        tasks: how many.
        repeats: data sets over which the gap of a fitted model is averaged.
        length: lags T.
        samples: n of a data set.
        modes: m.
        noise: standard deviation of the noise in the outputs; the target has power
            one.
        scales: decades over which the scale of the inputs varies, around one.
        seed: of everything.
    """

    tasks: int = 300
    repeats: int = 60
    length: int = 64
    samples: int = 40
    modes: int = 12
    noise: float = 0.5
    scales: float = 0.0
    seed: int = 0


RECORDS = {"gaps": (Config(), Config(scales=2.0))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return one row for each task.

    Columns: ``correlation`` of the input. Of an untrained model: ``tau0``, ``power0``
    and ``gap0``, expected minus mean squared output on one data set, without its sign.
    Of the fitted ones, means over the data sets: ``gap``, expected minus mean squared
    error; ``tau``, ``power``, ``readout`` |C|^2; and ``predicted``,
    2 noise^2 df / n with the degrees of freedom df of the fit.

    Args:
        config: what to compute.
    """
    generator = torch.Generator().manual_seed(config.seed)
    rows = [_task(config, generator) for _ in range(config.tasks)]
    return Table.from_rows(("correlation", "tau0", "power0", "gap0", "gap", "tau",
                            "power", "readout", "predicted"), rows)


def plot(table: Table) -> Figure:
    """Draw the gaps of every second task against what is to predict them.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(3, height=2.6)
    for ax, across, up, title in zip(
            axes, ("tau0", "tau", "predicted"), ("gap0", "gap", "gap"),
            ("untrained", "fitted", "fitted, by freedom"), strict=True):
        ax.plot(table[across][::2], table[up][::2], "o", markersize=2.5, alpha=0.7,
                color=figures.COLOURS[0])
        ax.set(title=title, xscale="log", yscale="log", ylabel="gap",
               xlabel="2 σ² df / n" if across == "predicted" else "τ")
    ends = [0.0, table["predicted"].max()]
    axes[2].plot(ends, ends, color=figures.GUIDE, linestyle=":", zorder=3)
    for ax in axes[1:]:
        ax.set(yscale="linear", ylim=(0, None))
    axes[1].set_xlim(1, 100)
    axes[2].set(xscale="linear", xlim=(0, None))
    return fig


def _task(config: Config, generator: torch.Generator) -> tuple[float, ...]:
    T, n, m = config.length, config.samples, config.modes

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=DTYPE)

    u = torch.rand(m + 2, generator=generator, dtype=DTYPE)
    a = (0.0, 0.5, 0.9, 0.99)[int(torch.randint(4, (), generator=generator))]
    scale, ridge = 10 ** (config.scales * (u[m] - 0.5)), 10 ** (-3 * u[m + 1])
    B = (1 - 10 ** (-2.5 + 2.2 * u[:m]))[:, None] ** torch.arange(T)
    K = scale**2 * ar_covariance(T, a)
    half = torch.linalg.cholesky(K)
    s = torch.arange(T, dtype=DTYPE)
    target = 0.5 * 0.8**s + 0.5 * 0.98**s
    target = target / output_power(target, K).sqrt()

    rho0 = normal(m) @ B / m**0.5
    power0 = output_power(rho0, K)
    gap0 = (power0 - (normal(n, T) @ half.mT @ rho0).square().mean()).abs()

    x = normal(config.repeats, n, T) @ half.mT
    y = x @ target + config.noise * normal(config.repeats, n)
    F = x @ B.mT
    S = F.mT @ F / n
    damped = S + ridge * torch.eye(m, dtype=DTYPE)
    C = torch.linalg.solve(damped, F.mT @ y[..., None] / n)[..., 0]
    df = torch.linalg.solve(damped, S).diagonal(dim1=-2, dim2=-1).sum(-1)
    rho = C @ B
    gap = (config.noise**2 + output_power(rho - target, K)
           - (y - (F @ C[..., None])[..., 0]).square().mean(-1))
    means = (gap, output_measure(rho, K), output_power(rho, K), C.square().sum(-1),
             2 * config.noise**2 * df / n)
    return (a, *(float(v) for v in (output_measure(rho0, K), power0, gap0)),
            *(float(v.mean()) for v in means))
