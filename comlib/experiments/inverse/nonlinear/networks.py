"""The networks of the experiments: with a basis that is trained, and bounded rates."""

import copy
import math
from dataclasses import dataclass

import torch
from torch import Tensor

from comlib import Parameterization, RNN
from comlib.functional import DTYPE


@dataclass(frozen=True)
class Bounded(Parameterization):
    """f(w) = -least - (limit - least) / (1 + exp(-w)): rates below the Euler limit.

    Args:
        least: smallest rate; far below 1/T the horizon T cannot tell it from zero.
        limit: largest rate; Euler steps are stable below 2/dt.
    """

    least: float = 0.002
    limit: float = 2.0

    def __call__(self, w: Tensor) -> Tensor:
        return -self.least - (self.limit - self.least) * torch.sigmoid(w)

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        return torch.logit((-eigenvalue - self.least) / (self.limit - self.least))


class Rotated(RNN):
    """The network with W = Q' diag(f(w)) Q, in which the basis is trained too.

    The authors' code calls it rnn and softplusrnn; there Q = P is any matrix. If all
    f(w) are negative, so are the eigenvalues of W for every invertible Q.

    Args:
        rates: eigenvalues f(w) at the start, (\\*stack, m).
        P: what Q is made of at the start, (\\*stack, m, m).
        U: input weights.
        c: readout.
        b: bias, or None.
        d: readout bias, or None.
        orthogonal: Q = (I + P - P')^-1 (I - P + P'), so that f(w) are eigenvalues;
            or Q = P.
        parameterization: the map f.
        allow_unstable: build the network even if it does not decay.
        options: what else an RNN takes.
    """

    def __init__(self, rates: Tensor, P: Tensor, U: Tensor, c: Tensor,
                 b: Tensor | None = None, d: Tensor | None = None, *,
                 orthogonal: bool, parameterization: Parameterization,
                 allow_unstable: bool = False, **options: object):
        super().__init__(torch.diag_embed(rates), U, c, b, d, allow_unstable=True,
                         **options)
        self.diagonal = True  # w is the diagonal of a matrix, and moves as one
        self.orthogonal, self.parameterization = orthogonal, parameterization
        self.w = torch.nn.Parameter(parameterization.inverse(rates).clone())
        self.P = torch.nn.Parameter(P.clone())
        if not allow_unstable:
            self.check_stable()

    @property
    def W(self) -> Tensor:
        """The matrix Q' diag(f(w)) Q, (\\*stack, m, m)."""
        Q = self.P
        if self.orthogonal:
            S, one = Q - Q.mT, torch.eye(self.width).to(Q)
            Q = torch.linalg.solve(one + S, one - S)
        return Q.mT @ (self.parameterization(self.w)[..., None] * Q)

    @property
    def input_weights(self) -> Tensor:
        """U, (\\*stack, m, d_in)."""
        return self.U

    def eigenvalues(self) -> Tensor:
        """Return the eigenvalues of W, which is symmetric."""
        return torch.linalg.eigvalsh(self.W)


def dense(model: RNN) -> RNN:
    """Return the same network, or stack, with the matrix W itself as a weight.

    Args:
        model: a Rotated one.
    """
    weights = [p if p is None else p.detach() for p in (model.b, model.d)]
    return RNN(model.W.detach(), model.U.detach(), model.c.detach(), *weights,
               dt=model.dt, activation=model.activation, allow_unstable=True)


def with_map(model: RNN, parameterization: Parameterization) -> RNN:
    """Return the same network, or stack, with its rates under another map f.

    Args:
        model: a diagonal or a Rotated one.
        parameterization: the map that it shall have.
    """
    twin = copy.deepcopy(model)
    twin.parameterization = parameterization
    rates = model.parameterization(model.w.detach())
    return twin.with_parameters({"w": parameterization.inverse(rates)})


def member(stack: RNN, index: int) -> RNN:
    """Return one network of a stack.

    Args:
        stack: with one leading dimension.
        index: which.
    """
    return stack.with_parameters(
        {name: p.detach()[index] for name, p in stack.named_parameters()})


def random_bases(count: int, m: int, seed: int) -> Tensor:
    """Return random orthogonal matrices, (count, m, m).

    Args:
        count: how many.
        m: width.
        seed: of the local generator.
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.linalg.qr(torch.randn(count, m, m, generator=generator,
                                       dtype=DTYPE))[0]


def uniform(*shape: int, bound: float, seed: int) -> Tensor:
    """Return numbers uniform between -bound and bound.

    Args:
        shape: of the tensor.
        bound: largest size.
        seed: of the local generator.
    """
    generator = torch.Generator().manual_seed(seed)
    return bound * (2 * torch.rand(*shape, generator=generator, dtype=DTYPE) - 1)


def spread_rates(m: int, slowest: float = 0.05, fastest: float = 1.0) -> Tensor:
    """Return m rates at equal ratios.

    Args:
        m: how many.
        slowest: the first.
        fastest: the last.
    """
    return torch.logspace(math.log10(slowest), math.log10(fastest), m, dtype=DTYPE)
