"""Stacks of diagonal recurrences with an activation after each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Inexact
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_choice, check_count, check_filled
from ..functional import DTYPE, Functional
from .scan import causal_convolution, impulses

GELU_SLOPE = (1 + math.erf(1)) / 2 + math.exp(-1) / math.sqrt(math.pi)
"""The largest slope of GELU, at sqrt(2)."""

STACKED = {
    "identity": (lambda z: z, 1.0), "tanh": (torch.tanh, 1.0),
    "relu": (torch.relu, 1.0), "gelu": (torch.nn.functional.gelu, GELU_SLOPE),
}
"""The activations of a stack, and their Lipschitz constants."""


@checked
@dataclass(frozen=True, eq=False)
class Layer:
    """The filter of one layer: s_k = z s_{k-1} + B y_k, read as Re C s_k.

    Source: def-stack in the book.

    Args:
        factors: z, what each state is multiplied by from sample to sample.
        B: input weights.
        C: readout.

    Raises:
        InputError: shapes that do not fit, or a factor outside the unit disc.
    """

    factors: Inexact[Tensor, " states"]
    B: Inexact[Tensor, "states inputs"]
    C: Inexact[Tensor, "features states"]

    def __post_init__(self):
        if not (self.factors.abs() < 1).all():
            raise InputError("factors", "must lie inside the unit disc",
                             float(self.factors.abs().max()),
                             "sample eigenvalues: exp(step * eigenvalue)")

    @classmethod
    @checked
    def held(
        cls, eigenvalues: Inexact[Tensor, " states"], step: float,
        C: Inexact[Tensor, "features states"],
    ) -> "Layer":
        """Return ds/dt = A s + y, sampled exactly for inputs held over each step.

        Args:
            eigenvalues: of A, with negative real parts.
            step: length of a step in the layer's own time.
            C: readout.

        Raises:
            InputError: shapes that do not fit, or an eigenvalue that does not decay.
        """
        growth = step * eigenvalues
        B = torch.expm1(growth) / eigenvalues
        return cls(growth.exp(), B[:, None], C)

    def samples(self, length: int) -> Float[Tensor, "time features inputs"]:
        """Return the filter Re C z^k B, k < length.

        Args:
            length: number of time points.
        """
        z, B, C = (v.to(torch.complex128) for v in (self.factors, self.B, self.C))
        return impulses(z, B, C, length).real


@checked
class Stack(Functional):
    """Layers y' = sigma(Re C s), s_k = z s_{k-1} + B y_k, and a linear decoder.

    One sample is one step, whatever the timebase; before the input all states are
    zero. With ``residual`` each layer adds its output to its input.

    Source: def-stack in the book.

    Args:
        layers: from the input to the output.
        decoder: what maps the last features to outputs, or None for nothing.
        dt: timebase of the signals.
        activation: "identity", "tanh", "relu" or "gelu", after every layer.
        residual: with skip connections.

    Raises:
        InputError: unknown activation, or layers that do not fit on each other.
    """

    def __init__(
        self, layers: Sequence[Layer],
        decoder: Float[Tensor, "d_out features"] | None = None, *,
        dt: float = 1.0, activation: str = "gelu", residual: bool = False,
    ):
        check_filled("layers", layers)
        check_choice("activation", activation, STACKED)
        features = layers[-1].C.shape[0]
        decoder = torch.eye(features, dtype=DTYPE) if decoder is None else decoder
        ins = [layer.B.shape[1] for layer in layers]
        outs = [layer.C.shape[0] for layer in layers]
        if outs != [*ins[1:], decoder.shape[1]] or residual and ins != outs:
            raise InputError("layers, decoder", "must fit on each other",
                             f"inputs {ins}, outputs {outs}, decoder of "
                             f"{decoder.shape[1]}", "give each what the next one reads"
                             ", and with residual=True all the same number")
        super().__init__(dt, ins[0], decoder.shape[0])
        self.activation, self.residual = activation, residual
        self.decoder = torch.nn.Parameter(decoder.detach().clone())
        for name in ("factors", "B", "C"):
            weights = [getattr(layer, name).detach().clone() for layer in layers]
            setattr(self, name, torch.nn.ParameterList(weights))

    @property
    def linear(self) -> bool:
        """Whether superposition holds."""
        return self.activation == "identity"

    @property
    def layers(self) -> list[Layer]:
        """The layers with the present weights."""
        return [Layer(*weights) for weights in zip(self.factors, self.B, self.C)]

    def respond(self, x: Tensor) -> Tensor:
        """Return the decoded features.

        Args:
            x: (batch, time, d_in).
        """
        sigma = STACKED[self.activation][0]
        for layer in self.layers:
            y = sigma(causal_convolution(layer.samples(x.shape[1]), x))
            x = x + y if self.residual else y
        return x @ self.decoder.T

    def kernel_samples(self, length: int) -> Float[Tensor, "time d_out d_in"]:
        """Return rho(k*dt) of a linear stack, k < length.

        Args:
            length: number of time points.

        Raises:
            InputError: the activation is not the identity.
        """
        if not self.linear:
            return super().kernel_samples(length)
        x = torch.zeros(self.d_in, check_count("length", length), self.d_in,
                        dtype=DTYPE)
        x[:, 0] = torch.eye(self.d_in, dtype=DTYPE) / self.dt
        return self.respond(x).movedim(0, -1)

    def memory_bound(self, length: int) -> Float[Tensor, " time"]:
        """Return G binom(k + L - 1, L - 1) q^k / dt, k < length.

        It bounds the step and the impulse memory, in max norms, of all inputs; q is
        the largest |z|, and G the product over layers of Lip(sigma) |B| |C|, plus
        one with residual branches, times the norms of the decoder and the input.

        Source: thm-stack-memory in the book.

        Args:
            length: number of time points.
        """
        k = torch.arange(check_count("length", length), dtype=DTYPE)
        L, lipschitz = len(self.B), STACKED[self.activation][1]
        norm = torch.linalg.matrix_norm
        G = norm(self.decoder, 2) * math.sqrt(self.d_in)
        for B, C in zip(self.B, self.C, strict=True):
            G = G * (lipschitz * norm(B, 2) * norm(C, 2) + self.residual)
        q = max(float(z.detach().abs().max()) for z in self.factors)
        paths = (torch.lgamma(k + L) - torch.lgamma(k + 1) - math.lgamma(L)).exp()
        return (G * paths * q**k / self.dt).detach()
