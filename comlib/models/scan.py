"""The one place where time is stepped.

Every function takes a leading stack of recurrences; a diagonal recurrence is
given by its eigenvalues, (\\*stack, m), a dense one by its matrix, (\\*stack, m, m).
The scans are plain loops; ``response.response`` does the same in place.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Inexact
from torch import Tensor

from ..checks import InputError, check_count

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda z: z,
    "tanh": torch.tanh,
    "hardtanh": torch.nn.functional.hardtanh,
    "relu": torch.relu,
}
"""The activations sigma by name."""


def activation_named(name: str) -> Callable[[Tensor], Tensor]:
    """Return the activation sigma with this name.

    Args:
        name: a key of ``ACTIVATIONS``.

    Raises:
        InputError: there is none.
    """
    if name not in ACTIVATIONS:
        raise InputError("activation", f"must be one of {sorted(ACTIVATIONS)}",
                         repr(name), "choose one of these")
    return ACTIVATIONS[name]


def apply(W: Tensor, h: Tensor, diagonal: bool) -> Tensor:
    """Return W h for states h.

    Args:
        W: (\\*stack, m) eigenvalues or (\\*stack, m, m) matrices.
        h: (\\*stack, batch, m).
        diagonal: whether ``W`` holds eigenvalues.
    """
    return h * W[..., None, :] if diagonal else h @ W.mT


def scan(
    W: Tensor, drive: Float[Tensor, "*stack batch time m"], *, diagonal: bool,
    activation: str = "identity", dt: float | None = None,
) -> Float[Tensor, "*stack batch time m"]:
    """Return the states h_k = sigma(z_k), or h_{k-1} + dt sigma(z_k) given ``dt``.

    Here z_k = W h_{k-1} + drive_k, and h_{-1} = 0.

    Args:
        W: recurrent weights, (\\*stack, m) or (\\*stack, m, m).
        drive: what enters at each time point, U x_k + b.
        diagonal: whether ``W`` holds eigenvalues.
        activation: name of sigma.
        dt: step of time; with it these are Euler steps.

    Raises:
        InputError: unknown activation.
    """
    sigma = activation_named(activation)
    h, states = torch.zeros_like(drive[..., 0, :]), []
    for u in drive.unbind(-2):
        s = sigma(apply(W, h, diagonal) + u)
        h = s if dt is None else h + dt * s
        states.append(h)
    return torch.stack(states, -2)


def krylov(
    A: Tensor, B: Inexact[Tensor, "*stack m d_in"], length: int, *, diagonal: bool
) -> Inexact[Tensor, "*stack time m d_in"]:
    """Return A^k B for k < length, by doubling.

    Args:
        A: transition, (\\*stack, m) or (\\*stack, m, m).
        B: what the powers act on.
        length: number of powers.
        diagonal: whether ``A`` holds eigenvalues.

    Raises:
        InputError: ``length`` is not positive.
    """
    check_count("length", length)
    if diagonal:
        power, blocks = A[..., None, :, None], B[..., None, :, :]
        while blocks.shape[-3] < length:
            blocks = torch.cat([blocks, power * blocks], -3)
            power = power * power
        return blocks[..., :length, :, :]
    # all columns side by side: one product of matrices, not one for each time
    power, columns, d_in = A, B, B.shape[-1]
    while columns.shape[-1] < length * d_in:
        columns = torch.cat([columns, power @ columns], -1)
        power = power @ power
    columns = columns[..., : length * d_in]
    return columns.unflatten(-1, (length, d_in)).movedim(-2, -3)


def impulses(
    A: Inexact[Tensor, "*stack m m"], B: Inexact[Tensor, "*stack m d_in"],
    c: Inexact[Tensor, "*stack d_out m"], length: int,
) -> Inexact[Tensor, "*stack time d_out d_in"]:
    """Return c A^k B for k < length, by doubling from both sides.

    With r a power of two near sqrt(length) the products c A^(r j) A^i B, i < r,
    need about sqrt(length) columns and as many rows, and not ``length`` columns.

    Args:
        A: transition, a matrix.
        B: what the powers act on.
        c: what is read off.
        length: number of powers.

    Raises:
        InputError: ``length`` is not positive.
    """
    check_count("length", length)
    power, columns, rows, known = A, B, c, 1
    while known < length:
        if known**2 < length:
            columns = torch.cat([columns, power @ columns], -1)
        else:
            rows = torch.cat([rows, rows @ power], -2)
        known *= 2
        if known < length:
            power = power @ power
    blocks = (rows @ columns).unflatten(-1, (-1, B.shape[-1]))
    blocks = blocks.unflatten(-3, (-1, c.shape[-2])).transpose(-3, -2)
    return blocks.flatten(-4, -3)[..., :length, :, :]


def causal_convolution(
    kernel: Float[Tensor, "*stack time d_out d_in"],
    x: Float[Tensor, "batch time d_in"],
) -> Float[Tensor, "*stack batch time d_out"]:
    """Return y_k = sum_{j <= k} kernel_j x_{k-j}, by the fast Fourier transform.

    Args:
        kernel: samples, the weight dt included.
        x: inputs.
    """
    n = 2 * x.shape[-2]
    spectrum = torch.fft.rfft(kernel, n, dim=-3)
    product = torch.einsum("...foi,bfi->...bfo", spectrum, torch.fft.rfft(x, n, dim=-2))
    return torch.fft.irfft(product, n, dim=-2)[..., : x.shape[-2], :]


def depthwise_convolution(
    kernel: Float[Tensor, "time d"], x: Float[Tensor, "batch time d"]
) -> Float[Tensor, "batch time d"]:
    """Return y_k = sum_{j <= k} kernel_j * x_{k-j}, each coordinate on its own.

    Args:
        kernel: samples, one column for each coordinate.
        x: inputs.
    """
    n = 2 * x.shape[-2]
    product = torch.fft.rfft(kernel, n, dim=-2) * torch.fft.rfft(x, n, dim=-2)
    return torch.fft.irfft(product, n, dim=-2)[..., : x.shape[-2], :]
