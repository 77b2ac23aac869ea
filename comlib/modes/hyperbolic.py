"""The geometry of one mode of unit variance: z = sqrt(1 - |lambda|^2) h, white input.

E|z_lambda - z_mu|^2 is a function of the hyperbolic distance in the disc with the
metric |dlambda| / (1 - |lambda|^2).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..functional import DTYPE
from .moments import check_inside


@checked
def overlap(eigenvalue: Tensor, other: Tensor) -> Tensor:
    """Return E z conj(z') = sqrt((1 - |lam|^2) (1 - |l'|^2)) / (1 - lam conj(l')).

    Source: thm-poincare-mode in the book.

    Args:
        eigenvalue: lam of z, real or complex.
        other: l' of z', of a shape that broadcasts.

    Raises:
        InputError: an eigenvalue that is not inside the unit circle.
    """
    eigenvalue = check_inside("eigenvalue", eigenvalue)
    other = check_inside("other", other)
    gains = ((1 - eigenvalue.abs() ** 2) * (1 - other.abs() ** 2)).sqrt()
    return gains / (1 - eigenvalue * other.conj())


@checked
def hyperbolic_distance(eigenvalue: Tensor, other: Tensor) -> Tensor:
    """Return artanh |(lam - l') / (1 - lam conj(l'))|, the distance in the disc.

    Source: thm-poincare-mode in the book.

    Args:
        eigenvalue: lam, real or complex.
        other: l', of a shape that broadcasts.

    Raises:
        InputError: an eigenvalue that is not inside the unit circle.
    """
    eigenvalue = check_inside("eigenvalue", eigenvalue)
    other = check_inside("other", other)
    return ((eigenvalue - other) / (1 - eigenvalue.conj() * other)).abs().atanh()


@checked
def moebius(centre: Tensor, p: Tensor) -> Tensor:
    """Return (centre + p) / (1 + conj(centre) p), which moves 0 to ``centre``.

    Source: prp-moebius-chart in the book.

    Args:
        centre: inside the unit circle, real or complex.
        p: inside the unit circle, of a shape that broadcasts.

    Raises:
        InputError: one of them is not inside the unit circle.
    """
    centre, p = check_inside("centre", centre), check_inside("p", p)
    return (centre + p) / (1 + centre.conj() * p)


@checked
def normalised_loss(shift: Float[Tensor, "*modes"]) -> Float[Tensor, "*modes"]:
    """Return E(z - z*)^2 / 2 = 1 - sech(w - w*) for real modes lambda = tanh(w).

    Source: thm-poincare-mode in the book.

    Args:
        shift: w - w*.
    """
    return 1 - 1 / torch.cosh(shift)


@checked
def circle_loss(radius: float, angle: Float[Tensor, "*angles"]
                ) -> Float[Tensor, "*angles"]:
    """Return E|h - h*|^2 / 2 for lambda* = radius and lambda = radius exp(i angle).

    Source: prp-circle in the book.

    Args:
        radius: of both eigenvalues, >= 0 and < 1.
        angle: between them.

    Raises:
        InputError: the radius is not inside the unit circle.
    """
    check_inside("radius", torch.tensor(radius, dtype=DTYPE))
    q = radius**2
    across = 2 * q * (angle / 2).sin() ** 2  # q (1 - cos), without cancellation
    return across * (1 + q) / ((1 - q) * ((1 - q) ** 2 + 2 * across))
