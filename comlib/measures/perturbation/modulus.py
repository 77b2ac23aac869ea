"""How far a step of a raw weight moves an eigenvalue, relative to its size."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from ...arguments import checked
from ...checks import InputError, check_positive
from ...models import (
    Direct,
    Exp,
    InverseQuadratic,
    Parameterization,
    Reciprocal,
    ReLU,
    Sigmoid,
    Softplus,
    Square,
    UnitGain,
)

_POINTS = 201


@checked
def relative_modulus(f: Parameterization, radius: float) -> float:
    """Return sup |f(w)/f(w') - 1| over |w' - w| <= radius and f(w) < 0, exactly.

    Infinity where no bound holds for all w: then f is no stable reparameterisation.

    Source: prp-moduli in the book (ours).

    Args:
        f: one of the maps of the package; a map with unit gain counts as its base.
        radius: beta >= 0.

    Raises:
        InputError: a negative radius, or a map whose modulus is not known.
    """
    check_positive("radius", radius, zero=True)
    if isinstance(f, UnitGain):
        return relative_modulus(f.base, radius)
    if type(f) not in _LOG_MODULI:
        raise InputError("f", "must be a map of the package", repr(f),
                         "bound it from below by relative_change")
    return math.expm1(_LOG_MODULI[type(f)](f, radius)) if radius else 0.0


@checked
def relative_change(
    f: Parameterization, w: Float[Tensor, "*w"], radius: float
) -> Float[Tensor, "*w"]:
    """Return sup |f(w)/f(w') - 1| over |w' - w| <= radius, for each raw weight.

    It is |f(w)| times the L1 distance of the two modes; infinity if one of the w'
    has no negative eigenvalue. The w' are a grid with both ends and the ``extremes``
    of f, if it names them.

    Source: prp-relative-modulus in the book (ours).

    Args:
        f: the map.
        w: raw weights with f(w) < 0.
        radius: beta >= 0.

    Raises:
        InputError: a negative radius, or an eigenvalue that is not negative.
    """
    check_positive("radius", radius, zero=True)
    here = f(w)
    if not (here < 0).all():
        raise InputError("w", "must belong to negative eigenvalues",
                         here.max().item(), "choose other raw weights")
    steps = radius * torch.linspace(-1, 1, _POINTS, dtype=w.dtype)
    points, ends = w + steps.reshape(-1, *[1] * w.ndim), f.extremes(w, radius)
    there = f(points if ends is None else torch.cat([points, ends]))
    return torch.where(there < 0, (here / there - 1).abs(), math.inf).amax(0)


@checked
def unit_gain_change(f: Parameterization, radius: float) -> float:
    """Return sup int |r' exp(-r' t) - r exp(-r t)| dt, r = |f(w)|, |w' - w| <= radius.

    It is 2 exp(-d/(exp(d) - 1)) (1 - exp(-d)) with d = ln(1 + ``relative_modulus``).

    Source: lem-unit-gain in the book (ours).

    Args:
        f: one of the maps of the package.
        radius: beta >= 0.

    Raises:
        InputError: as ``relative_modulus``.
    """
    ratio = relative_modulus(f, radius)
    if ratio in (0.0, math.inf):
        return 2.0 * (ratio > 0)
    return 2 * math.exp(-math.log1p(ratio) / ratio) * ratio / (1 + ratio)


def _nothing(f: Parameterization, radius: float) -> float:
    return math.inf


def _steepest(f: Parameterization, radius: float) -> float:
    """The slope of log |f| has the supremum one, at w -> -infinity."""
    return radius


def _folded(f: InverseQuadratic, radius: float) -> float:
    return 2 * math.asinh(radius * math.sqrt(f.a / f.b) / 2)


_LOG_MODULI = {
    Direct: _nothing, ReLU: _nothing, Square: _nothing, Reciprocal: _nothing,
    Exp: _steepest, Softplus: _steepest, Sigmoid: _steepest, InverseQuadratic: _folded}
"""sup |ln |f(w)| - ln |f(w')|| as functions of the map and the radius > 0."""
