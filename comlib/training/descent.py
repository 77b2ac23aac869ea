"""Deterministic descent: an exact gradient, a fixed rate, no line search.

Nothing but the landscape decides how long it takes, which is what a study of
plateaus has to measure.
"""

import copy
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import SupportsIndex

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from ..arguments import checked
from ..checks import InputError, shown
from ..evidence import Table
from ..functional import Functional
from ..measures import population_loss
from .protocols import Descent
from .results import Best, Found, where


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Where a descent led.

    Args:
        end: the model, or the tensor, with the last weights; after an interruption
            they may be one update ahead of the last loss.
        losses: after 0, 1, 2, ... updates. A member that rests keeps its last one.
        wall_time_s: seconds.
        stopped: why; of a stack the different reasons, joined by semicolons.
    """

    end: Functional | Tensor
    losses: Float[Tensor, "updates *stack"]
    wall_time_s: float
    stopped: str

    @property
    def updates(self) -> int:
        """How many updates were made."""
        return len(self.losses) - 1

    def arrivals(self, level: float | Tensor) -> Float[Tensor, "*stack"]:
        """Return after how many updates the loss was first no larger than a level.

        Infinity where it never was.

        Args:
            level: a loss, or one for each member.
        """
        below = self.losses <= level
        first = below.to(torch.int8).argmax(0).to(self.losses)
        return torch.where(below.any(0), first, math.inf)

    def history(self, updates: Iterable[SupportsIndex]) -> Table:
        """Return the loss after these updates, with the column ``member`` of a stack.

        Args:
            updates: numbers of updates made, 0 for the start.
        """
        at = torch.as_tensor([k for k in updates if k <= self.updates])
        rows = self.losses[at].reshape(len(at), -1)
        count = rows.shape[1]
        table = Table(update=at.repeat(count), loss=rows.T.flatten())
        if self.losses.ndim == 1:
            return table
        member = torch.arange(count).repeat_interleave(len(at))
        return Table(member=member, update=table["update"], loss=table["loss"])


@checked
def descend(
    start: Functional | Tensor, loss: Callable[..., Float[Tensor, "*stack"]],
    protocol: Descent = Descent(), *, goal: float | Tensor = -math.inf,
    progress: bool = True,
) -> Trajectory:
    """Follow the gradient of a deterministic loss from ``start``.

    The members of a stack move as if each were alone: the gradient is that of the
    sum of their losses, and every method acts on each number by itself. A member
    rests once its loss has reached the goal or is not finite; the end has come when
    all members rest. An interruption returns the path so far. Every loss is kept,
    8 bytes for each update and member.

    Args:
        start: a model, whose parameters move, or a tensor, (\\*stack, n); it is not
            changed.
        loss: what is minimised: from ``start``'s kind to one number a member. If it
            has a method ``gradient`` of the same argument, that is used for tensors.
        protocol: the method and its numbers.
        goal: a loss at which a member rests, or one for each member.
        progress: show a progress bar.

    Raises:
        InputError: a start without weights, or what ``loss`` refuses.
    """
    begun = time.perf_counter()
    if not (start.is_floating_point() if isinstance(start, Tensor) else
            list(start.parameters())):
        raise InputError("start", "must have weights that can move",
                         shown(start), "pass a model, or a tensor of float64")
    if isinstance(start, Functional):
        end = copy.deepcopy(start)
        weights, look = list(end.parameters()), _look_at_model(end, loss)
    else:
        end = start.detach().clone().requires_grad_()
        weights, look = [end], _look_at_tensor(end, loss)
    with tqdm(total=protocol.updates, disable=not progress, unit="update") as bar:
        losses, stopped = _walk(weights, look, protocol, goal, bar)
    end = end if isinstance(start, Functional) else end.detach()
    return Trajectory(end, losses, time.perf_counter() - begun, stopped)


def by_descent(
    model: Functional, target: Functional, weights: Float[Tensor, " time"],
    protocol: Descent, names: list[str], bar: tqdm,
) -> Found:
    """Return the best weights, the history, the updates made and why it ended.

    Args:
        model: linear, and changed; a single one or a stack.
        target: linear.
        weights: w_t of the loss.
        protocol: the numbers.
        names: of the parameters that are trained.
        bar: of the progress.
    """
    moving = {n: p for n, p in model.named_parameters() if n in names}
    for n, p in model.named_parameters():
        p.requires_grad_(n in names)
    best = Best(moving, population_loss(model, target, len(weights), weights))

    def loss(one: Functional) -> Tensor:
        value = population_loss(one, target, len(weights), weights)
        best.offer(moving, value)
        return value

    look = _look_at_model(model, loss)
    losses, stopped = _walk([*moving.values()], look, protocol, -math.inf, bar)
    path = Trajectory(model, losses, 0.0, stopped)
    shown = sorted({*range(0, path.updates, protocol.every), path.updates})
    return Found(best, path.history(shown), path.updates, stopped)


def _look_at_model(model: Functional, loss: Callable) -> Callable[[], Tensor]:
    """Return what computes the losses and leaves the gradient in the parameters."""
    def look() -> Tensor:
        model.zero_grad()
        value = loss(model)
        value.sum().backward()
        return value.detach()
    return look


def _look_at_tensor(theta: Tensor, loss: Callable) -> Callable[[], Tensor]:
    """Return the same for a tensor; a member outside the loss's domain has none."""
    def look() -> Tensor:
        value = _each(loss, theta.detach())
        # the gradient of a member that rests is asked for, and not used
        theta.grad = loss.gradient(where(value.isfinite(), theta.detach(), start))
        return value

    def look_without_gradient() -> Tensor:
        theta.grad = None
        value = loss(theta)
        value.sum().backward()
        return value.detach()
    start = theta.detach().clone()
    loss(start)  # a start outside is an error
    return look if hasattr(loss, "gradient") else look_without_gradient


def _each(loss: Callable, theta: Tensor) -> Tensor:
    """Return the losses, NaN for the members that ``loss`` refuses."""
    try:
        return loss(theta)
    except InputError:
        if theta.ndim == 1:
            return theta.new_tensor(math.nan)
        return torch.stack([_each(loss, one) for one in theta])


def _walk(
    weights: list[Tensor], look: Callable[[], Tensor], protocol: Descent,
    goal: float | Tensor, bar: tqdm,
) -> tuple[Tensor, str]:
    """Return all losses, and why it ended."""
    optimiser, last = protocol.optimiser(weights), "all updates made"
    first, made = look(), 0
    # in one block: small tensors between large ones would leave holes in memory
    losses = first.new_empty(protocol.updates + 1, *first.shape)
    losses[0] = first
    try:
        while made < protocol.updates:
            moving = (losses[made] > goal) & (losses[made] < math.inf)
            if not moving.any():
                break
            before = [] if moving.all() else [p.detach().clone() for p in weights]
            optimiser.step()
            with torch.no_grad():
                for p, q in zip(weights, before):
                    p.copy_(where(moving, p, q))
            losses[made + 1] = look()
            made += 1
            bar.update()
    except KeyboardInterrupt:
        last = "interrupted"
    losses = losses[: made + 1].clone()
    arrived, finite = losses[-1] <= goal, losses[-1] < math.inf
    reasons = {"goal reached": arrived, last: ~arrived & finite, "not finite": ~finite}
    stopped = "; ".join(reason for reason, which in reasons.items() if which.any())
    return losses, stopped
