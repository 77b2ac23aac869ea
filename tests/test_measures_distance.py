"""Distances against brute force and against norms of kernels."""

import itertools
import math

import pytest
import torch

from comlib import (Exponential, Gaussian, InputError, LinearFunctional, Memoryless,
                    Polynomial, RNN, distance, response_distance, white_noise)
from comlib.functional import DTYPE
from comlib.targets import Delay

NORMS = ["L1", "L2", "W1"]


def random_model(seed, d_in=1, d_out=1, **options):
    return RNN.random(
        4, dt=0.2, d_in=d_in, d_out=d_out, seed=seed, activation="identity", **options
    )


def brute(H, G, length, norm):
    """The norms written as sums over times, outputs and inputs."""
    e = (H.kernel_samples(length) - G.kernel_samples(length)).tolist()
    d_out, d_in, totals = H.d_out, H.d_in, []
    for o in range(d_out):
        total = 0.0
        for i, k in itertools.product(range(d_in), range(length)):
            jump = e[k][o][i] - (e[k - 1][o][i] if k else 0.0)
            total += {
                "L1": H.dt * abs(e[k][o][i]),
                "L2": H.dt * e[k][o][i] ** 2,
                "W1": H.dt * abs(e[k][o][i]) + abs(jump),
            }[norm]
        totals.append(math.sqrt(total) if norm == "L2" else total)
    return max(totals)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("d_in, d_out", [(1, 1), (3, 2)])
@pytest.mark.parametrize("length", [1, 2, 30])
def test_distances_are_the_documented_sums(norm, d_in, d_out, length):
    H, G = random_model(0, d_in, d_out), random_model(1, d_in, d_out, diagonal=True)
    expected = brute(H, G, length, norm)
    assert distance(H, G, length, norm).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "pair",
    [
        (Exponential(1.0), Exponential(0.5)),
        (Gaussian(3.0), Exponential(2.0, 0.5)),
        (Polynomial(3.0), Gaussian(2.0, 0.5, -1.0)),
    ],
    ids=str,
)
def test_distances_converge_to_the_norms_of_kernels(pair):
    a, b = pair
    continuous = {
        "L1": (a - b).l1_norm(),
        "L2": (a - b).l2_norm(),
        "W1": (a - b).w1_norm(),
    }
    for norm, exact in continuous.items():
        errors = []
        for dt in (0.04, 0.02, 0.01):
            H, G = LinearFunctional(a, dt), LinearFunctional(b, dt)
            d = distance(H, G, round(120 / dt), norm).item()
            errors.append(abs(d - exact) / exact)
        assert errors[-1] < 0.02
        assert errors[-1] < 0.7 * errors[0] or errors[0] < 2e-4


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("d_in", [1, 3])
def test_the_operator_norm_is_attained_by_the_sign_input(seed, d_in):
    H, G, length = random_model(seed, d_in), random_model(seed + 5, d_in), 25
    e = (H.kernel_samples(length) - G.kernel_samples(length)).detach()
    x = torch.sign(e[:, 0].flip(0))[None]
    attained = response_distance(H, G, x).item()
    assert attained == pytest.approx(distance(H, G, length).item(), rel=1e-12)


@pytest.mark.parametrize("norm", ["L1", "W1"])
@pytest.mark.parametrize("d_in, d_out, seed", [(1, 1, 0), (2, 3, 1), (1, 2, 2)])
def test_what_inputs_show_is_a_lower_bound(norm, d_in, d_out, seed):
    H, G = random_model(seed, d_in, d_out), random_model(seed + 5, d_in, d_out)
    exact = distance(H, G, 30, norm).item()
    e = (H.kernel_samples(30) - G.kernel_samples(30)).detach()
    signs = torch.sign(e.flip(0)).movedim(1, 0)
    slopes = torch.sign(torch.diff(e, dim=0, prepend=0 * e[:1]).flip(0)).movedim(1, 0)
    for x in (white_noise(50, 30, d_in, dt=0.2, seed=0), signs, slopes):
        x = torch.where(x == 0, 1.0, x)
        assert (
            0.05 * exact
            < response_distance(H, G, x, norm).item()
            <= exact * (1 + 1e-12)
        )


