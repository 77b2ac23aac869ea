"""Weights of recurrences: random ones, and which are allowed."""

import math

import torch
from torch import Tensor

from ..checks import InputError, UnstableError, check_tensor
from ..functional import DTYPE


def random_weights(
    m: int, d_in: int, d_out: int, diagonal: bool, bias: bool, readout_bias: bool,
    seed: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor | None, Tensor | None]:
    """Return W, U, c, b and d as ``RecurrentModel.random`` says, for dt <= 1.

    Args:
        m: width.
        d_in: input coordinates.
        d_out: output coordinates.
        diagonal: diagonal or dense recurrence.
        bias: with or without b.
        readout_bias: with or without d.
        seed: of the local generator.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=DTYPE) / math.sqrt(m)

    if diagonal:
        W = -0.1 - 0.9 * torch.rand(m, generator=generator, dtype=DTYPE)
    else:
        W = 0.3 * normal(m, m) - torch.eye(m, dtype=DTYPE)
    return (W, normal(m, d_in), normal(d_out, m), normal(m) if bias else None,
            normal(d_out) if readout_bias else None)


def check_weights(
    W: Tensor, U: Tensor, c: Tensor, b: Tensor | None, d: Tensor | None
) -> None:
    """Check that the weights of a recurrence are finite and of one width and stack.

    Args:
        W: (\\*stack, m) or (\\*stack, m, m).
        U: (\\*stack, m, d_in).
        c: (\\*stack, d_out, m).
        b: (\\*stack, m), or None.
        d: (\\*stack, d_out), or None.

    Raises:
        InputError: not tensors of these shapes and one dtype, or not finite.
    """
    weights = {name: value for name, value in
               (("W", W), ("U", U), ("c", c), ("b", b), ("d", d)) if value is not None}
    for name, value in weights.items():
        check_tensor(name, value, " ".join("ijklmnop"[: getattr(value, "ndim", 1)]))
        if value.dtype != W.dtype:
            raise InputError(name, f"must have the dtype of W, {W.dtype}", value.dtype,
                             "make all weights torch.float64")
    if c.ndim < 2:
        raise InputError("c", "must have shape (*stack, d_out, m)", tuple(c.shape),
                         "add a dimension: c[None]")
    *stack, outputs, m = c.shape
    allowed = {"W": [(*stack, m), (*stack, m, m)], "U": [(*stack, m, U.shape[-1])],
               "c": [c.shape], "b": [(*stack, m)], "d": [(*stack, outputs)]}
    for name, value in weights.items():
        if tuple(value.shape) not in allowed[name]:
            rule = " or ".join(map(str, allowed[name]))
            raise InputError(name, f"must have shape {rule} to fit c {tuple(c.shape)}",
                             tuple(value.shape), "use one width and one stack for all")


def check_decay(eigenvalues: Tensor, dt: float, discretisation: str) -> None:
    """Check that a sampled recurrence with these eigenvalues forgets its state.

    Source: prp-euler-limit in the book.

    Args:
        eigenvalues: of W, any shape, real or complex.
        dt: timebase.
        discretisation: whether the steps are those of Euler.

    Raises:
        UnstableError: Re >= 0, or |1 + dt*eigenvalue| >= 1 with Euler steps.
    """
    worst = eigenvalues.real.max().item()
    if not worst < 0:
        raise UnstableError(
            "W", "eigenvalues must have negative real part", f"max Re = {worst:.6g}",
            "shift W, choose a stable parameterization, or say allow_unstable=True")
    factor = (1 + dt * eigenvalues).abs()
    if discretisation == "euler" and not factor.max() < 1:
        beyond = eigenvalues.flatten()[factor.argmax()].item()
        raise UnstableError(
            "dt", "Euler steps need |1 + dt*eigenvalue| < 1, that is rate*dt < 2",
            f"eigenvalue {beyond:.6g} with dt = {dt:g}",
            'make dt smaller, or use discretisation="exact" if the state is linear')
