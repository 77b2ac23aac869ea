"""Power laws that end smoothly, against closed forms."""

import math

import pytest
import torch
from jaxtyping import TypeCheckError
from scipy import special

from comlib import InputError, Polynomial
from comlib.functional import DTYPE
from comlib.kernels import Truncated
from comlib.measures import smoothness_constant


@pytest.mark.parametrize("order", [1, 2, 4])
def test_the_mass_lost_is_the_sum_of_the_chapter(order):
    omega, T = 0.7, 30.0
    lost = (Polynomial(1 + omega) - Truncated(1 + omega, T, order)).l1_norm()
    parts = [special.poch(omega, j) / math.factorial(j) * (T / (1 + T)) ** j
             for j in range(order + 1)]
    assert lost == pytest.approx((1 + T) ** -omega / omega * sum(parts), rel=1e-9)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_only_the_derivative_of_the_order_jumps_at_the_end(order):
    rho, h = Truncated(1.5, 4.0, order), 1e-9
    t = torch.tensor([4 - h, 4 + h], dtype=DTYPE, requires_grad=True)
    values = rho(t)
    for k in range(order + 1):
        jump = abs(float((values[1] - values[0]).detach()))
        expected = special.poch(1.5, order) * 5 ** (-1.5 - order) if k == order else 0
        assert jump == pytest.approx(expected, abs=1e-8)
        values, = torch.autograd.grad(values.sum(), t, create_graph=True)


def test_its_smoothness_constant_is_attained_at_zero():
    omega, T, order = 0.4, 50.0, 2
    beta = (1 + omega) * math.log(1 + T) / T
    gamma = smoothness_constant(Truncated(1 + omega, T, order), order, beta)
    expected = special.poch(omega, order + 1) / omega / beta ** (order + 1)
    assert gamma == pytest.approx(expected, rel=1e-9)


def test_it_is_zero_after_its_end():
    t = torch.tensor([4.0, 5.0, 1e300], dtype=DTYPE)
    assert (Truncated(1.5, 4.0, 3)(t) == 0).all()


@pytest.mark.parametrize("wrong", [
    lambda: Truncated(0.0, 1.0), lambda: Truncated(1.5, -1.0),
    lambda: Truncated(1.5, 1.0, 0), lambda: Truncated(1.5, 1.0, 1.5)])
def test_bad_input_is_refused(wrong):
    with pytest.raises((InputError, TypeCheckError)):
        wrong()
