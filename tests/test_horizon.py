"""Learning from windows: lag weights, and the fits that they prefer."""

import pytest
import torch

from comlib import (ExponentialSum, InputError, LinearFunctional, Polynomial,
                    population_loss, time_grid)
from comlib.functional import DTYPE
from comlib.horizon import (effective_fraction, fit_lags, lag_weights,
                            power_weights)


def test_lag_weights_are_those_of_the_population_loss():
    w = power_weights(20, 3.0)
    target = LinearFunctional(Polynomial(1.5), 1.0)
    model = LinearFunctional(ExponentialSum((1.0,), (0.3,)), 1.0)
    e = (target.kernel_samples(20) - model.kernel_samples(20))[:, 0, 0]
    error = population_loss(model, target, 20, w)
    assert torch.allclose((lag_weights(w) * e.square()).sum(), error, rtol=1e-12)


def test_lag_weights_are_a_sum_over_the_inputs_that_a_lag_meets():
    w = torch.tensor([1.0, -2.0, 5.0], dtype=DTYPE)
    v = torch.tensor([0.5, 3.0, 1.0, 2.0, 4.0], dtype=DTYPE)  # at -2 ... 2
    by_hand = [sum(w[t] * v[t - s + 2] for t in range(3) if t - s >= -2)
               for s in range(5)]
    assert torch.allclose(lag_weights(w, v), torch.stack(by_hand))
    # fewer inputs than outputs: the earlier ones are zero
    assert torch.allclose(lag_weights(w, v[-2:]), torch.stack([
        w[1] * v[3] + w[2] * v[4], w[2] * v[3]]))


def test_a_history_is_a_window_with_weights_of_zero():
    w = power_weights(9, 1.0)
    longer = torch.cat([w.new_zeros(5), w])
    assert torch.allclose(lag_weights(w, w.new_ones(14)), lag_weights(longer))
    assert torch.allclose(lag_weights(longer)[:6], w.new_ones(6))


@pytest.mark.parametrize("power", [-400.0, -1.0, 0.0, 700.0])
def test_power_weights_sum_to_one_and_do_not_overflow(power):
    w = power_weights(50, power)
    assert float(w.sum()) == pytest.approx(1.0) and w.isfinite().all()
    assert float(w[9] / w[4]) == pytest.approx(2.0**power) or power < -1 or power > 1


def test_a_fraction_of_the_data_counts_and_all_of_it_for_equal_weights():
    assert torch.allclose(effective_fraction(power_weights(9, 0.0)),
                          torch.ones(9, dtype=DTYPE))
    nu = effective_fraction(power_weights(9, 3.0))
    assert (nu[:-1] < 1).all() and float(nu[-1]) == pytest.approx(1.0)
    # scored from the time S on: 1 - S/T
    late = torch.tensor([0.0, 0.0, 1.0, 1.0, 1.0], dtype=DTYPE)
    assert float(effective_fraction(late)[0]) == pytest.approx(3 / 5)


def test_fractions_of_weights_that_vanish_at_the_end_are_refused():
    with pytest.raises(InputError, match="last one positive"):
        effective_fraction(torch.tensor([1.0, 0.0], dtype=DTYPE))


def test_a_fit_finds_the_exponentials_that_there_are():
    s = time_grid(60, 1.0)
    rho = ExponentialSum((1.0, 0.3), (0.9, 0.05))
    for kappa in (torch.ones_like(s), lag_weights(power_weights(60, 2.0))):
        found = fit_lags(rho(s), 2, kappa)
        assert (-found.poles.log()).tolist() == pytest.approx([0.9, 0.05], rel=1e-6)
        assert (found.kernel(60) - rho(s)).abs().max() < 1e-8


def test_a_fit_is_best_for_its_own_weights():
    s = time_grid(40, 1.0)
    rho, weights = Polynomial(1.1)(s), [lag_weights(power_weights(40, q))
                                        for q in (0.0, 1.0, 8.0)]
    errors = [(fit_lags(rho, 2, kappa).kernel(40) - rho).square() for kappa in weights]
    for j, kappa in enumerate(weights):
        own = (kappa * errors[j]).sum()
        assert all(own <= (kappa * e).sum() * (1 + 1e-9) for e in errors)
