"""RNN and SSM against loops written from their equations."""

import itertools

import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
import scipy.signal
import torch

from comlib import (Direct, Exp, Exponential, InputError, LinearFunctional, RNN, SSM,
                    Softplus, UnstableError, impulse_response, white_noise)
from comlib.functional import DTYPE
from comlib.kernels import MatrixExponential
from comlib.measures import causality_defect, homogeneity_defect, linearity_defect
from comlib.models import InverseQuadratic, ReLU, UnitGain

SIGMA = {
    "identity": lambda z: z,
    "tanh": np.tanh,
    "hardtanh": lambda z: np.clip(z, -1, 1),
    "relu": lambda z: np.maximum(z, 0),
}
MAPS = [Direct(), ReLU(), Exp(), Softplus(), InverseQuadratic(), UnitGain()]
ROUTES = ["recurrence", "convolution", "closed form"]


def transition(W, dt, discretisation, U):
    """A and B of h_k = A h_{k-1} + B x_k, by scipy."""
    m = len(W)
    if discretisation == "euler":
        return np.eye(m) + dt * W, dt * U
    if discretisation == "exact":
        return scipy.linalg.expm(dt * W), dt * U
    zeros = np.zeros((1, U.shape[1]))
    A, B, *_ = scipy.signal.cont2discrete((W, U, np.zeros((1, m)), zeros), dt, "zoh")
    return A, B


def naive(H, x):
    """Step one input through one model without a stack."""
    W, U, c = (p.detach().numpy() for p in (H.W, H.U, H.c))
    W = np.diag(W) if H.diagonal else W
    if isinstance(H.parameterization, UnitGain):
        U = np.abs(np.diag(W))[:, None] * U
    b = np.zeros((len(U), 1)) if H.b is None else H.b.detach().numpy()[:, None]
    A, B = transition(W, H.dt, H.discretisation, np.hstack([U, b]))
    sigma, h, y = SIGMA[H.activation], np.zeros(len(U)), []
    for row in x.numpy():
        drive = np.append(row, 1.0)
        if isinstance(H, SSM) or H.activation == "identity":
            h = A @ h + B @ drive
        else:
            h = h + H.dt * sigma(W @ h + U @ row + b[:, 0])
        y.append(c @ (sigma(h) if isinstance(H, SSM) else h))
    return np.array(y)


CASES = [
    (kind, activation, way)
    for kind in (RNN, SSM)
    for activation in SIGMA
    for way in ("euler", "exact", "hold")
    if kind is SSM or activation == "identity" or way == "euler"
]


def random_inputs(d_in, batch=2, length=12):
    return 2 * white_noise(batch, length, d_in, dt=1.0, seed=9)


