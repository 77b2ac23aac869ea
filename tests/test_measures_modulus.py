"""How far a step of the raw weight moves an eigenvalue: formulas and suprema."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate

from comlib import Direct, Exp, InputError, Parameterization, Softplus
from comlib.functional import DTYPE
from comlib.measures import relative_change, relative_modulus, unit_gain_change
from comlib.models import (
    InverseQuadratic,
    Reciprocal,
    ReLU,
    Sigmoid,
    Square,
    UnitGain,
)

STABLE = [Exp(), Softplus(), Sigmoid(), InverseQuadratic(), InverseQuadratic(3.0, 0.2),
          UnitGain(Softplus())]


@pytest.mark.parametrize("f", STABLE, ids=repr)
@pytest.mark.parametrize("radius", [0.05, 0.7, 4.0])
def test_the_modulus_is_the_supremum_over_all_pairs(f, radius):
    """By another route: every pair of a fine grid, not only pairs at the radius."""
    w = torch.linspace(-25, 25, 5001, dtype=DTYPE)
    log = f(w).abs().log().numpy()
    steps = int(radius / 0.01 + 1e-9)
    largest = max(abs(log[k:] - log[:len(log) - k]).max() for k in range(1, steps + 1))
    assert math.expm1(largest) == pytest.approx(relative_modulus(f, radius), rel=1e-3)
    assert math.expm1(largest) <= relative_modulus(f, radius) * (1 + 1e-9)


@pytest.mark.parametrize("f", [Direct(), ReLU(), Square(), Reciprocal()], ids=repr)
def test_the_other_maps_have_none(f):
    assert relative_modulus(f, 1e-9) == math.inf and relative_modulus(f, 0.0) == 0.0
    rates = torch.tensor([1e-7, 1e4], dtype=DTYPE)
    assert relative_change(f, f.inverse(-rates), 0.001).max() == math.inf


def test_the_change_is_that_of_the_mode_relative_to_it():
    f, w, radius = InverseQuadratic(), torch.tensor([0.3], dtype=DTYPE), 0.4
    r = -float(f(w))
    there = [-float(f(w + x)) for x in np.linspace(-radius, radius, 81)]
    changes = [r * integrate.quad(
        lambda t, s=s: abs(math.exp(-s * t) - math.exp(-r * t)), 0, 60)[0]
        for s in there]
    found = float(relative_change(f, w, radius))
    assert found == pytest.approx(max(changes), rel=1e-6)
    assert found < relative_modulus(f, radius)


@pytest.mark.parametrize("f, radius", [(Exp(), 0.5), (Exp(), 3.0),
                                       (InverseQuadratic(), 0.2)], ids=str)
def test_modes_of_unit_gain_differ_by_the_formula(f, radius):
    ratio = 1 + relative_modulus(f, radius)
    apart, _ = integrate.quad(
        lambda t: abs(math.exp(-t) - ratio * math.exp(-ratio * t)), 0, 60,
        points=[math.log(ratio) / (ratio - 1)], limit=200)
    assert unit_gain_change(f, radius) == pytest.approx(apart, rel=1e-8)


def test_modes_of_unit_gain_differ_by_two_at_most_and_little_at_first():
    assert unit_gain_change(Direct(), 0.1) == 2.0
    assert unit_gain_change(Exp(), 0.0) == 0.0
    assert unit_gain_change(Exp(), 1e-6) == pytest.approx(2e-6 / math.e, rel=1e-5)


def test_an_unknown_map_is_refused():
    class Steeper(Exp):
        def __call__(self, w):
            return -torch.exp(2 * w)

    with pytest.raises(InputError, match="relative_change"):
        relative_modulus(Steeper(), 0.1)
    assert isinstance(Steeper(), Parameterization)
    w = torch.zeros(1, dtype=DTYPE)
    assert float(relative_change(Steeper(), w, 0.1)) == pytest.approx(math.expm1(0.2))
    with pytest.raises(InputError, match="negative eigenvalues"):
        relative_change(Direct(), w, 0.1)
