"""The ball of perturbations: how far, which weights, and in which norms."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ...arguments import checked
from ...checks import InputError, check_count, check_positive
from ...functional import DTYPE, Functional
from .norms import Euclidean, Largest, Norm, Spectral

SHAPES = ("ball", "box")

Weights = dict[str, Tensor]


@checked
@dataclass(frozen=True)
class Ball:
    """The displacements of the weights of size beta at most, each in its norm.

    Displacements are given by name, each (copies, \\*shape).

    Source: def-perturbation-error in the book; "Inverse Approximation Theory",
    Def. 3.4.

    Args:
        radius: beta >= 0.
        only: names of the weights that move (default: all).
        shape: "ball", that of Definition 3.4: spectral for matrices (the largest
            entry for a diagonal recurrence), Euclidean for vectors; or "box", the
            largest entry of each weight, as in the authors' code.

    Raises:
        InputError: negative radius or unknown shape.
    """

    radius: float
    only: tuple[str, ...] | None = None
    shape: str = "ball"

    def __post_init__(self):
        check_positive("radius", self.radius, zero=True)
        if self.shape not in SHAPES:
            raise InputError("shape", f"must be one of {SHAPES}", repr(self.shape),
                             "choose one")
        if self.only is not None:
            names = (self.only,) if isinstance(self.only, str) else tuple(self.only)
            object.__setattr__(self, "only", names)

    @classmethod
    def of(cls, ball: "Ball | float") -> "Ball":
        """Return the ball, that of all weights if only its radius is given.

        Args:
            ball: a Ball, or a radius.

        Raises:
            InputError: neither.
        """
        return ball if isinstance(ball, cls) else cls(ball)

    def norms(self, model: Functional) -> dict[str, Norm]:
        """Return the norm of every weight that moves, by name.

        Args:
            model: a model without stack dimensions.

        Raises:
            InputError: unknown names, no weights, or a model that is a stack.
        """
        weights = dict(model.named_parameters())
        if not weights:
            raise InputError("model", "must have weights that can move",
                             type(model).__name__, "pass e.g. an RNN")
        names = set(weights if self.only is None else self.only)
        if not names <= set(weights):
            raise InputError("only", f"must be among {sorted(weights)}", sorted(names),
                             "name parameters of the model")
        if any(weight.ndim > 2 for weight in weights.values()):
            raise InputError(
                "model", "must be a single one, weights of 1 or 2 dimensions",
                {name: tuple(w.shape) for name, w in weights.items()},
                "perturb the members of a stack one by one")
        by_entry = set(weights) if self.shape == "box" else _diagonals(model)
        return {name: Largest() if name in by_entry
                else Spectral() if weight.ndim == 2 else Euclidean()
                for name, weight in weights.items() if name in names}

    def sample(self, model: Functional, copies: int, seed: int) -> Functional:
        """Return a stack of copies, each weight moved by exactly the radius.

        Directions are normal, scaled to the norm.

        Args:
            model: a model without stack dimensions.
            copies: number of copies.
            seed: of the local generator; the same directions for every radius.

        Raises:
            InputError: as ``norms``.
        """
        generator, norms = torch.Generator().manual_seed(seed), self.norms(model)
        check_count("copies", copies)
        moved = {}
        for name, weight in model.named_parameters():
            # drawn for weights that stay too: the others move as they would
            direction = torch.randn((copies, *weight.shape), generator=generator,
                                    dtype=DTYPE)
            moved[name] = weight.detach() + (
                norms[name].to_surface(direction, self.radius) if name in norms
                else torch.zeros_like(direction))
        return model.with_parameters(moved)

    def shifts(self, model: Functional) -> Functional:
        """Return the models with W + beta I and W - beta I in place of raw w.

        Args:
            model: a model without stack dimensions; one whose ``w`` does not move
                returns itself, twice.

        Raises:
            InputError: as ``norms``.
        """
        moved = {n: torch.stack([p, p]).detach() for n, p in model.named_parameters()}
        if "w" in self.norms(model):
            one = torch.ones_like(model.w) if model.diagonal else torch.eye(
                len(model.w)).to(model.w)
            moved["w"] += self.radius * torch.stack([one, -one])
        return model.with_parameters(moved)

    def project(self, model: Functional, moves: Weights) -> Weights:
        """Return the nearest displacements in the ball.

        Args:
            model: what moves.
            moves: the displacements.
        """
        return {name: norm.nearest(moves[name], self.radius)
                for name, norm in self.norms(model).items()}

    def to_surface(self, model: Functional, moves: Weights) -> Weights:
        """Return the displacements scaled to the radius; zero stays.

        Args:
            model: what moves.
            moves: the displacements.
        """
        return {name: norm.to_surface(moves[name], self.radius)
                for name, norm in self.norms(model).items()}

    def steepest(self, model: Functional, gradients: Weights) -> Weights:
        """Return the displacements with the largest products with the gradients.

        Args:
            model: what moves.
            gradients: of its weights.
        """
        return {name: self.radius * norm.steepest(gradients[name])
                for name, norm in self.norms(model).items()}


@checked
def perturb(
    model: Functional, ball: Ball | float, copies: int, seed: int
) -> Functional:
    """Return a stack of copies, each weight moved by exactly the radius.

    Source: def-perturbation-error in the book; "Inverse Approximation Theory",
    Def. 3.4.

    Args:
        model: a model without stack dimensions.
        ball: what moves and how far; or the radius, if all weights move.
        copies: number of copies.
        seed: of the local generator; the same directions for every radius.

    Raises:
        InputError: negative radius, unknown names, or a model that is a stack.
    """
    return Ball.of(ball).sample(model, copies, seed)


def _diagonals(model: Functional) -> set[str]:
    """Return the names of the weights that are the diagonal of a matrix."""
    return {f"{name}.w".strip(".") for name, part in model.named_modules()
            if getattr(part, "diagonal", False)}
