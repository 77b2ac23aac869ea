"""Times of competing ways to compute the same tensors, taken in turn."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Way = Callable[[], Sequence[Tensor]]

TURN = 0.02
"""Seconds; calls that are shorter are repeated, as the first one is cold."""


@dataclass(frozen=True)
class Case:
    """One workload of one size, and the ways to do it.

    Args:
        workload: what is computed.
        m: width.
        length: number of time points.
        batch: number of sequences.
        copies: number of models.
        ways: "naive", "loop", "torch", "single" (ours, one copy after the other) and
            "ours"; each returns its results.
        flops: products and sums that cannot be avoided, in matrix products.
        bytes: that have to pass through memory, if there are no matrix products.
        same: what ours must equal, if that is not what the loop returns.
    """

    workload: str
    m: int
    length: int
    batch: int
    copies: int
    ways: dict[str, Way]
    flops: float = 0.0
    bytes: float = 0.0
    same: Way | None = None


def relative_error(values: Sequence[Tensor], reference: Sequence[Tensor]) -> float:
    """Return the largest error of any tensor, relative to its largest entry.

    Args:
        values: tensors.
        reference: as many tensors of the same shapes.
    """
    errors = []
    for value, right in zip(values, reference, strict=True):
        if value.shape != right.shape:
            raise AssertionError(f"shape {value.shape}, expected {right.shape}")
        errors.append(float((value - right).detach().abs().max()
                            / right.detach().abs().max()))
    return max(errors)


def _time(way: Way, calls: int, device: str) -> tuple[float, float]:
    """Return wall and thread time of a call, in seconds, from several in a row."""
    if device == "cuda":
        torch.cuda.synchronize()
    wall, thread = time.perf_counter(), time.thread_time()
    for _ in range(calls):
        way()
    if device == "cuda":
        torch.cuda.synchronize()
    ends = time.perf_counter(), time.thread_time()
    return (ends[0] - wall) / calls, (ends[1] - thread) / calls


def medians(
    ways: dict[str, Way], repeats: int, device: str
) -> dict[str, tuple[float, float]]:
    """Return the median wall and thread times of each way, in milliseconds.

    The ways take turns, so that whatever else the machine does hits all of them.
    A turn is one call, or as many as make ``TURN`` seconds.

    Args:
        ways: what to time; each has been called once before.
        repeats: number of rounds.
        device: "cpu" or "cuda".
    """
    calls = {name: 1 + int(TURN / max(_time(way, 1, device)[0], 1e-3 * TURN))
             for name, way in ways.items()}
    times = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            times[name].append(_time(way, calls[name], device))
    return {name: tuple(1e3 * statistics.median(column) for column in zip(*taken))
            for name, taken in times.items()}


def ceilings(device: str, repeats: int = 9) -> tuple[float, float]:
    """Return the rates of a matrix product (flop/s) and of a copy (byte/s).

    Args:
        device: "cpu" or "cuda".
        repeats: number of rounds.
    """
    size = 512 if device == "cpu" else 4096
    A = torch.ones(size, size, dtype=torch.float64, device=device)
    big = torch.ones(4_000_000, dtype=torch.float64, device=device)
    out, copy = torch.empty_like(A), torch.empty_like(big)
    ways = {"mm": lambda: torch.mm(A, A, out=out), "copy": lambda: copy.copy_(big)}
    for way in ways.values():
        way()
    taken = medians(ways, repeats, device)
    clock = 0 if device == "cuda" else 1
    return (2e3 * size**3 / taken["mm"][clock],
            1e3 * 2 * big.nbytes / taken["copy"][clock])
