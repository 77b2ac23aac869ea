"""Exact losses against the loops and integrals that define them."""

import math

import pytest
import torch
from scipy import linalg

from comlib import (Airy, Exponential, ExponentialSum, Gaussian, InputError,
                    LinearFunctional, Polynomial, RNN, SSM, TemperedPolynomial,
                    TorchRecurrent, distance, l1_loss, l2_loss, perturb,
                    population_loss, stability_margin, white_noise)
from comlib.kernels import MatrixExponential, ShiftedBox
from comlib.measures import (blow_up_radius, cross_gramian, data_loss, gram_matrix,
                             in_eigenvalues, w1_loss)

D, LENGTH, DT = torch.float64, 24, 0.2
TARGET = LinearFunctional(Polynomial(1.5), DT)


def linear(width=3, diagonal=True, **options):
    return RNN.random(width, dt=DT, diagonal=diagonal, activation="identity", seed=2,
                      **options)


def looped_loss(model, target, x, w):
    """The sum over inputs and times that data_loss is an identity for."""
    e = model(x) - target(x)
    return sum(w[t] * e[..., b, t, :].square().sum(-1)
               for t in range(x.shape[1]) for b in range(len(x))) / len(x)


WEIGHTS = {"mean": None, "last": torch.eye(LENGTH, dtype=D)[-1],
           "growing": torch.linspace(0, 2, LENGTH, dtype=D) ** 2}


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("diagonal", [True, False])
def test_data_loss_equals_the_loop_over_the_data(name, diagonal):
    x = white_noise(7, LENGTH, dt=DT, seed=1)
    stack = perturb(linear(diagonal=diagonal), 0.1, 4, seed=0)
    w = torch.full((LENGTH,), 1 / LENGTH, dtype=D) if name == "mean" else WEIGHTS[name]
    loss = data_loss(stack, TARGET, gram_matrix(x, WEIGHTS[name]))
    torch.testing.assert_close(loss, looped_loss(stack, TARGET, x, w),
                               rtol=1e-12, atol=0)


def test_data_loss_of_several_inputs_and_outputs_equals_the_loop():
    model, target = (RNN.random(3, dt=DT, d_in=2, d_out=3, seed=s,
                                activation="identity") for s in (0, 1))
    x = white_noise(5, LENGTH, 2, dt=DT, seed=3)
    w = WEIGHTS["growing"]
    torch.testing.assert_close(data_loss(model, target, gram_matrix(x, w)),
                               looped_loss(model, target, x, w), rtol=1e-12, atol=0)


def test_data_loss_of_all_impulses_is_the_weighted_sum_of_squares():
    # inputs that are each one impulse make the data as good as the expectation
    x = torch.eye(LENGTH, dtype=D)[..., None] * math.sqrt(LENGTH / DT)
    w, model = WEIGHTS["growing"], linear()
    torch.testing.assert_close(data_loss(model, TARGET, gram_matrix(x, w)),
                               population_loss(model, TARGET, LENGTH, w),
                               rtol=1e-12, atol=0)


def test_population_loss_is_the_mean_of_the_loss_on_white_noise():
    w, model = WEIGHTS["growing"], linear()
    parts = torch.stack([
        data_loss(model, TARGET,
                  gram_matrix(white_noise(200, LENGTH, dt=DT, seed=s), w))
        for s in range(30)]).detach()
    exact = population_loss(model, TARGET, LENGTH, w).detach()
    assert abs(parts.mean() - exact) < 4 * parts.std() / math.sqrt(30)
    assert parts.std() / math.sqrt(30) < 0.02 * exact


def test_population_loss_at_the_last_time_is_the_squared_distance():
    model = linear()
    torch.testing.assert_close(
        population_loss(model, TARGET, LENGTH, WEIGHTS["last"]),
        distance(TARGET, model, LENGTH, "L2") ** 2, rtol=1e-13, atol=0)


def test_a_tiny_loss_keeps_its_relative_precision():
    x, model = white_noise(50, LENGTH, dt=DT, seed=0), linear()
    shape = torch.linspace(1, 2, 3, dtype=D)
    gram = gram_matrix(x)
    losses = [float(data_loss(model.with_parameters({"c": model.c + h * shape}), model,
                              gram).detach()) for h in (2.0**-4, 2.0**-34)]
    assert losses[1] < 1e-18
    assert losses[1] / 2.0**-68 == pytest.approx(losses[0] / 2.0**-8, rel=1e-4)


@pytest.mark.parametrize("loss", [
    lambda m: population_loss(m, TARGET, LENGTH),
    lambda m: data_loss(m, TARGET, gram_matrix(white_noise(3, LENGTH, dt=DT, seed=0))),
    lambda m: l2_loss(m, Polynomial(1.5)),
    lambda m: l1_loss(m, Exponential(0.7, 3.0)),
    lambda m: w1_loss(m, Exponential(0.7, 3.0))])
