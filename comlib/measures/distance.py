"""How far apart two functionals are."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_choice, check_tensor
from ..functional import Functional, check_timebase

NORMS = ("L1", "L2", "W1")


@checked(linear="compare what they answer: response_distance(H, H_hat, x)")
def distance(
    H: Functional, H_hat: Functional, length: int, norm: str = "L1"
) -> Float[Tensor, "*stack"]:
    """Return the distance of two linear functionals, exactly, on a horizon.

    With e_k the difference of the kernels at k*dt, k < length:
    L1: sum |e_k| dt, the operator norm sup_t sup_x |H_t(x) - H_hat_t(x)| / |x|;
    L2: (sum e_k^2 dt)^(1/2), the root mean square error on white noise;
    W1: L1 + |e_0| + sum |e_k - e_{k-1}|, the norm of Definition 3.7.
    Of an affine functional, such as a linear network with biases, this is the
    distance of H - H(0): an offset has no size relative to that of an input.
    Inputs are summed; of several outputs the largest counts. For kernels known on
    all of [0, infinity) see ``Kernel.l1_norm`` of their difference.

    Source: def-distance in the book; "Inverse Approximation Theory", Def. 3.7.

    Args:
        H: a linear or affine functional.
        H_hat: another, or a stack of them.
        length: number of time points of the horizon.
        norm: "L1", "L2" or "W1".

    Raises:
        InputError: unknown norm, a nonlinear functional, different timebases.
    """
    dt = check_timebase(H, H_hat)
    e = H.kernel_samples(length) - H_hat.kernel_samples(length)
    if norm == "L1":
        per_output = dt * e.abs().sum((-3, -1))
    elif norm == "L2":
        per_output = (dt * e.square().sum((-3, -1))).sqrt()
    elif norm == "W1":
        jumps = e.diff(dim=-3, prepend=torch.zeros_like(e[..., :1, :, :]))
        per_output = (dt * e.abs() + jumps.abs()).sum((-3, -1))
    else:
        raise InputError("norm", f"must be one of {NORMS}", repr(norm),
                         "choose one")
    return per_output.amax(-1)


@checked
def response_distance(
    H: Functional, H_hat: Functional, x: Float[Tensor, "batch time d_in"],
    norm: str = "L1",
) -> Float[Tensor, "*stack"]:
    """Return the distance of two functionals as far as given inputs show it.

    L1: the largest |H_t(x) - H_hat_t(x)| / max|x| over inputs and times, W1: the
    same plus that of the difference quotients, both lower bounds of the norms of
    Definition 3.7; L2: the root mean square error at the last time.

    Source: def-distance in the book; "Inverse Approximation Theory", Def. 3.7.

    Args:
        H: any functional.
        H_hat: another, or a stack of them.
        x: the inputs.
        norm: "L1", "L2" or "W1".

    Raises:
        InputError: unknown norm, different timebases, an input that is zero.
    """
    dt = check_timebase(H, H_hat)
    size = check_tensor("x", x, "batch time d_in").abs().amax((-2, -1))
    if not (size > 0).all():
        raise InputError("x", "must not hold a zero input", "one",
                         "leave it out: its distance is zero")
    e = H(x) - H_hat(x)
    if norm == "L2":
        return e[..., -1, :].square().mean(-2).sqrt().amax(-1)
    check_choice("norm", norm, NORMS)
    total = e.abs()
    if norm == "W1":
        slopes = e.diff(dim=-2, prepend=torch.zeros_like(e[..., :1, :])) / dt
        total = total + slopes.abs()
    return (total.amax((-2, -1)) / size).amax(-1)
