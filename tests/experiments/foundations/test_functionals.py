"""The experiment of the chapter on functionals decides properties rightly."""

import math

import pytest
import torch

from comlib import Composition, Exponential, Functional, LinearFunctional, Memoryless
from comlib.experiments.foundations.functionals import properties
from comlib.experiments.foundations.functionals.properties import Config
from comlib.kernels import ShiftedBox
from comlib.targets import Delay, Residual

LACKING = {
    "convolution": "", "look-ahead": "causal", "modulated": "homogeneous",
    "delay": "regular", "skip connection": "regular",
    "derivative": "continuous bounded regular", "tanh": "linear regular",
    "tanh, convolved": "linear", "peak hold": "linear regular",
    "square": "linear bounded",
}


class Explosion(Functional):
    """y_t = exp(x_t^2) - 1: continuous, far from bounded, not regular."""

    def respond(self, x):
        return torch.expm1((x * x).clamp(max=100.0))


class Threshold(Functional):
    """H_t(x) where it is at least the level, else 0: it jumps, and is bounded."""

    def __init__(self, H, level):
        super().__init__(H.dt)
        self.H, self.level = H, level

    def respond(self, x):
        y = self.H(x)
        return torch.where(y.abs() >= self.level, y, 0.0)


@pytest.fixture(scope="module")
def table():
    return properties.run(Config())


def lacking(table) -> dict[str, str]:
    """The names of the properties that each functional lacks."""
    names = dict.fromkeys(table["functional"].tolist())
    rows = {name: table.where(functional=name, dt=table["dt"][0]) for name in names}
    return {name: " ".join(row["property"][row["holds"] == 0])
            for name, row in rows.items()}


def decide(monkeypatch, build) -> str:
    """What the experiment says that one functional, built from dt, lacks."""
    monkeypatch.setattr(properties, "_functionals", lambda dt: {"it": build(dt)})
    return lacking(properties.run(Config(halvings=5)))["it"]


def test_every_example_lacks_what_theory_says(table):
    assert lacking(table) == LACKING


def test_other_timebases_decide_the_same():
    assert lacking(properties.run(Config(0.25, halvings=5, horizon=30.0))) == LACKING


def test_there_is_one_row_for_each_timebase_functional_and_property():
    table = properties.run(Config(halvings=2))
    assert len(table) == 3 * 10 * 6
    assert [*dict.fromkeys(table["dt"].tolist())] == [1 / 8, 1 / 16, 1 / 32]


def test_running_twice_gives_the_same_table():
    assert properties.run(Config(halvings=1)) == properties.run(Config(halvings=1))


def test_a_kernel_with_a_jump_has_all_properties(monkeypatch):
    box = ShiftedBox(start=1.0, stop=3.0)
    assert decide(monkeypatch, lambda dt: LinearFunctional(box, dt)) == ""


def test_skipping_ahead_and_squashing_lack_three_properties(monkeypatch):
    def build(dt):
        return Composition(Memoryless("tanh", dt), Delay(-round(1 / dt), dt))
    assert decide(monkeypatch, build) == "linear causal regular"


def test_exponential_growth_is_not_bounded(monkeypatch):
    assert "bounded" in decide(monkeypatch, Explosion)


def test_two_skip_connections_are_not_regular(monkeypatch):
    def build(dt):
        return Residual(Residual(LinearFunctional(Exponential(rate=1.0), dt)))
    assert decide(monkeypatch, build) == "regular"


def test_a_jump_away_from_the_inputs_stays_unseen(monkeypatch):
    """The blind spot that an exercise of the chapter asks for."""
    def build(dt):
        return Threshold(LinearFunctional(Exponential(rate=1.0), dt), level=100.0)
    assert "continuous" not in decide(monkeypatch, build)


def test_defects_that_vanish_do_so_at_least_like_the_square_root(table):
    for what in ("continuous", "bounded", "regular"):
        rows = table.where(property=what, holds=1)
        first = rows.where(dt=1 / 8)["defect"]
        last = rows.where(dt=1 / 512)["defect"]
        assert (last < 1.6 * math.sqrt(1 / 64) * first).all()
