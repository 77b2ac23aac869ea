"""Learning rates of a small diagonal state-space layer on a task with long memory.

After the released code of StableSSM: features with steps D, log-uniform, and complex
states exp(D (f(w) + i pi n)), of which all numbers are trained by AdamW. Here without
the nonlinear part, so that the layer is one kernel.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Polynomial, Table
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.models import (Direct, Exp, InverseQuadratic, Parameterization,
                           Softplus)
from comlib.modes.steps import adam

__all__ = ["Config", "plot", "run"]

_MAPS = {"direct": Direct(), "softplus": Softplus(), "exp": Exp(),
         "best": InverseQuadratic(b=0.1)}


@dataclass(frozen=True)
class Config:
    """The map, the rates, and the task.

    Args:
        map: from w to the real part of the eigenvalues.
        start: that real part before training.
        trained: "all" weights with the learning rate, or only the "real parts" with
            it and the others with ``other_rate``.
        learning_rates: of AdamW, before the cosine.
        other_rate: see ``trained``.
        seeds: of starts and inputs.
        length: time points T.
        features: number of steps D.
        states: of each feature.
        updates: number of steps.
        batch: fresh inputs for each of them.
        weight_decay: of AdamW.
    """

    map: str = "exp"
    start: float = -0.5
    trained: str = "all"
    learning_rates: tuple[float, ...] = (5e-5, 5e-4, 5e-3, 5e-2, 5e-1, 5e0)
    other_rate: float = 5e-3
    seeds: tuple[int, ...] = (0, 1, 2)
    length: int = 100
    features: int = 8
    states: int = 4
    updates: int = 1000
    batch: int = 32
    weight_decay: float = 0.01


_STARTS = (("direct", 0.5), ("direct", -0.5), ("softplus", -0.5), ("exp", -0.5),
           ("best", -0.5))
_SCOPES = {("all", 100): 1000, ("real parts", 100): 1000, ("all", 784): 300}
RECORDS = {"sequence": tuple(
    Config(map=name, start=start, trained=trained, length=length, updates=updates)
    for (trained, length), updates in _SCOPES.items() for name, start in _STARTS)}
"""The stored runs; 784 is the number of pixels of a digit of MNIST."""


def run(config: Config) -> Table:
    """Return one row for each learning rate and seed.

    Columns: ``error``, the mean square error on fresh white noise divided by that of
    the zero functional, exact, and ``longer``, that on a window of ten times the
    length; ``slowest``, the largest real part of an eigenvalue. NaN after an overflow.

    Args:
        config: what to compute.
    """
    lanes = [(eta, seed) for eta in config.learning_rates for seed in config.seeds]
    weights = _start(config, len(config.learning_rates))
    eta = torch.tensor([eta for eta, _ in lanes], dtype=DTYPE)
    rest = eta if config.trained == "all" else torch.full_like(eta, config.other_rate)
    _train(weights, {name: eta if name == "w" else rest for name in weights}, config)
    f = _MAPS[config.map]
    facts = {name: [getattr(config, name)] * len(lanes)
             for name in ("map", "start", "trained", "length")}
    return Table(**facts, learning_rate=eta, seed=[seed for _, seed in lanes],
                 error=_error(weights, f, config.length),
                 longer=_error(weights, f, 10 * config.length),
                 slowest=f(weights["w"]).flatten(1).amax(1))


def plot(table: Table) -> Figure:
    """Draw the median error of the seeds, a panel for each length and what is trained.

    Args:
        table: what ``run`` returned for one or several configurations.
    """
    scopes = sorted(set(zip(table["length"].tolist(), table["trained"].tolist())))
    fig, axes = figures.panels(len(scopes), height=3.2)
    for ax, (length, trained) in zip(axes, scopes, strict=True):
        rows = table.where(trained=trained, length=length)
        ran = set(zip(rows["map"].tolist(), rows["start"].tolist()))
        for k, (name, start) in enumerate(_STARTS):
            if (name, start) not in ran:
                continue
            part = rows.where(map=name, start=start)
            middle = [_median(lane["error"])
                      for _, lane in part.groups("learning_rate")]
            ax.plot(part.values("learning_rate"), middle, color=figures.COLOURS[k],
                    linestyle=figures.DASHES[k], marker="o", markersize=3,
                    label=f"direct {start:+g}".replace("-", "−") if k < 2 else name)
        ax.set(xscale="log", yscale="log", xlabel="learning rate",
               ylabel="relative error", ylim=(1e-7, 30),
               title=f"T = {length}, {'one rate' if trained == 'all' else trained}")
    figures.legend_above(*axes)
    return fig


def _median(errors: np.ndarray) -> float:
    """Return the middle one; what has overflown is the largest, and not drawn."""
    middle = np.median(np.nan_to_num(errors, nan=np.inf, posinf=np.inf))
    return float(middle) if middle < np.inf else np.nan


def _start(config: Config, copies: int) -> dict[str, Tensor]:
    """Return the weights, (lane, feature, ...), equal for all learning rates."""
    drawn = []
    for seed in config.seeds:
        make = torch.Generator().manual_seed(seed)
        n, states = config.features, config.states
        step = math.log(1e-3) + math.log(1e2) * torch.rand(n, 1, generator=make,
                                                           dtype=DTYPE)
        C = torch.randn(2, n, states, generator=make, dtype=DTYPE) / math.sqrt(2)
        inside, outside = torch.randn(2, n, 1, generator=make, dtype=DTYPE)
        drawn.append({"log_step": step, "C_real": C[0], "C_imag": C[1],
                      "encoder": inside, "decoder": outside / math.sqrt(n)})
    weights = {name: torch.stack([d[name] for d in drawn]).repeat(copies, 1, 1)
               for name in drawn[0]}
    level = torch.full_like(weights["C_real"], config.start)
    weights["w"] = _MAPS[config.map].inverse(level)
    weights["turning"] = math.pi * torch.arange(config.states) * torch.ones_like(level)
    return weights


def _kernel(weights: dict[str, Tensor], f: Parameterization, length: int) -> Tensor:
    """Return the kernel of the layer, (lane, time)."""
    A = torch.complex(f(weights["w"]), weights["turning"])
    move = weights["log_step"].exp() * A
    C = torch.complex(weights["C_real"], weights["C_imag"]) * torch.expm1(move) / A
    C = C * weights["encoder"] * weights["decoder"]
    powers = (move[..., None] * torch.arange(length, dtype=DTYPE)).exp()
    return 2 * torch.einsum("lfn,lfnt->lt", C, powers).real


def _target(length: int) -> Tensor:
    """Return the target's kernel, that of the released code."""
    return Polynomial(1.1)(0.1 * torch.arange(length, dtype=DTYPE))


