"""The sum of exponentials that a weighting of the lags prefers."""

import numpy as np
from jaxtyping import Float
from scipy import optimize
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_tensor
from ..kernels import ExponentialSum


@checked
def fit_to_lags(
    rho: Float[Tensor, " lags"], kappa: Float[Tensor, " lags"], width: int
) -> ExponentialSum:
    """Return the exponentials a_i exp(-r_i s) of least sum_s kappa_s |e_s|^2.

    Weights by linear least squares, rates by Levenberg-Marquardt from several
    log-spaced starts; the best end found. Lags are counted in steps of one.

    Source: variable projection, Golub and Pereyra 1973.

    Args:
        rho: the kernel at the lags 0, 1, ...
        kappa: weights of these lags, not negative.
        width: number of exponentials, below half the number of lags.

    Raises:
        InputError: fewer lags than parameters, other lengths, or a negative weight.
    """
    lags = len(check_tensor("rho", rho, "lags"))
    if check_tensor("kappa", kappa, "lags").shape != rho.shape or (kappa < 0).any():
        raise InputError("kappa", f"must be {lags} weights, not negative",
                         tuple(kappa.shape), "pass lag_weights(weights)")
    if 2 * check_count("width", width) >= lags:
        raise InputError("width", f"must be below half of the {lags} lags", width,
                         "pass more lags, or fit fewer modes")
    root, target = kappa.sqrt().numpy(), (kappa.sqrt() * rho).numpy()
    s = np.arange(lags)[:, None]

    def parts(logs):
        modes = root[:, None] * np.exp(-s * np.exp(np.clip(logs, -30, 5)))
        a = np.linalg.lstsq(modes, target, rcond=1e-13)[0]
        return a, target - modes @ a

    # timescales from a step to the window, and within a part of it
    starts = [np.linspace(top, low, width) for top in (1.0, -1.0)
              for low in np.log(1 / lags) + np.array([-1.0, 0.5, 2.0])]
    ends = [optimize.least_squares(lambda logs: parts(logs)[1], logs, method="lm",
                                   xtol=1e-14, ftol=1e-14, gtol=1e-14).x
            for logs in starts]
    best = np.sort(min(ends, key=lambda logs: np.square(parts(logs)[1]).sum()))
    rates = np.exp(np.clip(best, -30, 5))
    return ExponentialSum(tuple(parts(best)[0].tolist()), tuple(rates.tolist()))