def test_the_two_parts_of_w1_are_added_before_outputs_are_compared():
    # one output is large and constant, the other small and jumping
    W, U = torch.full((2,), -1e-9, dtype=DTYPE), torch.ones(2, 1, dtype=DTYPE)
    c = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=DTYPE)
    H = RNN(W, U, c, dt=1.0, activation="identity")
    G = H.with_parameters({"c": torch.zeros(2, 2, dtype=DTYPE)})
    x = torch.ones(1, 5, 1, dtype=DTYPE)
    exact = distance(H, G, 5, "W1").item()
    assert response_distance(H, G, x, "W1").item() == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_w1_adds_the_parts_of_each_output(dt):
    rates = torch.tensor([-1.0, -1.9], dtype=DTYPE)
    U, c = torch.ones(2, 1, dtype=DTYPE), torch.eye(2, dtype=DTYPE)
    H = RNN(rates, U, c, dt=dt, activation="identity")
    G = H.with_parameters({"c": torch.zeros(2, 2, dtype=DTYPE)})
    exact = distance(H, G, 12, "W1").item()
    for x in white_noise(200, 12, dt=1.0, seed=0).sign().split(1):
        e = (H(x) - G(x)).detach()[0]
        slopes = torch.diff(e, dim=0, prepend=torch.zeros(1, 2)) / dt
        expected = (e.abs() + slopes.abs()).max().item()
        shown = response_distance(H, G, x, "W1").item()
        assert shown == pytest.approx(expected) and shown <= exact * (1 + 1e-12)


def test_response_l2_is_the_root_mean_square_at_the_last_time():
    H, G, x = (
        random_model(0, 1, 2),
        random_model(1, 1, 2),
        white_noise(40, 15, dt=0.2, seed=0),
    )
    e = (H(x) - G(x)).detach()[:, -1]
    expected = max(math.sqrt((e[:, o] ** 2).mean()) for o in range(2))
    assert response_distance(H, G, x, "L2").item() == pytest.approx(expected, rel=1e-12)


def test_white_noise_shows_the_l2_distance():
    H, G = random_model(0), random_model(1)
    x = white_noise(20000, 40, dt=0.2, seed=2)
    shown = response_distance(H, G, x, "L2").item()
    # the standard error of a root mean square of n normal values is 1/sqrt(2n)
    assert shown == pytest.approx(
        distance(H, G, 40, "L2").item(), rel=4 / math.sqrt(40000)
    )


def test_response_l1_scales_each_input_by_its_own_size():
    H, G, x = (
        random_model(0, 2),
        random_model(1, 2),
        white_noise(6, 15, 2, dt=0.2, seed=0),
    )
    factors = torch.logspace(-3, 3, 6, dtype=DTYPE)[:, None, None]
    assert torch.allclose(
        response_distance(H, G, x), response_distance(H, G, factors * x)
    )


@pytest.mark.parametrize("norm", ["L1", "W1"])
def test_the_input_that_shows_most_decides(norm):
    # the network saturates: relative to a small input it answers more than to a large
    H = RNN.random(3, dt=0.2, seed=0)
    silent = H.with_parameters({"c": torch.zeros_like(H.c)})
    x = torch.cat([h * white_noise(1, 15, dt=0.2, seed=1) for h in (0.01, 1.0, 100.0)])
    each = [response_distance(H, silent, one, norm).item() for one in x.split(1)]
    assert max(each) > 2 * min(each)
    assert response_distance(H, silent, x, norm).item() == max(each)


@pytest.mark.parametrize("norm", NORMS)
def test_a_stack_has_the_distances_of_its_members(norm):
    target = LinearFunctional(Exponential(0.5), 0.2)
    singles = [random_model(s) for s in range(3)]
    stack = RNN(
        *(torch.stack([getattr(H, n) for H in singles]) for n in ("W", "U", "c")),
        dt=0.2,
        activation="identity",
    )
    x = white_noise(5, 20, dt=0.2, seed=0)
    together, shown = (
        distance(target, stack, 20, norm),
        response_distance(target, stack, x, norm),
    )
    assert together.shape == shown.shape == (3,)
    for i, H in enumerate(singles):
        assert torch.allclose(together[i], distance(target, H, 20, norm), rtol=1e-12)
        assert torch.allclose(
            shown[i], response_distance(target, H, x, norm), rtol=1e-12
        )


@pytest.mark.parametrize("norm", NORMS)
def test_distances_are_metrics(norm):
    H, G, K = (random_model(s, 2, 2) for s in range(3))
    assert distance(H, H, 20, norm) == 0
    assert torch.allclose(distance(H, G, 20, norm), distance(G, H, 20, norm))
    assert distance(H, K, 20, norm) <= distance(H, G, 20, norm) + distance(
        G, K, 20, norm
    )
    assert response_distance(H, H, white_noise(2, 9, 2, dt=0.2, seed=0), norm) == 0


def test_a_longer_horizon_shows_more():
    H, G = random_model(0), random_model(1)
    for norm in NORMS:
        assert distance(H, G, 10, norm) < distance(H, G, 40, norm)


def test_a_distance_can_be_trained():
    H, G = random_model(0), random_model(1)
    for norm in NORMS:
        distance(H, G, 20, norm).backward()
    assert G.w.grad.abs().min() > 0


def test_nonlinear_functionals_have_no_exact_distance():
    with pytest.raises(InputError, match="linear"):
        distance(Delay(1, 0.2), Memoryless("tanh", 0.2), 10)
    response_distance(
        Delay(1, 0.2), Memoryless("tanh", 0.2), torch.ones(1, 5, 1, dtype=DTYPE)
    )
