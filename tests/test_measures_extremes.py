"""Where a parameterization is extreme, and what is certified because of it."""

import math
from dataclasses import dataclass

import pytest
import torch

from comlib import (Ball, Direct, Exp, Parameterization, RNN, Softplus, distance,
                    perturb)
from comlib.functional import DTYPE
from comlib.measures import certified_change
from comlib.models import (InverseQuadratic, Reciprocal, ReLU, Sigmoid, Square,
                           UnitGain)


@dataclass(frozen=True)
class Wave(Parameterization):
    """f(w) = -(1.1 + cos w), neither monotone nor even around its extremes."""

    def __call__(self, w):
        return -(1.1 + torch.cos(w))

    def inverse(self, eigenvalue):
        return torch.acos(-eigenvalue - 1.1)


@dataclass(frozen=True)
class KnownWave(Wave):
    """The same, with its extremes at the multiples of pi."""

    def extremes(self, w, radius):
        ends = w - radius, w + radius
        first = math.pi * torch.ceil(ends[0] / math.pi)
        inside = [(first + k * math.pi).clamp(*ends) for k in range(2)]
        return torch.stack([*ends, *inside])


@dataclass(frozen=True)
class Cubic(Parameterization):
    """f(w) = w^3 - 2 w - 3 up to w = 1.2, where it is -3.67; extreme at sqrt(2/3)."""

    def __call__(self, w):
        return w**3 - 2 * w - 3

    def inverse(self, eigenvalue):
        return torch.zeros_like(eigenvalue)

    def extremes(self, w, radius):
        ends, top = (w - radius, w + radius), math.sqrt(2 / 3)
        turns = [torch.full_like(w, s * top).clamp(*ends) for s in (-1, 1)]
        return torch.stack([*ends, *turns])


@dataclass(frozen=True)
class Loud(Exp):
    """An Exp with a gain of its own."""

    def input_gain(self, eigenvalue):
        return 1 + torch.cos(20 * eigenvalue)


@dataclass(frozen=True)
class Bumpy(Exp):
    """An Exp that is no longer monotone."""

    def __call__(self, w):
        return -torch.exp(w + 2 * torch.sin(3 * w))


CERTIFIED = [Direct(), ReLU(), Exp(), Softplus(), InverseQuadratic(1.0, 0.2),
             UnitGain(Exp()), UnitGain(InverseQuadratic(1.0, 0.2)), KnownWave(),
             UnitGain(KnownWave()), Cubic(), Square(), Sigmoid()]
SILENT = [Wave(), UnitGain(Wave()), Loud(), Bumpy(), Reciprocal()]


def test_every_parameterization_is_tried_here():
    def below(cls):
        return {cls}.union(*map(below, cls.__subclasses__()))

    # those of experiments name no extremes, and so get no certificate
    ours = {c for c in below(Parameterization) if c.__module__.startswith("comlib")
            and not c.__module__.startswith("comlib.experiments.")}
    assert ours - {Parameterization} <= {type(f) for f in CERTIFIED + SILENT}


@pytest.mark.parametrize("f", CERTIFIED, ids=repr)
def test_f_takes_its_extremes_at_the_points_named(f):
    make = torch.Generator().manual_seed(0)
    for _ in range(50):
        w = 4 * torch.rand(5, generator=make, dtype=DTYPE) - 2
        radius = 3 * float(torch.rand((), generator=make))
        points = f.extremes(w, radius)
        assert ((points - w).abs() <= radius * (1 + 1e-12)).all()
        inside = w + radius * torch.linspace(-1, 1, 2001, dtype=DTYPE)[:, None]
        low, high = f(points).amin(0), f(points).amax(0)
        assert (f(inside) >= low - 1e-12).all() and (f(inside) <= high + 1e-12).all()


def model_of(f, w, discretisation="exact", dt=0.1):
    one = torch.ones(len(w), dtype=DTYPE)
    start = RNN(-0.5 * one, one[:, None], one[None], dt=dt, activation="identity",
                discretisation=discretisation, parameterization=f, allow_unstable=True)
    return start.with_parameters({"w": w})


@pytest.mark.parametrize("norm", ["L1", "L2", "W1"])
@pytest.mark.parametrize("f", CERTIFIED, ids=repr)
def test_no_random_draw_passes_the_certificate(f, norm):
    make = torch.Generator().manual_seed(1)
    for case in range(6):
        w = torch.rand(2, generator=make, dtype=DTYPE) - 1.5
        radius = (0.1, 0.7, 3.0)[case % 3]
        model = model_of(f, w, ("exact", "euler", "hold")[case % 2 + case // 4])
        ball = Ball(radius, ["w"] if case % 2 else None)
        bound = certified_change(model, ball, length=40, norm=norm)
        found = distance(model, perturb(model, ball, 300, case), 40, norm)
        assert float(found.detach().max()) <= bound * (1 + 1e-9)


def test_a_turn_inside_the_interval_is_seen():
    # the slowest rate of the interval, 0.1, lies at w = pi, inside of it
    w = torch.tensor([1.5], dtype=DTYPE)
    model = model_of(KnownWave(), w)
    # int |exp(-r t) - exp(-0.1 t)| dt, with the rate r at the start
    exact = 10 - 1 / (1.1 + math.cos(1.5))
    assert certified_change(model, Ball(3.0, ["w"])) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("f", SILENT, ids=repr)
@pytest.mark.parametrize("length", [None, 30])
def test_without_known_extremes_nothing_is_certified(f, length):
    model = model_of(f, torch.tensor([-0.5], dtype=DTYPE))
    assert certified_change(model, 0.5, length=length) == math.inf
