"""Second moments of a mode h_t = lambda h_{t-1} + x_t and of d = dh/dlambda.

The input is real, stationary, of mean zero, with the correlations R(j) = E x_t x_{t-j};
lambda is real or complex, inside the unit circle, and q = |lambda|^2.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_finite
from ..functional import DTYPE


class Moments(NamedTuple):
    """E|h|^2, E d conj(h) and E|d|^2, each with the shape of the eigenvalues.

    Args:
        state: E|h|^2.
        cross: E d conj(h), real for a real eigenvalue.
        sensitivity: E|d|^2.
    """

    state: Tensor
    cross: Tensor
    sensitivity: Tensor


def check_inside(argument: str, eigenvalue: Tensor) -> Tensor:
    """Return ``eigenvalue`` if every one lies inside the unit circle.

    Args:
        argument: the name that the error message gives.
        eigenvalue: real or complex, any shape.

    Raises:
        InputError: one does not.
    """
    if not (eigenvalue.abs() < 1).all():
        raise InputError(argument, "must lie inside the unit circle",
                         f"a modulus of {eigenvalue.abs().max():.6g}",
                         "the moments of other modes are infinite")
    return eigenvalue if eigenvalue.is_complex() else eigenvalue.to(DTYPE)


def _assembled(eigenvalue: Tensor, r0: float, once: Tensor, twice: Tensor) -> Moments:
    """Return the moments from the sums of lambda^j R(j) and j lambda^(j-1) R(j)."""
    q = eigenvalue.abs() ** 2
    P = r0 + 2 * once.real
    return Moments(
        P / (1 - q), eigenvalue.conj() * P / (1 - q) ** 2 + twice / (1 - q),
        (1 + q) * P / (1 - q) ** 3 + 2 * (eigenvalue * twice).real / (1 - q) ** 2)


@checked
def correlated_moments(eigenvalue: Tensor, R: Float[Tensor, " lags"]) -> Moments:
    """Return the moments for an input whose correlations end after finitely many lags.

    Source: prp-sensitivity-moments in the book.

    Args:
        eigenvalue: lambda, any shape, real or complex.
        R: R(0), R(1), ...; zero beyond.

    Raises:
        InputError: an eigenvalue that is not inside the unit circle, or no R(0).
    """
    eigenvalue = check_inside("eigenvalue", eigenvalue)
    if len(R) == 0:
        raise InputError("R", "must hold at least R(0)", "none", "pass the variance")
    j = torch.arange(1, len(R), dtype=DTYPE)
    terms = eigenvalue[..., None] ** (j - 1) * R[1:]
    return _assembled(eigenvalue, float(R[0]), eigenvalue * terms.sum(-1),
                      (j * terms).sum(-1))


@checked
def autoregressive_moments(eigenvalue: Tensor, a: float = 0.0) -> Moments:
    """Return the moments for the input with R(j) = a^j: white for 0, constant for 1.

    Source: prp-sensitivity-moments in the book.

    Args:
        eigenvalue: lambda, any shape, real or complex.
        a: correlation of neighbours, > -1 and <= 1.

    Raises:
        InputError: an eigenvalue that is not inside the unit circle, or a out of range.
    """
    eigenvalue = check_inside("eigenvalue", eigenvalue)
    if not -1 < check_finite("a", a) <= 1:
        raise InputError("a", "must be > -1 and <= 1", a, "pass a correlation")
    once = a * eigenvalue / (1 - a * eigenvalue)
    return _assembled(eigenvalue, 1.0, once, a / (1 - a * eigenvalue) ** 2)


@checked
def sensitivity_after(radius: Float[Tensor, "*modes"], length: int
                      ) -> Float[Tensor, "*modes"]:
    """Return E|d|^2 at time ``length``, white input from rest: sum k^2 q^(k-1), k < t.

    Source: prp-finite-sensitivity in the book.

    Args:
        radius: |lambda| >= 0, which may exceed one.
        length: t, the number of inputs so far.

    Raises:
        InputError: a negative or infinite radius, or no input.
    """
    if not ((radius >= 0) & radius.isfinite()).all():
        raise InputError("radius", "must be >= 0 and finite", radius.tolist(),
                         "pass |lambda|")
    k = torch.arange(1, check_count("length", length), dtype=DTYPE)
    return torch.stack([(k**2 * r ** (2 * k - 2)).sum() for r in radius.flatten()]
                       ).view(radius.shape) if radius.numel() else radius


@checked
def collapse(u: Float[Tensor, "*u"]) -> Float[Tensor, "*u"]:
    """Return F(u) = int_0^1 s^2 exp(-u s) ds = (2 - exp(-u) (u^2 + 2u + 2)) / u^3.

    Source: prp-finite-sensitivity in the book.

    Args:
        u: 2 (1 - |lambda|) t, of any sign.
    """
    small = u.abs() < 1e-2
    v = torch.where(small, 1.0, u)
    series = 1 / 3 - u / 4 + u**2 / 10 - u**3 / 36 + u**4 / 168
    return torch.where(small, series, (2 - (-v).exp() * (v**2 + 2 * v + 2)) / v**3)