@pytest.mark.parametrize("kind, activation, way", CASES)
@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("width, d_in, d_out, dt", [(1, 1, 1, 0.1), (5, 3, 2, 0.7)])
def test_a_model_is_its_equation(
    kind, activation, way, diagonal, bias, width, d_in, d_out, dt
):
    H = kind.random(
        width,
        dt=dt,
        d_in=d_in,
        d_out=d_out,
        diagonal=diagonal,
        bias=bias,
        activation=activation,
        discretisation=way,
        seed=width,
    )
    x = random_inputs(d_in)
    y = H(x).detach().numpy()
    for i in range(len(x)):
        assert np.allclose(y[i], naive(H, x[i]), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("f", MAPS, ids=repr)
@pytest.mark.parametrize("kind, way", [(RNN, "euler"), (SSM, "exact"), (SSM, "hold")])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_parameterization_changes_the_weights_and_not_the_model(f, kind, way, seed):
    direct, H = (
        kind.random(
            4, dt=0.2, diagonal=True, discretisation=way, parameterization=g, seed=seed
        )
        for g in (Direct(), f)
    )
    assert torch.allclose(H.W, direct.W, atol=1e-13)
    x = random_inputs(1)
    assert np.allclose(H(x)[0].detach(), naive(H, x[0]), atol=1e-12)
    if not isinstance(f, UnitGain):
        assert torch.allclose(H(x), direct(x), atol=1e-12)


@pytest.mark.parametrize("f", [Exp(), Softplus(), InverseQuadratic()], ids=repr)
def test_a_parameterization_of_a_dense_model_keeps_the_model(f):
    direct, H = (
        RNN.random(4, dt=0.2, parameterization=g, seed=3) for g in (Direct(), f)
    )
    assert torch.allclose(H.W, direct.W, atol=1e-11)
    assert not torch.allclose(H.w, direct.w)


@pytest.mark.parametrize("kind, activation, way", CASES)
@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize("stack", [(3,), (2, 2)])
def test_a_stack_equals_its_members(kind, activation, way, diagonal, stack):
    count = int(np.prod(stack))
    singles = [
        kind.random(
            3,
            dt=0.3,
            d_in=2,
            d_out=2,
            diagonal=diagonal,
            bias=True,
            activation=activation,
            discretisation=way,
            seed=s,
        )
        for s in range(count)
    ]
    if activation == "identity":
        singles = [
            kind(H.W, H.U, H.c, dt=0.3, activation=activation, discretisation=way)
            for H in singles
        ]

    def stacked(name):
        values = [getattr(H, name) for H in singles]
        return (
            None
            if values[0] is None
            else torch.stack(values).reshape(*stack, *values[0].shape)
        )

    H = kind(
        *(stacked(n) for n in ("W", "U", "c", "b")),
        dt=0.3,
        activation=activation,
        discretisation=way,
    )
    x = random_inputs(2)
    together = H(x).reshape(count, 2, 12, 2)
    for y, single in zip(together, singles):
        assert torch.allclose(y, single(x), atol=1e-13)
    assert H.eigenvalues().shape == (*stack, 3)
    if H.linear:
        kernels = H.kernel_samples(9).reshape(count, 9, 2, 2)
        for rho, single in zip(kernels, singles):
            assert torch.allclose(rho, single.kernel_samples(9), atol=1e-13)


@pytest.mark.parametrize("kind", [RNN, SSM])
def test_a_batch_equals_its_inputs(kind):
    H, x = kind.random(4, dt=0.1, d_in=2, bias=True), random_inputs(2, batch=5)
    for i in range(5):
        assert torch.allclose(H(x)[i], H(x[i : i + 1])[0], atol=1e-14)


@pytest.mark.parametrize("kind", [RNN, SSM])
@pytest.mark.parametrize("way", ["euler", "exact", "hold"])
@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize(
    "width, d_in, d_out, dt, seed",
    [(1, 1, 1, 0.05, 0), (4, 2, 3, 0.4, 1), (7, 3, 1, 1.5, 2)],
)
def test_the_impulse_response_is_the_kernel_by_three_routes(
    kind, way, diagonal, width, d_in, d_out, dt, seed
):
    H = kind.random(
        width,
        dt=dt,
        d_in=d_in,
        d_out=d_out,
        diagonal=diagonal,
        seed=seed,
        activation="identity",
        discretisation=way,
    )
    first, *others = [impulse_response(H, 33, route).detach() for route in ROUTES]
    assert first.shape == (33, d_out, d_in)
    for other in others:
        assert torch.allclose(first, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("diagonal", [True, False])
def test_exact_samples_are_those_of_the_continuous_kernel(diagonal):
    H = RNN.random(
        4,
        dt=0.3,
        d_in=2,
        d_out=2,
        diagonal=diagonal,
        activation="identity",
        discretisation="exact",
    )
    W = torch.diag(H.W) if diagonal else H.W
    t = 0.3 * torch.arange(20, dtype=DTYPE)
    rho = H.kernel_samples(20)
    for o, i in itertools.product(range(2), range(2)):
        kernel = MatrixExponential(H.c[o], W, H.U[:, i])
        assert torch.allclose(rho[:, o, i], kernel(t), atol=1e-12)


@pytest.mark.parametrize("diagonal", [True, False])
def test_hold_is_exact_for_inputs_constant_between_samples(diagonal):
    H = SSM.random(
        3,
        dt=0.5,
        diagonal=diagonal,
        bias=True,
        activation="tanh",
        discretisation="hold",
        seed=4,
    )
    W = (torch.diag(H.W) if diagonal else H.W).detach().numpy()
    U, b, x = H.U.detach().numpy()[:, 0], H.b.detach().numpy(), random_inputs(1)[:1]
    h, y = np.zeros(3), []
    for value in x[0, :, 0].tolist():
        # x_k holds on (t_{k-1}, t_k]
        h = scipy.integrate.solve_ivp(
            lambda t, h, drive: W @ h + drive,
            (0, 0.5),
            h,
            args=(U * value + b,),
            rtol=1e-11,
            atol=1e-12,
        ).y[:, -1]
        y.append(H.c.detach().numpy() @ np.tanh(h))
    assert np.allclose(H(x)[0].detach(), y, atol=1e-9)


@pytest.mark.parametrize("dt", [0.5, 1e-3])
def test_hold_integrates_an_eigenvalue_of_zero(dt):
    zero, one = torch.zeros(1, dtype=DTYPE), torch.ones(1, 1, dtype=DTYPE)
    for W in (zero, zero[None]):
        H = SSM(
            W,
            one,
            one,
            dt=dt,
            activation="identity",
            discretisation="hold",
            allow_unstable=True,
        )
        y = H(torch.ones(1, 8, 1, dtype=DTYPE))[0, :, 0]
        assert torch.allclose(y, dt * torch.arange(1, 9, dtype=DTYPE), atol=1e-14)


@pytest.mark.parametrize("activation", ["tanh", "hardtanh"])
@pytest.mark.parametrize("diagonal", [True, False])
def test_euler_steps_converge_to_the_differential_equation(activation, diagonal):
    options = dict(diagonal=diagonal, bias=True, activation=activation, seed=1)
    H = RNN.random(3, dt=0.1, **options)
    W = (torch.diag(H.W) if diagonal else H.W).detach().numpy()
    U, b, c = (p.detach().numpy() for p in (H.U, H.b, H.c))

    def slope(t, h):
        return SIGMA[activation](W @ h + 2 * U[:, 0] * np.cos(t) + b)

    exact = scipy.integrate.solve_ivp(slope, (0, 4), np.zeros(3), rtol=1e-9, atol=1e-10)
    errors = []
    for dt in (0.1, 0.05, 0.025):
        H = RNN.random(3, dt=dt, **options)
        t = dt * torch.arange(1, round(4 / dt) + 1, dtype=DTYPE)
        y = H(2 * torch.cos(t)[None, :, None])[0, -1, 0].item()
        errors.append(abs(y - (c @ exact.y[:, -1])[0]))
    for coarse, fine in zip(errors, errors[1:]):
        assert 1.6 < coarse / fine < 2.6  # first order


@pytest.mark.parametrize("activation", SIGMA)
@pytest.mark.parametrize("kind", [RNN, SSM])
@pytest.mark.parametrize("diagonal", [True, False])
def test_gradients_are_correct(kind, activation, diagonal):
    H = kind.random(
        3, dt=0.5, d_in=2, bias=True, diagonal=diagonal, activation=activation
    )
    check_gradients(H)


@pytest.mark.parametrize("f", MAPS, ids=repr)
@pytest.mark.parametrize("kind, way", [(RNN, "euler"), (SSM, "exact"), (SSM, "hold")])
def test_gradients_reach_through_every_parameterization(f, kind, way):
    for diagonal in (True, False):
        if diagonal or not isinstance(f, (ReLU, UnitGain)):
            check_gradients(
                kind.random(
                    3,
                    dt=0.5,
                    diagonal=diagonal,
                    discretisation=way,
                    parameterization=f,
                    seed=2,
                )
            )


def check_gradients(H):
    x = random_inputs(H.d_in, length=5)
    names, values = zip(*H.named_parameters())
    inputs = [v.detach().clone().requires_grad_() for v in values]

    def response(*values):
        return torch.func.functional_call(H, dict(zip(names, values)), (x,))

    assert torch.autograd.gradcheck(response, inputs, atol=1e-6)


@pytest.mark.parametrize("kind, activation, way", CASES)
@pytest.mark.parametrize("seed", [0, 1])
def test_models_are_causal_and_time_homogeneous(kind, activation, way, seed):
    H = kind.random(
        4, dt=0.3, d_in=2, d_out=2, activation=activation, discretisation=way, seed=seed
    )
    x, z = random_inputs(2), white_noise(2, 12, 2, dt=1.0, seed=5)
    for split in (1, 6, 11):
        assert causality_defect(H, x, z, split) == 0
        assert homogeneity_defect(H, x, split) < 1e-14


@pytest.mark.parametrize("kind, activation, way", CASES)
def test_models_are_linear_if_and_only_if_they_say_so(kind, activation, way):
    for bias in (False, True):
        H = kind.random(4, dt=0.3, bias=bias, activation=activation, discretisation=way)
        x, z = 3 * random_inputs(1), 3 * white_noise(2, 12, dt=1.0, seed=5)
        assert (linearity_defect(H, x, z) < 1e-11) == H.linear
        assert H.linear == (activation == "identity" and not bias)


def test_an_rnn_and_an_ssm_agree_if_they_are_linear():
    x = random_inputs(1)
    for way in ("euler", "exact", "hold"):
        a, b = (
            kind.random(4, dt=0.3, bias=True, activation="identity", discretisation=way)
            for kind in (RNN, SSM)
        )
        assert torch.equal(a(x), b(x))


@pytest.mark.parametrize(
    "rate, dt, stable",
    [
        (1.0, 1.999, True),
        (1.0, 2.001, False),
        (0.01, 199.0, True),
        (0.01, 201.0, False),
        (-0.1, 0.1, False),
        (0.0, 0.1, False),
    ],
)
def test_euler_steps_are_limited_by_rate_times_dt(rate, dt, stable):
    one = torch.ones(1, 1, dtype=DTYPE)
    for W in (-rate * one, -rate * one[0]):
        if stable:
            RNN(W, one, one, dt=dt)
        else:
            with pytest.raises(UnstableError):
                RNN(W, one, one, dt=dt)
            RNN(W, one, one, dt=dt, allow_unstable=True)
        if rate > 0:
            SSM(W, one, one, dt=dt, discretisation="exact")


def test_the_euler_limit_counts_the_imaginary_part():
    # -0.1 +- i: |1 + dt lambda| = 1 at dt = 0.2 / 1.01
    W = torch.tensor([[-0.1, 1.0], [-1.0, -0.1]], dtype=DTYPE)
    U, c = torch.ones(2, 1, dtype=DTYPE), torch.ones(1, 2, dtype=DTYPE)
    RNN(W, U, c, dt=0.197)
    with pytest.raises(UnstableError, match="dt"):
        RNN(W, U, c, dt=0.199)


@pytest.mark.parametrize("kind", [RNN, SSM])
@pytest.mark.parametrize("dt", [1e-3, 1.0, 10.0])
@pytest.mark.parametrize("diagonal", [True, False])
def test_random_models_are_stable_at_every_timebase(kind, dt, diagonal):
    for seed in range(5):
        kind.random(20, dt=dt, diagonal=diagonal, seed=seed).check_stable()


def test_a_model_copies_its_weights():
    W, one = -torch.ones(1, dtype=DTYPE), torch.ones(1, 1, dtype=DTYPE)
    H = RNN(W, one, one, dt=0.1)
    W *= 5
    one *= 5
    assert H.W.item() == -1 and H.U.item() == H.c.item() == 1


def test_the_width_is_that_of_the_readout():
    H = RNN.random(7, dt=0.1, d_in=2, d_out=3)
    assert H.width == 7 and H.c.shape == (3, 7) and H.U.shape == (7, 2)
    assert {n for n, _ in H.named_parameters()} == {"w", "U", "c"}
    with pytest.raises(InputError):
        RNN(H.W, H.U[:6], H.c, dt=0.1)


# linear models with biases

BIASES = [(False, False), (True, False), (False, True), (True, True)]


def affine(kind=RNN, diagonal=True, bias=True, readout_bias=True, **options):
    return kind.random(4, dt=0.2, d_in=2, d_out=3, diagonal=diagonal, bias=bias,
                       readout_bias=readout_bias, activation="identity", **options)


@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize("way", ["euler", "exact", "hold"])
@pytest.mark.parametrize("bias, readout_bias", BIASES)
def test_convolving_a_linear_model_is_stepping_it(diagonal, way, bias, readout_bias):
    H = affine(SSM, diagonal, bias, readout_bias, discretisation=way, seed=3)
    x = random_inputs(2, batch=3, length=70).requires_grad_()
    inputs = [x, *H.parameters()]
    assert H.affine and H.linear == (not bias and not readout_bias)
    y, stepped = H(x), H.step(x)
    assert y.shape == stepped.shape
    assert not torch.equal(y, stepped)  # there are two ways indeed
    torch.testing.assert_close(y, stepped, rtol=0, atol=1e-13)
    direction = torch.cos(torch.arange(y.numel(), dtype=DTYPE)).reshape(y.shape)
    for a, b in zip(*(torch.autograd.grad(v, inputs, direction) for v in (y, stepped))):
        torch.testing.assert_close(a, b, rtol=1e-13, atol=1e-13 * float(b.abs().max()))


@pytest.mark.parametrize("diagonal", [True, False])
def test_a_stack_with_biases_convolves_as_its_members(diagonal):
    singles = [affine(diagonal=diagonal, seed=seed) for seed in range(3)]
    stack = singles[0].with_parameters({
        n: torch.stack([dict(s.named_parameters())[n].detach() for s in singles])
        for n, _ in singles[0].named_parameters()})
    x = random_inputs(2, batch=3, length=70)
    for y, single in zip(stack(x), singles):
        torch.testing.assert_close(y, single.step(x), rtol=0, atol=1e-13)
    assert stack.offset(5).shape == (3, 5, 3)


def test_a_kernel_that_grows_is_stepped_so_that_its_beginning_is_exact():
    H = RNN(*(torch.tensor(v, dtype=DTYPE) for v in ([0.5], [[1.0]], [[1.0]])), dt=1.0,
            activation="identity", allow_unstable=True)
    x = torch.zeros(1, 200, 1, dtype=DTYPE)
    x[0, 0] = 1.0
    k = torch.arange(200, dtype=DTYPE)
    torch.testing.assert_close(H(x)[0, :, 0], 1.5**k, rtol=1e-12, atol=0)


def test_affine_models_can_be_mapped_by_torch():
    H, x = affine(), random_inputs(2, batch=3, length=40)
    w = H.w.detach() * torch.tensor([[1.0], [0.5]], dtype=DTYPE)
    many = torch.vmap(lambda w: torch.func.functional_call(H, {"w": w}, (x,)))(w)
    for y, one in zip(many, w):
        torch.testing.assert_close(y, H.with_parameters({"w": one})(x), rtol=0,
                                   atol=1e-13)


@pytest.mark.parametrize("kind", [RNN, SSM])
@pytest.mark.parametrize("activation", ["tanh", "identity"])
def test_the_readout_bias_is_added_last(kind, activation):
    H = kind.random(4, dt=0.2, d_out=3, activation=activation, bias=True,
                    readout_bias=True)
    plain = kind(H.W, H.U, H.c, H.b, dt=0.2, activation=activation)
    x = random_inputs(1, batch=2, length=9)
    assert H.d.shape == (3,)
    torch.testing.assert_close(H(x), plain(x) + H.d, rtol=0, atol=1e-15)
    torch.testing.assert_close(H.offset(6), H(0 * x[:1, :6])[0], rtol=0, atol=1e-14)
    with pytest.raises(InputError, match="d: must have shape"):
        kind(H.W, H.U, H.c, d=H.d[:2], dt=0.2)


def test_a_model_shows_what_defines_it():
    assert repr(RNN.random(16, dt=0.1)) == (
        "RNN(width=16, dt=0.1, activation='tanh', parameterization=Direct(), "
        "discretisation='euler')")
    shown = repr(SSM.random(2, dt=0.5, d_in=3, diagonal=True, parameterization=Exp()))
    assert "width=2, diagonal=True, d_in=3, dt=0.5" in shown
    assert "parameterization=Exp()" in shown
    assert repr(LinearFunctional(Exponential(0.5), 0.1)) == (
        "LinearFunctional(Exponential(rate=0.5, amplitude=1.0), dt=0.1)")
