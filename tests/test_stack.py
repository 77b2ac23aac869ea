"""Stacks of diagonal layers against loops, and the starts of such layers."""

import math

import numpy as np
import pytest
import torch

from comlib import InputError, heaviside, memory_function, white_noise
from comlib.functional import DTYPE
from comlib.measures import causality_defect, homogeneity_defect
from comlib.models import Layer, Stack, ring_factors, s4d_eigenvalues
from comlib.models.stack import GELU_SLOPE
from comlib.targets import impulse


def drawn(seed, *shapes):
    g = torch.Generator().manual_seed(seed)
    return [torch.randn(s, generator=g, dtype=torch.complex128) for s in shapes]


def layers(seed=0):
    z = ring_factors(3, 0.5, 0.95, seed=seed)
    B1, C1, B2, C2 = drawn(seed, (3, 2), (2, 3), (2, 2), (2, 2))
    return [Layer(z, B1, C1), Layer(torch.tensor([0.9, -0.3], dtype=DTYPE), B2, C2)]


def stepped(model, x, sigma):
    """The definition: states stepped in time, layer after layer."""
    y = x.numpy()
    for layer in model.layers:
        z, B, C = (v.detach().numpy() for v in (layer.factors, layer.B, layer.C))
        s, out = np.zeros(len(z), complex), []
        for row in y:
            s = z * s + B @ row
            out.append(sigma((C @ s).real))
        y = np.array(out) + (y if model.residual else 0)
    return y @ model.decoder.detach().numpy().T


@pytest.mark.parametrize("activation, sigma, residual", [
    ("gelu", lambda v: v * 0.5 * (1 + np.vectorize(math.erf)(v / 2**0.5)), False),
    ("tanh", np.tanh, True), ("identity", lambda v: v, False)])
def test_a_stack_is_its_definition(activation, sigma, residual):
    decoder = torch.tensor([[1.0, -2.0]], dtype=DTYPE)
    H = Stack(layers(), decoder, activation=activation, residual=residual)
    x = white_noise(2, 12, 2, dt=1.0, seed=1)
    for i in range(2):
        assert np.allclose(H(x)[i].detach(), stepped(H, x[i], sigma), atol=1e-11)
    assert H.linear == (activation == "identity")


def test_a_linear_stack_knows_its_kernel():
    H = Stack(layers(), activation="identity", dt=0.5)
    x = white_noise(1, 20, 2, dt=0.5, seed=0)
    rho, y = H.kernel_samples(20).detach(), H(x).detach()[0]
    by_hand = 0.5 * sum(rho[j] @ x[0, 19 - j] for j in range(20))
    assert torch.allclose(y[19], by_hand, atol=1e-12)
    with pytest.raises(InputError, match="linear"):
        Stack(layers()).kernel_samples(5)


def test_a_stack_is_causal_and_time_homogeneous():
    H, x = Stack(layers()), white_noise(2, 20, 2, dt=1.0, seed=0)
    z = white_noise(2, 20, 2, dt=1.0, seed=1)
    assert causality_defect(H, x, z, 9) < 1e-12
    assert homogeneity_defect(H, x, 5) < 1e-12


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("activation", ["gelu", "relu", "tanh", "identity"])
def test_steps_and_impulses_are_below_the_bound(activation, residual):
    H = Stack(layers(2), activation=activation, residual=residual, dt=0.5)
    x = torch.tensor([0.01, 1.0, 30.0], dtype=DTYPE)[:, None, None] * torch.tensor(
        [[1.0, 1.0], [1.0, -1.0], [-1.0, 0.2], [0.0, -1.0]], dtype=DTYPE)
    x, bound = x.flatten(0, 1), H.memory_bound(30)
    pulse = H(impulse(x, 30, 0.5)).detach()
    step = torch.diff(H(heaviside(x, 30)).detach(), dim=1, prepend=0 * pulse[:, :1])
    for answer in (pulse, step / 0.5):
        ratio = answer.abs().amax(-1) / x.abs().amax(-1, keepdim=True)
        assert (ratio <= bound).all()  # |y| in the max norm is below |y|_2


def test_the_bound_is_attained_by_equal_poles():
    one = torch.ones(1, 1, dtype=DTYPE)
    H = Stack([Layer(0.8 * one[0], one, one)] * 3, activation="identity", dt=0.5)
    k = torch.arange(20, dtype=DTYPE)
    exact = (k + 1) * (k + 2) / 2 * 0.8**k / 0.5
    assert torch.allclose(H.memory_bound(20), exact, rtol=1e-9)
    assert torch.allclose(memory_function(H, 20), exact, rtol=1e-9)


def test_gelu_is_as_steep_as_said():
    z = torch.linspace(-6, 6, 100_001, dtype=DTYPE).requires_grad_()
    slope, = torch.autograd.grad(torch.nn.functional.gelu(z).sum(), z)
    assert slope.abs().max().item() == pytest.approx(GELU_SLOPE, abs=1e-8)


def test_a_held_layer_is_the_sampled_differential_equation():
    A, step = s4d_eigenvalues("Lin", 3), 0.1
    C, = drawn(3, (1, 3))
    layer, fine = Layer.held(A, step, C), 2000
    s = torch.zeros(3, dtype=torch.complex128)
    for _ in range(fine):  # one step with the input one
        s = s + step / fine * (A * (s + step / fine / 2 * (A * s + 1)) + 1)
    assert torch.allclose(layer.B[:, 0], s, atol=1e-6)
    samples = layer.samples(5)[:, 0, 0]
    assert samples[4].item() == pytest.approx(
        float((C[0] * torch.exp(4 * step * A) * s).sum().real), abs=1e-6)


def test_layers_that_do_not_fit_or_grow_are_refused():
    first, second = layers()
    with pytest.raises(InputError, match="fit"):
        Stack([first, second], torch.ones(1, 3, dtype=DTYPE))
    with pytest.raises(InputError, match="unit disc"):
        Layer(torch.tensor([1.0], dtype=DTYPE), *drawn(0, (1, 1), (1, 1)))
    with pytest.raises(InputError, match="activation"):
        Stack([first, second], activation="sine")


def test_the_starts_are_their_formulas():
    n = np.arange(5)
    assert np.allclose(s4d_eigenvalues("Lin", 5), -0.5 + 1j * np.pi * n)
    assert np.allclose(s4d_eigenvalues("Real", 5), -1.0 - n)
    inverse = -0.5 + 1j * 10 / np.pi * (10 / (2 * n + 1) - 1)
    assert np.allclose(s4d_eigenvalues("Inv", 5), inverse)
    k = np.arange(10)
    A = -np.tril(np.sqrt(np.outer(2 * k + 1, 2 * k + 1)), -1) - np.diag(k + 1)
    own = np.linalg.eigvals(A + np.outer(np.sqrt(k + 0.5), np.sqrt(k + 0.5)))
    legs = s4d_eigenvalues("LegS", 5).numpy()
    assert np.allclose(np.sort(own.imag)[5:], legs.imag)
    assert np.allclose(legs.real, -0.5)


def test_a_ring_is_evenly_filled():
    z = ring_factors(4000, 0.5, 0.9, phase=1.0, seed=1)
    square, angle = z.abs() ** 2, z.angle()
    assert square.min() >= 0.25 and square.max() <= 0.81
    assert square.mean().item() == pytest.approx(0.53, abs=0.01)
    assert angle.min() >= 0 and angle.max() <= 1
    assert angle.mean().item() == pytest.approx(0.5, abs=0.02)
    with pytest.raises(InputError, match="low"):
        ring_factors(3, 0.9, 0.5)
