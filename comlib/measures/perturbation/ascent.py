"""The worst perturbation of the weights, by projected gradient ascent."""

import copy
import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from ...arguments import checked
from ...checks import InputError, check_count
from ...functional import DTYPE, Functional
from ...models import Direct
from .ball import perturb, weight_norms

Weights = dict[str, Tensor]


@checked
def worst_case(
    model: Functional, loss: Callable[[Functional], Tensor], radius: float, *,
    restarts: int = 8, updates: int = 30, only: Iterable[str] | None = None,
    norm: str = "ball", coordinates: str = "raw", start: Iterable[Functional] = (),
    seed: int = 0,
) -> Functional:
    """Return the perturbed model with the largest loss that the search visited.

    Its loss is attained within the radius, so a lower bound of the supremum. From
    every start the search moves in the steepest direction of the norm, with steps
    from ``radius`` down to zero, and projects back. A loss that overflows or is NaN
    counts as infinite.

    Source: def-perturbation-error in the book; "Inverse Approximation Theory",
    Def. 3.4.

    Args:
        model: a model without stack dimensions.
        loss: maps a stack of models to their losses, differentiable.
        radius: beta >= 0.
        restarts: number of random starts.
        updates: number of steps of each.
        only: names of the parameters that move (default: all).
        norm: "ball", that of Definition 3.4: spectral for matrices (the largest
            entry for a diagonal recurrence), Euclidean for vectors; or "box", the
            largest entry of each weight, as in the authors' code.
        coordinates: "raw" moves the weights themselves; "eigenvalue" moves W = f(w)
            and the effective input weights, and returns a Direct model.
        start: more points to start from, each also scaled up to the radius.
        seed: of the random starts.

    Raises:
        InputError: as perturb; unknown coordinates.
    """
    if coordinates not in ("raw", "eigenvalue"):
        raise InputError("coordinates", "must be 'raw' or 'eigenvalue'",
                         repr(coordinates), "choose one")
    model = in_eigenvalues(model) if coordinates == "eigenvalue" else model
    check_count("updates", updates, 0)
    centre = {n: p.detach() for n, p in model.named_parameters()}
    names = list(centre) if only is None else list(only)
    stack = perturb(model, radius, check_count("restarts", restarts), seed, names,
                    norm)
    starts = [_moves(stack, centre, names)]
    for other in start:
        found = _moves(other, centre, names)
        starts += [{n: project(d, n, radius, norm) for n, d in found.items()},
                   {n: _to_surface(d, n, radius, norm) for n, d in found.items()}]
    move = {n: torch.cat([moves[n] for moves in starts]) for n in names}
    best, value = move, torch.tensor(-math.inf, dtype=DTYPE)
    for k in range(updates + 1):
        loss_k, gradient = _losses(model, loss, centre, move)
        better = loss_k > value
        value = torch.maximum(value, loss_k)
        best = {n: torch.where(_like(better, d), d, best[n]) for n, d in move.items()}
        if k == updates or math.isinf(value.max()):
            break
        step = radius * (1 - k / updates)
        move = {n: project(move[n] + step * _steepest(gradient[n], n, norm),
                           n, radius, norm) for n in names}
    worst = value.argmax()
    return model.with_parameters({n: centre[n] + best[n][worst] for n in names})


@checked
def in_eigenvalues(model: Functional) -> Functional:
    """Return the same model, with W and the effective input weights as its weights.

    Args:
        model: an RNN or SSM.

    Raises:
        InputError: a model without recurrent weights.
    """
    if not hasattr(model, "input_weights"):
        raise InputError("model", "must have recurrent weights W",
                         type(model).__name__, "use coordinates='raw'")
    twin = copy.deepcopy(model)
    twin.parameterization = Direct()
    return twin.with_parameters({"w": model.W.detach(),
                                 "U": model.input_weights.detach()})


def project(move: Tensor, name: str, radius: float, norm: str = "ball") -> Tensor:
    """Return the nearest displacements of one weight within the radius.

    Args:
        move: displacements, (copies, \\*shape).
        name: of the weight; ``w`` of one dimension is a diagonal recurrence.
        radius: beta.
        norm: "ball" or "box".
    """
    if _by_entry(move, name, norm):
        return move.clamp(-radius, radius)
    if move.ndim == 3:
        # the nearest matrix of spectral norm at most beta
        u, s, vt = torch.linalg.svd(move, full_matrices=False)
        return u * s.clamp(max=radius)[..., None, :] @ vt
    size = weight_norms(move, name, norm)
    return torch.where(size > radius, _to_surface(move, name, radius, norm), move)


def _to_surface(move: Tensor, name: str, radius: float, norm: str) -> Tensor:
    size = weight_norms(move, name, norm)
    return radius * move / torch.where(size > 0, size, 1.0)


def _steepest(gradient: Tensor, name: str, norm: str) -> Tensor:
    """Return the unit displacement with the largest product with the gradient."""
    if _by_entry(gradient, name, norm):
        return gradient.sign()
    if gradient.ndim == 3:
        u, s, vt = torch.linalg.svd(gradient, full_matrices=False)
        return u * (s > 0)[..., None, :] @ vt
    return _to_surface(gradient, name, 1.0, norm)


def _by_entry(move: Tensor, name: str, norm: str) -> bool:
    """Whether the norm is the largest entry: a box, or the norm of diag(w)."""
    return norm == "box" or (name.rpartition(".")[2] == "w" and move.ndim == 2)


def _like(flags: Tensor, move: Tensor) -> Tensor:
    return flags.reshape(-1, *[1] * (move.ndim - 1))


def _moves(other: Functional, centre: Weights, names: list[str]) -> Weights:
    """Return the displacements of a model or a stack, each (copies, *shape)."""
    weights = dict(other.named_parameters())
    return {n: (weights[n].detach() - centre[n]).reshape(-1, *centre[n].shape)
            for n in names}


def _losses(
    model: Functional, loss: Callable[[Functional], Tensor], centre: Weights,
    move: Weights,
) -> tuple[Tensor, Weights]:
    """Return the losses, infinite where they overflow, and their gradients."""
    copies = len(next(iter(move.values())))
    weights = {n: c.expand(copies, *c.shape) + move.get(n, 0.0)
               for n, c in centre.items()}
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