@pytest.mark.parametrize("diagonal", [True, False])
def test_the_losses_are_differentiable(loss, diagonal):
    model = linear(diagonal=diagonal)
    loss(model).backward()
    direction = {n: torch.cos(torch.arange(p.numel(), dtype=D)).reshape(p.shape)
                 for n, p in model.named_parameters()}
    slope = sum((p.grad * direction[n]).sum() for n, p in model.named_parameters())
    moved = [model.with_parameters({n: p.detach() + h * direction[n]
                                    for n, p in model.named_parameters()})
             for h in (1e-5, -1e-5)]
    ends = [float(loss(q).detach()) for q in moved]
    assert float(slope) == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5)


KERNELS = [Exponential(0.3), Polynomial(1.1), TemperedPolynomial(1.5, 0.5), Airy(),
           Gaussian(), ShiftedBox()]


def as_kernel(model):
    a = (model.c[0] * model.input_weights[:, 0]).tolist()
    return ExponentialSum(tuple(a), tuple((-model.W).tolist()))


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
def test_continuous_losses_equal_the_kernels_own_norms(kernel):
    model = linear(5)
    e = kernel - as_kernel(model)
    # where e changes its sign next to a breakpoint the kernel's own rule errs by 1e-6
    for loss, exact in ((l1_loss, e.l1_norm()), (w1_loss, e.w1_norm())):
        assert float(loss(model, kernel).detach()) == pytest.approx(exact, rel=1e-6)
    assert float(l2_loss(model, kernel).detach()) == pytest.approx(
        e.l2_norm() ** 2, rel=1e-12)


@pytest.mark.parametrize("zero", [1e-6, 0.5, 1 - 1e-9, 1.0, 1.0009, 3.99999, 30.0])
def test_the_absolute_error_is_exact_wherever_its_zero_lies(zero):
    # e = exp(-t) - exp(zero - 2 t) vanishes at t = zero
    model = RNN(torch.tensor([-2.0], dtype=D), torch.ones(1, 1, dtype=D),
                torch.full((1, 1), math.exp(zero), dtype=D), dt=DT,
                activation="identity")
    exact = math.exp(zero) / 2 - 1 + math.exp(-zero)
    at_zero, peak = math.exp(zero), zero + math.log(2)
    # e' = -exp(-t) + 2 exp(zero - 2 t) vanishes at the peak of e
    top = math.exp(-peak) - math.exp(zero - 2 * peak)
    variation = 2 * abs(1 - at_zero) + 2 * top
    assert float(l1_loss(model, Exponential(1.0)).detach()) == pytest.approx(
        exact, rel=1e-10, abs=1e-13)
    assert float(w1_loss(model, Exponential(1.0)).detach()) == pytest.approx(
        exact + variation, rel=1e-10)


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
def test_the_squared_error_equals_its_closed_form(kernel):
    model = linear(5)
    own, r, a = as_kernel(model), -model.W.detach(), model.c[0] * model.U[:, 0]
    cross = sum(float(w) * kernel.laplace(float(s)) for w, s in zip(a.detach(), r))
    closed = kernel.l2_norm() ** 2 - 2 * cross + own.l2_norm() ** 2
    assert float(l2_loss(model, kernel).detach()) == pytest.approx(closed, rel=1e-11)


def test_the_squared_norm_of_a_dense_model_is_that_of_its_gramian():
    model = linear(6, diagonal=False)
    W, U, c = (p.detach().numpy() for p in (model.W, model.U, model.c))
    gramian = linalg.solve_continuous_lyapunov(W, -U @ U.T)
    assert float(l2_loss(model, Exponential(1.0, 0.0)).detach()) == pytest.approx(
        float((c @ gramian @ c.T).item()), rel=1e-12)


def test_a_dense_model_has_the_losses_of_its_kernel():
    model, rho = linear(4, diagonal=False), Polynomial(1.5)
    W, U, c = (p.detach() for p in (model.W, model.U, model.c))
    e = rho - MatrixExponential(c[0], W, U[:, 0])
    assert float(l1_loss(model, rho).detach()) == pytest.approx(e.l1_norm(), rel=1e-9)
    assert float(w1_loss(model, rho).detach()) == pytest.approx(e.w1_norm(), rel=1e-9)


def test_the_squared_error_does_not_cancel_where_the_closed_form_does():
    rho = ExponentialSum((1.0, 0.5), (1.0, 0.3))
    r, a = (torch.tensor(v, dtype=D) for v in (rho.rates, rho.weights))
    model = RNN(-r, a[:, None] + 1e-9, torch.ones(1, 2, dtype=D), dt=DT,
                activation="identity")
    exact = ExponentialSum((1e-9, 1e-9), rho.rates).l2_norm() ** 2
    assert exact < 1e-16
    assert float(l2_loss(model, rho).detach()) == pytest.approx(exact, rel=1e-6)


