"""The measure tau as a penalty, beside two quadratic ones."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.generalisation import ar_covariance, fit_with_measure, output_power

__all__ = ["Config", "plot", "run"]

NAMES = {"ridge": "p |C|²", "power": "p E y²", "measure": "p τ"}


@dataclass(frozen=True)
class Config:
    """The tasks.

    Args:
        targets: "fast" 0.5^s, "mixed" 0.5 0.8^s + 0.5 0.98^s, "swinging"
            0.9^s cos(s/2); each of output power one.
        correlations: a of the inputs.
        first: smallest strength p, as a power of ten.
        last: largest one.
        count: strengths at equal ratios.
        length: lags T.
        samples: n.
        modes: m; 1 - lambda is log-spaced from 10^-2.5 to 10^-0.3.
        noise: standard deviation of the noise.
        repeats: data sets.
        seed: of the data.
    """

    targets: tuple[str, ...] = ("fast", "mixed", "swinging")
    correlations: tuple[float, ...] = (0.0, 0.9)
    first: float = -4.0
    last: float = 1.0
    count: int = 8
    length: int = 64
    samples: int = 30
    modes: int = 12
    noise: float = 0.7
    repeats: int = 100
    seed: int = 0


RECORDS = {"penalties": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return the mean excess risk for each penalty and strength.

    Columns: ``correlation``, ``target``, ``penalty``, ``strength``; ``risk``, the
    expected square of the error in the output, and its standard ``error``; ``gap``, the
    largest relative duality gap of the fits (0 for quadratic penalties).

    Args:
        config: what to compute.
    """
    s = torch.arange(config.length, dtype=DTYPE)
    slow = torch.logspace(-2.5, -0.3, config.modes, dtype=DTYPE)
    B = (1 - slow)[:, None] ** s
    kernels = {"fast": 0.5**s, "mixed": 0.5 * 0.8**s + 0.5 * 0.98**s,
               "swinging": 0.9**s * torch.cos(s / 2)}
    rows = []
    for a in config.correlations:
        K = ar_covariance(config.length, a)
        for name in config.targets:
            target = kernels[name] / output_power(kernels[name], K).sqrt()
            F, y = _data(config, target, K, B)
            for k in range(config.count):
                p = 10 ** (config.first + k * (config.last - config.first)
                           / (config.count - 1))
                for penalty, (C, gap) in _fits(F, y, B, K, p).items():
                    risk = output_power(C @ B - target, K)
                    error = float(risk.std() / math.sqrt(len(risk)))
                    rows.append((a, name, penalty, p, float(risk.mean()), error, gap))
    return Table.from_rows(("correlation", "target", "penalty", "strength", "risk",
                            "error", "gap"), rows)


def plot(table: Table) -> Figure:
    """Draw the risks for white input against the strength.

    Args:
        table: what ``run`` returned.
    """
    first = table.where(correlation=table.values("correlation")[0])
    fig, axes = figures.panels(len(first.values("target")), height=2.8)
    for ax, (name, rows) in zip(axes, first.groups("target"), strict=True):
        for k, (penalty, part) in enumerate(rows.groups("penalty")):
            ax.errorbar(part["strength"], part["risk"], 2 * part["error"],
                        color=figures.COLOURS[k], linestyle=figures.DASHES[k],
                        label=NAMES[penalty])
        ax.set(title=name, xscale="log", yscale="log", xlabel="strength p",
               ylabel="excess risk")
    figures.legend_above(*axes, cols=2)
    return fig


def _data(config: Config, target: Tensor, K: Tensor, B: Tensor
          ) -> tuple[Tensor, Tensor]:
    """Return features and outputs of all data sets."""
    generator = torch.Generator().manual_seed(config.seed)
    shape = (config.repeats, config.samples, config.length)
    x = torch.randn(shape, generator=generator, dtype=DTYPE)
    x = x @ torch.linalg.cholesky(K).mT
    noise = torch.randn(shape[:2], generator=generator, dtype=DTYPE)
    return x @ B.mT, x @ target + config.noise * noise


def _fits(F: Tensor, y: Tensor, B: Tensor, K: Tensor, p: float
          ) -> dict[str, tuple[Tensor, float]]:
    """Return the readouts of all data sets, and the duality gap, by penalty."""
    found = {}
    for name, half in (("ridge", torch.eye(len(B), dtype=DTYPE)),
                       ("power", torch.linalg.cholesky(K).mT @ B.mT)):
        # |y - F C|^2 / n + p |half C|^2 as one sum of squares: S is close to singular
        below = (p**0.5 * half).expand(len(F), -1, -1)
        Q, R = torch.linalg.qr(torch.cat([F / F.shape[1]**0.5, below], 1))
        force = Q[:, :F.shape[1]].mT @ y[..., None] / F.shape[1]**0.5
        C = torch.linalg.solve_triangular(R, force, upper=True)[..., 0]
        found[name] = C, 0.0
    C, gap = fit_with_measure(F, y, B, p)
    return found | {"measure": (C, float(gap.max()))}
