"""The targets of Figure 2, and how a network is trained and judged."""

from collections.abc import Callable, Sequence

import torch

from comlib import (Exponential, Functional, LinearFunctional, Polynomial, RNN, Table,
                    fit, white_noise)
from comlib.experiments.inverse.nonlinear.oracle import shifted
from comlib.functional import DTYPE
from comlib.targets import Composition, Memoryless
from comlib.training import Fit, OnlineAdamW

DT, TRAINED, JUDGED, EPOCH = 0.1, 32, 100, 100
KERNELS = {"pol": Polynomial(1.5), "exp": Exponential(1.0),
           "tanh of pol": Polynomial(1.5), "tanh of exp": Exponential(1.0)}


def target(name: str) -> Functional:
    """Return the linear functional of (1 + t)^(-1.5) or e^(-t), or tanh of one.

    Args:
        name: key of ``KERNELS``.
    """
    H = LinearFunctional(KERNELS[name], DT)
    return Composition(H, Memoryless("tanh", DT)) if "tanh" in name else H


def trained(name: str, m: int, epochs: int, seed: int) -> Fit:
    """Return a tanh network fitted on 32 steps: Adam at 0.005, batches of 128.

    Args:
        name: of the target.
        m: width.
        epochs: of 12800 inputs, that is 100 updates.
        seed: of start and inputs.
    """
    how = OnlineAdamW(updates=EPOCH * epochs, batch=128, learning_rate=0.005,
                      schedule="constant", clip=float("inf"), validation=1024,
                      check_every=EPOCH // 2, patience=10**6)
    return fit(RNN.random(m, dt=DT, seed=seed), target(name), length=TRAINED,
               protocol=how, seed=seed, allow_unstable=True, progress=False)


def error_of(
    name: str, length: int, inputs: int
) -> Callable[[Functional], torch.Tensor]:
    """Return the map from networks to root mean square errors over that of zero.

    Args:
        name: of the target.
        length: time points, from the start of the input.
        inputs: that training did not see.
    """
    x = white_noise(inputs, length, dt=DT, seed=999)
    y = target(name)(x)
    size = y.square().mean()
    return lambda stack: ((stack(x) - y).square().mean((-3, -2, -1)) / size).sqrt()


def limit(name: str, radii: Sequence[float], length: int) -> Table:
    """Return what the shift W + beta I makes of the target's own kernel.

    Columns: ``radius``, ``limit``, over the error of zero as in ``error_of``.

    Source: prp-horizon-limit in the book (ours).

    Args:
        name: of a target; that of its tanh is that of the linear one.
        radii: the beta >= 0.
        length: time points.
    """
    rho = LinearFunctional(KERNELS[name], DT).kernel_samples(length)[:, 0, 0]
    kappa = torch.arange(length, 0, -1, dtype=DTYPE)
    moved = shifted(rho, [beta * DT for beta in radii])
    share = (kappa * (moved - rho).square()).sum(-1) / (kappa * rho.square()).sum()
    return Table(radius=list(radii), limit=share.sqrt().tolist())
