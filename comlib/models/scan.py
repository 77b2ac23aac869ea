"""The one place where time is stepped.

Every function takes a leading stack of recurrences; a diagonal recurrence is
given by its eigenvalues, (\\*stack, m), a dense one by its matrix, (\\*stack, m, m).
The scans are plain loops; ``response.response`` does the same in place.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Inexact
from torch import Tensor

from ..checks import check_count
from .activations import activation_named


@dataclass(frozen=True, eq=False)
class Steps:
    """The recurrence y_k = c phi(h_k), h_k = sigma(W h_{k-1} + B x_k), from h = 0.

    With ``dt`` the step is h_k = h_{k-1} + dt sigma(W h_{k-1} + B x_k).

    Args:
        W: recurrent weights, eigenvalues (\\*stack, m) or matrices (\\*stack, m, m).
        B: input weights, (\\*stack, m, d_in).
        c: output weights, (\\*stack, d_out, m).
        activation: name of sigma.
        dt: step of time, or None.
        readout: name of phi.

    Raises:
        InputError: unknown activation or readout.
    """

    W: Tensor
    B: Tensor
    c: Tensor
    activation: str = "identity"
    dt: float | None = None
    readout: str = "identity"

    def __post_init__(self):
        activation_named(self.activation), activation_named(self.readout)

    @property
    def diagonal(self) -> bool:
        """Whether ``W`` holds eigenvalues."""
        return self.W.ndim < self.B.ndim

    def states(
        self, x: Float[Tensor, "batch time d_in"]
    ) -> Float[Tensor, "*stack batch time m"]:
        """Return the states h_k by ``scan``.

        Args:
            x: inputs, common to the stack.
        """
        return scan(self.W, x @ self.B.mT[..., None, :, :], diagonal=self.diagonal,
                    activation=self.activation, dt=self.dt)

    def outputs(
        self, x: Float[Tensor, "batch time d_in"]
    ) -> Float[Tensor, "*stack batch time d_out"]:
        """Return the outputs y_k by ``scan``, which can be differentiated at will.

        Args:
            x: inputs, common to the stack.
        """
        phi = activation_named(self.readout)
        return phi(self.states(x)) @ self.c.mT[..., None, :, :]


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
    A: Inexact[Tensor, "*_"],
    B: Inexact[Tensor, "*stack m d_in"], c: Inexact[Tensor, "*stack d_out m"],
    length: int,
) -> Inexact[Tensor, "*stack time d_out d_in"]:
    """Return c A^k B for k < length, by doubling from both sides.

    With r a power of two near sqrt(length) the products c A^(r j) A^i B, i < r,
    need about sqrt(length) columns and as many rows, and not ``length`` columns.

    Args:
        A: transition, the eigenvalues or a matrix.
        B: what the powers act on.
        c: what is read off.
        length: number of powers.

    Raises:
        InputError: ``length`` is not positive.
    """
    check_count("length", length)
    diagonal = A.ndim < B.ndim
    power, columns, rows, known = A, B, c, 1
    while known < length:
        if known**2 < length:
            more = power[..., None] * columns if diagonal else power @ columns
            columns = torch.cat([columns, more], -1)
        else:
            more = rows * power[..., None, :] if diagonal else rows @ power
            rows = torch.cat([rows, more], -2)
        known *= 2
        if known < length:
            power = power * power if diagonal else power @ power
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


def settles(kernel: Float[Tensor, "*stack time d_out d_in"]) -> bool:
    """Return whether no kernel of the stack is largest in its second half.

    The rounding of a convolution is that of its largest value, which would hide
    the beginning of one that grows.

    Args:
        kernel: samples.
    """
    size = kernel.detach().abs().amax((-2, -1))
    half = -(-size.shape[-1] // 2)
    try:
        return bool((size.amax(-1) <= size[..., :half].amax(-1)).all())
    except RuntimeError:  # a map over models by torch.vmap has no truth value
        return False


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
