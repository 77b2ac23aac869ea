"""Adam on modes that have weights of their own, or share them in another basis."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import (InputError, check_choice, check_count, check_filled,
                      check_positive)
from ..functional import DTYPE
from .moments import check_inside
from .steps import adam

MAPS = {"direct": (lambda w: w, torch.ones_like, lambda lam: lam),
        "double exp": (lambda w: torch.exp(-torch.exp(w)), lambda lam: lam * lam.log(),
                       lambda lam: (-lam.log()).log())}
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
    """Return half the sum over k of (sum_p l_p^k - sum_p lam*_p^k)^2.

    Args:
        eigenvalues: lam, inside the unit circle.
        target: lam*.

    Raises:
        InputError: an eigenvalue that is not inside the unit circle.
    """
    lam = check_inside("eigenvalues", eigenvalues)
    return _loss_and_gradient(lam, check_inside("target", target))[0]


def _loss_and_gradient(lam: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    own = 1 / (1 - lam[..., :, None] * lam[..., None, :])
    cross = 1 / (1 - lam[..., :, None] * target)
    const = 1 / (1 - target[:, None] * target)
    loss = (own.sum((-2, -1)) + const.sum()) / 2 - cross.sum((-2, -1))
    loss = loss.clamp(min=0.0)  # a rounded zero
    slope = (own**2 * lam[..., None, :]).sum(-1) - (cross**2 * target).sum(-1)
    return loss, slope


@checked
def adam_in_basis(
    Q: Float[Tensor, "rotation modes modes"], start: Float[Tensor, " modes"],
    target: Float[Tensor, " modes"], learning_rates: Sequence[float], *,
    map_name: str = "direct", updates: int = 3000, level: float = 1e-3,
) -> Runs:
    """Run Adam on ``sum_loss`` of lam = f(Q w), for every learning rate and rotation.

    A run ends when a mode leaves the unit disc. Adam has its usual averages, .9 and
    .999, and the usual 1e-8.

    Args:
        Q: orthogonal matrices; the identity gives each mode its own weight.
        start: lam at the start, in (0, 1).
        target: lam*, in (0, 1).
        learning_rates: of Adam.
        map_name: f, a key of ``MAPS``.
        updates: number of updates.
        level: of the loss relative to the first, which counts as learnt.

    Raises:
        InputError: an unknown map, or a number out of range.
    """
    f, slope, inverse = MAPS[check_choice("map_name", map_name, MAPS)]
    _check_modes(start, target)

    def evaluate(w: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        lam = f((Q @ w[..., None])[..., 0])
        inside = (lam.abs() < 1).all(-1)
        lam = torch.where(inside[..., None], lam, start)
        loss, in_l = _loss_and_gradient(lam, target)
        return loss, (Q.mT @ (in_l * slope(lam))[..., None])[..., 0], inside

    w = (Q.mT @ inverse(start)[:, None])[..., 0]
    return _adam(evaluate, w, learning_rates, updates, level)


@checked
def adam_dense(
    Q: Float[Tensor, "rotation modes modes"], start: Float[Tensor, " modes"],
    target: Float[Tensor, " modes"], learning_rates: Sequence[float], *,
    updates: int = 3000, level: float = 1e-3,
) -> Runs:
    """Run Adam on all entries of A, from Q diag(start) Q', for c' A^k c with c = Q 1.

    The loss is half the sum over k of the squared distance to sum_p lam*_p^k. Since
    both readout and input are c, A stays symmetric. Otherwise as ``adam_in_basis``.

    Args:
        Q: orthogonal matrices; with the identity A starts diagonal.
        start: eigenvalues at the start, in (0, 1).
        target: lam*, in (0, 1).
        learning_rates: of Adam.
        updates: number of updates.
        level: of the loss relative to the first, which counts as learnt.

    Raises:
        InputError: a number out of range.
    """
    _check_modes(start, target)
    c, const = Q.sum(-1), (1 / (1 - target[:, None] * target)).sum()

    def evaluate(A: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        lam, V = torch.linalg.eigh(A)
        inside = (lam.abs() < 1).all(-1)
        lam = torch.where(inside[..., None], lam, start)
        a = (V.mT @ c[..., None])[..., 0]
        own = 1 / (1 - lam[..., :, None] * lam[..., None, :])
        cross = 1 / (1 - lam[..., :, None] * target)
        power = a**2
        loss = ((power[..., None] * own * power[..., None, :]).sum((-2, -1)) + const
                ) / 2 - (power[..., None] * cross).sum((-2, -1))
        # divided differences of the error's generating function at pairs of modes
        inner = (own * (power * lam)[..., None, :]) @ own.mT
        inner = inner - (cross * target) @ cross.mT
        slope = a[..., :, None] * a[..., None, :] * inner
        return loss.clamp(min=0.0), V @ slope @ V.mT, inside

    A = Q @ torch.diag(start) @ Q.mT
    return _adam(evaluate, A, learning_rates, updates, level)


def _check_modes(start: Tensor, target: Tensor) -> None:
    for name, values in (("start", start), ("target", target)):
        if not len(values) or not ((values > 0) & (values < 1)).all():
            raise InputError(name, "must lie in (0, 1)", values.tolist(), "move it")


def _adam(evaluate: Callable, w: Tensor, learning_rates: Sequence[float], updates: int,
          level: float) -> Runs:
    """Run Adam from w, (run, weights...), once for each learning rate."""
    check_count("updates", updates), check_positive("level", level)
    rates = torch.tensor([check_positive("learning_rates", r) for r in learning_rates],
                         dtype=DTYPE)
    first = evaluate(w)[0]
    w = w.expand(len(check_filled("learning_rates", learning_rates)), *w.shape)
    wide = (slice(None),) + (None,) * (w.ndim - 1)
    move = adam(rates[wide])
    best = w.new_full(w.shape[:2], torch.inf)
    hit, left = (torch.full(w.shape[:2], -1) for _ in range(2))
    for k in range(updates):
        loss, g, inside = evaluate(w)
        left = torch.where((left < 0) & ~inside, k, left)
        runs = left < 0
        best = torch.where(runs, torch.minimum(best, loss / first), best)
        hit = torch.where(runs & (hit < 0) & (loss <= level * first), k, hit)
        w = w - move(g) * runs.view(*runs.shape, *[1] * (w.ndim - 2))
    return Runs(best, hit, left)
