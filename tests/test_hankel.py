"""Hankel singular values, explicit sums and balanced truncation by other routes."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, linalg

from comlib import (Airy, Exponential, ExponentialSum, Gaussian, InputError, Kernel,
                    LinearFunctional, Polynomial, RNN, TemperedPolynomial,
                    hankel_singular_values, l1_loss)
from comlib.functional import DTYPE
from comlib.kernels import MatrixExponential, ShiftedBox, Sine, trapezoid_sum
from comlib.kernels.trapezoid import step_error
from comlib.measures import cross_gramian, width_lower_bound
from comlib.training import balanced_truncation


def network(rho_hat: ExponentialSum) -> RNN:
    rates, a = (torch.tensor(v, dtype=DTYPE) for v in (rho_hat.rates, rho_hat.weights))
    return RNN(-rates, a.abs().sqrt()[:, None], (a.sign() * a.abs().sqrt())[None],
               dt=1e-3, activation="identity", discretisation="exact")


def dense(width: int, seed: int = 0) -> RNN:
    return RNN.random(width, dt=0.1, seed=seed, activation="identity")


def kernel_of(model: RNN) -> MatrixExponential:
    return MatrixExponential(model.c[0].detach(), model.W.detach(),
                             model.U[:, 0].detach())


def test_one_exponential_has_one_value_amplitude_over_twice_the_rate():
    sigma = hankel_singular_values(Exponential(rate=2.0, amplitude=-3.0))
    assert sigma.tolist() == pytest.approx([0.75], rel=1e-7)


def test_values_of_a_sum_by_nodes_are_those_of_its_cauchy_matrix():
    rho_hat = ExponentialSum((1.0, -2.0, 0.5), (0.1, 1.0, 30.0))
    by_nodes = hankel_singular_values(rho_hat, floor=1e-6)
    a, r = (np.array(v) for v in (rho_hat.weights, rho_hat.rates))
    cauchy = a / (r[:, None] + r)
    expected = np.sort(np.abs(np.linalg.eigvals(cauchy)))[::-1]
    assert by_nodes.numpy() == pytest.approx(expected, rel=1e-6)
    assert hankel_singular_values(network(rho_hat)).detach().numpy() == pytest.approx(
        expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_values_of_a_dense_network_are_those_of_both_gramians(seed):
    model = dense(5, seed)
    W, U, c = (v.detach().numpy() for v in (model.W, model.U, model.c))
    P = linalg.solve_continuous_lyapunov(W, -U @ U.T)
    Q = linalg.solve_continuous_lyapunov(W.T, -c.T @ c)
    expected = np.sort(np.sqrt(np.abs(np.linalg.eigvals(P @ Q))))[::-1]
    sigma = hankel_singular_values(model).numpy()
    assert sigma[:3] == pytest.approx(expected[:3], rel=1e-6)
    by_nodes = hankel_singular_values(kernel_of(model), floor=1e-4 * sigma[0])
    assert by_nodes.numpy() == pytest.approx(sigma[:len(by_nodes)], rel=1e-5)


def test_the_cross_gramian_is_the_integral():
    model = dense(4)
    W, U, c = model.W.detach(), model.U.detach(), model.c.detach()
    t, w = np.polynomial.legendre.leggauss(200)
    t, w = (torch.from_numpy(v) * 30.0 for v in ((t + 1), w))
    flow = torch.matrix_exp(t[:, None, None] * W)
    X = (w[:, None, None] * (flow @ U @ c @ flow)).sum(0)
    assert torch.allclose(cross_gramian(model), X, atol=1e-9)


def test_a_stack_of_models_has_a_stack_of_values():
    W = torch.tensor([[-1.0, -2.0], [-0.5, -3.0]], dtype=DTYPE)
    U = torch.ones(2, 2, 1, dtype=DTYPE)
    c = torch.tensor([[[1.0, -1.0]], [[2.0, 1.0]]], dtype=DTYPE)
    options = {"dt": 0.1, "activation": "identity"}
    together = hankel_singular_values(RNN(W, U, c, **options))
    matrices = hankel_singular_values(RNN(torch.diag_embed(W), U, c, **options))
    for k in range(2):
        alone = hankel_singular_values(RNN(W[k], U[k], c[k], **options))
        assert torch.allclose(together[k], alone)
        assert torch.allclose(matrices[k], alone)


@pytest.mark.parametrize("kernel", [
    Polynomial(1.5), TemperedPolynomial(1.5, 0.1), Gaussian(6.0), Airy(3.0),
    Exponential(0.3)])
def test_the_values_obey_the_norms(kernel: Kernel):
    sigma = hankel_singular_values(kernel, floor=1e-4)
    assert sigma[0] <= kernel.l1_norm() * (1 + 1e-9)
    assert (sigma[1:] <= sigma[:-1]).all() and sigma[-1] > 1e-4
    # the Hilbert-Schmidt norm: int u rho(u)^2 du
    t = torch.expm1(torch.linspace(0, 25, 400_001, dtype=DTYPE))
    exact = torch.trapezoid(t * kernel(t) ** 2, t)
    assert float((sigma**2).sum() / exact) == pytest.approx(1.0, abs=2e-4)


def test_values_scale_with_the_kernel_and_not_with_time():
    sigma = hankel_singular_values(Polynomial(1.5), floor=1e-5)
    tripled = hankel_singular_values(3.0 * Polynomial(1.5), floor=3e-5)
    slower = hankel_singular_values(Polynomial(1.5, b=0.01), floor=1e-3)
    assert torch.allclose(tripled, 3 * sigma, rtol=1e-6)
    assert torch.allclose(slower, 100 * sigma, rtol=1e-6)


def test_a_rough_kernel_is_refused_with_the_number_of_values_to_trust():
    with pytest.raises(InputError, match="values may be trusted"):
        hankel_singular_values(ShiftedBox(0.0, 2.0), floor=0.05)


def test_a_rough_kernel_can_be_had_roughly():
    sigma = hankel_singular_values(ShiftedBox(0.0, 2.0), floor=0.4, tolerance=0.1)
    exact = [4 / ((2 * k - 1) * math.pi) for k in (1, 2)]
    assert sigma.tolist() == pytest.approx(exact, rel=0.1)


@pytest.mark.parametrize("kernel", [Sine(), Polynomial(1.0), Polynomial(1.001)])
def test_a_kernel_that_hardly_decays_is_refused(kernel):
    with pytest.raises(InputError, match="floor"):
        hankel_singular_values(kernel)


@pytest.mark.parametrize("model, rule", [
    (RNN.random(3, dt=0.1), "linear"),
    (RNN.random(3, dt=0.1, d_in=2, activation="identity"), "one input"),
    (RNN(torch.tensor([0.1], dtype=DTYPE), torch.ones(1, 1, dtype=DTYPE),
         torch.ones(1, 1, dtype=DTYPE), dt=0.1, activation="identity",
         allow_unstable=True), "stable")])
def test_an_unsuitable_model_is_refused(model, rule):
    with pytest.raises(InputError, match=rule):
        cross_gramian(model)


def test_a_linear_functional_is_sent_to_its_kernel():
    target = LinearFunctional(Exponential(2.0), 0.1)
    with pytest.raises(InputError, match=r"pass H\.kernels\[0\]"):
        hankel_singular_values(target)
    assert hankel_singular_values(target.kernels[0])[0] == pytest.approx(0.25)


def test_the_count_is_what_lies_above_eps():
    sigma = hankel_singular_values(Polynomial(1.5), floor=1e-6)
    for eps in (0.3, 0.01, 1e-4):
        assert width_lower_bound(Polynomial(1.5), eps) == int((sigma > eps).sum())
    assert width_lower_bound(Exponential(1.0), 1e-7) == 1


@pytest.mark.parametrize("seed", range(4))
def test_no_network_beats_the_floor(seed):
    kernel = Gaussian(4.0)
    sigma = hankel_singular_values(kernel)
    for width in (1, 2, 4):
        model = dense(width, seed)
        assert float(l1_loss(model, kernel, 1e-4).detach()) >= float(sigma[width])


@pytest.mark.parametrize("omega, eps", [(0.1, 1e-2), (0.5, 1e-4), (1.0, 1e-6),
                                        (2.5, 1e-3)])
def test_an_explicit_sum_is_within_its_error_and_not_far_below(omega, eps):
    kernel = Polynomial(1 + omega)
    rho_hat = trapezoid_sum(kernel, eps)
    assert min(rho_hat.weights) > 0
    error = omega * float(l1_loss(network(rho_hat), kernel, 1e-5).detach())
    assert 0.2 * eps < error <= eps
    slowest = (eps * math.gamma(1 + omega) / 3) ** (1 / omega)
    assert min(rho_hat.rates) == pytest.approx(slowest, rel=1e-9)


def test_an_explicit_sum_follows_the_scales_of_the_kernel():
    plain, scaled = (trapezoid_sum(k, 1e-3) for k in
                     (Polynomial(1.5), Polynomial(1.5, a=4.0, b=3.0)))
    assert np.array(scaled.rates) == pytest.approx(np.array(plain.rates) * 0.75)
    assert np.array(scaled.weights) == pytest.approx(np.array(plain.weights) / 8)


@pytest.mark.parametrize("p, h", [(1.2, 1.0), (1.5, 2.0), (3.0, 1.5)])
def test_the_step_error_is_that_of_the_rule(p, h):
    u = np.linspace(0, 10, 801)
    x = np.arange(-400, 8, h) if p < 1.3 else np.arange(-100, 8, h)
    rule = h * np.exp(p * (x + u[:, None]) - np.exp(x + u[:, None])).sum(1)
    error = np.abs(rule / math.gamma(p) - 1).max()
    assert error == pytest.approx(step_error(p, h), rel=0.05)
    assert error <= step_error(p, h) + 1e-13


@pytest.mark.parametrize("kernel, eps", [
    (Polynomial(1.0), 0.1), (Polynomial(1.5), 1.0), (Polynomial(1.5), 0.0),
    (Polynomial(1.01), 1e-4)])
def test_an_impossible_sum_is_refused(kernel, eps):
    with pytest.raises(InputError):
        trapezoid_sum(kernel, eps)


def test_a_truncation_obeys_the_bound_of_glover():
    model = dense(6, seed=2)
    sigma = hankel_singular_values(model)
    small = balanced_truncation(model, 2)
    gap = 0.0
    for s in 1j * np.geomspace(1e-3, 1e3, 300):
        values = []
        for part in (model, small):
            W, U, c = (v.detach().numpy() for v in (part.W, part.U, part.c))
            values.append((c @ np.linalg.solve(s * np.eye(len(W)) - W, U))[0, 0])
        gap = max(gap, abs(values[0] - values[1]))
    assert float(sigma[2]) * 0.99 <= gap <= 2 * float(sigma[2:].sum()) * (1 + 1e-9)
    kept = hankel_singular_values(small)
    assert torch.allclose(kept, sigma[:2], rtol=1e-6)


def test_a_truncation_to_full_width_changes_nothing():
    model = network(ExponentialSum((1.0, 2.0, -1.0), (0.3, 1.0, 4.0)))
    whole = balanced_truncation(model, 3)
    t = torch.linspace(0, 10, 50, dtype=DTYPE)
    kernel = kernel_of(whole)(t)
    expected = ExponentialSum((1.0, 2.0, -1.0), (0.3, 1.0, 4.0))(t)
    assert torch.allclose(kernel, expected, atol=1e-10)


def test_a_truncation_cannot_add_states():
    with pytest.raises(InputError, match="at most 3"):
        balanced_truncation(dense(3), 4)


def test_the_symbol_is_the_fourier_transform():
    omega, xi = 0.3, 1.2
    a = (1 + omega) / 2
    value = integrate.quad(lambda z: (2 * math.cosh(z / 2)) ** (-2 * a)
                           * math.cos(xi * z), -200, 200, limit=400)[0]
    modulus = torch.lgamma(torch.tensor(2 * a)).exp()
    gamma = np.prod([1 / (1 + xi**2 / (a + n) ** 2) for n in range(200_000)])
    assert value == pytest.approx(math.gamma(a) ** 2 * gamma / float(modulus), rel=1e-4)
