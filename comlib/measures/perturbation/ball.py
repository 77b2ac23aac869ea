"""What a perturbation of the weights does to an approximation."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor

from ...arguments import checked
from ...checks import InputError, check_count, check_positive
from ...functional import DTYPE, Functional


@checked
def perturb(
    model: Functional, radius: float, copies: int, seed: int,
    only: Iterable[str] | None = None, norm: str = "ball",
) -> Functional:
    """Return a stack of copies, each weight moved by exactly ``radius``.

    Directions are normal, scaled to the norm of Definition 3.4: spectral for
    matrices (the largest entry for a diagonal recurrence), Euclidean for vectors.
    With ``norm="box"`` the largest entry is ``radius``, as in the authors' code.

    Source: def-perturbation-error in the book; "Inverse Approximation Theory",
    Def. 3.4.

    Args:
        model: a model without stack dimensions.
        radius: beta >= 0.
        copies: number of copies.
        seed: of the local generator; the same directions for every radius.
        only: names of the parameters that move (default: all).
        norm: "ball" or "box".

    Raises:
        InputError: negative radius, unknown names, or a model that is a stack.
    """
    weights = dict(model.named_parameters())
    names = list(weights) if only is None else list(only)
    if not names:
        raise InputError("model, only", "must have weights that move", "none",
                         "perturb a model, not a target")
    if unknown := set(names) - set(weights):
        raise InputError("only", f"must be among {sorted(weights)}", sorted(unknown),
                         "name parameters of the model")
    if norm not in ("ball", "box"):
        raise InputError("norm", "must be 'ball' or 'box'", repr(norm), "choose one")
    check_positive("radius", radius, zero=True)
    if any(weight.ndim > 2 for weight in weights.values()):
        raise InputError("model", "must be a single one, weights of 1 or 2 dimensions",
                         {name: tuple(w.shape) for name, w in weights.items()},
                         "perturb the members of a stack one by one")
    generator = torch.Generator().manual_seed(seed)
    moved = {}
    for name, weight in weights.items():
        shape = (check_count("copies", copies), *weight.shape)
        direction = torch.randn(shape, generator=generator, dtype=DTYPE)
        size = radius / weight_norms(direction, name, norm) if name in names else 0.0
        moved[name] = weight.detach() + size * direction
    return model.with_parameters(moved)


def weight_norms(weights: Tensor, name: str, norm: str = "ball") -> Tensor:
    """Return the norm of each copy of one weight, shaped to divide it.

    Source: def-perturbation-error in the book; "Inverse Approximation Theory",
    Def. 3.4.

    Args:
        weights: the copies, (copies, \\*shape).
        name: of the weight; ``w`` of one dimension is a diagonal recurrence.
        norm: "ball", spectral or Euclidean, or "box", the largest entry.
    """
    if norm == "box":
        return weights.abs().amax(tuple(range(1, weights.ndim)), keepdim=True)
    if weights.ndim == 3:
        return torch.linalg.matrix_norm(weights, 2, keepdim=True)
    # a diagonal recurrence: the spectral norm of diag(w)
    order = math.inf if name.rpartition(".")[2] == "w" else 2
    return torch.linalg.vector_norm(weights, order, dim=-1, keepdim=True)

