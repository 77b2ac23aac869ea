"""The worst perturbation of the weights, by projected gradient ascent."""

import copy
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from ...arguments import checked
from ...checks import check_count
from ...functional import Functional, check_recurrent
from ...models import Direct
from .ball import Ball, Weights

_GROW, _SHRINK = 1.5, 0.4  # of the step, after one that raised the loss, or not


@checked
@dataclass(frozen=True)
class Search:
    """How hard a worst case is searched for.

    Args:
        restarts: number of random starts.
        updates: number of steps of each.
        seed: of the random starts.

    Raises:
        InputError: no start, or a negative number of steps.
    """

    restarts: int = 8
    updates: int = 30
    seed: int = 0

    def __post_init__(self):
        check_count("restarts", self.restarts)
        check_count("updates", self.updates, 0)


@checked
def worst_case(
    model: Functional, loss: Callable[[Functional], Tensor], ball: Ball | float,
    search: Search = Search(), start: Iterable[Functional] = (),
) -> Functional:
    """Return the perturbed model with the largest loss that the search visited.

    Its loss is attained in the ball, so a lower bound of the supremum. From every
    start the search steps in the steepest direction of the norm and projects back. A
    step that lowers the loss is taken back and the next one shorter; the first has
    the length of the radius, as has the longest. A loss that overflows or is NaN
    counts as infinite.

    Source: def-worst-case in the book.

    Args:
        model: a model without stack dimensions.
        loss: maps a stack of models to their losses, differentiable.
        ball: what moves and how far; or the radius, if all weights move.
        search: how many starts and steps.
        start: more points to start from, each also scaled up to the radius.

    Raises:
        InputError: as Ball.
    """
    ball = Ball.of(ball)
    best = _starts(model, ball, search, start)
    if not best:  # nothing moves
        return model
    value, gradient = _losses(model, loss, best)
    step = torch.ones_like(value)
    for _ in range(search.updates):
        if math.isinf(value.max()):
            break
        steepest = ball.steepest(model, gradient)
        move = ball.project(model, {n: d + _like(step, d) * steepest[n]
                                    for n, d in best.items()})
        reached, turned = _losses(model, loss, move)
        better = reached >= value
        step = torch.where(better, (_GROW * step).clamp(max=1), _SHRINK * step)
        value = torch.where(better, reached, value)
        best, gradient = ({n: torch.where(_like(better, d), d, old[n])
                           for n, d in new.items()}
                          for new, old in ((move, best), (turned, gradient)))
    worst = value.argmax()
    return model.with_parameters({n: p.detach() + best[n][worst]
                                  for n, p in model.named_parameters() if n in best})


@checked
def in_eigenvalues(model: Functional) -> Functional:
    """Return the same model, with W and the effective input weights as its weights.

    Args:
        model: an RNN or SSM.

    Raises:
        InputError: a model without recurrent weights.
    """
    check_recurrent(model)
    twin = copy.deepcopy(model)
    twin.parameterization = Direct()
    return twin.with_parameters({"w": model.W.detach(),
                                 "U": model.input_weights.detach()})


def _starts(
    model: Functional, ball: Ball, search: Search, start: Iterable[Functional]
) -> Weights:
    """Return the displacements to start from, each (copies, *shape)."""
    starts = [_moves(model, ball.sample(model, search.restarts, search.seed))]
    for other in start:
        found = _moves(model, other)
        starts += [ball.project(model, found), ball.to_surface(model, found)]
    return {n: torch.cat([moves[n] for moves in starts]) for n in ball.norms(model)}


def _moves(model: Functional, other: Functional) -> Weights:
    """Return the displacements of a model or a stack, each (copies, *shape)."""
    weights = dict(other.named_parameters())
    return {n: (weights[n] - p).detach().reshape(-1, *p.shape)
            for n, p in model.named_parameters()}


def _like(flags: Tensor, move: Tensor) -> Tensor:
    return flags.reshape(-1, *[1] * (move.ndim - 1))


def _losses(
    model: Functional, loss: Callable[[Functional], Tensor], move: Weights
) -> tuple[Tensor, Weights]:
    """Return the losses, infinite where they overflow, and their gradients."""
    copies = len(next(iter(move.values())))
    weights = {n: p.detach().expand(copies, *p.shape) + move.get(n, 0.0)
               for n, p in model.named_parameters()}
    with torch.enable_grad():
        stack = model.with_parameters(weights)
        values = loss(stack)
        moving = {n: p for n, p in stack.named_parameters() if n in move}
        # an overflow must not reach the others through a sum
        finite = torch.where(values.isfinite(), values, 0.0)
        gradients = torch.autograd.grad(finite.sum(), list(moving.values()),
                                        allow_unused=True, materialize_grads=True)
    values = torch.nan_to_num(values.detach(), nan=math.inf, posinf=math.inf)
    return values, {n: torch.nan_to_num(g, 0.0, 0.0, 0.0)
                    for n, g in zip(moving, gradients, strict=True)}