def _error(weights: dict[str, Tensor], f: Parameterization, length: int) -> Tensor:
    """Return the exact relative error of each lane on windows of a length."""
    rho, seen = _target(length), torch.arange(length, 0, -1, dtype=DTYPE)
    gap = (_kernel(weights, f, length) - rho) ** 2 * seen  # so many points see a lag
    return gap.sum(-1) / (rho**2 * seen).sum()


def _train(weights: dict, rates: dict, config: Config) -> None:
    """Move the weights by AdamW; what each lane does depends on its seed only."""
    steps = {name: adam(eta[:, None, None]) for name, eta in rates.items()}
    makers = [torch.Generator().manual_seed(10_000 + seed) for seed in config.seeds]
    copies, f = len(config.learning_rates), _MAPS[config.map]
    target = _target(config.length)
    for update in range(config.updates):
        schedule = (1 + math.cos(math.pi * update / config.updates)) / 2
        x = torch.stack([torch.randn(config.batch, config.length, generator=make,
                                     dtype=DTYPE) for make in makers])
        leaves = {name: p.detach().requires_grad_() for name, p in weights.items()}
        loss = _loss(_kernel(leaves, f, config.length) - target, x.repeat(copies, 1, 1))
        for (name, p), g in zip(leaves.items(),
                                torch.autograd.grad(loss, [*leaves.values()])):
            decay = config.weight_decay * rates[name][:, None, None]
            weights[name] = p.detach() - schedule * (decay * p.detach()
                                                     + steps[name](g))


def _loss(error: Tensor, x: Tensor) -> Tensor:
    """Return the sum over lanes of the mean square of the causal convolutions."""
    size = 2 * error.shape[-1]
    product = torch.fft.rfft(error, size)[:, None] * torch.fft.rfft(x, size)
    return torch.fft.irfft(product, size)[..., :size // 2].square().mean((1, 2)).sum()
