"""The perturbation error E_m(beta), from below and from above."""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from ...arguments import checked
from ...checks import InputError, check_tensor
from ...evidence import Table
from ...functional import Functional, check_single
from ..continuous import l1_loss, l2_loss, w1_loss
from ..distance import NORMS, distance, response_distance
from .ascent import Search, worst_case
from .ball import Ball
from .certificates import certified_change

_ROUGH = 1e-6  # precision of the integrals while searching


@checked
def perturbation_error(
    model: Functional, target: Functional, radii: Sequence[float], *,
    length: int | None = None, norm: str = "L1",
    inputs: Float[Tensor, "batch time d_in"] | None = None,
    only: Iterable[str] | None = None, copies: int = 30, seed: int = 0,
    search: Search | None = Search(),
) -> Table:
    """Return E_m(beta) from below, and where possible from above.

    Columns: ``radius`` is beta. ``sampled`` is the largest distance of ``copies``
    random perturbations and ``found`` that of ``worst_case``; both are attained in
    the ball of Definition 3.4, so lower bounds of the supremum. ``lower`` is the
    larger distance after moving all of w by +beta or by -beta, the rest fixed.
    ``upper`` is E_m(0) plus ``certified_change``, infinite where nothing is proved.
    ``sampled_box`` is sampled in the larger box of the authors' code, and
    ``upper_box`` proved there. Always sampled <= found <= upper, lower <= found and
    sampled_box <= upper_box; smaller radii are counted in.

    Source: def-perturbation-error in the book; "Inverse Approximation Theory",
    Def. 3.4.

    Args:
        model: the approximant, without stack dimensions.
        target: what it approximates.
        radii: the beta, in increasing order.
        length: number of time points of the horizon, on which an unstable copy has
            a large distance; or None, continuous time up to infinity, where it has
            an infinite one. Then the target must be a LinearFunctional.
        norm: "L1", "L2" or "W1".
        inputs: (batch, time, d_in), for a nonlinear model or target.
        only: names of the parameters that move (default: all).
        copies: number of random directions.
        seed: of the directions, common to all radii.
        search: how hard; None leaves out all but ``radius``, ``sampled`` and
            ``sampled_box``.

    Raises:
        InputError: radii not increasing, inputs missing, unknown norm or names.
    """
    if any(a >= b for a, b in zip(radii, list(radii)[1:])) or not len(radii):
        raise InputError("radii", "must be increasing", list(radii), "sort them")
    check_single("target", target)
    error = _error(model, target, length, norm, inputs)
    rough = _error(model, target, length, norm, inputs, _ROUGH)
    balls = [(Ball(radius, only), Ball(radius, only, "box")) for radius in radii]
    rows, found = [], []
    for ball, box in balls:
        sample, corner = (_worst(b.sample(model, copies, seed), rough)
                          for b in (ball, box))
        row = {"sampled": _value(error, sample), "sampled_box": _value(error, corner)}
        if search:
            shift = _worst(ball.shifts(model), rough)
            found = [worst_case(model, rough, ball, search, [sample, shift, *found])]
            row |= {"lower": _value(error, shift), "found": _value(error, found[0])}
            row["found"] = max(row["found"], row["sampled"], row["lower"])
        rows.append(row)
    columns = {name: list(itertools.accumulate((row[name] for row in rows), max))
               for name in rows[0]}
    if search:
        start = _value(error, model)
        columns["upper"], columns["upper_box"] = (
            [start + certified_change(model, b, length=length, norm=norm) for b in bs]
            for bs in zip(*balls, strict=True))
    return Table(radius=list(radii), **columns)


def _error(
    model: Functional, target: Functional, length: int | None, norm: str,
    inputs: Tensor | None, tolerance: float = 1e-12,
) -> Callable[[Functional], Tensor]:
    """Return the map from a stack of models to their distances to the target."""
    if norm not in NORMS:
        raise InputError("norm", f"must be one of {NORMS}", repr(norm), "choose one")
    if inputs is not None:
        check_tensor("inputs", inputs, "batch time d_in")
        return lambda stack: response_distance(target, stack, inputs, norm)
    if not (model.linear and target.linear):
        raise InputError("inputs", "must be given for nonlinear functionals", None,
                         "pass e.g. white_noise(64, length, dt=model.dt, seed=0)")
    if length is not None:
        return lambda stack: distance(target, stack, length, norm)
    if len(getattr(target, "kernels", ())) != 1:
        raise InputError("length", "must be given unless the target has one kernel",
                         None, "pass a LinearFunctional of one input, or a length")
    loss = {"L1": l1_loss, "L2": l2_loss, "W1": w1_loss}[norm]
    power = 0.5 if norm == "L2" else 1.0
    return lambda stack: loss(stack, target.kernels[0], tolerance) ** power


@torch.no_grad()
def _value(error: Callable[[Functional], Tensor], model: Functional) -> float:
    """Return the distance; an overflow means that no bound is left."""
    return float(torch.nan_to_num(error(model), nan=math.inf, posinf=math.inf))


@torch.no_grad()
def _worst(stack: Functional, error: Callable[[Functional], Tensor]) -> Functional:
    """Return the member of a stack with the largest distance."""
    values = torch.nan_to_num(error(stack), nan=math.inf, posinf=math.inf)
    return stack.with_parameters(
        {n: p.detach()[values.argmax()] for n, p in stack.named_parameters()})

