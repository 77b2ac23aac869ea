"""Perturbations of exact size, the errors they make, and what bounds them below."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import integrate

from comlib import (Ball, Composition, Exp, Exponential, ExponentialSum, Gaussian,
                    InputError, LinearFunctional, Polynomial, RNN, SSM, Softplus,
                    TemperedPolynomial, distance, perturb, perturbation_error,
                    response_distance, stability_margin, white_noise)
from comlib.functional import DTYPE
from comlib.kernels import MatrixExponential, TwoPart
from comlib.measures import certified_lower_curve
from comlib.models import UnitGain

LENGTH = 40


def linear(diagonal=True, width=4, seed=0, **options):
    return RNN.random(
        width, dt=0.2, diagonal=diagonal, activation="identity", seed=seed, **options
    )


def unit(rate=1.0, u=1.0, c=1.0, **options):
    W, U, C = (torch.tensor(v, dtype=DTYPE) for v in ([-rate], [[u]], [[c]]))
    return RNN(
        W, U, C, dt=0.2, activation="identity", discretisation="exact", **options
    )


def size(name, change, diagonal):
    """The norm of Definition 3.4, by numpy."""
    change = change.detach().numpy()
    if name == "w" and diagonal:
        change = np.diag(change)
    return np.linalg.norm(change, 2)


@pytest.mark.parametrize("radius", [0.0, 1e-3, 2.5])
@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize("kind", [RNN, SSM])
@pytest.mark.parametrize("f", [Exp(), Softplus()], ids=repr)
def test_every_weight_moves_by_exactly_the_radius(radius, diagonal, kind, f):
    H = kind.random(
        4, dt=0.2, d_in=3, d_out=2, diagonal=diagonal, bias=True, parameterization=f
    )
    stack, before = perturb(H, radius, copies=6, seed=1), dict(H.named_parameters())
    for name, moved in stack.named_parameters():
        assert moved.shape == (6, *before[name].shape)
        for copy in moved:
            change = size(name, copy - before[name], diagonal)
            assert change == pytest.approx(radius, rel=1e-9, abs=1e-15)
    assert H.w.shape == before["w"].shape


def test_weights_inside_a_combination_move_by_the_radius_too():
    H = Composition(linear(), linear(False))
    diagonal_of = {"functionals.0.w": True}
    for name, moved in perturb(H, 0.3, copies=3, seed=0).named_parameters():
        for copy in moved:
            change = copy - dict(H.named_parameters())[name]
            spectral = size("w", change, diagonal_of.get(name, False))
            assert spectral == pytest.approx(0.3)


@pytest.mark.parametrize(
    "only", [["w"], ("U", "c"), [], iter(["c"])],
    ids=["list", "tuple", "nothing", "iterator"])
def test_only_the_named_weights_move(only):
    names = list(only)
    H = linear(False)
    stack = perturb(H, Ball(0.3, names), copies=3, seed=1)
    for name, moved in stack.named_parameters():
        still = torch.equal(moved, dict(H.named_parameters())[name].expand_as(moved))
        assert still == (name not in names)


def test_the_directions_do_not_depend_on_the_radius_or_on_what_moves():
    H = linear(False, d_in=2)
    small, large = perturb(H, 0.1, 5, seed=3), perturb(H, 0.4, 5, seed=3)
    partial = perturb(H, Ball(0.4, ["c"]), 5, seed=3)
    for name in ("w", "U", "c"):
        start = getattr(H, name)
        assert torch.allclose(
            4 * (getattr(small, name) - start), getattr(large, name) - start, atol=1e-13
        )
    assert torch.equal(partial.c, large.c)
    assert not torch.allclose(perturb(H, 0.4, 5, seed=4).c, large.c)


def test_copies_move_in_different_directions():
    w = perturb(linear(), 0.1, 20, seed=0).w
    assert len(torch.unique(w, dim=0)) == 20
    mean = (w - linear().w).mean().item()
    assert abs(mean) < 5 * 0.1 / math.sqrt(80)


@pytest.mark.parametrize("diagonal", [True, False])
def test_a_perturbed_stack_is_the_loop_over_its_members(diagonal):
    H = linear(diagonal)
    stack, target = perturb(H, 0.1, 5, seed=0), LinearFunctional(Exponential(), 0.2)
    x = white_noise(3, 12, dt=0.2, seed=1)
    for i in range(5):
        one = H.with_parameters({n: p[i] for n, p in stack.named_parameters()})
        assert torch.allclose(stack(x)[i], one(x), atol=1e-13)
        for norm in ("L1", "L2", "W1"):
            assert torch.allclose(
                distance(target, stack, 20, norm)[i],
                distance(target, one, 20, norm),
                rtol=1e-12,
            )


@pytest.mark.parametrize("diagonal", [True, False])
def test_a_stack_is_not_perturbed_again(diagonal):
    with pytest.raises(InputError, match="model"):
        perturb(perturb(linear(diagonal), 0.1, 3, seed=0), 0.1, 3, seed=0)


@pytest.mark.parametrize("norm", ["L1", "L2", "W1"])
@pytest.mark.parametrize("only", [None, ["w"]])
def test_the_error_is_the_largest_distance_so_far(norm, only):
    H, target = linear(), LinearFunctional(Polynomial(), 0.2)
    radii, largest = [0.0, 0.01, 0.1, 0.5], 0.0
    table = perturbation_error(
        H, target, radii, length=LENGTH, norm=norm, copies=7, seed=2, only=only
    )
    assert table["radius"].tolist() == radii
    for radius, value in zip(radii, table["sampled"]):
        stack = perturb(H, Ball(radius, only), 7, 2)
        largest = max(largest, distance(target, stack, LENGTH, norm).max().item())
        assert value == pytest.approx(largest, rel=1e-12)


@pytest.mark.parametrize("norm", ["L1", "L2", "W1"])
def test_the_error_starts_at_the_distance_and_never_falls(norm):
    for seed in range(3):
        H, target = linear(seed=seed), LinearFunctional(Exponential(0.5), 0.2)
        radii = [0.0, 0.001, 0.01, 0.1, 0.3, 1.0, 3.0]
        sampled = perturbation_error(H, target, radii, length=LENGTH, norm=norm)[
            "sampled"
        ]
        exact = distance(target, H, LENGTH, norm).item()
        assert sampled[0] == pytest.approx(exact, rel=1e-12)
        assert (np.diff(sampled) >= 0).all() and sampled[-1] > 2 * sampled[0]


def test_inputs_measure_nonlinear_models():
    H, target = RNN.random(4, dt=0.2), LinearFunctional(Exponential(), 0.2)
    x, largest = white_noise(6, 15, dt=0.2, seed=0), 0.0
    table = perturbation_error(H, target, [0.0, 0.2], length=15, copies=5, inputs=x)
    for radius, value in zip((0.0, 0.2), table["sampled"]):
        shown = response_distance(target, perturb(H, radius, 5, 0), x).max().item()
        largest = max(largest, shown)
        assert value == pytest.approx(largest, rel=1e-12)


@pytest.mark.parametrize("rate, radius", [(1.0, 0.3), (0.5, 0.2), (0.2, 0.5)])
def test_a_single_rate_moves_to_one_of_two_places(rate, radius):
    H, k = unit(rate), 0.2 * torch.arange(LENGTH, dtype=DTYPE)
    moved = torch.stack([torch.exp(-(rate - s * radius) * k) for s in (1, -1)])
    exact = 0.2 * (moved - torch.exp(-rate * k)).abs().sum(1).max().item()
    table = perturbation_error(H, H, [radius], length=LENGTH, only=["w"])
    assert table["sampled"][0] == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_what_samples_show_is_below_the_supremum_of_a_scalar_model(seed):
    rate, u, c, radius = 1.0, 0.8, -1.2, 0.2
    H, k = unit(rate, u, c), 0.2 * torch.arange(LENGTH, dtype=DTYPE)
    steps = torch.linspace(-radius, radius, 21, dtype=DTYPE).tolist()
    # monotone in the rate and affine in u and c: the corners decide
    exact = max(
        0.2
        * (
            (c + dc) * (u + du) * torch.exp(-(rate - dw) * k)
            - c * u * torch.exp(-rate * k)
        )
        .abs()
        .sum()
        .item()
        for dw, du, dc in itertools.product(steps[::10], steps[::10], steps[::10])
    )
    sampled = perturbation_error(H, H, [0.1, radius], length=LENGTH, seed=seed)[
        "sampled"
    ]
    assert sampled[1] == pytest.approx(exact, rel=1e-12)
    few = perturbation_error(H, H, [radius], length=LENGTH, copies=2, seed=seed)[
        "sampled"
    ]
    assert few[0] <= exact * (1 + 1e-12)


def test_an_overflow_is_an_infinite_error():
    H = linear()
    table = perturbation_error(H, H, [0.1, 1e9], length=LENGTH)
    assert math.isfinite(table["sampled"][0]) and table["sampled"][1] == math.inf


def test_weights_keep_their_gradients_out_of_the_error():
    H = linear()
    perturbation_error(H, H, [0.1], length=LENGTH)
    assert H.w.grad is None and H.w.requires_grad


@pytest.mark.parametrize("rates", [[0.3], [2.0, 0.1, 0.7]])
def test_the_margin_of_a_diagonal_model_is_its_smallest_rate(rates):
    W = -torch.tensor(rates, dtype=DTYPE)
    U, c = (
        torch.ones(len(rates), 1, dtype=DTYPE),
        torch.ones(1, len(rates), dtype=DTYPE),
    )
    for f in (Exp(), UnitGain()):
        H = RNN(W, U, c, dt=0.1, parameterization=f)
        assert stability_margin(H).item() == pytest.approx(min(rates))


def test_the_margin_of_a_dense_model_is_minus_its_spectral_abscissa():
    H = linear(False)
    expected = -np.linalg.eigvals(H.W.detach().numpy()).real.max()
    assert stability_margin(H).item() == pytest.approx(expected, rel=1e-10)
    stack = perturb(H, 0.1, 4, seed=0)
    for margin, W in zip(stability_margin(stack), stack.W.detach().numpy()):
        assert margin.item() == pytest.approx(
            -np.linalg.eigvals(W).real.max(), rel=1e-9
        )


@pytest.mark.parametrize("rate", [0.2, 1.0, 5.0])
def test_the_lower_curve_of_an_exponential_is_its_closed_form(rate):
    radii = [rate * share for share in (0.0, 0.01, 0.3, 0.5, 0.51, 0.9, 0.99, 0.999)]
    table = certified_lower_curve(Exponential(rate, -2.0), radii)
    assert table["radius"].tolist() == radii
    for beta, value in zip(radii, table["lower"]):
        assert value == pytest.approx(2 * beta / (rate * (rate - beta)), rel=1e-10)


@pytest.mark.parametrize(
    "rho",
    [
        Exponential(0.3),
        TemperedPolynomial(1.5, 0.3),
        ExponentialSum((1.0, -0.5), (0.3, 1.0)),
    ],
    ids=repr,
)
def test_the_lower_curve_blows_up_at_the_decay_rate(rho):
    below, at, above = certified_lower_curve(rho, [0.299, 0.3, 0.301])["lower"]
    assert math.isfinite(below) and below > 1
    assert math.isnan(at) and above == math.inf


def test_the_lower_curve_of_a_power_law_is_infinite_from_the_start():
    assert certified_lower_curve(Polynomial(), [0.0, 1e-6, 1.0])["lower"].tolist() == [
        0.0,
        math.inf,
        math.inf,
    ]


FINITE = [
    Polynomial(1.05),
    Polynomial(1.5, 2.0, 0.5),
    TemperedPolynomial(1.2, 0.05),
    TwoPart(0.3, 4.0),
    Gaussian(5.0),
    Exponential(0.5),
    ExponentialSum((1.0, -2.0), (0.3, 1.0)),
    Exponential(0.5) - Polynomial(2.0),
]


@pytest.mark.parametrize("rho", FINITE, ids=repr)
@pytest.mark.parametrize("beta, horizon", [(0.1, 10.0), (0.02, 100.0), (1.0, 30.0)])
def test_the_lower_curve_on_a_horizon_agrees_with_scipy(rho, beta, horizon):
    def growth(t):
        return math.expm1(beta * t) * abs(float(rho(torch.tensor(t, dtype=DTYPE))))

    cuts = np.unique(
        [
            0,
            *np.linspace(0, horizon, 40),
            *(p for p in rho.breakpoints if 0 < p < horizon),
        ]
    )
    expected = sum(
        integrate.quad(growth, a, b, epsrel=1e-11, limit=200)[0]
        for a, b in zip(cuts, cuts[1:])
    )
    found = certified_lower_curve(rho, [beta], horizon)["lower"][0]
    assert found == pytest.approx(expected, rel=1e-7)


def test_kernels_that_decay_faster_than_exponentials_have_finite_lower_curves():
    rho = Gaussian(5.0, 1.0)
    lower = certified_lower_curve(rho, [0.5, 3.0])["lower"]
    for beta, value in zip((0.5, 3.0), lower):
        assert value == pytest.approx(rho.laplace(-beta) - rho.l1_norm(), rel=1e-8)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("beta", [0.1, 0.7])
def test_shifting_a_dense_matrix_multiplies_the_kernel_by_an_exponential(seed, beta):
    H = RNN.random(
        5,
        dt=0.1,
        d_in=2,
        d_out=2,
        activation="identity",
        discretisation="exact",
        seed=seed,
    )
    shifted = H.with_parameters({"w": H.w.detach() + beta * torch.eye(5, dtype=DTYPE)})
    t = 0.1 * torch.arange(50, dtype=DTYPE)
    growth = torch.exp(beta * t)[:, None, None]
    assert torch.allclose(
        shifted.kernel_samples(50),
        growth * H.kernel_samples(50),
        rtol=1e-11,
        atol=1e-13,
    )
    rho = MatrixExponential(H.c[0], H.W, H.U[:, 0])
    moved = MatrixExponential(H.c[0], shifted.W, H.U[:, 0])
    assert torch.allclose(moved(t), growth[:, 0, 0] * rho(t), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("beta", [0.1, 0.7])
def test_shifting_euler_steps_mixes_earlier_samples_binomially(beta):
    H = linear(False)
    shifted = H.with_parameters({"w": H.w.detach() + beta * torch.eye(4, dtype=DTYPE)})
    rho, moved = (G.kernel_samples(15).detach()[:, 0, 0] for G in (H, shifted))
    for k in range(15):
        expected = sum(
            math.comb(k, j) * (0.2 * beta) ** j * rho[k - j] for j in range(k + 1)
        )
        assert moved[k].item() == pytest.approx(expected.item(), abs=1e-13)
