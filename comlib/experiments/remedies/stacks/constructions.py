"""The stacks of the chapter, and the modes of its products."""

import math

import torch
from torch import Tensor

from comlib.functional import DTYPE
from comlib.models import Layer, Stack

TAIL = 400
"""Lags kept of every mode; the slowest one has .85^400 < 1e-28 left."""


def real_factors(m: int, slowest: float) -> Tensor:
    """Return m factors, even from 0.05 to the slowest.

    Args:
        m: how many.
        slowest: the largest.
    """
    return torch.linspace(0.05, slowest, m, dtype=DTYPE)


def powers(z: Tensor) -> Tensor:
    """Return z^k, (lags, modes); for complex z the real and the imaginary parts.

    Args:
        z: factors.
    """
    V = z ** torch.arange(TAIL, dtype=DTYPE)[:, None]
    return torch.cat([V.real, V.imag], 1) if z.is_complex() else V


def equal_poles(layers: int, factor: float) -> Stack:
    """Return linear layers of one state each, with one factor and weights one.

    Args:
        layers: L.
        factor: of every layer.
    """
    one = torch.ones(1, 1, dtype=DTYPE)
    return Stack([Layer(factor * one[0], one, one)] * layers, activation="identity")


def random_stack(
    layers: int, radius: float, states: int, width: int, seed: int
) -> Stack:
    """Return GELU layers with real factors of log-uniform rates and normal weights.

    Args:
        layers: L.
        radius: slowest factor of each layer; the rates are spread from there to one.
        states: of each layer.
        width: features between layers.
        seed: of the local generator.
    """
    g = torch.Generator().manual_seed(seed)
    n, d, made = states, width, []

    def normal(*shape: int) -> torch.Tensor:
        draw = torch.randn(shape, generator=g, dtype=DTYPE)
        return draw / math.sqrt(shape[-1])

    for layer in range(layers):
        slowest = -math.log(radius)
        spread = torch.rand(n, generator=g, dtype=DTYPE).sort().values
        spread[0] = 0
        rates = slowest * (1 / slowest) ** spread
        made.append(Layer(torch.exp(-rates), normal(n, d if layer else 1),
                          normal(d, n)))
    return Stack(made, normal(1, d))


def gelu_product(lag: int, modes: int, slowest: float, scale: float) -> Stack:
    """Return two layers that multiply x_0 and x_(-lag), with GELU after each.

    Layer one hands real modes on, as gelu(h) - gelu(-h) = h. Layer two has no memory
    and squares: gelu(z) + gelu(-z) is close to sqrt(2/pi) z^2 for small z.

    Args:
        lag: s.
        modes: m.
        slowest: largest factor.
        scale: how large a feature that is squared may be, for inputs of size one.
    """
    z = real_factors(modes, slowest)
    a, b = torch.linalg.lstsq(powers(z), torch.eye(TAIL, dtype=DTYPE)[:, [0, lag]],
                              driver="gelsd").solution.T
    signs = torch.tensor([[1.0], [-1.0]], dtype=DTYPE)
    eye = torch.eye(modes, dtype=DTYPE)
    first = Layer(z, torch.ones(modes, 1, dtype=DTYPE), torch.cat([eye, -eye]))
    ways = torch.stack([a + b, a - b])
    B = scale * torch.cat([ways, -ways], 1)  # the difference of each pair
    second = Layer(torch.zeros(2, dtype=DTYPE), B,
                   torch.kron(torch.eye(2, dtype=DTYPE), signs))
    unit = math.sqrt(math.pi / 2) / (4 * scale**2)
    decoder = unit * torch.tensor([[1.0, 1.0, -1.0, -1.0]], dtype=DTYPE)
    return Stack([first, second], decoder)
