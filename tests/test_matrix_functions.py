"""The derivative of W = g(M), where that of an eigenvector does not exist too."""

import pytest
import torch
from scipy.linalg import expm_frechet
from torch.autograd import gradcheck, gradgradcheck

from comlib import Exp, Softplus
from comlib.functional import DTYPE
from comlib.models import InverseQuadratic, Square

SMOOTH = [Exp(), Softplus(), InverseQuadratic(), Square()]


class Minus(Exp):
    """-exp(-w)."""

    def __call__(self, w):
        """Return -exp(-w)."""
        return -(-w).exp()


def normal(*shape, seed=0):
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=draw, dtype=DTYPE)


@pytest.mark.parametrize("f", SMOOTH, ids=repr)
def test_derivatives_are_difference_quotients_in_both_modes(f):
    M = normal(2, 3, 3, seed=5).requires_grad_()
    assert torch.linalg.eigvals(M).imag.abs().max() > 0.1
    assert gradcheck(f.matrix, M, check_forward_ad=True)
    assert gradgradcheck(f.matrix, M)


@pytest.mark.parametrize("M", [
    torch.zeros(3, 3), torch.eye(3), torch.diag(torch.tensor([1.0, 1.0, 2.0])),
    torch.tensor([[1.0, 1e-7, 0.0], [0.0, 1.0 + 1e-7, 0.0], [0.0, 0.0, -1.0]])],
    ids=["zero", "identity", "repeated", "near"])
def test_repeated_eigenvalues_have_a_derivative(M):
    M, H, G = M.to(DTYPE), normal(3, 3, seed=1), normal(3, 3, seed=2)
    expected = torch.tensor(expm_frechet(-M.numpy(), H.numpy(), compute_expm=False))
    minus = Minus()  # -exp(-w), so that the sign of a slope counts
    W, moved = torch.func.jvp(minus.matrix, (M,), (H,))
    assert torch.allclose(moved, expected, rtol=1e-6, atol=1e-8)
    pulled = torch.func.vjp(minus.matrix, M)[1](G)[0]
    assert torch.allclose((pulled * H).sum(), (G * expected).sum(), rtol=1e-6)


def test_a_huge_gradient_is_passed_on():
    # torch.linalg.eig raises here: a phase in the rounding of 1e16
    M, G = normal(8, 8, seed=3).requires_grad_(), normal(8, 8)
    assert torch.linalg.eigvals(M).imag.abs().max() > 0.1
    small, = torch.autograd.grad(Exp().matrix(M), M, G)
    huge, = torch.autograd.grad(Exp().matrix(M), M, 1e16 * G)
    assert torch.allclose(huge, 1e16 * small, rtol=1e-9)
    lost, = torch.autograd.grad(Exp().matrix(M), M, torch.inf * G)
    assert not lost.isfinite().all()
