"""The 18 combinations of the public code: trained, then perturbed, at four widths."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Ball, RNN, Search, Table, fit, variations, worst_case
from comlib.evidence import figures

from . import oracle, protocols
from .networks import member
from .verdicts import over_seeds

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """One combination: what is trained, how, and how it is perturbed.

    Args:
        activation: "linear", "hardtanh", "tanh" or "relu".
        structure: "diagonal", "dense", or "softplus", dense with softplus of its rates.
        target: "exp", e^(-t), or "pol", (1 + t/10)^(-1.1).
        protocol: "authors"; "clean"; or "oracle", which fits linear networks exactly.
        widths: numbers of hidden units, trained in this order.
        seeds: networks of each width.
        updates: of AdamW, at most.
        batch: inputs in one update.
        radii: the beta > 0.
        copies: random perturbations of each network, in the box.
        searched: radii at which the worst case in the ball is searched for.
        search: starts and steps of that search.
        inputs: that judge nonlinear networks.
    """

    activation: str = "linear"
    structure: str = "diagonal"
    target: str = "pol"
    protocol: str = "clean"
    widths: tuple[int, ...] = (8, 16, 32, 64)
    seeds: int = 3
    updates: int = 150
    batch: int = 32
    radii: tuple[float, ...] = tuple(2e-3 * 2**k for k in range(8))
    copies: int = 30
    searched: tuple[float, ...] = (0.004, 0.016, 0.064, 0.256)
    search: tuple[int, int] = (1, 8)
    inputs: int = 32


RECORDS = {
    "grid": tuple(variations(
        Config(), activation=("tanh", "hardtanh", "linear"),
        structure=("dense", "softplus", "diagonal"), target=("pol", "exp"),
        protocol=("authors", "clean"))),
    "oracle": tuple(variations(
        Config(protocol="oracle", widths=(8, 16, 32), seeds=6),
        target=("pol", "exp"))),
    "updates": tuple(variations(
        Config("tanh", widths=(16,)), updates=(50, 150, 500, 1500)))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return width, seed, radius, and how large the error becomes.

    Columns: ``updates`` that were made; ``radius``, 0 for the network as trained;
    ``sampled``, the largest error of random perturbations of that radius in the box;
    ``found``, that of the search in the ball, NaN where there was none; ``slowest``,
    the smallest rate of W; ``dead``, how many rates are zero.

    Source: def-perturbation-error and fig-nonlinear-curves in the book.

    Args:
        config: what to train and to perturb.
    """
    rows, goal = [], 100.0
    for m in config.widths:
        begin = protocols.start(config.protocol, config.activation, config.structure,
                                m, config.seeds)
        how = protocols.training(config.protocol, config.updates, config.batch, goal)
        done = fit(begin, protocols.target(config.target), length=protocols.LENGTH,
                   protocol=how, weights=protocols.error_weights(),
                   allow_unstable=True, progress=False)
        goal = 0.5 * float(done.loss.median())
        stack = protocols.perturbable(done.model, config.protocol, config.structure)
        rows += [(m, seed, done.updates, *row) for seed in range(config.seeds)
                 for row in _errors(member(stack, seed), config)]
    return Table.from_rows(("width", "seed", "updates", "radius", "sampled", "found",
                            "slowest", "dead"), rows)


def plot(table: Table) -> Figure:
    """Draw the sampled errors, a panel for each kind of network.

    A curve is the geometric mean over the seeds of a width, the band their extremes;
    dashes are the target's own limit.

    Args:
        table: what ``run`` returned, for one target and protocol; if of several
            configs, with columns ``activation``, ``structure`` and ``target``.
    """
    keys = [()]
    if "structure" in table.columns:
        keys = [(a, s) for s in protocols.STRUCTURES for a in protocols.ACTIVATIONS]
    fig, axes = figures.panels(len(keys), min(len(keys), 3), 2.1, sharey=True)
    for ax, key in zip(axes, keys, strict=True):
        part = table.where(**dict(zip(("activation", "structure"), key)))
        curves = over_seeds(part)
        figures.bands(curves, "radius", "error", "least", "most", by="width", ax=ax,
                      labels=[f"{m}" for m in part.values("width")], xscale="log",
                      yscale="log", xlabel="perturbation β", ylabel="error")
        if key:
            limit = oracle.limit_curve(part["target"][0], curves.values("radius"))
            ax.plot(limit["radius"], limit["limit"], "--", color=figures.INK)
        ax.set(title=", ".join(key), ylim=(1e-5, 1e5))
        ax.minorticks_off()  # nine panels of them make a heavy page
    figures.label_lines(*axes)
    return fig


def _errors(model: RNN, config: Config) -> list[tuple]:
    """Return radius, sampled, found, slowest and dead of one network."""
    error = protocols.error_of(config.target, config.activation, config.inputs)
    rough = protocols.error_of(config.target, config.activation, config.inputs // 2,
                               seed=998)
    rates = -model.eigenvalues().detach().real
    last = float(rates.min()), int((rates.abs() < 1e-12).sum())
    rows, starts = [], []
    for radius in (0.0, *config.radii):
        box = Ball(radius, shape="box").sample(model, config.copies, seed=0)
        found = math.nan
        if radius in config.searched:
            draws = Ball(radius).sample(model, config.copies, seed=0)
            best = member(draws, int(_values(rough, draws).argmax()))
            search = Search(*config.search)
            worst = worst_case(model, rough, radius, search, [best, *starts])
            starts = [worst]
            found = float(_values(error, worst))
        rows.append((radius, float(_values(error, box).max()), found, *last))
    return rows


@torch.no_grad()
def _values(error, stack: RNN) -> torch.Tensor:
    """Return the errors; an overflow counts as infinite."""
    return torch.nan_to_num(error(stack), nan=math.inf, posinf=math.inf)
