"""The neural tangent kernel against one backward pass for every output."""

import pytest
import torch

from comlib import (Composition, Direct, Exp, Exponential, InputError, LinearFunctional,
                    RNN, SSM, Softplus, TorchRecurrent, impulse, white_noise)
from comlib.functional import DTYPE
from comlib.measures import neural_tangent_kernel
from comlib.measures.tangent import _by_rows
from comlib.models import S4D, UnitGain

X, Z = (white_noise(n, 9, 2, dt=0.3, seed=n) for n in (3, 2))
FORMS = [(RNN, a, d) for a in ("tanh", "hardtanh", "relu") for d in ("euler",)]
FORMS += [(RNN, "identity", d) for d in ("euler", "exact", "hold")]
FORMS += [(SSM, "tanh", d) for d in ("euler", "hold")]


def by_backward_passes(H, x, z, times, only=None):
    """J(x) J(z)' by a loop over inputs, times and outputs."""
    weights = [p for n, p in H.named_parameters() if only is None or n in only]
    J = [torch.stack([
        torch.cat([g.flatten() for g in torch.autograd.grad(
            y[t, o], weights, retain_graph=True, allow_unused=True,
            materialize_grads=True)])
        for y in (H(u[None])[0] for u in inputs) for t in times
        for o in range(H.d_out)]) for inputs in (x, z)]
    return J[0] @ J[1].mT


def relative(value, reference):
    return float((value - reference).detach().abs().max() / reference.abs().max())


@pytest.mark.parametrize("kind, activation, discretisation", FORMS)
@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_it_is_that_of_the_backward_passes(
        kind, activation, discretisation, diagonal, bias):
    H = kind.random(5, dt=0.3, d_in=2, d_out=2, diagonal=diagonal, bias=bias,
                    activation=activation, discretisation=discretisation)
    for times in ([-1], [0, 4, 3]):
        slow = by_backward_passes(H, X, Z, times)
        assert relative(neural_tangent_kernel(H, X, Z, times=times), slow) < 1e-12
    slow = by_backward_passes(H, X, X, [-1], ["w"])
    assert relative(neural_tangent_kernel(H, X, only=["w"]), slow) < 1e-12


@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize("f", [Direct(), Exp(), Softplus(), UnitGain(Exp())], ids=repr)
def test_it_is_that_of_the_raw_weights(f, diagonal):
    if f == UnitGain(Exp()) and not diagonal:
        pytest.skip("a unit gain needs modes")
    W = torch.tensor([-0.4, -1.0, -2.0], dtype=DTYPE)
    W = W if diagonal else torch.diag(W) + 0.2 * torch.ones(3, 3, dtype=DTYPE).triu(1)
    U, c = torch.ones(3, 2, dtype=DTYPE), torch.tensor([[1.0, -2.0, 0.5]], dtype=DTYPE)
    H = RNN(W, U, c, dt=0.3, activation="tanh", parameterization=f)
    slow = by_backward_passes(H, X, Z, [-1])
    assert relative(neural_tangent_kernel(H, X, Z), slow) < 1e-12


@pytest.mark.parametrize("make", [
    lambda: TorchRecurrent.random("GRU", 4, d_in=2), lambda: S4D(4, state=3, d_in=2),
    lambda: Composition(RNN.random(3, dt=1.0, d_in=2, d_out=2), S4D(3, d_in=2))])
def test_other_functionals_have_one_too(make):
    H = make()
    slow = by_backward_passes(H, X, Z, [2, -1])
    assert relative(neural_tangent_kernel(H, X, Z, times=(2, -1)), slow) < 1e-12


@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize("activation", ["tanh", "identity"])
def test_a_stack_has_one_for_each_member(diagonal, activation):
    members = [RNN.random(4, dt=0.3, d_in=2, d_out=2, diagonal=diagonal, bias=True,
                          activation=activation, seed=s) for s in range(3)]
    stack = members[0].with_parameters({
        n: torch.stack([dict(m.named_parameters())[n].detach() for m in members])
        for n, _ in members[0].named_parameters()})
    K = neural_tangent_kernel(stack, X, Z, times=[1, -1])
    assert K.shape == (3, 12, 8)
    for member, single in zip(members, K, strict=True):
        assert relative(single, neural_tangent_kernel(
            member, X, Z, times=[1, -1])) < 1e-12
    rows = torch.cat([_by_rows(stack, x, [1, 8], list(stack.parameters()))
                      for x in X.split(1)], -2)
    assert relative(neural_tangent_kernel(stack, X, times=[1, -1]),
                    rows @ rows.mT) < 1e-12


def test_it_is_symmetric_and_has_no_negative_eigenvalue():
    K = neural_tangent_kernel(RNN.random(6, dt=0.3, d_in=2), X, times=range(9))
    assert K.shape == (27, 27) and relative(K, K.mT) < 1e-14 and not K.requires_grad
    assert torch.linalg.eigvalsh(K)[0] > -1e-12 * K.diagonal().sum()


@pytest.mark.parametrize("diagonal", [True, False])
def test_a_linear_one_is_that_of_its_impulse_response_convolved(diagonal):
    H = RNN.random(5, dt=0.3, diagonal=diagonal, activation="identity")
    x = white_noise(4, 12, dt=0.3, seed=1)
    pulse = impulse(torch.ones(1, 1, dtype=DTYPE), 12, 0.3)
    K = neural_tangent_kernel(H, pulse, times=range(12))
    past = 0.3 * x[..., 0].flip(1)  # y at the end is dt sum_s rho_s x_{end - s}
    assert relative(neural_tangent_kernel(H, x), past @ K @ past.mT) < 1e-12


def test_it_predicts_a_small_step_of_gradient_descent():
    H, rate = RNN.random(6, dt=0.3, d_in=2, seed=4), 1e-6
    y = H(X)[:, -1, 0]
    gradients = torch.autograd.grad(y.square().sum() / 2, list(H.parameters()))
    after = H.with_parameters({n: p.detach() - rate * g for (n, p), g in zip(
        H.named_parameters(), gradients)})(X)[:, -1, 0]
    predicted = -neural_tangent_kernel(H, X) @ y.detach()
    assert relative((after - y) / rate, predicted) < 1e-4


@pytest.mark.parametrize("argument, call", [
    ("H, only", lambda H: neural_tangent_kernel(H, X, only=["V"])),
    ("H, only", lambda H: neural_tangent_kernel(
        LinearFunctional([Exponential()] * 2, 0.3), X)),
    ("times", lambda H: neural_tangent_kernel(H, X, times=[9])),
    ("times", lambda H: neural_tangent_kernel(H, X, times=[]))])
def test_bad_input_is_named(argument, call):
    with pytest.raises(InputError) as caught:
        call(RNN.random(3, dt=0.3, d_in=2))
    assert caught.value.argument == argument
