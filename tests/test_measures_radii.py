"""Stability radii: known values, independent searches, and what they promise."""

import math

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError
from scipy import optimize

from comlib import (RNN, InputError, complex_stability_radius, real_stability_radius,
                    stability_margin)
from comlib.measures import (blow_up_radius, destabilising_perturbation,
                             kreiss_constant, numerical_abscissa)

D = DTYPE = torch.float64


def stable(width, seed, margin=0.3):
    generator = torch.Generator().manual_seed(seed)
    G = torch.randn(width, width, generator=generator, dtype=D)
    return G - (torch.linalg.eigvals(G).real.max() + margin) * torch.eye(width, dtype=D)


def norm(A):
    return float(torch.linalg.matrix_norm(A, 2))


def abscissa(A):
    return float(torch.linalg.eigvals(A).real.max())


def shear(K):
    return torch.tensor([[-1.0, K], [0.0, -1.0]], dtype=D)


def normal(seed):
    Q, _ = torch.linalg.qr(stable(4, seed))
    blocks = torch.tensor([[-0.4, 2, 0, 0], [-2, -0.4, 0, 0], [0, 0, -1, 0],
                           [0, 0, 0, -3]], dtype=D)
    return Q @ blocks @ Q.T


RANDOM = [(2, 0), (3, 1), (4, 2), (5, 3), (8, 4), (8, 5), (16, 6)]


@pytest.mark.parametrize("seed", range(3))
def test_all_radii_of_a_normal_matrix_are_its_margin(seed):
    W = normal(seed)
    assert complex_stability_radius(W) == pytest.approx(0.4, rel=1e-10)
    assert real_stability_radius(W) == pytest.approx(0.4, rel=1e-7)
    assert numerical_abscissa(W) == pytest.approx(-0.4, rel=1e-10)
    assert kreiss_constant(W) == pytest.approx(1.0, rel=1e-10)