def test_an_unstable_member_of_a_stack_has_an_infinite_loss_and_no_other_has():
    w = torch.tensor([[-1.0, -0.5], [-1.0, 0.0], [-1.0, 0.1]], dtype=D)
    stack = linear(2).with_parameters({"w": w, "U": torch.ones(3, 2, 1, dtype=D),
                                       "c": torch.ones(3, 1, 2, dtype=D)})
    for loss in (l1_loss, l2_loss, w1_loss):
        values = loss(stack, Polynomial(1.5))
        assert values.isinf().tolist() == [False, True, True]
    assert torch.autograd.grad(values[0], stack.w)[0].isfinite().all()


@pytest.mark.parametrize("kernel", [Polynomial(1.0), Polynomial(0.7)], ids=str)
def test_the_loss_against_a_kernel_that_is_not_integrable_is_infinite(kernel):
    assert math.isinf(l1_loss(linear(), kernel).detach())


def test_the_discretisation_does_not_enter_continuous_time():
    values = {float(l2_loss(linear(discretisation=d), Polynomial(1.5)).detach())
              for d in ("euler", "exact", "hold")}
    assert len(values) == 1


def test_models_without_a_scalar_kernel_are_rejected():
    for model in (RNN.random(3, dt=DT), TARGET,
                  SSM.random(3, dt=DT, d_in=2, activation="identity")):
        with pytest.raises(InputError):
            l2_loss(model, Polynomial(1.5))


def test_wrong_weights_and_wrong_gram_matrices_are_rejected():
    with pytest.raises(InputError, match="weights"):
        population_loss(linear(), TARGET, LENGTH, torch.ones(LENGTH - 1, dtype=D))
    with pytest.raises(InputError, match="gram"):
        data_loss(linear(), TARGET, gram_matrix(white_noise(3, 9, 2, dt=DT, seed=0)))


# affine models: the affine part counts apart

BIASED = [(True, False), (False, True), (True, True)]


@pytest.mark.parametrize("bias, readout_bias", BIASED)
@pytest.mark.parametrize("name", WEIGHTS)
def test_data_loss_of_an_affine_model_equals_the_loop(bias, readout_bias, name):
    x, w = white_noise(7, LENGTH, dt=DT, seed=1), WEIGHTS[name]
    model = linear(bias=bias, readout_bias=readout_bias)
    gram = gram_matrix(x, w, affine=True)
    w = torch.full((LENGTH,), 1 / LENGTH, dtype=D) if w is None else w
    for one, other in ((model, TARGET), (linear(4), model)):
        torch.testing.assert_close(data_loss(one, other, gram),
                                   looped_loss(one, other, x, w), rtol=1e-11, atol=0)


def test_population_loss_of_an_affine_model_is_that_of_inputs_of_mean_zero():
    # the inputs +-x_j e_j have mean zero and variance 1/dt: the expectation is exact
    model = linear(bias=True, readout_bias=True)
    x = torch.eye(LENGTH, dtype=D)[..., None] * (LENGTH / DT) ** 0.5
    weights = WEIGHTS["growing"]
    loop = looped_loss(model, TARGET, torch.cat([x, -x]), weights)
    loss = population_loss(model, TARGET, LENGTH, weights)
    torch.testing.assert_close(loss, loop, rtol=1e-11, atol=0)
    assert loss > 1.01 * population_loss(linear(), TARGET, LENGTH, weights)


def test_distances_and_continuous_losses_leave_the_affine_part_out():
    plain, biased = linear(), linear(bias=True, readout_bias=True)
    kernel = Polynomial(1.5)
    assert torch.equal(biased.kernel_samples(9), plain.kernel_samples(9))
    for norm in ("L1", "L2", "W1"):
        assert torch.equal(distance(TARGET, biased, LENGTH, norm),
                           distance(TARGET, plain, LENGTH, norm))
    for loss in (l1_loss, l2_loss, w1_loss):
        assert torch.equal(loss(biased, kernel), loss(plain, kernel))


def test_a_gram_matrix_must_know_whether_there_are_offsets():
    x = white_noise(3, 9, dt=DT, seed=0)
    with pytest.raises(InputError, match="gram.*affine=True"):
        data_loss(linear(bias=True), TARGET, gram_matrix(x))
    with pytest.raises(InputError, match="gram.*affine=True"):
        data_loss(linear(), TARGET, gram_matrix(x, affine=True))


def test_what_is_no_recurrence_is_refused_with_the_same_words():
    for measure in (stability_margin, blow_up_radius, lambda H: l1_loss(H, Airy()),
                    in_eigenvalues, cross_gramian):
        with pytest.raises(InputError, match="RNN or SSM, with weights W, U and c"):
            measure(TorchRecurrent.random("GRU", 3))
    with pytest.raises(InputError, match="activation 'identity'"):
        l1_loss(RNN.random(3, dt=DT), Airy())
