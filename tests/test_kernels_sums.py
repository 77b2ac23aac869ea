"""Sums with evenly spaced rates: interpolation, weights, and the best one in L1."""

import math

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError
from scipy.optimize import linprog

from comlib import Exponential, ExponentialSum, Gaussian, InputError, TemperedPolynomial
from comlib.functional import DTYPE
from comlib.kernels import PolynomialSum, polynomial_sum, sum_times
from comlib.measures import equispaced_error

TIMES = torch.linspace(0, 30, 301, dtype=DTYPE)


def weights_of(rho, m, kappa):
    """The weights by solving the equations of interpolation, another route."""
    t = sum_times(m, kappa)
    modes = torch.exp(-kappa * t[:, None] * torch.arange(1, m + 1, dtype=DTYPE))
    return torch.linalg.solve(modes, rho(t))


@pytest.mark.parametrize("m", [1, 2, 3, 6])
@pytest.mark.parametrize("kappa", [0.2, 1.0])
def test_the_weights_solve_the_equations_of_interpolation(m, kappa):
    rho = TemperedPolynomial(1.5, 0.3)
    found = polynomial_sum(rho, m, kappa).as_exponential_sum()
    assert found.weights == pytest.approx(weights_of(rho, m, kappa).tolist(), rel=1e-8)
    assert found.rates == pytest.approx([kappa * j for j in range(1, m + 1)])


def test_a_polynomial_sum_meets_the_kernel_at_its_times_even_when_wide():
    rho = Gaussian(center=3.0)
    t = sum_times(150, 0.4)
    assert (polynomial_sum(rho, 150, 0.4)(t) - rho(t)).abs().max() < 1e-13


@pytest.mark.parametrize("j", [1, 3, 7])
def test_a_kernel_with_one_of_the_rates_is_reproduced(j):
    rho = Exponential(0.3 * j, amplitude=-2.0)
    assert torch.allclose(polynomial_sum(rho, 7, 0.3)(TIMES), rho(TIMES), atol=1e-12)


def test_values_and_weights_say_the_same():
    rho_hat = polynomial_sum(Gaussian(center=2.0), 8, 0.5)
    by_weights = rho_hat.as_exponential_sum()
    assert torch.allclose(rho_hat(TIMES), by_weights(TIMES), atol=1e-9)


def test_a_difference_with_zeros_at_its_breakpoints_has_a_norm():
    rho = Gaussian(center=3.0)
    table = equispaced_error(rho, [8], 0.4)
    size = (rho - polynomial_sum(rho, 8, 0.4)).l1_norm()
    assert size == pytest.approx(table["upper"][0], rel=1e-5)


def test_the_derivative_is_that_of_automatic_differentiation():
    rho_hat = polynomial_sum(Gaussian(center=2.0), 9, 0.5)
    t = (TIMES + 0.01).requires_grad_()
    slope, = torch.autograd.grad(rho_hat(t).sum(), t)
    assert torch.allclose(rho_hat.derivative(t.detach()), slope, atol=1e-10)


def test_the_derivative_at_time_zero_is_finite():
    rho_hat = polynomial_sum(Exponential(0.5), 5, 0.5)
    assert rho_hat.derivative(torch.zeros(1, dtype=DTYPE))[0] == pytest.approx(-0.5)


def test_the_weights_of_chebyshevs_polynomial_add_up_to_its_value_at_three():
    m = 12
    s = torch.exp(-sum_times(m, 1.0))
    values = s * torch.cos((m - 1) * torch.arccos(2 * s - 1))
    weights = PolynomialSum(1.0, tuple(values.tolist())).as_exponential_sum().weights
    expected = math.cosh((m - 1) * math.acosh(3.0))
    assert sum(map(abs, weights)) == pytest.approx(expected, rel=1e-9)
    signs = np.sign(weights)
    assert (signs[1:] == -signs[:-1]).all()


def test_no_sum_found_by_linear_programming_is_better_for_a_slow_kernel():
    rho, m, kappa = ExponentialSum((1.0, 0.5), (0.1, 0.03)), 3, 0.25
    t = torch.expm1(torch.linspace(0, 6, 1500, dtype=DTYPE))
    step = torch.gradient(t)[0].numpy()
    modes = torch.exp(-kappa * t[:, None] * torch.arange(1, m + 1, dtype=DTYPE)).numpy()
    one = np.eye(len(t))
    best = linprog(np.concatenate([np.zeros(m), step]), bounds=(None, None),
                   A_ub=np.block([[modes, -one], [-modes, -one]]),
                   b_ub=np.concatenate([rho(t).numpy(), -rho(t).numpy()]))
    error = (rho(t) - polynomial_sum(rho, m, kappa)(t)).abs().numpy() @ step
    assert best.fun <= error <= best.fun * (1 + 1e-3)


def test_times_are_those_of_the_zeros():
    t = sum_times(2, 1.0)
    assert torch.exp(-t).tolist() == pytest.approx([0.75, 0.25])
    assert sum_times(5, 2.0).tolist() == pytest.approx((sum_times(5, 1.0) / 2).tolist())


@pytest.mark.parametrize("wrong", [
    lambda: sum_times(0, 1.0), lambda: sum_times(3, 0.0),
    lambda: PolynomialSum(1.0, ()),
    lambda: PolynomialSum(-1.0, (1.0,)), lambda: polynomial_sum(Exponential(), 2.5, 1)])
def test_bad_input_is_refused(wrong):
    with pytest.raises((InputError, TypeCheckError)):
        wrong()
