"""The path of full-batch gradient descent, in the space of impulse responses."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from ..arguments import checked
from ..checks import InputError, check_count, check_positive
from ..functional import Functional
from .moments import SecondMoments


@dataclass(frozen=True, eq=False)
class Path:
    """Impulse responses along gradient descent.

    Args:
        updates: after how many updates each was taken, rising.
        kernels: the impulse responses.
        end: the model with its last weights.
    """

    updates: tuple[int, ...]
    kernels: Float[Tensor, "updates *stack time d_out d_in"]
    end: Functional


@checked
def descent_path(
    model: Functional, moments: SecondMoments, *, rate: float, updates: Sequence[int],
    multipliers: tuple[float, float, float] = (1.0, 1.0, 1.0), progress: bool = False,
) -> Path:
    """Follow gradient descent, theta <- theta - rate * gradient, on all parameters.

    The members of a stack move as if each were alone. An interruption returns the
    path so far.

    Args:
        model: a linear functional with weights; it is not changed.
        moments: of the data.
        rate: eta.
        updates: after how many updates an impulse response is taken, rising; 0 is
            the start.
        multipliers: learning rates of W, U and c, as multiples of ``rate``; other
            weights have the rate itself, and their model takes no multipliers.
        progress: show a progress bar.

    Raises:
        InputError: a rate that is not positive, updates that do not rise, a model
            without weights or of other dimensions than the data.
    """
    at = _rising(updates)
    check_positive("rate", rate)
    end = copy.deepcopy(model)
    weights = list(end.parameters())
    if not weights or not model.linear:
        raise InputError("model", "must be linear and have weights",
                         type(model).__name__, "pass e.g. WideNetwork.random(100)")
    if moments.yx.shape[1:] != (model.d_out, model.d_in):
        raise InputError("moments", "must have the model's d_out and d_in",
                         tuple(moments.yx.shape[1:]), "take them of fitting sequences")
    factor = dict(zip(("W", "U", "c"), multipliers))
    known = {name for name, _ in end.named_parameters()}
    if set(multipliers) != {1.0} and not factor.keys() <= known:
        raise InputError("multipliers", "must be left out for a model without weights "
                         "W, U and c", sorted(known), "pass a WideNetwork")
    rates = [rate * factor.get(name, 1.0) for name, _ in end.named_parameters()]
    kernels = []
    with tqdm(total=at[-1], disable=not progress, unit="update") as bar:
        try:
            for made in range(at[-1] + 1):
                L = end.kernel_samples(moments.length)
                if made in at:
                    kernels.append(L.detach())
                if made < at[-1]:
                    gradients = torch.autograd.grad(
                        L, weights, moments.gradient(L.detach()))
                    with torch.no_grad():
                        for p, g, alpha in zip(weights, gradients, rates):
                            p.sub_(g, alpha=alpha)
                    bar.update()
        except KeyboardInterrupt:
            pass
    return Path(at[: len(kernels)], torch.stack(kernels), end)


@checked
def convolution_path(
    moments: SecondMoments, factors: Float[Tensor, " time"], *, rate: float,
    updates: Sequence[int], start: Float[Tensor, "time d_out d_in"] | None = None,
) -> Float[Tensor, "updates time d_out d_in"]:
    """Return L^l of a scaled convolution after l updates of descent, in closed form.

    L^l - L^0 = sqrt(D) phi_l(H) sqrt(D) (yx - xx L^0) with H = sqrt(D) xx sqrt(D) and
    phi_l(s) = (1 - (1 - rate s)^l) / s, which is rate * l at s = 0.

    Source: prp-closed-path in the book.

    Args:
        moments: of the data.
        factors: r_j, the diagonal of D.
        rate: eta.
        updates: the numbers l, rising.
        start: L^0 (default: zero).

    Raises:
        InputError: a rate that is not positive, updates that do not rise, or other
            numbers of lags.
    """
    at = torch.tensor(_rising(updates)).to(factors)[:, None]
    check_positive("rate", rate)
    L = torch.zeros_like(moments.yx) if start is None else start
    if L.shape != moments.yx.shape:
        raise InputError("start", f"must have the shape {tuple(moments.yx.shape)}",
                         tuple(L.shape), "take the lags of the moments")
    s, V = torch.linalg.eigh(moments.scaled(factors))
    learned = 1 - (1 - rate * s) ** at
    flat = s.abs() <= 1e-14 * s.abs().max()
    phi = torch.where(flat, rate * at, learned / torch.where(flat, 1.0, s))
    root = factors.sqrt()[:, None, None]
    force = -(root * moments.gradient(L)).transpose(0, 1).flatten(1) @ V
    moved = (phi[:, None] * force) @ V.mT
    moved = moved.unflatten(-1, (len(factors), -1)).transpose(1, 2)
    return L + root * moved


@checked
def kernel_path(
    moments: SecondMoments, kernel: Float[Tensor, "time d_out d_in time d_out d_in"],
    *, rate: float, updates: Sequence[int], start: Float[Tensor, "time d_out d_in"],
) -> Float[Tensor, "updates time d_out d_in"]:
    """Return L^l of descent with a tangent kernel that stays: L <- L - rate * kernel g.

    With the kernel of a network at its start this is the network linearised there.

    Source: thm-two-errors in the book.

    Args:
        moments: of the data.
        kernel: Theta of the impulse response.
        rate: eta.
        updates: the numbers l, rising.
        start: L^0.

    Raises:
        InputError: a rate that is not positive, updates that do not rise, or other
            numbers of lags.
    """
    at = _rising(updates)
    check_positive("rate", rate)
    if start.shape != moments.yx.shape:
        raise InputError("start", f"must have the shape {tuple(moments.yx.shape)}",
                         tuple(start.shape), "take the lags of the moments")
    L, kernels = start, []
    for made in range(at[-1] + 1):
        if made in at:
            kernels.append(L)
        L = L - rate * torch.tensordot(kernel, moments.gradient(L), 3)
    return torch.stack(kernels)


def _rising(updates: Sequence[int]) -> tuple[int, ...]:
    """Return the numbers of updates, checked."""
    at = tuple(check_count("updates", k, least=0) for k in updates)
    if not at or list(at) != sorted(set(at)):
        raise InputError("updates", "must rise, and hold at least one", list(at),
                         "pass e.g. (0, 10, 100)")
    return at
