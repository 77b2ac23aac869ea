"""The one place where time is stepped, against loops."""

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError

from comlib import InputError
from comlib.functional import DTYPE
from comlib.models.activations import ACTIVATIONS, activation_named
from comlib.models.scan import (apply, causal_convolution, depthwise_convolution,
                                impulses, krylov, scan, settles)

STACKS = [(), (3,), (2, 3)]


def normal(*shape, seed=0):
    return torch.randn(
        shape, generator=torch.Generator().manual_seed(seed), dtype=DTYPE
    )


def transitions(stack, m, diagonal, seed=0):
    return (
        normal(*stack, m, seed=seed) / 2
        if diagonal
        else normal(*stack, m, m, seed=seed) / m
    )


def as_matrix(A, diagonal):
    return torch.diag_embed(A) if diagonal else A


def members(stack):
    return list(np.ndindex(*stack))


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("diagonal", [True, False])
class TestEveryStackAndShape:
    def test_apply_multiplies_each_state(self, stack, diagonal):
        A, h = transitions(stack, 4, diagonal), normal(*stack, 5, 4, seed=1)
        out = apply(A, h, diagonal)
        for i in members(stack):
            for b in range(5):
                expected = as_matrix(A, diagonal)[i] @ h[i][b]
                assert torch.allclose(out[i][b], expected, atol=1e-14)

    def test_linear_scan_is_the_loop(self, stack, diagonal):
        A, drive = transitions(stack, 4, diagonal), normal(*stack, 2, 7, 4, seed=1)
        states = scan(A, drive, diagonal=diagonal)
        assert states.shape == drive.shape
        for i in members(stack):
            for b in range(2):
                h = np.zeros(4)
                for k in range(7):
                    h = as_matrix(A, diagonal)[i].numpy() @ h + drive[i][b, k].numpy()
                    assert np.allclose(states[i][b, k], h, atol=1e-13)

    @pytest.mark.parametrize("activation", ACTIVATIONS)
    def test_euler_scan_is_the_loop(self, stack, diagonal, activation):
        sigma = {
            "identity": lambda z: z,
            "tanh": np.tanh,
            "hardtanh": lambda z: np.clip(z, -1, 1),
            "relu": lambda z: np.maximum(z, 0),
        }[activation]
        W, drive = transitions(stack, 3, diagonal), 2 * normal(*stack, 2, 6, 3, seed=1)
        states = scan(W, drive, activation=activation, dt=0.3, diagonal=diagonal)
        for i in members(stack):
            for b in range(2):
                h = np.zeros(3)
                for k in range(6):
                    matrix = as_matrix(W, diagonal)[i].numpy()
                    h = h + 0.3 * sigma(matrix @ h + drive[i][b, k].numpy())
                    assert np.allclose(states[i][b, k], h, atol=1e-13)

    @pytest.mark.parametrize("length", [1, 2, 3, 7, 8, 9])
    def test_krylov_holds_every_power(self, stack, diagonal, length):
        A, B = transitions(stack, 4, diagonal), normal(*stack, 4, 2, seed=1)
        powers = krylov(A, B, length, diagonal=diagonal)
        assert powers.shape == (*stack, length, 4, 2)
        for i in members(stack):
            for k in range(length):
                power = np.linalg.matrix_power(as_matrix(A, diagonal)[i].numpy(), k)
                assert np.allclose(powers[i][k], power @ B[i].numpy(), atol=1e-13)

    @pytest.mark.parametrize("length", [1, 2, 3, 7, 8, 9, 33])
    def test_impulses_read_every_power_off(self, stack, diagonal, length):
        A = transitions(stack, 4, diagonal)
        B, c = normal(*stack, 4, 2), normal(*stack, 3, 4, seed=2)
        read = impulses(A, B, c, length)
        assert read.shape == (*stack, length, 3, 2)
        for i in members(stack):
            for k in range(length):
                power = np.linalg.matrix_power(as_matrix(A, diagonal)[i].numpy(), k)
                assert np.allclose(read[i][k], c[i].numpy() @ power @ B[i].numpy(),
                                   atol=1e-13)

    def test_causal_convolution_is_the_double_sum(self, stack, diagonal):
        kernel, x = normal(*stack, 6, 2, 3), normal(4, 6, 3, seed=1)
        y = causal_convolution(kernel, x)
        assert y.shape == (*stack, 4, 6, 2)
        for i in members(stack):
            for b in range(4):
                for k in range(6):
                    expected = sum(kernel[i][j] @ x[b, k - j] for j in range(k + 1))
                    assert torch.allclose(y[i][b, k], expected, atol=1e-13)


@pytest.mark.parametrize("length", [1, 5, 8])
def test_depthwise_convolution_keeps_coordinates_apart(length):
    kernel, x = normal(length, 3), normal(2, length, 3, seed=1)
    y = depthwise_convolution(kernel, x)
    for k in range(length):
        expected = sum(kernel[j] * x[:, k - j] for j in range(k + 1))
        assert torch.allclose(y[:, k], expected, atol=1e-13)


def test_convolutions_do_not_wrap_around():
    kernel, x = torch.zeros(8, 1, 1, dtype=DTYPE), torch.zeros(1, 8, 1, dtype=DTYPE)
    kernel[7] = x[:, 7] = 1
    assert causal_convolution(kernel, x).abs().max() < 1e-15
    assert depthwise_convolution(kernel[..., 0], x).abs().max() < 1e-15


@pytest.mark.parametrize("diagonal", [True, False])
def test_the_scans_have_correct_gradients(diagonal):
    A = transitions((), 3, diagonal).requires_grad_()
    drive = normal(1, 4, 3, seed=1).requires_grad_()
    torch.autograd.gradcheck(
        lambda A, u: scan(A, u, diagonal=diagonal), (A, drive)
    )
    torch.autograd.gradcheck(
        lambda A, u: scan(A, u, activation="tanh", dt=0.5, diagonal=diagonal),
        (A, drive),
    )
    torch.autograd.gradcheck(
        lambda A, B: krylov(A, B, 5, diagonal=diagonal), (A, drive[0].T)
    )


@pytest.mark.parametrize("name", ["sigmoid", "Tanh", None])
def test_an_unknown_activation_is_refused(name):
    with pytest.raises((InputError, TypeCheckError), match="activation|name"):
        activation_named(name)


@pytest.mark.parametrize("length", [0, -1, 2.0])
def test_krylov_refuses_a_length_that_is_no_count(length):
    with pytest.raises((InputError, TypeCheckError), match="length"):
        krylov(normal(2), normal(2, 1), length, diagonal=True)


def test_a_kernel_settles_unless_some_member_is_largest_late():
    falls = 0.9 ** torch.arange(9, dtype=DTYPE)[:, None, None]
    assert settles(falls) and settles(torch.stack([falls, -falls]))
    assert not settles(falls.flip(0))
    assert not settles(torch.stack([falls, falls.flip(0)]))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_entries_of_an_activation_fit_each_other(name):
    sigma, z = ACTIVATIONS[name], 2 * normal(50).requires_grad_()
    value = sigma(z)
    assert torch.equal(sigma.in_place(z.detach().clone()), value)
    g = normal(50, seed=1)
    slope = torch.autograd.grad(value, z, g)[0]
    out = torch.full_like(g, torch.nan)
    sigma.slope(g, value.detach(), out)
    assert torch.allclose(out, slope, rtol=1e-14, atol=0)
    at = z.detach()
    assert torch.allclose(g * sigma.derivative(at), slope, rtol=1e-14, atol=1e-300)
