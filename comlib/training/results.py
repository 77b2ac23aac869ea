"""What training returns, and what it must not lose on the way."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor

from ..evidence import Table
from ..functional import Functional


@dataclass(frozen=True, eq=False)
class Fit:
    """What a fit found, and how.

    Args:
        model: with the best weights seen; of a stack, the best of each member.
        loss: of these weights, one number for each member.
        history: the loss by update; of a stack with a column ``member`` in front.
        updates: how many were made, of a stack by the member that made most.
        wall_time_s: seconds.
        stopped: why; of a stack the different reasons, joined by semicolons.
    """

    model: Functional
    loss: Float[Tensor, "*stack"]
    history: Table
    updates: int
    wall_time_s: float
    stopped: str

    @property
    def converged(self) -> bool:
        """Whether every member ended where it should: stationary, or at a goal."""
        return set(self.stopped.split("; ")) <= {"stationary", "goal reached"}


class Best:
    """The best weights of each member so far, with their losses.

    Args:
        weights: the first weights, by name.
        loss: theirs, one number for each member; NaN counts as infinite.
    """

    def __init__(self, weights: dict[str, Tensor], loss: Float[Tensor, "*stack"]):
        self.weights = {n: p.detach().clone() for n, p in weights.items()}
        self.loss = torch.nan_to_num(loss.detach(), math.inf, math.inf)

    def offer(self, weights: dict[str, Tensor], loss: Float[Tensor, "*stack"]) -> None:
        """Keep the weights of those members that have become better.

        Args:
            weights: the weights now, by name.
            loss: theirs; NaN is never better.
        """
        better = loss.detach() < self.loss
        self.loss = torch.where(better, loss.detach(), self.loss)
        self.weights = {n: where(better, p.detach(), self.weights[n])
                        for n, p in weights.items()}


class Found(NamedTuple):
    """What a search comes back with.

    Args:
        best: the best weights, and their loss.
        history: the table of losses on the way.
        updates: the number that was made.
        stopped: why it ended.
    """

    best: Best
    history: Table
    updates: int
    stopped: str


def spread(members: Shaped[Tensor, "*stack"], weight: Tensor) -> Tensor:
    """Return one value for each member, shaped to multiply a weight.

    Args:
        members: the values.
        weight: (\\*stack, \\*shape).
    """
    return members.reshape(*members.shape, *[1] * (weight.ndim - members.ndim))


def where(members: Bool[Tensor, "*stack"], weight: Tensor, other: Tensor) -> Tensor:
    """Return ``weight`` for the members that are marked, ``other`` for the rest.

    Args:
        members: the marks.
        weight: (\\*stack, \\*shape).
        other: of the same shape.
    """
    return torch.where(spread(members, weight), weight, other)
