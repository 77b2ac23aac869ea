"""Linear networks in the scaling in which their tangent kernel has a limit."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_positive, check_tensor
from ..functional import DTYPE, Functional
from ..models import RNN
from ..models.scan import Steps, causal_convolution, settles


@checked
@dataclass(frozen=True)
class Variances:
    """The variances of the entries of W, U and c at the start.

    The paper writes nu_W, nu_F and nu_C, F and C being our U and c.

    Args:
        W: of the recurrent weights; the spectral radius tends to its root.
        U: of the input weights.
        c: of the readout.

    Raises:
        InputError: one is negative, or U and c are both zero.
    """

    W: float = 0.3
    U: float = 1.0
    c: float = 1.0

    def __post_init__(self):
        for name in ("W", "U", "c"):
            check_positive(name, getattr(self, name), zero=True)
        if self.U == self.c == 0:
            raise InputError("U, c", "must not both be zero", "0.0 and 0.0",
                             "with both zero nothing would move")


@checked
class WideNetwork(Functional):
    """h_k = W h_{k-1} / sqrt(m) + U x_k, y_k = c h_k / sqrt(m), from h = 0.

    Its impulse response is L_j = c (W / sqrt(m))^j U / sqrt(m). Parameters carry any
    leading dimensions ``stack``. Time is counted in steps: dt = 1.

    Source: def-wide-network in the book; "Implicit Bias of Linear RNNs", Sec. 2
    (from memory), whose F and C are U and c.

    Args:
        W: recurrent weights, (\\*stack, m, m).
        U: input weights, (\\*stack, m, d_in).
        c: readout, (\\*stack, d_out, m).

    Raises:
        InputError: shapes that do not fit, or not finite.
    """

    linear = True

    def __init__(
        self, W: Float[Tensor, "*stack m m"], U: Float[Tensor, "*stack m d_in"],
        c: Float[Tensor, "*stack d_out m"],
    ):
        for name, value in {"W": W, "U": U, "c": c}.items():
            check_tensor(name, value, " ".join("ijklmnop"[: max(value.ndim, 2)]))
        if W.shape[:-2] != U.shape[:-2] or W.shape[:-2] != c.shape[:-2]:
            raise InputError("W, U, c", "must have one stack", [
                tuple(v.shape) for v in (W, U, c)], "make the first dimensions agree")
        super().__init__(1.0, d_in=U.shape[-1], d_out=c.shape[-2])
        self.W = torch.nn.Parameter(W.detach().clone())
        self.U = torch.nn.Parameter(U.detach().clone())
        self.c = torch.nn.Parameter(c.detach().clone())

    @classmethod
    @checked
    def random(
        cls, width: int, variances: Variances = Variances(), *, d_in: int = 1,
        d_out: int = 1, draws: int | None = None, seed: int = 0,
    ) -> "WideNetwork":
        """Return a network with independent normal weights, or a stack of draws.

        Args:
            width: number of hidden units m.
            variances: of the entries.
            d_in: input coordinates.
            d_out: output coordinates.
            draws: members of the stack; default: a single network.
            seed: of the local generator.

        Raises:
            InputError: a number is not positive.
        """
        m, generator = check_count("width", width), torch.Generator().manual_seed(seed)
        stack = () if draws is None else (check_count("draws", draws),)

        def normal(variance: float, *shape: int) -> Tensor:
            unit = torch.randn(*stack, *shape, generator=generator, dtype=DTYPE)
            return math.sqrt(variance) * unit

        return cls(normal(variances.W, m, m),
                   normal(variances.U, m, check_count("d_in", d_in)),
                   normal(variances.c, check_count("d_out", d_out), m))

    @property
    def width(self) -> int:
        """Number of hidden units m."""
        return self.W.shape[-1]

    def extra_repr(self) -> str:
        """Return what defines the network apart from its weights."""
        stack = self.W.shape[:-2]
        shown = f"stack={tuple(stack)}, " if stack else ""
        return f"{shown}width={self.width}, d_in={self.d_in}, d_out={self.d_out}"

    def transition(self) -> Float[Tensor, "*stack m m"]:
        """Return A = W / sqrt(m)."""
        return self.W / math.sqrt(self.width)

    def kernel_samples(self, length: int) -> Float[Tensor, "*stack time d_out d_in"]:
        """Return the impulse response L_j, j < length.

        Its derivative is taken by one sweep back over the lags, with one product of
        matrices for W, and not over any input.

        Args:
            length: number of lags.
        """
        return _Impulses.apply(self.W, self.U, self.c, check_count("length", length))[0]

    def respond(self, x: Tensor) -> Tensor:
        """Return y for a checked input.

        Args:
            x: (batch, time, d_in).
        """
        kernel = self.kernel_samples(x.shape[1])
        if settles(kernel):
            return causal_convolution(kernel, x)
        c = self.c / math.sqrt(self.width)
        return Steps(self.transition(), self.U, c).outputs(x)

    def as_rnn(self) -> RNN:
        """Return the same map as an RNN of Euler steps, with dt = 1 and A - I."""
        one = torch.eye(self.width, dtype=self.W.dtype)
        return RNN(self.transition() - one, self.U, self.c / math.sqrt(self.width),
                   dt=1.0, activation="identity", allow_unstable=True)


class _Impulses(torch.autograd.Function):
    """L_j and the states A^j U, with the derivative of L."""

    generate_vmap_rule = True

    @staticmethod
    def forward(W: Tensor, U: Tensor, c: Tensor, length: int) -> tuple[Tensor, Tensor]:
        scale, states = W.shape[-1] ** -0.5, [U]
        for _ in range(length - 1):
            states.append(scale * (W @ states[-1]))
        h = torch.stack(states, -3)
        return scale * (c[..., None, :, :] @ h), h

    @staticmethod
    def setup_context(ctx: object, inputs: tuple, output: tuple) -> None:
        W, U, c, ctx.length = inputs
        ctx.save_for_backward(W, c, output[1])
        ctx.mark_non_differentiable(output[1])

    @staticmethod
    def backward(ctx: object, g: Tensor, _: object) -> tuple:
        W, c, h = ctx.saved_tensors
        scale = W.shape[-1] ** -0.5
        direct = scale * (c.mT[..., None, :, :] @ g)
        adjoints = [direct[..., -1, :, :]]
        for j in reversed(range(ctx.length - 1)):
            adjoints.append(direct[..., j, :, :] + scale * (W.mT @ adjoints[-1]))
        a = torch.stack(adjoints[::-1], -3)
        late, early = (v.movedim(-3, -2).flatten(-2)
                       for v in (a[..., 1:, :, :], h[..., :-1, :, :]))
        gc = scale * (g.movedim(-3, -2).flatten(-2) @ h.movedim(-3, -2).flatten(-2).mT)
        return scale * (late @ early.mT), a[..., 0, :, :], gc, None


@checked
class ScaledConvolution(Functional):
    """y_k = sum_j sqrt(r_j) theta_j x_{k-j}: every lag has its own step length.

    Gradient descent on theta with the rate eta is descent on L_j = sqrt(r_j) theta_j
    with the rate eta r_j.

    Source: def-scaled-convolution in the book; "Implicit Bias of Linear RNNs"
    (from memory), which writes rho_j for r_j.

    Args:
        factors: r_j >= 0.
        start: L_j; where r_j is zero it must be zero.

    Raises:
        InputError: a negative factor, or a start that no theta has.
    """

    linear = True

    def __init__(self, factors: Float[Tensor, " time"],
                 start: Float[Tensor, "time d_out d_in"]):
        check_tensor("factors", factors, "time")
        check_tensor("start", start, "time d_out d_in")
        if (factors < 0).any():
            raise InputError("factors", "must not be negative", factors.min().item(),
                             "pass the squares of the scales")
        if len(start) != len(factors) or (start[factors == 0] != 0).any():
            raise InputError("start", "must have one entry a factor, zero where it is",
                             tuple(start.shape), "pass factors[:, None, None] * 0")
        super().__init__(1.0, d_in=start.shape[-1], d_out=start.shape[-2])
        roots = factors.sqrt()[:, None, None]
        self.register_buffer("roots", roots)
        safe = torch.where(roots > 0, roots, torch.ones_like(roots))
        self.theta = torch.nn.Parameter((start / safe).detach().clone())

    def kernel_samples(self, length: int) -> Float[Tensor, "time d_out d_in"]:
        """Return L_j, j < length, which is zero beyond the last factor.

        Args:
            length: number of lags.
        """
        known = (self.roots * self.theta)[: check_count("length", length)]
        beyond = length - len(known)
        return torch.nn.functional.pad(known, (0, 0, 0, 0, 0, beyond))

    def respond(self, x: Tensor) -> Tensor:
        """Return y for a checked input.

        Args:
            x: (batch, time, d_in).
        """
        return causal_convolution(self.kernel_samples(x.shape[1]), x)
