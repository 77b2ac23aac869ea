"""The verb: a model with better weights."""

import copy
import functools
import time
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from ..arguments import checked
from ..checks import InputError, check_count, check_tensor
from ..functional import DTYPE, Functional, check_timebase
from .descent import by_descent
from .exact import by_squares
from .protocols import Descent, OnlineAdamW, QuasiNewton
from .results import Fit
from .sampled import by_adam


@checked
def fit(
    model: Functional, target: Functional, *, length: int,
    protocol: OnlineAdamW | QuasiNewton | Descent | None = None,
    weights: Float[Tensor, " time"] | None = None, only: Iterable[str] | None = None,
    seed: int = 0, allow_unstable: bool = False, progress: bool = True,
) -> Fit:
    """Return a model with a smaller loss sum_t w_t E|y_t - yhat_t|^2 on white noise.

    Between affine functionals the expectation is ``population_loss``, minimised by
    L-BFGS and Levenberg-Marquardt, or by the plain steps of a ``Descent``; otherwise
    it is sampled, and minimised by AdamW. The members of a stack are trained as if
    each were alone. The model that comes in is not changed, and an interruption
    returns the best so far. The horizon is finite: what is found need not be stable
    beyond it.

    Source: prp-population-loss in the book.

    Args:
        model: with weights; a single one or a stack.
        target: with the same timebase and coordinates.
        length: number of time points.
        protocol: a ``QuasiNewton``, a ``Descent`` or an ``OnlineAdamW``; default: the
            first of these for an exact loss, the last for a sampled one.
        weights: w_t, not normalised; default 1/length, the mean over time.
        only: names of the parameters that are trained (default: all).
        seed: of the inputs, if they are sampled.
        allow_unstable: start even from a model that does not decay.
        progress: show a progress bar.

    Raises:
        InputError: different timebases, wrong weights or names, or a protocol of
            exact losses for one that is sampled.
        UnstableError: eigenvalues at the start with Re >= 0, or beyond the Euler
            limit.
    """
    check_timebase(model, target)
    if model.recurrent and not allow_unstable:
        model.check_stable()
    exact = model.affine and target.affine
    protocol = protocol or (QuasiNewton() if exact else OnlineAdamW())
    if isinstance(protocol, QuasiNewton | Descent) and not exact:
        raise InputError("protocol", "must be an OnlineAdamW: this loss is sampled",
                         type(protocol).__name__, "leave it out, or pass OnlineAdamW()")
    searches = {QuasiNewton: by_squares, Descent: by_descent,
                OnlineAdamW: functools.partial(by_adam, seed=seed)}
    task = target, _weights(weights, length), protocol, _names(model, only)
    start, begun = copy.deepcopy(model), time.perf_counter()
    with tqdm(total=protocol.updates, disable=not progress, unit="update") as bar:
        found = searches[type(protocol)](start, *task, bar)
    best = model.with_parameters(found.best.weights)
    return Fit(best, found.best.loss, found.history, found.updates,
               time.perf_counter() - begun, found.stopped)


def _weights(weights: Tensor | None, length: int) -> Tensor:
    check_count("length", length)
    if weights is None:
        return torch.full((length,), 1 / length, dtype=DTYPE)
    if check_tensor("weights", weights, "time").shape != (length,):
        raise InputError("weights", f"must be {length}, one for each time point",
                         len(weights), "pass a tensor of shape (time,)")
    if not (weights >= 0).all():
        raise InputError("weights", "must be >= 0", weights.min().item(),
                         "an error that is rewarded has no minimum")
    return weights


def _names(model: Functional, only: Iterable[str] | None) -> list[str]:
    known = [name for name, _ in model.named_parameters()]
    names = known if only is None else list(only)
    if not names or not set(names) <= set(known):
        raise InputError("only", f"must be at least one of {known}", names,
                         "name parameters of the model")
    return names
