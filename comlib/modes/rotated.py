"""Adam on modes whose raw weights are read in another basis, lambda = f(Q w)."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_choice, check_count, check_positive
from ..functional import DTYPE
from .moments import check_inside

MAPS = {"direct": (lambda w: w, torch.ones_like, lambda l: l),
        "double exp": (lambda w: torch.exp(-torch.exp(w)), lambda l: l * l.log(),
                       lambda l: (-l.log()).log())}
"""f, f' as a function of f, and the inverse of f."""


class Runs(NamedTuple):
    """What became of each run, by learning rate and by rotation.

    Args:
        best: the least loss on the way, relative to the first.
        hit: the update at which the loss first was at most the level, -1 for never.
        left: the update at which a mode left the unit disc, -1 for never.
    """

    best: Tensor
    hit: Tensor
    left: Tensor


@checked
def sum_loss(eigenvalues: Float[Tensor, "*stack modes"],
             target: Float[Tensor, " modes"]) -> Float[Tensor, "*stack"]:
    """Return half the sum over k of (sum_p l_p^k - sum_p l*_p^k)^2.

    Args:
        eigenvalues: l, inside the unit circle.
        target: l*.

    Raises:
        InputError: an eigenvalue that is not inside the unit circle.
    """
    l = check_inside("eigenvalues", eigenvalues)
    return _loss_and_gradient(l, check_inside("target", target))[0]


def _loss_and_gradient(l: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    own = 1 / (1 - l[..., :, None] * l[..., None, :])
    cross = 1 / (1 - l[..., :, None] * target)
    const = 1 / (1 - target[:, None] * target)
    loss = (own.sum((-2, -1)) + const.sum()) / 2 - cross.sum((-2, -1))
    loss = loss.clamp(min=0.0)  # a rounded zero
    slope = (own**2 * l[..., None, :]).sum(-1) - (cross**2 * target).sum(-1)
    return loss, slope


@checked
def adam_in_basis(
    Q: Float[Tensor, "rotation modes modes"], start: Float[Tensor, " modes"],
    target: Float[Tensor, " modes"], learning_rates: Sequence[float], *,
    map_name: str = "direct", updates: int = 6000, level: float = 1e-3,
) -> Runs:
    """Run Adam on ``sum_loss`` of l = f(Q w), for every rotation and learning rate.

    A run ends when a mode leaves the unit disc. Adam has its usual averages, .9 and
    .999, and the usual 1e-8.

    Args:
        Q: orthogonal matrices; the identity for a diagonal recurrence.
        start: l at the start, in (0, 1).
        target: l*, in (0, 1).
        learning_rates: of Adam.
        map_name: f, a key of ``MAPS``.
        updates: number of updates.
        level: of the loss relative to the first, which counts as learnt.

    Raises:
        InputError: an unknown map, or a number out of range.
    """
    f, slope, inverse = MAPS[check_choice("map_name", map_name, MAPS)]
    for name, values in (("start", start), ("target", target)):
        if not ((values > 0) & (values < 1)).all() or not len(values):
            raise InputError(name, "must lie in (0, 1)", values.tolist(), "move it")
    check_count("updates", updates), check_positive("level", level)
    rates = torch.tensor([check_positive("learning_rates", r) for r in learning_rates],
                         dtype=DTYPE)[:, None, None]
    w = (Q.mT @ inverse(start)).expand(len(rates), -1, -1).clone()
    first = float(_loss_and_gradient(start, target)[0])
    m, v = torch.zeros_like(w), torch.zeros_like(w)
    best = w.new_full(w.shape[:2], torch.inf)
    hit, left = (torch.full(w.shape[:2], -1) for _ in range(2))
    for k in range(updates):
        l = f((Q @ w[..., None])[..., 0])
        out = ~((l.abs() < 1).all(-1))
        left = torch.where((left < 0) & out, k, left)
        ended = left >= 0
        l = torch.where(ended[..., None], start, l)
        loss, in_l = _loss_and_gradient(l, target)
        best = torch.where(ended, best, torch.minimum(best, loss / first))
        hit = torch.where(~ended & (hit < 0) & (loss <= level * first), k, hit)
        g = (Q.mT @ (in_l * slope(l))[..., None])[..., 0]
        m, v = m + 0.1 * (g - m), v + 0.001 * (g**2 - v)
        step = m / (1 - 0.9 ** (k + 1)) / ((v / (1 - 0.999 ** (k + 1))).sqrt() + 1e-8)
        w = w - rates * step
    return Runs(best, hit, left)
