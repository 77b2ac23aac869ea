"""Wide linear networks, scaled convolutions, second moments and their paths."""

import math

import pytest
import torch

from comlib import InputError, impulse_response, white_noise
from comlib.functional import DTYPE
from comlib.measures.tangent import neural_tangent_kernel
from comlib.targets import impulse
from comlib.wide import (Path, ScaledConvolution, SecondMoments, Variances,
                         WideNetwork, convolution_path, descent_path,
                         kernel_ridge, scale_factors, stable_kernel)

T = 6
ONE = torch.ones(1, 1, dtype=DTYPE)
NU = Variances(0.6, 1.3, 0.7)


def network(**options):
    return WideNetwork.random(9, NU, **{"d_in": 2, "d_out": 3, "seed": 1} | options)


def data(seed=0, count=4):
    x = white_noise(count, T, 2, dt=1.0, seed=seed)
    y = white_noise(count, T, 3, dt=1.0, seed=seed + 1)
    return x, y


def plain_impulses(W, U, c):
    """The definition of L_j, without a derivative of its own."""
    A = W / math.sqrt(len(W))
    return torch.stack([c @ torch.linalg.matrix_power(A, j) @ U for j in range(T)]) \
        / math.sqrt(len(W))


def test_a_network_has_the_impulse_response_of_its_formula_and_of_its_rnn():
    H = network()
    wanted = plain_impulses(H.W, H.U, H.c)
    assert torch.allclose(H.kernel_samples(T), wanted)
    assert torch.allclose(impulse_response(H.as_rnn(), T), wanted)
    x = data()[0]
    assert torch.allclose(H(x), H.as_rnn()(x))


def test_an_unstable_network_is_stepped():
    H = WideNetwork.random(5, Variances(9.0))
    x = white_noise(2, 40, dt=1.0, seed=0)
    assert torch.allclose(H(x), H.as_rnn()(x), rtol=1e-9)


def test_the_derivative_of_the_impulse_response_is_that_of_its_formula():
    H = network()
    g = white_noise(T, 3, 2, dt=1.0, seed=0)
    found = torch.autograd.grad(H.kernel_samples(T), list(H.parameters()), g)
    weights = [p.detach().clone().requires_grad_() for p in H.parameters()]
    wanted = torch.autograd.grad(plain_impulses(*weights), weights, g)
    for one, other in zip(found, wanted):
        assert torch.allclose(one, other)


def test_a_stack_is_its_members():
    H = network(draws=3)
    one = H.with_parameters({n: p[1].detach() for n, p in H.named_parameters()})
    assert torch.allclose(H.kernel_samples(T)[1], one.kernel_samples(T))
    moments = SecondMoments.of(*data())
    path = descent_path(H, moments, rate=1e-3, updates=[0, 5])
    alone = descent_path(one, moments, rate=1e-3, updates=[5])
    assert torch.allclose(path.kernels[1, 1], alone.kernels[0])


@pytest.mark.parametrize("nu", [NU, Variances(0.0, 1.0, 2.0), Variances(1.0, 0.0, 1.0)])
def test_the_tangent_kernel_of_a_wide_network_tends_to_the_scale_factors(nu):
    H = WideNetwork.random(1000, nu, seed=2)
    kernel = neural_tangent_kernel(H, impulse(ONE, 3, dt=1.0), times=range(3))
    r = scale_factors(nu, 3)
    unit = r.clamp(min=r[0] / 10)
    off = (kernel - torch.diag(r)) / (unit[:, None] * unit).sqrt()
    assert off.abs().max() < 0.25


def test_the_tangent_kernel_of_a_scaled_convolution_is_its_factors():
    r = scale_factors(NU, T)
    H = ScaledConvolution(r, torch.zeros(T, 1, 1, dtype=DTYPE))
    kernel = neural_tangent_kernel(H, impulse(ONE, T, dt=1.0), times=range(T))
    assert torch.allclose(kernel, torch.diag(r), atol=1e-12)


def test_factors_have_no_trouble_with_a_recurrence_that_starts_at_zero():
    assert scale_factors(Variances(0.0, 2.0, 3.0), 4).tolist() == [5.0, 6.0, 0.0, 0.0]


@pytest.mark.parametrize("times", [None, [-2, -1]])
def test_the_loss_of_the_moments_is_that_of_the_sequences(times):
    (x, y), H = data(), network()
    moments = SecondMoments.of(x, y, times=times)
    r = (H(x) - y)[:, times or slice(None)]
    assert torch.allclose(moments.loss(H.kernel_samples(T)), r.square().sum() / 2 / 4)
    L = H.kernel_samples(T).detach().requires_grad_()
    slope, = torch.autograd.grad(moments.loss(L), L)
    assert torch.allclose(moments.gradient(L), slope)
    seen = sum(x[:, t % T - 2].square().sum() for t in (times or range(2, T)))
    assert torch.allclose(moments.energies[2], seen / 4)


