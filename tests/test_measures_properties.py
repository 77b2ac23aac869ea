"""Property defects: zero where the property holds, exact where it fails."""

import pytest
import torch

from comlib import (Exponential, InputError, LinearFunctional, Memoryless, RNN, gain,
                    white_noise)
from comlib.functional import DTYPE
from comlib.measures import causality_defect, homogeneity_defect, linearity_defect
from comlib.targets import Delay, Modulated, PeakHold, Squared

X, Z = white_noise(3, 16, dt=1.0, seed=0), white_noise(3, 16, dt=1.0, seed=1)
LINEAR = LinearFunctional(Exponential(), 0.2)


@pytest.mark.parametrize("a, b", [(2.0, -3.0), (1.0, 1.0), (-0.5, 0.0)])
def test_the_linearity_defect_is_the_largest_violation(a, b):
    H = Squared(LINEAR)
    violation = (a * LINEAR(X) + b * LINEAR(Z)) ** 2 - a * H(X) - b * H(Z)
    assert linearity_defect(H, X, Z, a, b) == pytest.approx(
        violation.abs().max().item()
    )
    assert linearity_defect(LINEAR, X, Z, a, b) < 1e-13


def test_an_affine_functional_is_not_linear():
    H = RNN.random(3, dt=0.2, bias=True, activation="identity")
    rest = H(torch.zeros(1, 16, 1, dtype=DTYPE))
    # H = L + r: L drops out, (1 - a - b) r = 2 r is left
    assert linearity_defect(H, X, Z) == pytest.approx(2 * rest.abs().max().item())


@pytest.mark.parametrize("split", [1, 8, 15])
def test_the_causality_defect_is_what_the_future_changes(split):
    ahead = Delay(-1, 0.2)
    expected = (X[:, split] - Z[:, split]).abs().max().item()
    assert causality_defect(ahead, X, Z, split) == pytest.approx(expected)
    assert causality_defect(Delay(1, 0.2), X, Z, split) == 0


@pytest.mark.parametrize("split", [0, 16, -3])
def test_a_split_outside_the_window_is_refused(split):
    with pytest.raises(InputError, match="split"):
        causality_defect(LINEAR, X, Z, split)


@pytest.mark.parametrize("shift", [1, 5, 15])
def test_the_homogeneity_defect_is_what_a_shift_changes(shift):
    H, x = Modulated(Memoryless("identity", 0.2), 3.0), X
    t = 0.2 * torch.arange(16, dtype=DTYPE)[:, None]
    moved = torch.cos(3 * t[shift:]) * x[:, : 16 - shift]
    expected = moved - torch.cos(3 * t[: 16 - shift]) * x[:, : 16 - shift]
    assert homogeneity_defect(H, x, shift) == pytest.approx(expected.abs().max().item())
    assert homogeneity_defect(LINEAR, x, shift) < 1e-13


@pytest.mark.parametrize("shift", [0, 16, -1])
def test_a_shift_outside_the_window_is_refused(shift):
    with pytest.raises(InputError, match="shift"):
        homogeneity_defect(LINEAR, X, shift)


def test_a_bias_that_has_not_settled_breaks_homogeneity():
    H = RNN.random(3, dt=0.2, bias=True)
    assert homogeneity_defect(H, X, 5) > 1e-3
    at_rest = RNN(H.W, H.U, H.c, dt=0.2)
    assert homogeneity_defect(at_rest, X, 5) < 1e-14


def test_the_gain_is_the_largest_output_over_the_largest_input():
    H = RNN.random(3, dt=0.2, d_in=2, d_out=2, bias=True)
    x = white_noise(4, 16, 2, dt=1.0, seed=3)
    y = (H(x) - H(torch.zeros(1, 16, 2, dtype=DTYPE))).detach()
    for i, value in enumerate(gain(H, x)):
        expected = y[i].abs().max() / x[i].abs().max()
        assert value.item() == pytest.approx(expected.item())


def test_the_gain_of_a_homogeneous_map_does_not_depend_on_the_size():
    assert torch.allclose(gain(PeakHold(0.2), X), torch.ones(3, dtype=DTYPE))
    assert torch.allclose(gain(LINEAR, 100 * X), gain(LINEAR, X))
    assert torch.allclose(
        gain(Squared(LINEAR), 100 * X), 100 * gain(Squared(LINEAR), X)
    )


def test_defects_are_plain_numbers():
    H = RNN.random(3, dt=0.2)
    for value in (
        linearity_defect(H, X, Z),
        causality_defect(H, X, Z, 5),
        homogeneity_defect(H, X, 5),
    ):
        assert type(value) is float
    assert not gain(H, X).requires_grad
