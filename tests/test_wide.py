"""Wide linear networks, scaled convolutions, second moments and their paths."""

import math

import pytest
import torch

from comlib import InputError, impulse_response, white_noise
from comlib.functional import DTYPE
from comlib.measures.tangent import neural_tangent_kernel
from comlib.targets import impulse
from comlib.wide import (Path, ScaledConvolution, SecondMoments, Variances,
                         WideNetwork, convolution_path, descent_path, effective_lags,
                         finite_width_kernel, horizon, kernel_fluctuations, mean_lag,
                         mean_power_norms, orthogonal_fluctuations, power_norms,
                         recurrence_kernel, residual_gram, scale_factors,
                         symmetric_gram)

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
    with pytest.raises(InputError, match="multipliers: must be left out"):
        descent_path(ScaledConvolution(r, 0 * moments.yx), moments, rate=0.1,
                     updates=[1], multipliers=(0.0, 1.0, 1.0))
    with pytest.raises(InputError, match="start: must have one entry a factor"):
        ScaledConvolution(torch.tensor([1.0, 0.0], dtype=DTYPE),
                          torch.ones(2, 1, 1, dtype=DTYPE))
    with pytest.raises(InputError, match="times: must be in the window"):
        SecondMoments.of(*data(), times=[T])
    with pytest.raises(InputError, match="U, c: must not both"):
        Variances(1.0, 0.0, 0.0)


def test_the_kernel_of_a_finite_network_is_that_of_its_derivatives():
    H = network()
    kernel = finite_width_kernel(H, T)
    wanted = neural_tangent_kernel(H, impulse(torch.eye(2, dtype=DTYPE), T, dt=1.0),
                                   times=range(T))
    wanted = wanted.view(2, T, 3, 2, T, 3).permute(1, 2, 0, 4, 5, 3)
    assert torch.allclose(kernel, wanted, rtol=1e-12, atol=1e-13)
    stack = network(draws=3)
    one = stack.with_parameters({n: p[2].detach() for n, p in stack.named_parameters()})
    assert torch.allclose(finite_width_kernel(stack, 3)[2], finite_width_kernel(one, 3))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_multiplier_belongs_to_its_weight(place):
    eta = [0.0, 0.0, 0.0]
    eta[place] = 2.0
    H, name = network(), "WUc"[place]
    pulses = impulse(torch.eye(2, dtype=DTYPE), 4, dt=1.0)
    alone = neural_tangent_kernel(H, pulses, times=range(4), only=[name])
    alone = alone.view(2, 4, 3, 2, 4, 3).permute(1, 2, 0, 4, 5, 3)
    assert torch.allclose(finite_width_kernel(H, 4, multipliers=tuple(eta)), 2 * alone)
    wide = WideNetwork.random(1500, NU, seed=5)
    found = finite_width_kernel(wide, 3, multipliers=tuple(eta))[:, 0, 0, :, 0, 0]
    r = scale_factors(NU, 3, multipliers=tuple(eta))
    assert torch.allclose(found.diagonal(), r, rtol=0.25, atol=1e-12)


def test_energies_have_the_exact_mean_of_complex_entries():
    sample = power_norms(6, 5, 20000, complex_entries=True, seed=1)
    error = sample.std(0)[1:] / 20000**0.5
    gap = (sample.mean(0) - mean_power_norms(6, 5))[1:] / error
    assert (sample[:, 0] == 1).all() and gap.abs().max() < 4
    assert mean_power_norms(10, 3)[2] == pytest.approx(1 + 1 / 100)


def test_the_law_of_the_fluctuations_is_a_sum_over_the_shorter_lag():
    law = kernel_fluctuations(Variances(0.5, 2.0, 3.0), 3)
    assert law[0, 0] == pytest.approx(2 * (4 + 9))
    assert law[1, 2] == pytest.approx(0.125 * (4 + 9 + 14**2 + 15**2))
    assert torch.equal(law, law.T)
    with pytest.raises(InputError, match="variances: must have a positive W"):
        kernel_fluctuations(Variances(0.0), 2)
    with pytest.raises(InputError, match="length: must be at most the width 4"):
        power_norms(4, 5, 1)


def test_gram_matrices_of_powers_are_those_of_large_matrices():
    make = torch.Generator().manual_seed(3)
    X = torch.randn(600, 600, generator=make, dtype=DTYPE)
    one = torch.eye(600, dtype=DTYPE)
    for A, gram in ((0.5 * one + 0.7 * X / 600**0.5, residual_gram(0.5, 0.7, 4)),
                    ((0.3 / 1200) ** 0.5 * (X + X.T), symmetric_gram(0.3, 4))):
        powers = [torch.linalg.matrix_power(A, k) for k in range(4)]
        found = torch.tensor([[float((P * Q).sum()) / 600 for P in powers]
                              for Q in powers], dtype=DTYPE)
        assert torch.allclose(found, gram, atol=0.03)


def test_the_kernel_of_a_recurrence_contains_the_scale_factors():
    gram = residual_gram(0.0, NU.W**0.5, 5)
    assert torch.allclose(recurrence_kernel(gram, NU), scale_factors(NU, 5).diag())
    frozen = recurrence_kernel(gram, NU, gain=0.0)
    assert torch.allclose(frozen, (NU.U + NU.c) * gram)


def test_rotations_have_the_largest_term_of_the_gaussian_fluctuations():
    nu = Variances(0.5, 2.0, 3.0)
    law = orthogonal_fluctuations(nu, 3)
    assert law[1, 2] == pytest.approx(0.125 * (14**2 + 15**2))
    assert law[0, 0] == kernel_fluctuations(nu, 3)[0, 0]


def test_effective_memory_is_that_of_the_factors():
    nu = Variances(0.8, 1.5, 0.2)
    r, j = scale_factors(nu, 900), torch.arange(900, dtype=DTYPE)
    assert mean_lag(nu) == pytest.approx(float((j * r).sum() / r.sum()))
    assert effective_lags(nu) == pytest.approx(float(r.sum() ** 2 / (r * r).sum()))
    at = horizon(nu, 1e-3)
    assert math.floor(at) == int((r > 1e-3).nonzero()[-1])
    assert 1.7 * 0.8**at + at * 0.3 * 0.8 ** (at - 1) == pytest.approx(1e-3)
    with pytest.raises(InputError, match="level: must be reached"):
        horizon(nu, 50.0)
    with pytest.raises(InputError, match="variances: must have W below one"):
        mean_lag(Variances(1.0, 1.0, 1.0))
