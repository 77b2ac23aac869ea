"""What a squared loss knows of its data when the model is a convolution."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.sparse.linalg import eigsh
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_positive, check_tensor
from ..functional import DTYPE

_CHUNK = 2**22  # numbers in one block of lagged inputs
_SMALL = 200  # up to this size all eigenvalues are computed to have the largest


@dataclass(frozen=True, eq=False)
class SecondMoments:
    """The loss of an impulse response L, which data enter by second moments only.

    loss(L) = 1/(2N) sum over N sequences and the times t of |y_t - sum_j L_j x_{t-j}|^2
    = (yy - 2 <yx, L> + <L, xx L>) / 2. Before its first sample an input is zero.

    Source: def-second-moments in the book.

    Args:
        xx: sum over the times of the mean of x_{t-j} x_{t-k}', (lag j, d_in, lag k,
            d_in), symmetric.
        yx: the same of y_t x_{t-j}', (lag j, d_out, d_in).
        yy: the same of |y_t|^2.
    """

    xx: Float[Tensor, "time d_in time d_in"]
    yx: Float[Tensor, "time d_out d_in"]
    yy: float

    @classmethod
    @checked
    def of(
        cls, x: Float[Tensor, "batch time d_in"], y: Float[Tensor, "batch time d_out"],
        *, times: Sequence[int] | None = None,
    ) -> "SecondMoments":
        """Return the moments of sequences.

        Args:
            x: inputs.
            y: what is to be predicted.
            times: time points that count (default: all), negative ones from the end.

        Raises:
            InputError: shapes that do not fit, or times outside the window.
        """
        N, T, d_in = check_tensor("x", x, "batch time d_in").shape
        check_tensor("y", y, "batch time d_out")
        at = list(range(T)) if times is None else [t + T if t < 0 else t for t in times]
        if not at or not all(0 <= t < T for t in at):
            raise InputError("times", f"must be in the window of {T} time points",
                             times, "shift them")
        xx, yx = x.new_zeros(T * d_in, T * d_in), x.new_zeros(T * d_in, y.shape[-1])
        size = max(1, _CHUNK // (len(at) * T * d_in))
        for some, seen in zip(x.split(size), y.split(size)):
            lagged = torch.nn.functional.pad(some, (0, 0, T - 1, 0)).unfold(1, T, 1)
            rows = lagged[:, at].flip(-1).movedim(-1, -2).flatten(2).flatten(0, 1)
            xx.addmm_(rows.mT, rows)
            yx.addmm_(rows.mT, seen[:, at].flatten(0, 1))
        return cls(xx.view(T, d_in, T, d_in) / N,
                   yx.view(T, d_in, -1).transpose(1, 2).contiguous() / N,
                   float(y[:, at].square().sum()) / N)

    @classmethod
    @checked
    def white(
        cls, kernel: Float[Tensor, "time d_out d_in"], *, noise: float = 0.0
    ) -> "SecondMoments":
        """Return the expected moments for white inputs of variance one.

        Args:
            kernel: L* of y = L* x + noise.
            noise: standard deviation of the noise in every output.

        Raises:
            InputError: negative noise, or a kernel that is not finite.
        """
        T, d_out, d_in = check_tensor("kernel", kernel, "time d_out d_in").shape
        check_positive("noise", noise, zero=True)
        seen = torch.arange(T, 0, -1, dtype=DTYPE)  # times at which a lag is seen
        xx = torch.diag(seen.repeat_interleave(d_in)).view(T, d_in, T, d_in)
        yx = seen[:, None, None] * kernel
        return cls(xx, yx, float((yx * kernel).sum()) + T * d_out * noise**2)

    @property
    def length(self) -> int:
        """Number of lags T."""
        return len(self.yx)

    @property
    def energies(self) -> Float[Tensor, " time"]:
        """S_j: how much input each lag sees, the traces of the diagonal blocks."""
        T, d_in = self.xx.shape[:2]
        return self.xx.reshape(T * d_in, -1).diagonal().view(T, d_in).sum(-1)

    def applied(self, L: Tensor) -> Tensor:
        """Return xx L, (\\*stack, time, d_out, d_in).

        Args:
            L: impulse responses, (\\*stack, time, d_out, d_in).
        """
        flat = L.transpose(-3, -2).flatten(-2)
        out = flat @ self.xx.reshape(flat.shape[-1], -1)
        return out.unflatten(-1, self.xx.shape[:2]).transpose(-3, -2)

    def loss(self, L: Float[Tensor, "*stack time d_out d_in"]) -> Tensor:
        """Return the loss, one number a member.

        Args:
            L: impulse responses.
        """
        twice = (L * (self.applied(L) - 2 * self.yx)).sum((-3, -2, -1)) + self.yy
        return twice / 2

    def gradient(
        self, L: Float[Tensor, "*stack time d_out d_in"]
    ) -> Float[Tensor, "*stack time d_out d_in"]:
        """Return g = xx L - yx, the derivative of the loss.

        Args:
            L: impulse responses.
        """
        return self.applied(L) - self.yx

    @checked
    def scaled(self, factors: Float[Tensor, " time"]) -> Float[Tensor, "n n"]:
        """Return sqrt(D) xx sqrt(D), the Hessian of a scaled convolution in theta.

        Args:
            factors: r_j, the entries of D.

        Raises:
            InputError: their number is not that of the lags.
        """
        T, d_in = self.xx.shape[:2]
        if len(factors) != T:
            raise InputError("factors", f"must have one entry for each of {T} lags",
                             len(factors), f"pass scale_factors(..., {T})")
        root = factors.sqrt().repeat_interleave(check_count("d_in", d_in))
        return root[:, None] * self.xx.reshape(T * d_in, -1) * root

    @checked
    def curvature(self, factors: Float[Tensor, " time"]) -> float:
        """Return the largest eigenvalue of the Hessian in theta: rates stay below 2/it.

        Args:
            factors: r_j.

        Raises:
            InputError: their number is not that of the lags.
        """
        H = self.scaled(factors)
        if len(H) <= _SMALL:
            return float(torch.linalg.eigvalsh(H)[-1])
        first = np.ones(len(H))  # Lanczos' vectors are those of this start
        return float(eigsh(H.numpy(), k=1, which="LA", v0=first)[0][0])
