"""Six properties of ten functionals, decided by what happens as dt -> 0."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from comlib import (Composition, Exponential, Functional, LinearFunctional, Memoryless,
                    Table, gain)
from comlib.functional import DTYPE
from comlib.measures import causality_defect, homogeneity_defect, linearity_defect
from comlib.targets import (Delay, Differentiator, Modulated, PeakHold, Residual,
                            Squared, bump)

__all__ = ["Config", "run"]

_PROPERTIES = ("linear", "continuous", "bounded", "homogeneous", "causal", "regular")
_ROUNDING = 1e-9
"""A defect below this is rounding; every other one here is above 1e-3."""


@dataclass(frozen=True)
class Config:
    """The timebases, halved from one to the next, and the window.

    Args:
        coarsest: the largest dt, a fraction 1/2^k of the unit of time.
        halvings: how often it is halved.
        horizon: end of the window, long after the inputs and responses.
    """

    coarsest: float = 0.125
    halvings: int = 6
    horizon: float = 32.0


def run(config: Config = Config()) -> Table:
    """Return (dt, functional, property, defect, holds) of every pair.

    A property holds if its defect is rounding, or has shrunk with sqrt(dt), up to a
    factor of two, from the first timebase to the last.

    Source: def-functional in the book; "Inverse Approximation Theory", Def. 2.1.

    Args:
        config: what to compute.
    """
    rows = []
    for k in range(config.halvings + 1):
        dt = config.coarsest / 2**k
        length = round(config.horizon / dt)
        for name, H in _functionals(dt).items():
            for what, defect in zip(_PROPERTIES, _defects(H, length), strict=True):
                rows.append((dt, name, what, defect))
    table = Table(**dict(zip(("dt", "functional", "property", "defect"),
                             map(list, zip(*rows)), strict=True)))
    defects = table["defect"].reshape(config.halvings + 1, -1)
    limit = 2 * math.sqrt(1 / 2**config.halvings) * defects[0]
    holds = (defects[-1] < _ROUNDING) | (defects[-1] < limit)
    return table.with_columns(holds=[*map(int, holds)] * (config.halvings + 1))


def _functionals(dt: float) -> dict[str, Functional]:
    """Return the examples by name; times are in units, not samples."""
    H = LinearFunctional(Exponential(rate=1.0), dt)
    unit = round(1 / dt)
    return {
        "convolution": H,
        "look-ahead": Composition(H, Delay(-unit, dt)),
        "modulated": Modulated(H, frequency=1.0),
        "delay": Delay(unit, dt),
        "skip connection": Residual(H),
        "derivative": Differentiator(dt),
        "tanh": Memoryless("tanh", dt),
        "tanh, convolved": Composition(Memoryless("tanh", dt), H),
        "peak hold": PeakHold(dt),
        "square": Squared(H),
    }


def _defects(H: Functional, length: int) -> list[float]:
    """Return one number for each property, that tends to zero if it holds."""
    dt, unit, root = H.dt, round(1 / H.dt), math.sqrt(H.dt)
    x = bump(2.5, _widths(0.5, 1.0, 1.5), length, dt)
    z = bump(3.0, _widths(1.5, 1.0, 0.5), length, dt)
    rough = torch.zeros_like(x)
    rough[:, unit:4 * unit:2], rough[:, unit + 1:4 * unit:2] = 1.0, -1.0
    narrow = bump(2.0, _widths(root), length, dt)
    rest = H(torch.zeros_like(narrow))
    return [
        linearity_defect(H, x, z),
        float((H(x + root * rough) - H(x)).abs().max()),
        root * float(gain(H, torch.cat([x / dt, rough])).max()),
        homogeneity_defect(H, x, unit),
        causality_defect(H, x, z, round(2.5 / dt)),
        float((H(narrow) - rest).abs().max()),
    ]


def _widths(*values: float) -> Tensor:
    return torch.tensor(values, dtype=DTYPE)