def test_white_moments_are_the_mean_over_many_sequences():
    kernel = white_noise(4, 1, 2, dt=1.0, seed=5)
    moments = SecondMoments.white(kernel, noise=0.5)
    x = white_noise(20000, 4, 2, dt=1.0, seed=6)
    convolved = ScaledConvolution(torch.ones(4, dtype=DTYPE), kernel)
    y = convolved(x) + 0.5 * white_noise(20000, 4, 1, dt=1.0, seed=7)
    sample = SecondMoments.of(x, y.detach())
    for name in ("xx", "yx", "yy"):
        one, other = (torch.as_tensor(getattr(m, name)) for m in (moments, sample))
        assert torch.allclose(one, other, atol=0.15)


@pytest.mark.parametrize("count", [1, 9])
def test_the_closed_form_is_gradient_descent(count):
    moments, r = SecondMoments.of(*data(count=count)), scale_factors(NU, T)
    start = 0.3 * white_noise(T, 3, 2, dt=1.0, seed=9)
    rate = 1.5 / moments.curvature(r)
    path = descent_path(ScaledConvolution(r, start), moments, rate=rate,
                        updates=[0, 1, 20])
    closed = convolution_path(moments, r, rate=rate, updates=[0, 1, 20], start=start)
    assert torch.allclose(path.kernels, closed, rtol=1e-10, atol=1e-12)


def test_descent_goes_on_from_its_end_and_leaves_the_start_alone():
    H, moments = network(), SecondMoments.of(*data())
    before = H.kernel_samples(T).detach()
    whole = descent_path(H, moments, rate=1e-3, updates=[0, 4, 9])
    first = descent_path(H, moments, rate=1e-3, updates=[4])
    rest = descent_path(first.end, moments, rate=1e-3, updates=[5])
    assert isinstance(whole, Path) and torch.equal(H.kernel_samples(T), before)
    assert torch.allclose(whole.kernels[2], rest.kernels[0])
    assert moments.loss(whole.kernels[2]) < moments.loss(whole.kernels[0])


def test_an_interruption_keeps_the_path_so_far():
    class Stops(SecondMoments):
        def gradient(self, L):
            raise KeyboardInterrupt

    moments = SecondMoments.of(*data())
    stops = Stops(moments.xx, moments.yx, moments.yy)
    path = descent_path(network(), stops, rate=1e-3, updates=[0, 1, 2])
    assert path.updates == (0,) and len(path.kernels) == 1


def test_bad_input_is_named():
    moments, r = SecondMoments.of(*data()), scale_factors(NU, T)
    with pytest.raises(InputError, match="updates: must rise"):
        convolution_path(moments, r, rate=0.1, updates=[3, 2])
    with pytest.raises(InputError, match="factors: must have one entry"):
        moments.curvature(r[:3])
    with pytest.raises(InputError, match="moments: must have the model's"):
        descent_path(network(d_in=1), moments, rate=0.1, updates=[1])
    with pytest.raises(InputError, match="start: must have one entry a factor"):
        ScaledConvolution(torch.tensor([1.0, 0.0], dtype=DTYPE),
                          torch.ones(2, 1, 1, dtype=DTYPE))
    with pytest.raises(InputError, match="times: must be in the window"):
        SecondMoments.of(*data(), times=[T])
    with pytest.raises(InputError, match="U, c: must not both"):
        Variances(1.0, 0.0, 0.0)


@pytest.mark.parametrize("name, decay", [("DI", 1.0), ("DI", 0.6), ("TC", 0.6)])
def test_kernel_ridge_is_where_the_penalised_loss_is_flat(name, decay):
    moments, P = SecondMoments.of(*data(count=1)), stable_kernel(name, T, decay)
    L = kernel_ridge(moments, P, 0.3).requires_grad_()
    inverse = torch.linalg.inv(P)
    loss = moments.loss(L) + 0.15 * torch.einsum("jk,jop,kop->", inverse, L, L)
    assert torch.autograd.grad(loss, L)[0].abs().max() < 1e-10


def test_the_largest_eigenvalue_is_found_in_either_way():
    x, y = white_noise(50, 15, 20, dt=1.0, seed=0), white_noise(50, 15, dt=1.0, seed=1)
    moments, r = SecondMoments.of(x, y), scale_factors(NU, 15)
    exact = torch.linalg.eigvalsh(moments.scaled(r))[-1]
    assert moments.curvature(r) == pytest.approx(float(exact), rel=1e-10)


def test_bad_priors_are_named():
    moments = SecondMoments.of(*data())
    with pytest.raises(InputError, match="decay: must be at most 1"):
        stable_kernel("TC", T, 1.0)
    with pytest.raises(InputError, match="prior: must be of size"):
        kernel_ridge(moments, stable_kernel("DI", 3, 0.5), 1.0)
    with pytest.raises(InputError, match="prior: must be positive definite"):
        kernel_ridge(moments, -stable_kernel("DI", T, 0.5), 1.0)
