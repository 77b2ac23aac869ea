"""The best approximation of a kernel by decaying exponentials."""

import functools
import math
import time

import numpy as np
import torch
from scipy import optimize
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count
from ..evidence import Table
from ..kernels import Kernel
from ..measures import l2_loss
from ..models import Direct, Parameterization, RNN
from .results import Fit

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
# panels between the powers of sqrt(2) resolve every exponential and power law
_EDGES = 2.0 ** (np.arange(-60, 181) / 2)
_RANGE = (-50.0, 18.0)  # of the log rates that these panels can see


@checked
def fit_exponentials(
    kernel: Kernel, width: int, *, dt: float = 1.0,
    parameterization: Parameterization = Direct(),
) -> Fit:
    """Return the diagonal linear RNN with the smallest L2 distance to a kernel.

    Its ``loss`` is ``l2_loss``, int |rho - rho_hat|^2 dt over t >= 0: the square of
    E_m(0) in the L2 norm, as far as a local search finds it. The weights are a linear
    least squares problem, solved by QR; only the log rates are searched, by
    Levenberg-Marquardt, from three starts: the rates of the previous width and one
    more, these rates drawn apart, and log-spaced ones. There is one row in
    ``history`` for each width up to ``width``: the loss, the smallest rate, and the
    condition of the least squares problem, in which every exponential has norm one.
    For a completely monotone kernel the problem is benign; for others the best rates
    tend to coincide, there need be no best ones, and the condition says so.

    Source: variable projection, Golub and Pereyra 1973; def-perturbation-error in
    the book.

    Args:
        kernel: rho, square integrable.
        width: number of exponentials m.
        dt: timebase of the model, which samples its kernel exactly.
        parameterization: of the model, its range permitting.

    Raises:
        InputError: ``width`` is not positive, a kernel that is not square
            integrable, or a rate outside the range of the parameterization.
    """
    begun, rows = time.perf_counter(), []
    if not kernel.l2_norm() < math.inf:
        raise InputError("kernel", "must be square integrable", repr(kernel),
                         "choose one that decays faster than t^(-1/2)")
    for m in range(1, check_count("width", width) + 1):
        logs, evaluations, converged = _best_log_rates(kernel, m)
        rates, modes, a, _ = _Residual(kernel).parts(np.array(logs))
        a = torch.from_numpy(np.sqrt(2 * rates) * a)
        model = _as_model(torch.from_numpy(rates), a, dt, parameterization)
        loss = l2_loss(model, kernel).detach()
        rows.append((m, float(loss), rates.min(), np.linalg.cond(modes)))
    names = ("width", "loss", "slowest", "condition")
    return Fit(model, loss, Table.from_rows(names, rows), evaluations,
               time.perf_counter() - begun,
               "stationary" if converged else "all updates made")


def _as_model(rates: Tensor, a: Tensor, dt: float, f: Parameterization) -> RNN:
    """Return the model with kernel sum_i a_i exp(-rates_i t) and |c_i| = |U_i|."""
    size = (a / f.input_gain(-rates)).abs().sqrt()
    return RNN(-rates, size[:, None], (a.sign() * size)[None], dt=dt,
               activation="identity", parameterization=f, discretisation="exact")


class _Residual:
    """rho minus its projection on exponentials, at the nodes of a quadrature."""

    def __init__(self, kernel: Kernel):
        inside = [p for p in kernel.breakpoints if 0 < p < _EDGES[-1]]
        edges = np.unique(np.concatenate([[0.0], _EDGES, inside]))
        half = np.diff(edges)[:, None] / 2
        self.t = (edges[:-1, None] + half + half * _NODES).ravel()
        self.root = np.sqrt(half * _WEIGHTS).ravel()
        self.rho = self.root * kernel(torch.from_numpy(self.t)).numpy()

        self.logs, self.found = None, None

    def parts(self, logs: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the rates, the modes of norm one, their weights, and a basis."""
        # residual and jacobian are asked for at the same place
        if self.logs is None or not np.array_equal(logs, self.logs):
            rates = np.exp(np.clip(logs, *_RANGE))
            modes = self.root[:, None] * np.exp(-self.t[:, None] * rates)
            modes *= np.sqrt(2 * rates)
            q, r = np.linalg.qr(modes)
            weights = np.linalg.lstsq(r, q.T @ self.rho)[0]
            self.logs, self.found = np.array(logs), (rates, modes, weights, q)
        return self.found

    def __call__(self, logs: np.ndarray) -> np.ndarray:
        q = self.parts(logs)[3]
        return self.rho - q @ (q.T @ self.rho)

    def jacobian(self, logs: np.ndarray) -> np.ndarray:
        """Return the derivative without the part that the projection removes."""
        rates, modes, a, q = self.parts(logs)
        slopes = modes * (self.t[:, None] * rates) * a
        return slopes - q @ (q.T @ slopes)

    def size(self, logs: np.ndarray) -> float:
        """Return the distance with the weights as they are, rounding included."""
        _, modes, a, _ = self.parts(logs)
        return float(np.linalg.norm(self.rho - modes @ a))


@functools.lru_cache(512)
def _best_log_rates(kernel: Kernel, width: int) -> tuple[tuple[float, ...], int, bool]:
    """Return the log rates in order, the evaluations, and whether they converged."""
    residual = _Residual(kernel)
    if width == 1:
        starts = [min(np.linspace(-20, 10, 61)[:, None], key=residual.size)]
    else:
        last = np.array(_best_log_rates(kernel, width - 1)[0])
        middles = (last[1:] + last[:-1]) / 2
        more = [np.append(last, x) for x in (last[0] - 2, last[-1] + 1.5, *middles)]
        gap = max(last[1] - last[0], 0.5) if width > 2 else 2.0
        at = np.linspace(0, 1, width)
        apart = np.interp(at, np.linspace(0, 1, width - 1), last) if width > 2 else last
        centre = _best_log_rates(kernel, 1)[0][0]
        starts = [min(more, key=residual.size),  # no worse than the last width
                  apart + gap * (0.6 * at - 0.5),
                  np.linspace(centre - width, centre + 1.5, width)]
    ends = [optimize.least_squares(residual, logs, residual.jacobian, method="lm",
                                   xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=300)
            for logs in starts]
    ends.append(optimize.OptimizeResult(x=starts[0], nfev=1, status=0))
    best = min(ends, key=lambda end: residual.size(end.x))
    return tuple(np.sort(best.x).tolist()), best.nfev, bool(best.status > 0)
