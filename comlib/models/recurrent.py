"""What recurrent networks and state-space models share."""

import copy
from abc import abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_positive
from ..functional import DTYPE, Functional
from .activations import activation_named
from .discretisations import DISCRETISATIONS, discretised
from .maps import Direct
from .parameterizations import Parameterization
from .response import response
from .scan import Steps, causal_convolution, impulses, settles
from .weights import check_decay, check_weights, random_weights

CONVOLVED = 32  # from so many time points on a convolution is faster than stepping


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
        d: readout bias, (\\*stack, d_out), or None.
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

    recurrent = True

    def __init__(
        self, W: Tensor, U: Tensor, c: Tensor, b: Tensor | None = None,
        d: Tensor | None = None, *,
        dt: float, activation: str = "tanh",
        parameterization: Parameterization = Direct(),
        discretisation: str = "euler", allow_unstable: bool = False,
    ):
        check_weights(W, U, c, b, d)
        super().__init__(dt, d_in=U.shape[-1], d_out=c.shape[-2])
        self.diagonal = W.ndim < c.ndim
        activation_named(activation)
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
        self.d = None if d is None else torch.nn.Parameter(d.detach().clone())
        if not allow_unstable:
            self.check_stable()

    @classmethod
    @checked
    def random(
        cls, width: int, *, dt: float, d_in: int = 1, d_out: int = 1,
        diagonal: bool = False, bias: bool = False, readout_bias: bool = False,
        seed: int = 0, **options: object,
    ) -> "RecurrentModel":
        """Return a model with random weights, inside its stability limit.

        Diagonal: rates uniform in (0.1, 1). Dense: W = -I + 0.3 G / sqrt(m), G
        normal. Both are divided by max(dt, 1); U, c, b, d are normal of variance 1/m.

        Args:
            width: number of hidden units m.
            dt: timebase.
            d_in: input coordinates.
            d_out: output coordinates.
            diagonal: diagonal or dense recurrence.
            bias: with or without b.
            readout_bias: with or without d.
            seed: of the local generator.
            options: what else the constructor takes.

        Raises:
            InputError: as the constructor.
            UnstableError: as the constructor.
        """
        W, U, c, b, d = random_weights(
            check_count("width", width), check_count("d_in", d_in),
            check_count("d_out", d_out), diagonal, bias, readout_bias, seed)
        return cls(W / max(check_positive("dt", dt), 1.0), U, c, b, d, dt=dt, **options)

    def extra_repr(self) -> str:
        """Return what defines the model apart from its weights."""
        *stack, _, m = self.c.shape
        shown = ({"stack": tuple(stack)} if stack else {}) | {"width": m}
        shown |= {"diagonal": True} if self.diagonal else {}
        shown |= {n: d for n in ("d_in", "d_out") if (d := getattr(self, n)) > 1}
        for n in ("dt", "activation", "parameterization", "discretisation"):
            shown[n] = getattr(self, n)
        return ", ".join(f"{name}={value!r}" for name, value in shown.items())

    @property
    def width(self) -> int:
        """Number of hidden units m."""
        return self.c.shape[-1]

    @property
    def linear(self) -> bool:
        """Whether superposition holds: identity activation and no bias."""
        return self.affine and self.b is None and self.d is None

    @property
    def affine(self) -> bool:
        """Whether the activation is the identity; the biases are the affine part."""
        return self.activation == "identity"

    @property
    def at_rest(self) -> bool:
        """Whether zero input keeps the state at zero, and sigma'(0) = 1."""
        sigma, zero = activation_named(self.activation), torch.zeros((), dtype=DTYPE)
        return self.b is None and bool((sigma(zero), sigma.derivative(zero)) == (0, 1))

    def linearised(self) -> "RecurrentModel":
        """Return the linearisation at zero, of a model at rest."""
        twin = copy.deepcopy(self)
        twin.activation = "identity"
        return twin

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
        """Check that the recurrence forgets its state, see ``check_decay``."""
        check_decay(self.eigenvalues().detach(), self.dt, self.discretisation)

    def transition(self, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Return A and B of the linear recurrence h_k = A h_{k-1} + B x_k.

        Args:
            weights: input weights, (\\*stack, m, n).
        """
        return discretised(self.W, weights, self.dt, self.discretisation)

    @abstractmethod
    def steps(self, weights: Tensor) -> Steps:
        """Return the steps that are made, up to the readout bias.

        Args:
            weights: input weights, (\\*stack, m, n), with those of the bias.
        """

    def step(self, x: Tensor) -> Tensor:
        """Return y by stepping time, for a checked input.

        Args:
            x: (batch, time, d_in).
        """
        x, weights = self.with_bias(x)
        y = response(self.steps(weights), x)
        return y if self.d is None else y + self.d[..., None, None, :]

    def respond(self, x: Tensor) -> Tensor:
        """Return y for a checked input.

        An affine model is convolved with its kernel if that is faster. A kernel that
        grows is not: the rounding of a convolution is that of its largest value.

        Args:
            x: (batch, time, d_in).
        """
        if self.affine and (length := x.shape[1]) >= CONVOLVED:
            kernel = self.dt * self.kernel_samples(length)
            if settles(kernel):
                rest = self.offset(length)[..., None, :, :]
                return causal_convolution(kernel, x) + rest
        return self.step(x)

    def kernel_samples(self, length: int) -> Float[Tensor, "*stack time d_out d_in"]:
        """Return rho(k*dt) in closed form: c (I + dt W)^k U, or c exp(W k dt) U.

        Args:
            length: number of time points.

        Raises:
            InputError: the activation is not the identity.
        """
        if not self.affine:
            return super().kernel_samples(length)
        return self._read(self.input_weights, length) / self.dt

    def offset(self, length: int) -> Float[Tensor, "*stack time d_out"]:
        """Return H_t(0); of an affine model in closed form, sum_{j <= t} c A^j b + d.

        Args:
            length: number of time points.
        """
        if not self.affine:
            return super().offset(length)
        y = self.c.new_zeros(*self.c.shape[:-2], length, self.d_out)
        if self.b is not None:
            y = self._read(self.b[..., None], length)[..., 0].cumsum(-2)
        return y if self.d is None else y + self.d[..., None, :]

    def _read(self, weights: Tensor, length: int) -> Tensor:
        """Return c A^k B, k < length, for input weights, (*stack, time, d_out, n)."""
        A, B = self.transition(weights)
        return impulses(A, B, self.c, length)

    def with_bias(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and the input weights, the bias as one more constant input.

        Args:
            x: (batch, time, d_in).
        """
        if self.b is None:
            return x, self.input_weights
        weights = torch.cat([self.input_weights, self.b[..., None]], -1)
        return torch.cat([x, torch.ones_like(x[..., :1])], -1), weights
