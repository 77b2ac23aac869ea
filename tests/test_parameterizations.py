"""The maps from raw weights to eigenvalues, their inverses, slopes and matrices."""

import math

import numpy as np
import pytest
import scipy.linalg
import torch

from comlib import Direct, Exp, InputError, RNN, SSM, Softplus
from comlib.functional import DTYPE
from comlib.models import (
    InverseQuadratic,
    Reciprocal,
    ReLU,
    Sigmoid,
    Square,
    UnitGain,
)

W = torch.tensor([-6.0, -2.0, -0.3, 0.2, 1.0, 4.0], dtype=DTYPE)
MAPS = [
    Direct(),
    ReLU(),
    Exp(),
    Softplus(),
    InverseQuadratic(),
    InverseQuadratic(2.0, 0.1),
    UnitGain(),
    UnitGain(Softplus()),
    Square(),
    Reciprocal(),
    Sigmoid(),
]
SMOOTH = [Direct(), Exp(), Softplus(), InverseQuadratic(), InverseQuadratic(2.0, 0.1),
          Square(), Reciprocal()]


def naive(f, w: float) -> float:
    """The eigenvalue of one weight, from the docstrings."""
    if isinstance(f, UnitGain):
        return naive(f.base, w)
    return {
        Direct: lambda: w,
        ReLU: lambda: -max(w, 0.0),
        Exp: lambda: -math.exp(w),
        Softplus: lambda: -math.log1p(math.exp(w)),
        Square: lambda: -w * w,
        Reciprocal: lambda: -1 / w,
        Sigmoid: lambda: -1 / (1 + math.exp(-w)),
        InverseQuadratic: lambda: -1 / (f.a * w * w + f.b),
    }[type(f)]()


