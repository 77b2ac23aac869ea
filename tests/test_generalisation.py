"""The measure tau, what it bounds, and least squares with it as a penalty."""

import pytest
import torch
from scipy.optimize import minimize

from comlib.functional import DTYPE
from comlib.generalisation import (ar_covariance, fit_with_measure, output_measure,
                                   output_power)


def normal(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed),
                       dtype=DTYPE)


def test_power_is_that_of_sampled_outputs():
    K, mean = ar_covariance(5, 0.8) * 2.0, normal(0, 5)
    x = normal(1, 40000, 5) @ torch.linalg.cholesky(K).mT + mean
    rho = normal(2, 3, 5)
    sampled = (rho @ x.mT).square().mean(-1)
    assert torch.allclose(output_power(rho, K, mean), sampled, rtol=0.03)


def test_the_measure_is_at_most_twice_the_power_of_the_worst_correlations():
    variances, mean, rho = normal(0, 6).square(), normal(1, 6), normal(2, 6)
    worst = rho.sign() * variances.sqrt()
    power = output_power(rho, worst[:, None] * worst, mean)
    tau = output_measure(rho, variances.diag(), mean)
    assert power <= tau <= 2 * power
    assert output_power(rho, variances.diag(), mean) <= power


def test_the_measure_of_zero_mean_is_a_weighted_sum_of_absolute_values():
    rho, K = torch.tensor([1.0, -2.0], dtype=DTYPE), torch.diag(
        torch.tensor([4.0, 9.0], dtype=DTYPE))
    assert float(output_measure(rho, K)) == pytest.approx((2 + 6) ** 2)


def test_a_fit_with_the_measure_is_optimal_by_another_solver():
    F, y, B = normal(0, 15, 3), normal(1, 15), normal(2, 3, 7)

    def value(C, sizes, p):
        return float((y - F @ C).square().mean() + p * sizes.sum() ** 2)

    for p in (1e-3, 0.1, 10.0):
        C, gap = fit_with_measure(F, y, B, p)

        sides = [{"type": "ineq", "fun": lambda z: z[3:] - z[:3] @ B.numpy()},
                 {"type": "ineq", "fun": lambda z: z[3:] + z[:3] @ B.numpy()}]
        start = torch.cat([C, (C @ B).abs()]).numpy() + 0.1
        other = minimize(lambda z, p=p: value(*torch.from_numpy(z).split([3, 7]), p),
                         start, method="SLSQP", constraints=sides, options={
                             "maxiter": 500, "ftol": 1e-14})
        assert value(C, (C @ B).abs(), p) <= other.fun + 1e-6
        assert 0 <= float(gap) < 1e-6


def test_data_sets_are_fitted_one_by_one():
    F, y, B = normal(0, 4, 12, 3), normal(1, 4, 12), normal(2, 3, 7)
    C, gap = fit_with_measure(F, y, B, 0.3)
    alone, one = fit_with_measure(F[2], y[2], B, 0.3)
    assert torch.allclose(C[2], alone, atol=1e-6) and gap.shape == (4,)


def test_a_strong_penalty_leaves_nothing_and_a_weak_one_least_squares():
    F, y, B = normal(0, 12, 3), normal(1, 12), normal(2, 3, 7)
    assert (fit_with_measure(F, y, B, 1e6)[0].abs() < 1e-5).all()
    plain = torch.linalg.lstsq(F, y[:, None]).solution[:, 0]
    assert torch.allclose(fit_with_measure(F, y, B, 1e-9)[0], plain, atol=1e-6)
