"""What recurrent networks and state-space models share."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import (InputError, UnstableError, check_count, check_positive,
                      check_tensor)
from ..functional import DTYPE, Functional
from .parameterizations import Direct, Parameterization
from .scan import activation_named, impulses, krylov

DISCRETISATIONS = ("euler", "exact", "hold")


@checked
class RecurrentModel(Functional):
    """What RNN and SSM share: weights, eigenvalues, discretisation, kernel.

    The raw recurrent weight is ``w``; the recurrence sees W = f(w). Parameters
    carry any leading dimensions ``stack``: a stack of models is a model.

    Source: def-rnn and def-ssm in the book.

    Args:
        W: recurrent weights: the eigenvalues, (\\*stack, m), of a diagonal
            recurrence, or a matrix, (\\*stack, m, m).
        U: input weights, (\\*stack, m, d_in).
        c: readout, (\\*stack, d_out, m).
        b: bias, (\\*stack, m), or None.
        dt: timebase.
        activation: "identity", "tanh", "hardtanh" or "relu".
        parameterization: the map f from raw weights to eigenvalues.
        discretisation: "euler"; or "exact", which samples the kernel,
            c exp(W k dt) U; or "hold", exact for inputs constant between samples.
        allow_unstable: build the model even if the recurrence does not decay.

    Raises:
        InputError: shapes that do not fit, NaN, or unknown names.
        UnstableError: an eigenvalue with Re >= 0, or beyond the Euler limit.
    """

    def __init__(
        self, W: Tensor, U: Tensor, c: Tensor, b: Tensor | None = None, *,
        dt: float, activation: str = "tanh",
        parameterization: Parameterization = Direct(),
        discretisation: str = "euler", allow_unstable: bool = False,
    ):
        _check_shapes(W, U, c, b)
        super().__init__(dt, d_in=U.shape[-1], d_out=c.shape[-2])
        self.diagonal = W.ndim < c.ndim
        activation_named(activation)
        if not isinstance(parameterization, Parameterization):
            raise InputError("parameterization", "must be a Parameterization",
                             repr(parameterization), "pass an instance, e.g. Exp()")
        if discretisation not in DISCRETISATIONS:
            raise InputError("discretisation", f"must be one of {DISCRETISATIONS}",
                             repr(discretisation), "choose one of these")
        self.activation, self.discretisation = activation, discretisation
        self.parameterization = f = parameterization
        raw = f.inverse(W) if self.diagonal else f.inverse_matrix(W)
        self.w = torch.nn.Parameter(raw.detach().clone())
        self.U = torch.nn.Parameter(U.detach().clone())
        self.c = torch.nn.Parameter(c.detach().clone())
        self.b = None if b is None else torch.nn.Parameter(b.detach().clone())
        if not allow_unstable:
            self.check_stable()

    @classmethod
    @checked
    def random(
        cls, width: int, *, dt: float, d_in: int = 1, d_out: int = 1,
        diagonal: bool = False, bias: bool = False, seed: int = 0, **options: object,
    ) -> "RecurrentModel":
        """Return a model with random weights, inside its stability limit.

        Diagonal: rates uniform in (0.1, 1). Dense: W = -I + 0.3 G / sqrt(m), G
        normal. Both are divided by max(dt, 1); U, c, b are normal of variance 1/m.

        Args:
            width: number of hidden units m.
            dt: timebase.
            d_in: input coordinates.
            d_out: output coordinates.
            diagonal: diagonal or dense recurrence.
            bias: with or without b.
            seed: of the local generator.
            options: what else the constructor takes.

        Raises:
            InputError: as the constructor.
            UnstableError: as the constructor.
        """
        m, scale = check_count("width", width), max(check_positive("dt", dt), 1.0)
        generator = torch.Generator().manual_seed(seed)

        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=generator, dtype=DTYPE) / math.sqrt(m)

        if diagonal:
            W = -0.1 - 0.9 * torch.rand(m, generator=generator, dtype=DTYPE)
        else:
            W = 0.3 * normal(m, m) - torch.eye(m, dtype=DTYPE)
        U = normal(m, check_count("d_in", d_in))
        c = normal(check_count("d_out", d_out), m)
        return cls(W / scale, U, c, normal(m) if bias else None, dt=dt, **options)

    @property
    def width(self) -> int:
        """Number of hidden units m."""
        return self.c.shape[-1]

    @property
    def linear(self) -> bool:
        """Whether superposition holds: identity activation and no bias."""
        return self.activation == "identity" and self.b is None

    @property
    def W(self) -> Tensor:
        """Recurrent weights f(w), (\\*stack, m) or (\\*stack, m, m)."""
        f = self.parameterization
        return f(self.w) if self.diagonal else f.matrix(self.w)

    @property
    def input_weights(self) -> Float[Tensor, "*stack m d_in"]:
        """U times the input gain of the parameterization."""
        gain = self.parameterization.input_gain
        return gain(self.W)[..., None] * self.U if self.diagonal else self.U

    def eigenvalues(self) -> Tensor:
        """Return the eigenvalues of W, (\\*stack, m), complex if W is dense."""
        return self.W if self.diagonal else torch.linalg.eigvals(self.W)

    def check_stable(self) -> None:
        """Check that the sampled recurrence forgets its state.

        Source: prp-euler-limit in the book.

        Raises:
            UnstableError: Re >= 0, or |1 + dt*eigenvalue| >= 1 with Euler steps.
        """
        eigenvalues = self.eigenvalues().detach()
        worst = eigenvalues.real.max().item()
        if not worst < 0:
            raise UnstableError(
                "W", "eigenvalues must have negative real part",
                f"max Re = {worst:.6g}",
                "shift W, choose a stable parameterization, or say allow_unstable=True")
        factor = (1 + self.dt * eigenvalues).abs()
        if self.discretisation == "euler" and not factor.max() < 1:
            beyond = eigenvalues.flatten()[factor.argmax()].item()
            raise UnstableError(
                "dt", "Euler steps need |1 + dt*eigenvalue| < 1, that is rate*dt < 2",
                f"eigenvalue {beyond:.6g} with dt = {self.dt:g}",
                'make dt smaller, or use discretisation="exact" if the state is linear')

    def transition(self, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Return A and B of the linear recurrence h_k = A h_{k-1} + B x_k.

        Args:
            weights: input weights, (\\*stack, m, n).
        """
        W, dt = self.W, self.dt
        if self.discretisation == "euler":
            one = 1.0 if self.diagonal else torch.eye(self.width).to(W)
            return one + dt * W, dt * weights
        A = torch.exp(dt * W) if self.diagonal else torch.linalg.matrix_exp(dt * W)
        if self.discretisation == "exact":
            return A, dt * weights
        if self.diagonal:
            nonzero = torch.where(W == 0, torch.ones_like(W), W)
            step = torch.where(W == 0, dt, torch.expm1(dt * nonzero) / nonzero)
            return A, step[..., None] * weights
        # the corner block of exp of [[W, U], [0, 0]] integrates exp(W s) U, even
        # for a singular W
        rows = torch.cat([W, weights], -1)
        pad = torch.nn.functional.pad(rows, (0, 0, 0, weights.shape[-1]))
        return A, torch.linalg.matrix_exp(dt * pad)[..., : self.width, self.width :]

    def kernel_samples(self, length: int) -> Float[Tensor, "*stack time d_out d_in"]:
        """Return rho(k*dt) in closed form: c (I + dt W)^k U, or c exp(W k dt) U.

        Args:
            length: number of time points.

        Raises:
            InputError: the model is not linear.
        """
        if not self.linear:
            return super().kernel_samples(length)
        A, B = self.transition(self.input_weights)
        if not self.diagonal:
            return impulses(A, B, self.c, length) / self.dt
        states = krylov(A, B, length, diagonal=True)
        return torch.einsum("...om,...tmi->...toi", self.c, states) / self.dt

    def with_bias(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and the input weights, the bias as one more constant input.

        Args:
            x: (batch, time, d_in).
        """
        if self.b is None:
            return x, self.input_weights
        one = torch.ones_like(x[..., :1])
        weights = torch.cat([self.input_weights, self.b[..., None]], -1)
        return torch.cat([x, one], -1), weights


def _check_shapes(W: Tensor, U: Tensor, c: Tensor, b: Tensor | None) -> None:
    """Check that the weights are finite and of one width and one stack."""
    for name, value in (("W", W), ("U", U), ("c", c), ("b", b)):
        if value is not None:
            check_tensor(name, value, " ".join("ijklmnop"[: getattr(value, "ndim", 1)]))
        if value is not None and value.dtype != W.dtype:
            raise InputError(name, f"must have the dtype of W, {W.dtype}", value.dtype,
                             "make all weights torch.float64")
    if c.ndim < 2:
        raise InputError("c", "must have shape (*stack, d_out, m)", tuple(c.shape),
                         "add a dimension: c[None]")
    *stack, _, m = c.shape
    allowed = {"W": [(*stack, m), (*stack, m, m)],
               "U": [(*stack, m, U.shape[-1])], "b": [(*stack, m)]}
    for name, value in (("W", W), ("U", U), ("b", b)):
        if value is not None and tuple(value.shape) not in allowed[name]:
            rule = " or ".join(map(str, allowed[name]))
            raise InputError(name, f"must have shape {rule} to fit c {tuple(c.shape)}",
                             tuple(value.shape), "use one width and one stack for all")
