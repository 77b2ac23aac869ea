"""The search for suprema over test inputs."""

from collections.abc import Callable

import torch
from torch import Tensor

from ..functional import DTYPE

NOISE = 1e-13
"""What is smaller, relative to the largest value, is rounding."""


@torch.no_grad()
def largest_ratio(
    response: Callable[[Tensor], Tensor], d_in: int, bound: float, rounds: int = 18
) -> Tensor:
    """Return max over 0 < |x| <= bound of response(x)/|x| at every time.

    A compass search: from a grid of sizes and directions, each round tries steps
    around every x that is the best one at some time, and halves the steps. What it
    finds is attained, so it is a lower bound of the supremum.

    Args:
        response: maps x, (batch, d_in), to values >= 0, (\\*stack, batch, time).
        d_in: number of coordinates of x.
        bound: of the max norm of x.
        rounds: how often the steps are halved.
    """
    free = min(d_in, 6)  # more coordinates repeat the pattern of the first six
    # with saturation a coordinate is best left small; one alone needs signs only
    levels = 2 if free == 1 else min(5, int(80 ** (1 / free)))
    level = torch.linspace(-1, 1, levels, dtype=DTYPE)
    pattern = torch.cartesian_prod(*[level] * free).reshape(-1, free)
    pattern = pattern[pattern.abs().amax(-1) == 1].repeat(1, -(-d_in // free))[:, :d_in]
    sizes = bound * torch.logspace(-3, 0, 1 + 60 // free, dtype=DTYPE)
    x = (sizes[:, None, None] * pattern).reshape(-1, d_in)
    moves = torch.cat([torch.eye(d_in, dtype=DTYPE), -torch.eye(d_in, dtype=DTYPE)])
    if 1 < d_in <= 3:  # moves along the axes alone stop at ridges
        moves = torch.cartesian_prod(*[torch.tensor([-1, 0, 1], dtype=DTYPE)] * d_in)
    best, step = None, 0.25
    for _ in range(rounds):
        values = response(x) / x.abs().amax(-1)[:, None]
        value, index = values.max(-2)
        if best is None:
            best, where = value, x[index]
        else:
            where = torch.where((value > best)[..., None], x[index], where)
            best = torch.maximum(best, value)
        # far below the largest value there is rounding, and nothing to search
        audible = best > NOISE * best.amax(-1, keepdim=True)
        leaders = where[audible].reshape(-1, d_in).unique(dim=0)
        if len(leaders) == 0:
            break
        size = leaders.abs().amax(-1)[:, None]
        x = (leaders[:, None] + step * size[:, None] * moves).reshape(-1, d_in)
        x = x.clamp(-bound, bound)
        x = x[x.abs().amax(-1) > 0]
        step /= 2
    return best
