"""Which sizes are timed, and what is said about each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from comlib import Table
from .responses import responses
from .stacks import ensemble_step, kernel_sweep, sweep
from .steps import closed_form_step, elman_step, training_step
from .tangents import tangent_kernel
from .timing import Case, ceilings, medians, relative_error

ACTIVATIONS = ("identity", "tanh", "hardtanh")
WAYS = ("naive", "loop", "torch", "single", "ours")


@dataclass(frozen=True)
class Config:
    """Which sizes are timed, how often, and where.

    Args:
        widths: numbers of hidden units.
        wide: widths that are timed as well, on a quarter of the batch.
        batch: number of sequences of a training step.
        length: number of time points.
        copies: number of models in a stack.
        memory_length: time points of memory functions and impulse responses.
        repeats: turns of each way.
        threads: of the processor.
        device: "cpu" or "cuda".
    """

    widths: tuple[int, ...] = (8, 16, 32, 64)
    wide: tuple[int, ...] = (128, 256)
    batch: int = 512
    length: int = 100
    copies: int = 20
    memory_length: int = 1024
    repeats: int = 5
    threads: int = 1
    device: str = "cpu"


RECORDS = {"cpu": Config()}
"""The stored runs: name in the chapter and configuration."""


QUICK = {"widths": (8, 64), "wide": (), "batch": 128, "length": 50, "copies": 8,
         "memory_length": 256, "repeats": 3}
FULL = {"widths": (8, 16, 32, 64, 128, 256), "wide": (), "copies": 64}


def cases(config: Config) -> Iterator[Case]:
    """Yield the workloads, all widths of one before the next.

    Args:
        config: which sizes.
    """
    length, batch, device = config.length, config.batch, config.device
    few, copies = max(1, batch // 4), config.copies
    narrow, m = config.widths[0], max(w for w in config.widths if w <= 64)
    for diagonal in (True, False):
        for activation in ACTIVATIONS:
            for width in config.widths:
                yield training_step(width, length, batch, diagonal, activation, device)
        for width in config.widths:
            yield closed_form_step(width, length, batch, diagonal, device)
        # how the cost grows
        for width in (*config.widths, *config.wide):
            yield training_step(width, length, few, diagonal, "tanh", device)
        for factor in (2, 4):
            yield training_step(m, factor * length, few, diagonal, "tanh", device)
    for width in config.widths:
        yield elman_step(width, length, batch, "tanh", device)
    for some in (copies // 4, copies // 2, copies):
        yield sweep(m, length, few, some, False, "tanh", device)
        yield sweep(narrow, length, few, some, True, "hardtanh", device)
        yield kernel_sweep(m, length, few, 8 * some, device)
        yield ensemble_step(narrow, length, few, some, False, "tanh", device)
    if device == "cpu":
        for diagonal in (True, False):
            yield from responses(m, config.memory_length, diagonal, "identity")
            yield from responses(m, config.memory_length, diagonal, "tanh")
            for activation in ("identity", "tanh"):
                yield tangent_kernel(m, length, max(1, batch // 16), diagonal,
                                     activation, device)


def measured(case: Case, config: Config, gemm: float, copy: float) -> dict:
    """Return one row: times in milliseconds, their ratio, the error, the share.

    Times are those of the thread, or of the clock if there are several threads or
    a GPU. ``share`` is the least time that the machine would need over our time.

    Args:
        case: what to time.
        config: how often and where.
        gemm: rate of a matrix product, flop/s.
        copy: rate of a copy, byte/s.

    Raises:
        AssertionError: the ways do not compute the same.
    """
    results = {name: way() for name, way in case.ways.items()}
    right = case.same() if case.same else results["loop"]
    for name in {"naive", "torch", "single"} & set(results):
        if not relative_error(results[name], results["loop"]) < 1e-9:
            raise AssertionError(f"{case.workload}: {name} computes something else")
    taken = medians(case.ways, config.repeats, config.device)
    clock = 0 if config.device == "cuda" or config.threads > 1 else 1
    ms = {name: taken[name][clock] if name in taken else float("nan") for name in WAYS}
    least = 1e3 * (case.flops / gemm + case.bytes / copy) or float("nan")
    return {
        "workload": case.workload, "m": case.m, "length": case.length,
        "batch": case.batch, "copies": case.copies,
        **{f"{name}_ms": ms[name] for name in WAYS},
        "ratio": ms["naive"] / ms["ours"],
        "ratio_wall": taken["naive"][0] / taken["ours"][0],
        "error": relative_error(results["ours"], right), "share": least / ms["ours"]}


def run(config: Config, show: Callable[[dict], None] = lambda row: None) -> Table:
    """Return the timings, one row a case.

    Args:
        config: which sizes, how often, and where.
        show: called with each row as soon as it is there.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(config.threads)
    try:
        gemm, copy = ceilings(config.device)
        rows = []
        for case in cases(config):
            rows.append(measured(case, config, gemm, copy))
            show(rows[-1])
    finally:
        torch.set_num_threads(threads)
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})
