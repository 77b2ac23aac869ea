"""Kernels with a kink and on another clock, against quadrature."""

import math

import pytest
import torch
from jaxtyping import TypeCheckError

from comlib import Exponential, Gaussian, InputError, Kernel
from comlib.functional import DTYPE
from comlib.kernels import Dilated, Kink, quadrature

KINKS = [Kink(), Kink(1.0, 0.5, 2.0, 1), Kink(0.3, 2.0, 0.5, 3),
         Kink(2.0, -3.0, 1.0, 2)]
DILATED = [Dilated(rho, L) for rho in (Kink(), Gaussian(3.0), Exponential(0.2, -2.0))
           for L in (0.1, 7.0)]


def name(rho):
    return repr(rho)[:60]


@pytest.mark.parametrize("rho", KINKS + DILATED, ids=name)
def test_norms_and_transforms_are_the_integrals(rho):
    assert rho.l1_norm() == pytest.approx(Kernel.l1_norm(rho), rel=1e-9)
    assert rho.l2_norm() == pytest.approx(Kernel.l2_norm(rho), rel=1e-9)
    assert rho.laplace(0.7) == pytest.approx(Kernel.laplace(rho, 0.7), rel=1e-9)


@pytest.mark.parametrize("rho", DILATED, ids=name)
def test_the_variation_of_a_dilated_kernel_is_the_integral(rho):
    expected = Kernel.total_variation(rho)
    assert rho.total_variation() == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_only_the_derivative_of_order_p_jumps(p):
    rho, h = Kink(2.0, 5.0, 1.0, p), 1e-9
    t = torch.tensor([1 - h, 1 + h], dtype=DTYPE, requires_grad=True)
    values = rho(t)
    for order in range(p + 1):
        jump = float((values[1] - values[0]).detach())
        expected = 5 * math.factorial(p) * math.exp(-2.0) if order == p else 0.0
        assert jump == pytest.approx(expected, abs=1e-5)
        values, = torch.autograd.grad(values.sum(), t, create_graph=True)


def test_a_kink_has_an_end():
    t = torch.tensor([1e3, 1e100, 1e300], dtype=DTYPE)
    assert (Kink(p=4)(t) == 0).all()


def test_a_dilated_kernel_is_the_kernel_on_another_clock():
    rho, t = Dilated(Exponential(0.5), 4.0), torch.linspace(0, 3, 31, dtype=DTYPE)
    assert torch.allclose(rho(t), Exponential(2.0, 4.0)(t))
    assert rho.decay_rate == 2.0
    slow = Dilated(Kink(), 0.5)
    assert slow.breakpoints == (2.0,)
    assert quadrature(slow, slow.breakpoints) == pytest.approx(Kink().l1_norm())


@pytest.mark.parametrize("wrong", [
    lambda: Kink(rate=0.0), lambda: Kink(center=-1.0), lambda: Kink(p=0),
    lambda: Kink(p=1.5), lambda: Dilated(Kink(), 0.0), lambda: Dilated("rho", 1.0)])
def test_bad_input_is_refused(wrong):
    with pytest.raises((InputError, TypeCheckError)):
        wrong()
