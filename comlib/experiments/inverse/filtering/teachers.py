"""Teachers whose memory is known: what they are, and what they forget."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from scipy.special import roots_jacobi
from torch import Tensor

from comlib import Functional, RNN, impulse, white_noise
from comlib.functional import DTYPE
from comlib.models import CausalAttention

FAMILIES = ("random tanh", "tempered rates", "exp attention", "power rates",
            "power attention", "plain attention")
"""In this order; the memory of the first three decays exponentially."""
EXPONENTIAL = FAMILIES[:3]
NODES = 32


@dataclass(frozen=True)
class Teacher:
    """A functional and what is known of its memory.

    Args:
        family: one of ``FAMILIES``.
        size: the rate of an exponential memory, the power of another one.
        functional: what it computes.
    """

    family: str
    size: float
    functional: Functional


class KernelAttention(Functional):
    """A causal attention layer, its weights times kappa(t - j) before they are normed.

    y_t = sum_j p_tj v f_j with p_tj proportional to kappa(t - j) exp(f_t' A f_j), and
    features f = tanh(e x + b).

    Source: prp-kernel-attention in the book (ours).

    Args:
        kind: "exp", kappa(s) = exp(-size s); "power", (1 + s)^(-size).
        size: rate or power.
        width: number of features.
        seed: of the local generator.
    """

    def __init__(self, kind: str, size: float, width: int = 8, seed: int = 0):
        super().__init__(1.0)
        g = torch.Generator().manual_seed(seed)
        self.kind, self.size = kind, size
        e, b, v = torch.randn(3, width, generator=g, dtype=DTYPE)
        A = torch.randn(width, width, generator=g, dtype=DTYPE) / width
        for name, value in (("e", e), ("b", b), ("v", v), ("A", A)):
            self.register_buffer(name, value)

    def features(self, x: Tensor) -> Tensor:
        """Return f, (batch, time, width).

        Args:
            x: (batch, time, 1).
        """
        return torch.tanh(x * self.e + self.b)

    def log_kernel(self, s: Tensor) -> Tensor:
        """Return log kappa(s).

        Args:
            s: lags >= 0.
        """
        return -self.size * (s if self.kind == "exp" else torch.log1p(s))

    def respond(self, x: Tensor) -> Tensor:
        """Return y.

        Args:
            x: (batch, time, 1).
        """
        f, t = self.features(x), torch.arange(x.shape[1], dtype=x.dtype)
        lag = t[:, None] - t
        weights = torch.where(lag < 0, -math.inf, self.log_kernel(lag.clamp(min=0)))
        p = torch.softmax(f @ self.A @ f.mT + weights, -1)
        return p @ (f @ self.v)[..., None]


class Classroom(Functional):
    """A stack of functionals, H - H(0), scaled to mean square one on white noise.

    Args:
        functionals: of one input and output, dt = 1.
        length: number of time points of the noise.
    """

    def __init__(self, functionals: Sequence[Functional], length: int):
        super().__init__(1.0)
        self.members = torch.nn.ModuleList(functionals)
        self.scales = torch.ones(len(functionals), 1, 1, 1, dtype=DTYPE)
        with torch.no_grad():
            y = self.respond(white_noise(256, length, dt=1.0, seed=77))
        self.scales = y.square().mean((1, 2, 3), keepdim=True).rsqrt()

    def respond(self, x: Tensor) -> Tensor:
        """Return the outputs, (teacher, batch, time, 1).

        Args:
            x: (batch, time, 1).
        """
        both = torch.cat([x, torch.zeros_like(x[:1])])
        y = torch.stack([H(both) for H in self.members]).detach()
        return self.scales * (y[:, :-1] - y[:, -1:])

    @torch.no_grad()
    def kernels(self, length: int) -> Tensor:
        """Return the odd part of the answers to impulses of one, (teacher, time).

        Args:
            length: number of time points.
        """
        x = impulse(torch.tensor([[1.0], [-1.0]], dtype=DTYPE), length, 1.0)
        y = self.respond(x)[..., 0]
        return (y[:, 0] - y[:, 1]) / 2


def jacobi_rates(power: float, rate: float = 0.0, nodes: int = NODES):
    """Return rates in (rate, 1) and weights of a network with a known kernel.

    sum_i a_i (1 - lambda_i)^s = (1 - rate)^s / binom(s + power, s) for s < 2 nodes.

    Source: prp-jacobi in the book (ours).

    Args:
        power: p > 0.
        rate: gamma in [0, 1).
        nodes: number of rates.
    """
    z, a = roots_jacobi(nodes, 0.0, power - 1)
    rates = rate + (1 - rate) * (1 + z) / 2
    return torch.tensor(rates, dtype=DTYPE), torch.tensor(a / a.sum(), dtype=DTYPE)


def spectral(power: float, rate: float = 0.0, gain: float = 0.5,
             activation: str = "tanh") -> RNN:
    """Return units with the rates of ``jacobi_rates``.

    Args:
        power: p > 0.
        rate: gamma in [0, 1).
        gain: input weight of every unit; how nonlinear they are.
        activation: of the units.
    """
    rates, a = jacobi_rates(power, rate)
    U = torch.full((len(a), 1), gain, dtype=DTYPE)
    return RNN(-rates, U, a[None] / gain, dt=1.0, activation=activation)


def random_tanh(margin: float, width: int, seed: int) -> RNN:
    """Return a random dense tanh network whose slowest rate is given.

    Args:
        margin: the rate.
        width: number of units.
        seed: of the local generator.
    """
    g = torch.Generator().manual_seed(seed)
    A = 0.3 * torch.randn(width, width, generator=g, dtype=DTYPE) / width**0.5
    shift = torch.linalg.eigvals(A).real.max() + margin
    W = A - shift * torch.eye(width, dtype=DTYPE)
    U = 0.5 * torch.randn(width, 1, generator=g, dtype=DTYPE)
    c = torch.randn(1, width, generator=g, dtype=DTYPE) / width**0.5
    return RNN(W, U, c, dt=1.0)


def teachers(each: int) -> list[Teacher]:
    """Return ``each`` teachers of every family, rates from 0.05 to 0.5, powers to 2.

    Args:
        each: at least 2.
    """
    rates = torch.logspace(math.log10(0.05), math.log10(0.5), each).tolist()
    powers = torch.linspace(1.1, 2.0, each).tolist()
    found = []
    for k, (rate, power) in enumerate(zip(rates, powers)):
        gain = 0.3 + 0.5 * (k % 2)
        layers = 1 + k % 2
        found += [
            Teacher(FAMILIES[0], rate, random_tanh(rate, 64, k)),
            Teacher(FAMILIES[1], rate, spectral(1.1, rate, gain)),
            Teacher(FAMILIES[2], rate, KernelAttention("exp", rate, seed=k)),
            Teacher(FAMILIES[3], power, spectral(power, 0.0, gain)),
            Teacher(FAMILIES[4], power, KernelAttention("power", power, seed=k)),
            Teacher(FAMILIES[5], 1.0, CausalAttention(16, layers=layers, seed=k))]
    return sorted(found, key=lambda teacher: FAMILIES.index(teacher.family))
