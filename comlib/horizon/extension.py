"""Sums of geometric modes fitted to the lags of a window, and run beyond it."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy import optimize
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count
from ..functional import DTYPE

_RANGE = (-50.0, 5.0)  # of the log rates: slower and faster ones look the same


@checked
@dataclass(frozen=True, eq=False)
class LagFit:
    """The kernel sum_i c_i z_i^s of m modes, one step of time between two lags.

    Args:
        amplitudes: c_i.
        poles: z_i > 0, one for each amplitude.

    Raises:
        InputError: different numbers of them, or a pole that is not positive.
    """

    amplitudes: Float[Tensor, " width"]
    poles: Float[Tensor, " width"]

    def __post_init__(self):
        if not (self.poles > 0).all():
            raise InputError("poles", "must be positive", self.poles.tolist(),
                             "a pole is exp(-rate)")

    def kernel(self, length: int) -> Float[Tensor, " length"]:
        """Return the kernel at the lags 0, 1, ...

        Args:
            length: number of lags.
        """
        s = torch.arange(check_count("length", length), dtype=DTYPE)
        return (self.amplitudes * self.poles ** s[:, None]).sum(-1)


@checked
def fit_lags(
    rho: Float[Tensor, " lags"], width: int,
    weights: Float[Tensor, " lags"] | None = None, *, growing: bool = False,
) -> LagFit:
    """Return the modes with the least sum_s kappa_s (rho_s - sum_i c_i z_i^s)^2.

    The amplitudes are a linear least squares problem, solved by QR; the rates
    -ln z_i are searched by Levenberg-Marquardt from log-spaced starts. The poles
    come in order.

    Source: variable projection, Golub and Pereyra 1973; thm-extension in the book.

    Args:
        rho: at the lags 0, 1, ..., T - 1.
        width: m, at most T/2.
        weights: kappa_s > 0; default 1 - s/T, what a window of T inputs measures
            that starts with the state zero.
        growing: also search poles above one; else the rates are exp(w).

    Raises:
        InputError: too few lags, or a weight that is not positive.
    """
    count = len(rho)
    kappa = 1 - torch.arange(count, dtype=DTYPE) / count if weights is None else weights
    check_lags(rho, width, kappa)
    search = _Search(rho.numpy(), kappa.numpy(), growing)
    starts = [np.log(np.geomspace(slow / count, fast, width))
              for slow in (0.05, 0.3, 1.0) for fast in (1.5, 3.5)]
    ends = [optimize.least_squares(
        search, np.exp(x) if growing else x, search.jacobian, method="lm",
        xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=400) for x in starts]
    best = min(ends, key=lambda end: end.cost)
    rates, _, amplitudes, _, sizes = search.parts(best.x)
    order = np.argsort(-rates)
    return LagFit(torch.from_numpy((amplitudes / sizes)[order]),
                  torch.from_numpy(np.exp(-rates)[order]))


@checked
def extension_error(
    rho: Float[Tensor, " lags"], rho_hat: Float[Tensor, " lags"],
) -> Float[Tensor, " lags"]:
    """Return E|y_t - yhat_t|^2 at t = 0, 1, ..., for white input and no noise.

    The target has heard everything, the model what came from time 0 on:
    sum_{s <= t} e_s^2 + sum_{s > t} rho_s^2. Lags that are not given count as zero.

    Source: prp-window in the book (ours).

    Args:
        rho: the target's kernel.
        rho_hat: the model's.
    """
    energy = rho.square()
    lost = energy.flip(0).cumsum(0).flip(0) - energy
    return (rho - rho_hat).square().cumsum(0) + lost


@checked
def sign_changes(e: Float[Tensor, " lags"]) -> int:
    """Return how often the sign changes along a sequence, zeros left out.

    Args:
        e: the sequence.
    """
    signs = e[e != 0].sign()
    return int((signs[1:] != signs[:-1]).sum())


def check_lags(rho: Tensor, width: int, kappa: Tensor) -> None:
    """Check that a window determines so many modes.

    Args:
        rho: at the lags.
        width: m.
        kappa: a weight for each lag.

    Raises:
        InputError: fewer than two lags for each mode, or a weight that is not > 0.
    """
    if len(rho) < 2 * check_count("width", width):
        raise InputError("rho", f"must have at least {2 * width} lags for "
                         f"{width} modes", len(rho), "pass a longer window")
    if not (kappa > 0).all():
        raise InputError("weights", "must be positive", kappa.min().item(),
                         "leave lags of weight zero out")


class _Search:
    """rho minus its projection on the modes, at the lags, times sqrt(kappa)."""

    def __init__(self, rho: np.ndarray, kappa: np.ndarray, growing: bool):
        self.s, self.root, self.growing = np.arange(len(rho)), np.sqrt(kappa), growing
        self.rho = self.root * rho

    def parts(self, x: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the rates, the modes of norm one, their weights, a basis, norms."""
        rates = x if self.growing else np.exp(np.clip(x, *_RANGE))
        modes = self.root[:, None] * np.exp(-self.s[:, None] * rates)
        sizes = np.linalg.norm(modes, axis=0)
        q, r = np.linalg.qr(modes / sizes)
        weights = np.linalg.lstsq(r, q.T @ self.rho, rcond=None)[0]
        return rates, modes / sizes, weights, q, sizes

    def __call__(self, x: np.ndarray) -> np.ndarray:
        q = self.parts(x)[3]
        return self.rho - q @ (q.T @ self.rho)

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """Return the derivative without the part that the projection removes."""
        rates, modes, weights, q, _ = self.parts(x)
        inner = 1.0 if self.growing else rates
        slopes = modes * (self.s[:, None] * inner) * weights
        return slopes - q @ (q.T @ slopes)