@pytest.mark.parametrize("f", MAPS, ids=repr)
def test_the_map_is_its_formula(f):
    expected = [naive(f, w) for w in W.tolist()]
    assert np.allclose(f(W), expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize("f", MAPS, ids=repr)
def test_the_inverse_undoes_the_map(f):
    # rates from 1e-8, all within the range of every map
    fast = 0.9 if f == Sigmoid() else 1.5
    rate = torch.tensor([1e-8, 1e-3, 0.2, 0.8, fast], dtype=DTYPE)
    assert torch.allclose(f(f.inverse(-rate)), -rate, rtol=1e-12, atol=0)


@pytest.mark.parametrize("f", [Direct(), Exp(), Softplus(), Sigmoid(),
                               UnitGain()], ids=repr)
def test_the_map_undoes_the_inverse_of_one_to_one_maps(f):
    assert torch.allclose(f.inverse(f(W)), W, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("f", [InverseQuadratic(), Square(), ReLU()], ids=repr)
def test_the_inverse_of_a_folded_map_is_nonnegative(f):
    assert torch.allclose(f.inverse(f(W)).abs(), W.abs() if f != ReLU() else W.relu())


@pytest.mark.parametrize("f", MAPS, ids=repr)
def test_the_derivative_is_the_limit_of_difference_quotients(f):
    h = 1e-5
    quotient = (f(W + h) - f(W - h)) / (2 * h)
    assert torch.allclose(f.derivative(W), quotient, rtol=1e-7, atol=1e-10)


def test_gradient_scales_are_the_formulas_of_the_book():
    e, w = torch.exp(W), W
    table = {
        Direct(): 1 / w**2,
        Exp(): torch.exp(-w),
        Softplus(): e / ((1 + e) * torch.log1p(e) ** 2),
        InverseQuadratic(): 2 * w.abs(),
        InverseQuadratic(3.0, 0.2): 2 * 3.0 * w.abs(),
        UnitGain(Exp()): torch.exp(-w),
        Square(): 2 / w.abs() ** 3,
        Reciprocal(): torch.ones_like(w),
        Sigmoid(): torch.exp(-w),
    }
    for f, expected in table.items():
        assert torch.allclose(f.gradient_scale(w), expected, rtol=1e-11, atol=0), f


@pytest.mark.parametrize(
    "f, worst",
    [
        (Exp(), 0.0),
        (Softplus(), 0.1),
        (ReLU(), 1e-9),
        (InverseQuadratic(1.0, 0.5), -2.1),
        (Square(), 1e-9),
        (Reciprocal(), 0.0),
        (Sigmoid(), -1.0),
    ],
    ids=repr,
)
def test_eigenvalues_outside_the_range_are_refused(f, worst):
    with pytest.raises(InputError, match="eigenvalue"):
        f.inverse(torch.tensor([-0.5, worst], dtype=DTYPE))


def test_the_range_of_the_inverse_quadratic_is_closed_at_its_end():
    f = InverseQuadratic(1.0, 0.5)
    assert f.inverse(torch.tensor([-2.0], dtype=DTYPE)).item() == 0


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_matrix_functions_agree_with_scipy(seed):
    M = torch.randn(5, 5, generator=torch.Generator().manual_seed(seed), dtype=DTYPE)
    one = np.eye(5)
    expm = scipy.linalg.expm(M.numpy())
    inverse = np.linalg.inv
    for f, expected in [
        (Direct(), M.numpy()),
        (Exp(), -expm),
        (Softplus(), -scipy.linalg.logm(one + expm).real),
        (InverseQuadratic(2.0, 0.3), -inverse(2.0 * M.numpy() @ M.numpy() + 0.3 * one)),
    ]:
        assert np.allclose(f.matrix(M), expected, rtol=1e-9, atol=1e-10), f


@pytest.mark.parametrize("f", SMOOTH, ids=repr)
@pytest.mark.parametrize("seed", [0, 1])
def test_matrix_inverses_undo_matrix_functions(f, seed):
    noise = torch.randn(
        2, 4, 4, generator=torch.Generator().manual_seed(seed), dtype=DTYPE
    )
    stable = 0.1 * noise - 0.8 * torch.eye(4, dtype=DTYPE)
    again = f.matrix(f.inverse_matrix(stable))
    assert torch.allclose(again, stable, rtol=1e-10, atol=1e-11)
    assert not again.is_complex()


def test_the_matrix_inverse_of_exp_is_the_matrix_logarithm():
    stable = torch.tensor([[-1.0, 0.4], [-0.7, -0.6]], dtype=DTYPE)
    assert np.allclose(Exp().inverse_matrix(stable), scipy.linalg.logm(-stable.numpy()))


def test_the_matrix_inverse_of_a_diagonal_is_the_inverse_of_its_entries():
    rate = torch.tensor([0.3, 0.9, 1.4], dtype=DTYPE)
    for f in SMOOTH:
        raw = f.inverse_matrix(torch.diag(-rate))
        assert torch.allclose(raw, torch.diag(f.inverse(-rate)), atol=1e-13)


def test_a_matrix_outside_the_range_is_refused_instead_of_changed():
    growing = torch.tensor([[0.5, 0.0], [1.0, -1.0]], dtype=DTYPE)
    with pytest.raises(InputError, match="eigenvalue"):
        Exp().inverse_matrix(growing)


def test_a_matrix_without_eigenvectors_is_refused_instead_of_changed():
    jordan = torch.tensor([[-0.5, 1.0], [0.0, -0.5]], dtype=DTYPE)
    with pytest.raises(InputError, match="distinct"):
        Exp().inverse_matrix(jordan)
    assert torch.equal(Direct().inverse_matrix(jordan), jordan)


def test_complex_modes_can_leave_the_half_plane():
    # -exp(mu) at mu = +- i pi is +1, as the docstring says
    turn = torch.tensor([[0.0, math.pi], [-math.pi, 0.0]], dtype=DTYPE)
    assert torch.allclose(Exp().matrix(turn), torch.eye(2, dtype=DTYPE), atol=1e-12)


@pytest.mark.parametrize(
    "base", [Exp(), Softplus(), InverseQuadratic(), Direct()], ids=repr
)
@pytest.mark.parametrize("kind", [RNN, SSM])
def test_a_unit_gain_mode_has_the_l1_norm_of_its_weights(base, kind):
    dt = 0.001
    for rate in (0.5, 1.3):
        W, U, c = (torch.tensor(v, dtype=DTYPE) for v in ([-rate], [[3.0]], [[-0.7]]))
        H = kind(
            W,
            U,
            c,
            dt=dt,
            activation="identity",
            discretisation="exact",
            parameterization=UnitGain(base),
        )
        mass = dt * H.kernel_samples(40000).abs().sum().item()
        assert mass == pytest.approx(2.1, rel=rate * dt)


def test_the_gain_of_a_mode_is_the_size_of_its_eigenvalue():
    eigenvalue = torch.tensor([-0.3, -2.0], dtype=DTYPE)
    assert UnitGain().input_gain(eigenvalue).tolist() == [0.3, 2.0]


def test_other_maps_have_no_input_gain():
    for f in SMOOTH:
        assert torch.equal(f.input_gain(f(W)), torch.ones_like(W))


def test_maps_are_equal_if_their_parameters_are():
    assert InverseQuadratic(1.0, 0.5) == InverseQuadratic() != InverseQuadratic(2.0)
    assert eval(repr(UnitGain(Softplus()))) == UnitGain(Softplus())


def test_softplus_is_inverted_up_to_a_turn_of_pi_and_no_further():
    turning = torch.tensor([-1 + 3.1j, -0.2 - 3.1j, -3 + 2j], dtype=torch.complex128)
    assert torch.allclose(Softplus()(Softplus().inverse(turning)), turning, atol=1e-12)
    for imag in (math.pi, -math.pi, 4.0):
        with pytest.raises(InputError, match="Im"):
            Softplus().inverse(torch.tensor(complex(-1.0, imag)))


def test_a_matrix_that_turns_too_fast_for_softplus_is_refused_for_that():
    W = torch.tensor([[-1.0, 4.0], [-4.0, -1.0]], dtype=torch.float64)
    with pytest.raises(InputError, match="Im"):
        Softplus().inverse_matrix(W)
    assert torch.allclose(Softplus().matrix(Softplus().inverse_matrix(W / 2)), W / 2)
