"""What a weighted error of a window asks of each lag of a linear memory."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_finite, check_tensor
from ..functional import DTYPE


@checked
def power_weights(length: int, power: float) -> Float[Tensor, " time"]:
    """Return w_t proportional to (t + 1)^power, t < length, of sum one.

    Args:
        length: number of outputs T.
        power: q, of any sign.

    Raises:
        InputError: a length that is not positive, or a power that is not finite.
    """
    t = torch.arange(1, check_count("length", length) + 1, dtype=DTYPE)
    # over the largest, so that no power overflows
    logs = check_finite("power", power) * t.log()
    w = (logs - logs.max()).exp()
    return w / w.sum()


@checked
def lag_weights(
    weights: Float[Tensor, " time"], profile: Float[Tensor, " past"] | None = None
) -> Float[Tensor, " lags"]:
    """Return kappa_s = sum_t w_t v_{t-s}, one for each input from the last one back.

    For uncorrelated inputs of mean zero and variances v_u the weighted error
    sum_t w_t E|y_t - yhat_t|^2 of two linear functionals is sum_s kappa_s |e_s|^2, with
    e the difference of their kernels. Further lags meet no input: kappa_s = 0.

    Source: thm-lag-weights in the book (ours).

    Args:
        weights: w_t of the outputs, t = 0 ... T - 1; of any sign.
        profile: v_u of the inputs, the last one at the time T - 1 of the last output;
            default T ones, which is a white input with zero history.

    Raises:
        InputError: no weights, no inputs, or a negative variance.
    """
    length = len(check_tensor("weights", weights, "time"))
    v = torch.ones(length, dtype=DTYPE) if profile is None else profile
    if (check_tensor("profile", v, "past") < 0).any():
        raise InputError("profile", "must not be negative", v.min().item(),
                         "pass variances")
    back = torch.cat([v.flip(0), v.new_zeros(length - 1)])
    return back.unfold(0, length, 1) @ weights.flip(0)


@checked
def effective_fraction(weights: Float[Tensor, " time"]) -> Float[Tensor, " lags"]:
    """Return nu_s = (sum_{t>=s} w_t)^2 / ((T - s) sum_{t>=s} w_t^2), s < T.

    What part of the T - s outputs that see the lag s counts: with zero history, white
    inputs of variance one and white noise of variance sigma^2 in the outputs, the
    lag s of a free kernel is learned from N windows with the variance
    sigma^2 / (N (T - s) nu_s), as N grows.

    Source: prp-rescaling-price in the book (ours).

    Args:
        weights: w_t, not negative, the last one positive.

    Raises:
        InputError: another sign.
    """
    length = len(check_tensor("weights", weights, "time"))
    if (weights < 0).any() or weights[-1] <= 0:
        raise InputError("weights", "must not be negative, and the last one positive",
                         weights.min().item(), "pass e.g. power_weights(10, 2.0)")
    seen = torch.arange(length, 0, -1, dtype=DTYPE)
    return lag_weights(weights).square() / (seen * lag_weights(weights.square()))