@pytest.mark.parametrize("K", [0.5, 3.0, 20.0])
def test_the_radius_of_a_shear_is_its_least_singular_value(K):
    exact = (math.sqrt(K**2 + 4) - K) / 2
    assert complex_stability_radius(shear(K)) == pytest.approx(exact, rel=1e-10)
    assert real_stability_radius(shear(K)) == pytest.approx(exact, rel=1e-10)
    assert numerical_abscissa(shear(K)) == pytest.approx(K / 2 - 1, rel=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_a_real_2x2_matrix_loses_stability_at_det_zero_or_trace_zero(seed):
    W = stable(2, seed)
    exact = min(float(torch.linalg.svdvals(W)[-1]), -float(torch.trace(W)) / 2)
    assert real_stability_radius(W) == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("width, seed", RANDOM)
def test_the_complex_radius_is_the_least_value_on_a_fine_grid(width, seed):
    W = stable(width, seed)
    omega = torch.linspace(0, 8, 4001, dtype=D)
    one = torch.eye(width, dtype=torch.complex128)
    values = torch.linalg.svdvals(1j * omega[:, None, None] * one - W)[:, -1]
    k = int(values.argmin())
    around = torch.linspace(omega[max(k - 1, 0)], omega[min(k + 1, 4000)], 4001,
                            dtype=D)
    best = torch.linalg.svdvals(1j * around[:, None, None] * one - W)[:, -1].min()
    r = complex_stability_radius(W)
    assert r <= float(best) * (1 + 1e-12)
    assert r == pytest.approx(float(best), rel=1e-6)


@pytest.mark.parametrize("width, seed", RANDOM[:5])
def test_the_real_radius_is_the_least_value_on_a_grid_of_both_parameters(width, seed):
    W = stable(width, seed)
    omega = torch.linspace(0, 5, 251, dtype=D)[:, None, None, None]
    gamma = torch.logspace(-6, 0, 161, dtype=D)[:, None, None]
    one = torch.eye(width, dtype=D)
    rows = [torch.cat([-W.expand(251, 161, -1, -1), -omega * gamma * one], -1),
            torch.cat([omega / gamma * one, -W.expand(251, 161, -1, -1)], -1)]
    grid = torch.linalg.svdvals(torch.cat(rows, -2))[..., -2].amax(1).min()
    # every point of the grid is near, not at, the maximum over gamma
    assert real_stability_radius(W) == pytest.approx(float(grid), rel=5e-2)


@pytest.mark.parametrize("width, seed", [(3, 1), (8, 5), (5, 0), (4, 7)])
def test_the_real_radius_is_exact_where_it_is_reached_off_zero(width, seed):
    W, one = stable(width, seed), torch.eye(width, dtype=D)

    def level(omega):
        def second(log):
            gamma = math.exp(log)
            rows = [torch.cat([-W, -omega * gamma * one], 1),
                    torch.cat([omega / gamma * one, -W], 1)]
            return -float(torch.linalg.svdvals(torch.cat(rows))[-2])
        return -optimize.minimize_scalar(second, bounds=(-12, 0), method="bounded",
                                         options={"xatol": 1e-10}).fun

    omega = np.linspace(0.05, 5, 100)
    k = int(np.argmin([level(w) for w in omega]))
    best = optimize.minimize_scalar(level, bounds=(omega[max(k - 1, 0)], omega[k + 1]),
                                    method="bounded", options={"xatol": 1e-8})
    exact = min(best.fun, float(torch.linalg.svdvals(W)[-1]))
    assert real_stability_radius(W) == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("seed", [7, 8, 12])
def test_two_copies_have_the_complex_radius_of_one_as_their_real_radius(seed):
    # a pair of real states is as good as a complex one
    W = stable(3, seed)
    twice = torch.block_diag(W, W)
    radius = real_stability_radius(twice)
    assert radius == pytest.approx(complex_stability_radius(W), rel=1e-7)
    Delta = destabilising_perturbation(twice)
    assert norm(Delta) == pytest.approx(radius, rel=1e-6)
    assert float(torch.linalg.eigvals(twice + Delta).real.abs().min()) < 1e-9


@pytest.mark.parametrize("width, seed", RANDOM)
@pytest.mark.parametrize("field", ["real", "complex"])
def test_the_destabilising_perturbation_has_the_radius_and_destabilises(
        width, seed, field):
    W = stable(width, seed)
    radius = {"real": real_stability_radius, "complex": complex_stability_radius}[field]
    Delta = destabilising_perturbation(W, field)
    assert Delta.is_complex() == (field == "complex")
    assert norm(Delta) == pytest.approx(radius(W), rel=1e-6)
    on_axis = torch.linalg.eigvals(W + Delta).real.abs().min()
    assert float(on_axis) < 1e-9
    assert abscissa(W + 1.001 * Delta) > 0 or abscissa(W + Delta) > -1e-9


@pytest.mark.parametrize("width, seed", RANDOM[:5])
def test_no_perturbation_inside_the_radius_destabilises(width, seed):
    W = stable(width, seed)
    generator = torch.Generator().manual_seed(seed)
    for field, radius in (("real", real_stability_radius(W)),
                          ("complex", complex_stability_radius(W))):
        best = destabilising_perturbation(W, field)
        kind = torch.complex128 if field == "complex" else D
        noise = torch.randn(200, width, width, generator=generator, dtype=kind)
        tried = best / norm(best) + 0.3 * noise / torch.linalg.matrix_norm(
            noise, 2, keepdim=True)
        tried = tried / torch.linalg.matrix_norm(tried, 2, keepdim=True)
        tried = 0.999 * radius * tried
        assert float(torch.linalg.eigvals(W + tried).real.max()) < 0


@pytest.mark.parametrize("width, seed", RANDOM)
def test_complex_radius_real_radius_and_margin_are_in_order(width, seed):
    W = stable(width, seed)
    complex_radius, real_radius = complex_stability_radius(W), real_stability_radius(W)
    assert 0 < complex_radius <= real_radius * (1 + 1e-9)
    assert real_radius <= 0.3 * (1 + 1e-9)


def test_the_real_radius_can_be_much_larger_than_the_complex_one():
    # with a large K a complex perturbation of size about 1/K turns the corner,
    # a real one cannot
    K = 200.0
    W = torch.tensor([[-0.1, K], [-1 / K, -0.1]], dtype=D)
    assert real_stability_radius(W) > 1.5 * complex_stability_radius(W)


@pytest.mark.parametrize("K", [4.0, 20.0, 100.0])
def test_the_kreiss_constant_bounds_the_largest_transient(K):
    t = torch.linspace(0, 6, 601, dtype=D)
    peak = float(torch.linalg.matrix_norm(
        torch.linalg.matrix_exp(t[:, None, None] * shear(K)), 2).max())
    # sup |exp(W t)| is K/e up to a term of order 1/K
    assert kreiss_constant(shear(K)) <= peak <= 2 * math.e * kreiss_constant(shear(K))


@pytest.mark.parametrize("W", [shear(4.0), stable(5, 0), stable(8, 4)])
def test_the_kreiss_constant_is_the_largest_value_on_a_grid_of_the_half_plane(W):
    x = torch.logspace(-3, 2, 251, dtype=D)[:, None]
    z = (x + 1j * torch.linspace(0, 5, 101, dtype=D))[..., None, None]
    one = torch.eye(len(W), dtype=torch.complex128)
    grid = float((x / torch.linalg.svdvals(z * one - W)[..., -1]).max())
    assert kreiss_constant(W) == pytest.approx(max(1.0, grid), rel=1e-3)


def test_an_unstable_matrix_has_radius_zero():
    W = torch.tensor([[0.5, 0.0], [0.0, -1.0]], dtype=D)
    assert complex_stability_radius(W) == real_stability_radius(W) == 0
    assert kreiss_constant(W) == math.inf
    with pytest.raises(InputError, match="stable"):
        destabilising_perturbation(W)


def test_the_blow_up_radius_is_that_of_the_modes_that_are_seen():
    W = torch.tensor([-0.1, -0.5, -2.0], dtype=D)
    U, c = torch.ones(3, 1, dtype=D), torch.ones(1, 3, dtype=D)
    model = RNN(W, U, c, dt=0.1, activation="identity")
    assert blow_up_radius(model) == pytest.approx(float(stability_margin(model)))
    hidden = RNN(W, U, c * torch.tensor([0.0, 1.0, 1.0], dtype=D), dt=0.1)
    assert blow_up_radius(hidden) == pytest.approx(0.5)


def test_the_blow_up_radius_of_a_dense_model_is_a_stability_radius():
    model = RNN.random(5, dt=0.1, seed=1)
    W = model.W.detach()
    assert blow_up_radius(model) == real_stability_radius(W)
    assert blow_up_radius(model, "complex") == complex_stability_radius(W)
    assert blow_up_radius(model) < float(stability_margin(model))


@pytest.mark.parametrize("call", [
    lambda: complex_stability_radius(torch.ones(2, 3, dtype=D)),
    lambda: real_stability_radius(torch.ones(3, dtype=D)),
    lambda: numerical_abscissa(torch.ones(2, 3, dtype=D)),
    lambda: kreiss_constant(torch.full((2, 2), math.nan, dtype=D)),
    lambda: destabilising_perturbation(shear(1.0), "quaternion"),
    lambda: blow_up_radius(RNN.random(2, dt=0.1), "both")])
def test_bad_input_is_rejected(call):
    # where annotations are checked they refuse some calls before comlib does
    with pytest.raises((InputError, TypeCheckError)):
        call()


def test_the_complex_radius_is_one_over_the_h_infinity_norm_of_a_control_library():
    control = pytest.importorskip("control", reason="python-control is not installed")
    for width, seed in RANDOM[:6]:
        W, one = stable(width, seed).numpy(), np.eye(width)
        system = control.ss(W, one, one, np.zeros_like(W))
        gain = control.system_norm(system, "inf", tol=1e-10, method="scipy")
        assert complex_stability_radius(torch.from_numpy(W)) == pytest.approx(
            1 / gain, rel=1e-8)


def test_a_matrix_may_be_a_tensor_an_array_or_a_model():
    W = torch.tensor([[-1.0, 4.0], [0.0, -2.0]], dtype=DTYPE)
    one = torch.ones(2, 1, dtype=DTYPE)
    dense, diagonal = (RNN(weights, one, one.mT, dt=0.1) for weights in
                       (W, W.diagonal()))
    for measure in (complex_stability_radius, real_stability_radius, kreiss_constant,
                    numerical_abscissa):
        value = measure(W)
        assert value == measure(W.numpy()) == measure(dense)
        assert measure(diagonal) == measure(W.diagonal().diag()) != value
        assert measure(np.array([[-1, 4], [0, -2]])) == value
