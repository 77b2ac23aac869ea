"""The search for suprema over test inputs."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ..functional import DTYPE

NOISE = 1e-13
"""What is smaller, relative to the largest value, is rounding."""

_SIZES = 1000  # of the grid on a line
_LEAST, _ROUNDS, _ENOUGH = 8, 16, 1e-8  # rounds; growth that deserves one more


@torch.no_grad()
def largest_ratio(
    response: Callable[[Tensor], Tensor], d_in: int, bound: float
) -> Tensor:
    """Return max over 0 < |x| <= bound of response(x)/|x| at every time.

    What is found is attained, so it is a lower bound of the supremum.

    Args:
        response: maps x, (batch, d_in), to values >= 0, (\\*stack, batch, time).
        d_in: number of coordinates of x.
        bound: of the max norm of x.
    """
    def ratio(x: Tensor) -> Tensor:
        return response(x) / x.abs().amax(-1)[:, None]

    return _on_a_line(ratio, bound) if d_in == 1 else _compass(ratio, d_in, bound)


def _on_a_line(ratio: Callable[[Tensor], Tensor], bound: float) -> Tensor:
    """Search one coordinate: a grid of sizes of both signs, and guesses from it.

    Around the best size at each time the ratio is a parabola, or two of them that
    meet in a corner; where these are largest it is looked at.
    """
    sizes = torch.linspace(math.log(1e-3), 0, _SIZES, dtype=DTYPE)
    grid = bound * sizes.exp()
    values = ratio(torch.cat([grid, -grid])[:, None])
    shape, best = values.mT.shape[:-1], values.amax(-2)
    # far below the largest value there is rounding, and nothing to search
    audible = best > NOISE * best.amax(-1, keepdim=True)
    best, row = best.flatten(), audible.flatten().nonzero()[:, 0]
    v = values.mT.reshape(-1, 2 * _SIZES)[row]
    half, top = v.argmax(-1) // _SIZES, v.argmax(-1) % _SIZES
    v = v.reshape(-1, 2, _SIZES)[torch.arange(len(v)), half]
    sign, (s, v) = 1.0 - 2.0 * half, _around(sizes.expand_as(v), v, top)
    for k in range(_ROUNDS):
        if not len(row):
            break
        guess, before = _guesses(s, v), v.amax(-1)
        x, own = (bound * sign[:, None] * guess.exp()).unique(return_inverse=True)
        values = ratio(x[:, None]).mT.flatten(0, -2)
        best = torch.maximum(best, values.amax(-1))
        s, order = torch.cat([s, guess], -1).sort(-1)
        v = torch.cat([v, values[row].gather(-1, own)], -1).gather(-1, order)
        s, v = _around(s, v, v.argmax(-1))
        going = (v.amax(-1) > (1 + _ENOUGH) * before) | (k < _LEAST)
        s, v, sign, row = s[going], v[going], sign[going], row[going]
    return best.reshape(shape)


def _around(s: Tensor, v: Tensor, centre: Tensor) -> tuple[Tensor, Tensor]:
    """Return the seven points around one, or those nearest the end."""
    at = centre[:, None].clamp(3, v.shape[-1] - 4) + torch.arange(-3, 4)
    return s.gather(-1, at), v.gather(-1, at)


def _guesses(s: Tensor, v: Tensor) -> Tensor:
    """Return where a parabola or two that meet are largest, and halves, (times, 5)."""
    top = v.argmax(-1, keepdim=True)
    low, high = (s.gather(-1, (top + k).clamp(0, 6)) for k in (-1, 1))

    def curve(first: int) -> tuple[Tensor, Tensor, Tensor]:
        at = (top + first).clamp(0, 4) + torch.arange(3)
        return _parabola(s.gather(-1, at) - s.gather(-1, top), v.gather(-1, at))

    through, guesses = curve(-1), []
    guesses.append(-through[1] / (2 * through[2]))
    for left, right in ((-2, 1), (-3, 0)):
        a, b, c = (p - q for p, q in zip(curve(left), curve(right)))
        root = (b * b - 4 * a * c).clamp(min=0).sqrt()
        guesses.append(-2 * a / (b + torch.where(b < 0, -root, root)))
    best = s.gather(-1, top)
    found = best + torch.stack(guesses, -1)
    halves = torch.cat([(low + best) / 2, (best + high) / 2], -1)
    found = torch.where((found > low) & (found < high), found, halves[..., :1])
    return torch.cat([found, halves], -1)


def _parabola(s: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return a, b, c of the parabola a + b s + c s^2 through three points."""
    (p, q, r), (x, y, z) = s.unbind(-1), v.unbind(-1)
    first, second = (y - x) / (q - p), (z - y) / (r - q)
    c = (second - first) / (r - p)
    b = first - c * (p + q)
    return x - b * p - c * p * p, b, c


def _compass(ratio: Callable[[Tensor], Tensor], d_in: int, bound: float) -> Tensor:
    """Search several coordinates from a grid of sizes and directions.

    Each of 18 rounds tries steps around every x that is the best one at some time,
    and halves the steps.
    """
    free = min(d_in, 6)  # more coordinates repeat the pattern of the first six
    # with saturation a coordinate is best left small
    levels = min(5, int(80 ** (1 / free)))
    level = torch.linspace(-1, 1, levels, dtype=DTYPE)
    pattern = torch.cartesian_prod(*[level] * free).reshape(-1, free)
    pattern = pattern[pattern.abs().amax(-1) == 1].repeat(1, -(-d_in // free))[:, :d_in]
    sizes = bound * torch.logspace(-3, 0, 1 + 60 // free, dtype=DTYPE)
    x = (sizes[:, None, None] * pattern).reshape(-1, d_in)
    moves = torch.cat([torch.eye(d_in, dtype=DTYPE), -torch.eye(d_in, dtype=DTYPE)])
    if d_in <= 3:  # moves along the axes alone stop at ridges
        moves = torch.cartesian_prod(*[torch.tensor([-1, 0, 1], dtype=DTYPE)] * d_in)
    best, step = None, 0.25
    for _ in range(18):
        values = ratio(x)
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
