"""Exact losses of linear models on a horizon: in expectation, or on all the data.

Both are differentiable, and give one number for each model of a stack.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_tensor
from ..functional import DTYPE, Functional, check_timebase


@checked(linear="compare what they answer: response_distance(H, H_hat, x)")
def population_loss(
    model: Functional, target: Functional, length: int,
    weights: Float[Tensor, " time"] | None = None,
) -> Float[Tensor, "*stack"]:
    """Return sum_t w_t E|y_t - yhat_t|^2 for independent inputs of variance 1/dt.

    With e_s the difference of the kernels this is sum_s kappa_s |e_s|^2 dt, where
    kappa_s = sum_{t >= s} w_t: nothing is sampled. All weight on the last time
    point gives the squared L2 distance on the horizon. Affine functionals have
    sum_t w_t |H_t(0) - H_hat_t(0)|^2 more, as the inputs have mean zero.

    Source: prp-population-loss in the book (ours).

    Args:
        model: a linear or affine functional, or a stack of them.
        target: another.
        length: number of time points.
        weights: w_t, not normalised; default 1/length, the mean over time.

    Raises:
        InputError: a nonlinear functional, different timebases, wrong weights.
    """
    dt = check_timebase(model, target)
    e = target.kernel_samples(length) - model.kernel_samples(length)
    weights = _checked(weights, length)
    kappa = weights.flip(0).cumsum(0).flip(0)
    loss = dt * (kappa[:, None, None] * e.square()).sum((-3, -2, -1))
    if model.linear and target.linear:
        return loss
    rest = target.offset(length) - model.offset(length)
    return loss + (weights[:, None] * rest.square()).sum((-2, -1))


@checked
def gram_matrix(
    x: Float[Tensor, "batch time d_in"], weights: Float[Tensor, " time"] | None = None,
    affine: bool = False,
) -> Float[Tensor, "time inputs time inputs"]:
    """Return G[j, k] = sum_t w_t mean over the batch of x_{t-j} x_{t-k}'.

    All that ``data_loss`` has to know of the data. For affine functionals the
    constant 1 is one more input, with the increments of H_t(0) as its kernel.
    Cost batch time^2 + time^3.

    Source: prp-data-loss in the book (ours).

    Args:
        x: the inputs.
        weights: w_t, not normalised; default 1/length, the mean over time.
        affine: whether the functionals have offsets; then inputs = d_in + 1.

    Raises:
        InputError: wrong shapes.
    """
    check_tensor("x", x, "batch time d_in")
    x = torch.cat([x, torch.ones_like(x[..., :1])], -1) if affine else x
    batch, length, d_in = x.shape
    w, flat = _checked(weights, length), x.reshape(batch, -1)
    moments = (flat.mT @ flat / batch).reshape(length, d_in, length, d_in)
    backwards, gram = moments.flip(0, 2), torch.zeros_like(moments)
    for t in range(length):
        past = slice(length - 1 - t, None)
        gram[: t + 1, :, : t + 1] += w[t] * backwards[past, :, past]
    return gram


@checked(linear="compare what they answer: response_distance(H, H_hat, x)")
def data_loss(
    model: Functional, target: Functional,
    gram: Float[Tensor, "time inputs time inputs"],
) -> Float[Tensor, "*stack"]:
    """Return sum_t w_t mean over the batch of |y_t - yhat_t|^2, exactly.

    The quadratic form e' G e dt^2 in the difference e of the kernels, without
    running a model; so the relative precision stays when the loss is tiny.

    Source: prp-data-loss in the book (ours).

    Args:
        model: a linear or affine functional, or a stack of them.
        target: another.
        gram: from ``gram_matrix(x, weights)``, computed once; with ``affine=True`` if
            one of them is affine only.

    Raises:
        InputError: a nonlinear functional, different timebases, a wrong matrix.
    """
    dt = check_timebase(model, target)
    length, inputs = check_tensor("gram", gram, "time inputs time inputs").shape[:2]
    affine = not (model.linear and target.linear)
    if gram.shape != (length, model.d_in + affine) * 2:
        raise InputError("gram", f"must be of {model.d_in + affine} inputs",
                         tuple(gram.shape), "compute it with gram_matrix(x), and "
                         "affine=True if and only if the functionals have offsets")
    e = target.kernel_samples(length) - model.kernel_samples(length)
    if affine:
        rest = target.offset(length) - model.offset(length)
        jumps = rest.diff(dim=-2, prepend=torch.zeros_like(rest[..., :1, :])) / dt
        e = torch.cat([e, jumps[..., None]], -1)
    e = e.movedim(-2, -3).flatten(-2)
    return dt**2 * (e @ gram.reshape(length * inputs, -1) * e).sum((-2, -1))


def _checked(weights: Tensor | None, length: int) -> Tensor:
    if weights is None:
        return torch.full((length,), 1 / length, dtype=DTYPE)
    if check_tensor("weights", weights, "time").shape != (length,):
        raise InputError("weights", f"must be {length}, one for each time point",
                         len(weights), "pass a tensor of shape (time,)")
    return weights
