"""How a network is started, trained and judged: as the authors did, and as it may be.

Lengths of 100, dt = 1, white noise of variance one, and the authors' error: the
weights w_t in proportion to (t + 1)^2, of mean one, multiply the error before it is
squared.
"""

from dataclasses import replace

import torch
from torch import Tensor

from comlib import (Direct, LinearFunctional, Polynomial, Exponential, RNN, Softplus,
                    population_loss, white_noise)
from comlib.functional import DTYPE
from comlib.models import ReLU
from comlib.training import AUTHORS, OnlineAdamW, QuasiNewton

from .networks import (Bounded, Rotated, dense, random_bases, spread_rates, uniform,
                       with_map)

LENGTH, DT = 100, 1.0
KERNELS = {"exp": Exponential(), "pol": Polynomial(p=1.1, a=1.0, b=0.1)}
ACTIVATIONS = {"linear": "identity", "hardtanh": "hardtanh", "tanh": "tanh"}
STRUCTURES = ("diagonal", "dense", "softplus")


def target(name: str) -> LinearFunctional:
    """Return the target exp(-t), or (1 + t/10)^(-1.1).

    Args:
        name: "exp" or "pol".
    """
    return LinearFunctional(KERNELS[name], DT)


def error_weights(length: int = LENGTH) -> Tensor:
    """Return the weights of the squared error at each time; their sum is about 1.8.

    Args:
        length: number of time points.
    """
    t = torch.arange(1, length + 1, dtype=DTYPE)
    w = t**2 / (t**2).mean()
    return w**2 / length


def zero_error(name: str, length: int = LENGTH) -> float:
    """Return the error of the zero functional.

    Args:
        name: "exp" or "pol".
        length: number of time points.
    """
    H = target(name)
    nothing = 0.0 * KERNELS[name]
    return float(population_loss(LinearFunctional(nothing, DT), H, length,
                                 error_weights(length)))


def start(protocol: str, activation: str, structure: str, m: int, seeds: int) -> RNN:
    """Return a stack of networks at the start of training.

    Args:
        protocol: "authors", "clean" or "oracle".
        activation: "linear", "hardtanh", "tanh" or "relu".
        structure: "diagonal"; "dense", a matrix; or "softplus", a matrix with
            softplus of its rates.
        m: width.
        seeds: number of networks.
    """
    authors = protocol == "authors"
    how = {"dt": DT, "activation": ACTIVATIONS.get(activation, activation),
           "allow_unstable": True}
    c = uniform(seeds, 1, m, bound=m**-0.5, seed=1)
    if authors:
        w = torch.randn(seeds, m, generator=torch.Generator().manual_seed(2),
                        dtype=DTYPE)
        U, b = (uniform(seeds, m, k, bound=1.0, seed=3 + k) for k in (1, 2))
        more = {"b": b[..., 0], "d": uniform(seeds, 1, bound=m**-0.5, seed=6)}
    else:
        w, more = None, {}
        U = uniform(seeds, m, 1, bound=1.0, seed=4)  # no biases: H(0) = 0
    f = Softplus() if structure == "softplus" else ReLU() if authors else Bounded()
    rates = -spread_rates(m).expand(seeds, m) if w is None else f(w)
    if structure == "diagonal":
        model = RNN(rates, U, c, parameterization=f, **more, **how)
    else:
        P = random_bases(seeds, m, 7)
        model = Rotated(rates, P, U, c, parameterization=f, orthogonal=not authors,
                        **more, **how)
    # a dead mode has f(w) = 0, from which its w cannot be told
    return model if w is None else model.with_parameters({"w": w})


def training(
    protocol: str, updates: int, batch: int, goal: float
) -> OnlineAdamW | QuasiNewton:
    """Return the numbers of the training.

    Args:
        protocol: "authors" or "clean"; or "oracle", an exact fit.
        updates: at most so many.
        batch: inputs in one update.
        goal: of the authors' rule: stop at this error.
    """
    if protocol == "authors":
        epoch = updates // 6
        return replace(AUTHORS, updates=updates, batch=batch, validation=4 * batch,
                       check_every=epoch, least_updates=2 * epoch, goal=goal,
                       plateau=2, margin_weight=0.0)
    if protocol == "oracle":
        return QuasiNewton(updates=updates, polish=0)
    return OnlineAdamW(updates=updates, batch=batch, learning_rate=0.02, clip=1.0,
                       schedule="cosine", validation=4 * batch,
                       check_every=updates // 20)


def perturbable(model: RNN, protocol: str, structure: str) -> RNN:
    """Return the same networks, with the weights that are then perturbed.

    The authors moved the rates that ReLU had given, without ReLU, and P. Here
    Definition 3.4 is meant: the diagonal or the matrix W itself, or, for softplus, w.

    Args:
        model: what training returned.
        protocol: "authors", "clean" or "oracle".
        structure: as in ``start``.
    """
    if structure == "softplus":
        return model
    if structure == "dense" and protocol != "authors":
        return dense(model)
    return with_map(model, Direct())


def error_of(name: str, activation: str, inputs: int, seed: int = 999):
    """Return the map from a stack of networks to their errors.

    Exact for linear ones, else the mean over inputs that training did not see.

    Args:
        name: "exp" or "pol".
        activation: "linear", "hardtanh", "tanh" or "relu".
        inputs: number of inputs.
        seed: of the inputs.
    """
    H, weights = target(name), error_weights()
    if activation == "linear":
        return lambda stack: population_loss(stack, H, LENGTH, weights)
    x = white_noise(inputs, LENGTH, dt=DT, seed=seed)
    y = H(x)
    return lambda stack: (weights[:, None] * (stack(x) - y).square()).sum(
        (-2, -1)).mean(-1)
