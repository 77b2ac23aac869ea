"""Proved upper bounds hold, are finite where that is claimed, and are not idle."""

import copy
import math

import pytest
import torch

from comlib import (Ball, Direct, Exp, Exponential, InputError, LinearFunctional,
                    RNN, Search, Softplus, complex_stability_radius, distance, perturb,
                    perturbation_error, stability_margin)
from comlib.functional import DTYPE
from comlib.measures import certified_change, w1_loss
from comlib.measures.perturbation.envelopes import _integrals, geometric_series
from comlib.models import UnitGain

DT, LENGTH = 0.1, 60
TARGET = LinearFunctional(Exponential(0.7), DT)
NORMS = ("L1", "L2", "W1")


def dense(kind="random", discretisation="euler", seed=0):
    make = torch.Generator().manual_seed(seed)
    U, c = (torch.randn(s, generator=make, dtype=DTYPE) / 2 for s in ((4, 1), (1, 4)))
    G = torch.randn(4, 4, generator=make, dtype=DTYPE)
    one = torch.eye(4, dtype=DTYPE)
    W = {"random": 0.3 * G - 1.2 * one, "normal": (G - G.mT) / 2 - one,
         "sheared": 2 * G.triu(1) - one}[kind]
    return RNN(W, U, c, dt=DT, activation="identity",
               discretisation=discretisation)


def diagonal(f=Direct(), discretisation="exact"):
    W = -torch.tensor([0.5, 0.9, 2.0], dtype=DTYPE)
    U, c = torch.tensor([[0.6, -0.4, 1.0], [0.8, 0.7, -0.5]], dtype=DTYPE)
    return RNN(W, U[:, None], c[None], dt=DT, activation="identity",
               discretisation=discretisation, parameterization=f)


def moved(model, radius, norm, region, only, copies=12, dt=0.01, end=60.0):
    """Return the largest change of the kernel, sampled finely."""
    change = []
    for twin in (perturb(model, Ball(radius, only, region), copies, 0), model):
        twin = copy.deepcopy(twin)
        twin.dt, twin.discretisation = dt, "exact"
        change.append(twin.kernel_samples(int(end / dt))[..., 0, 0].detach())
    e = change[0] - change[1]
    if norm == "L2":
        return float((dt * (e**2).sum(-1) - dt * e[:, 0]**2 / 2).sqrt().max())
    size = dt * (e.abs().sum(-1) - e[:, 0].abs() / 2)
    if norm == "W1":
        size = size + e[:, 0].abs() + e.diff(dim=-1).abs().sum(-1)
    return float(size.max())


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("kind, discretisation, only", [
    ("random", "euler", None), ("sheared", "euler", None), ("random", "exact", None),
    ("sheared", "exact", ("w",)), ("normal", "euler", ("U", "c"))])
def test_on_a_horizon_what_is_found_stays_below_what_is_proved(
        kind, discretisation, norm, only):
    table = perturbation_error(
        dense(kind, discretisation), TARGET, [0.0, 0.01, 0.1, 0.4], length=LENGTH,
        norm=norm, only=only, copies=10, search=Search(1, 5))
    assert (table["sampled"] <= table["found"]).all()
    assert (table["found"] <= table["upper"] * (1 + 1e-9)).all()
    assert (table["sampled_box"] <= table["upper_box"] * (1 + 1e-9)).all()
    assert table["upper"][0] == pytest.approx(table["found"][0], rel=1e-9)
    rise = (table["upper"] - table["upper"][0])[1] / (table["found"][1]
                                                     - table["found"][0])
    assert rise < (12 if norm == "W1" else 6)
    assert table["upper"][3] < math.inf


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("kind, only", [
    ("random", None), ("sheared", None), ("normal", ("w",))])
def test_in_continuous_time_perturbed_kernels_stay_below_what_is_proved(
        kind, norm, only):
    model = dense(kind)
    for share in (0.1, 0.6):
        radius = share * complex_stability_radius(model.W)
        for region in ("ball", "box"):
            bound = certified_change(model, Ball(radius, only, region), norm=norm)
            if math.isfinite(bound):
                assert moved(model, radius, norm, region, only) <= bound * (1 + 1e-3)
        assert certified_change(model, Ball(radius, only), norm="L2") < math.inf


@pytest.mark.parametrize("norm", NORMS)
def test_a_dense_bound_is_finite_below_the_margin_of_a_normal_matrix(norm):
    model = dense("normal")
    margin = float(stability_margin(model))
    assert certified_change(model, 0.99 * margin, norm=norm) < math.inf
    assert certified_change(model, 1.01 * margin, norm=norm) == math.inf


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("rate", [0.01, 1.0])
def test_one_mode_in_exact_steps_is_certified_by_its_supremum(rate, norm):
    # the multiplier moves from exp(-rate dt) to exp((beta - rate) dt)
    one, beta, length = torch.ones(1, 1, dtype=DTYPE), 0.5, 12
    model = RNN(-rate * one, one, one, dt=1.0, activation="identity",
                discretisation="exact")
    moved = model.with_parameters({"w": model.w.detach() + beta})
    exact = float(distance(model, moved, length, norm).detach())
    bound = certified_change(model, Ball(beta, ["w"]), length=length, norm=norm)
    assert exact * (1 - 1e-12) <= bound
    if norm != "W1":
        assert bound == pytest.approx(exact, rel=1e-9)


def test_the_series_of_a_horizon_solves_the_triangular_system():
    make = torch.Generator().manual_seed(0)
    for length in (1, 2, 3, 7, 64, 65):
        q = torch.rand(length, generator=make, dtype=DTYPE)
        q[0] = 0
        lag = torch.arange(length)[:, None] - torch.arange(length)
        system = torch.where(lag >= 0, q[lag.clamp(min=0)], 0.0)
        one = torch.eye(length, dtype=DTYPE)
        direct = torch.linalg.solve_triangular(one - system, one[:, :1], upper=False)
        assert torch.allclose(geometric_series(q), direct[:, 0], rtol=1e-12, atol=0)


def test_the_box_of_a_dense_network_is_as_wide_as_it_is_said_to_be():
    # it holds beta times the matrix of ones, which moves an eigenvalue by m beta
    model = RNN.random(6, dt=DT, seed=1, activation="identity")
    box, length = Ball(0.6, shape="box"), 100
    ones = {n: p.detach() + 0.6 for n, p in model.named_parameters()}
    attained = float(distance(model, model.with_parameters(ones), length).detach())
    bound = certified_change(model, box, length=length)
    assert attained > 1e6 and attained <= bound < 1e3 * attained


def test_a_dense_bound_in_l2_is_finite_below_the_complex_radius_only():
    model = dense("sheared")
    r = complex_stability_radius(model.W)
    assert r < 0.5 * float(stability_margin(model))
    assert certified_change(model, 0.999 * r, norm="L2") < math.inf
    assert certified_change(model, 1.001 * r, norm="L2") == math.inf


@pytest.mark.parametrize("only", [None, ("w",), ("c",)], ids=str)
def test_for_one_mode_the_dense_bound_is_the_exact_supremum(only):
    rate, beta, one = 2.0, 0.5, torch.ones(1, 1, dtype=DTYPE)
    model = RNN(-rate * one, one, one, dt=DT, activation="identity",
                discretisation="exact")
    exact = {None: (1 + beta) ** 2 / (rate - beta) - 1 / rate,
             ("w",): 1 / (rate - beta) - 1 / rate, ("c",): beta / rate}[only]
    for region in ("ball", "box"):
        bound = certified_change(model, Ball(beta, only, region))
        assert exact <= bound < exact * (1 + 1e-3)


def test_integrals_of_norms_are_bounded_from_above_and_tightly():
    turn = 5.0  # |exp(Wt)| = exp(-t/2), c exp(Wt) U = exp(-t/2) cos(turn t)
    W = torch.tensor([[-0.5, turn], [-turn, -0.5]], dtype=DTYPE)
    U = torch.tensor([[1.0], [0.0]], dtype=DTYPE)
    sizes = _integrals(W, U, U.mT)
    speed = math.hypot(0.5, turn)
    for size, exact in zip(sizes, (2.0, 2.0, 2.0, 2 * speed, 2 * speed), strict=True):
        assert exact <= float(size) < exact * (1 + 1e-3)
    # one that grows first: |exp(Wt)| of a Jordan block
    W = torch.tensor([[-1.0, 20.0], [0.0, -1.0]], dtype=DTYPE)
    t = torch.linspace(0, 60, 600_001, dtype=DTYPE)
    K = 20 * t
    norms = torch.exp(-t) * (K + (K**2 + 4).sqrt()) / 2
    exact = float(torch.trapezoid(norms, t))
    assert exact * (1 - 1e-8) <= float(_integrals(W, U, U.mT).E) < exact * (1 + 1e-3)


@pytest.mark.parametrize("f", [Direct(), Exp(), Softplus(), UnitGain()], ids=repr)
@pytest.mark.parametrize("only", [None, ("w",)], ids=str)
def test_diagonal_kernels_stay_below_the_bound_in_w1(f, only):
    model = diagonal(f)
    for radius in (0.05, 0.3):
        for region in ("ball", "box"):
            bound = certified_change(model, Ball(radius, only, region), norm="W1")
            found = moved(model, radius, "W1", region, only)
            assert found <= bound * (1 + 1e-3) and bound < 12 * found


@pytest.mark.parametrize("f, slack", [
    (Direct(), 1e-9), (Exp(), 1e-9), (Softplus(), 1e-9), (UnitGain(), 0.05)], ids=repr)
def test_the_w1_certificate_of_one_mode_is_its_supremum(f, slack):
    one = torch.ones(1, 1, dtype=DTYPE)
    model = RNN(-0.8 * one[0], one, one, dt=DT, activation="identity",
                discretisation="exact", parameterization=f)
    grid = torch.linspace(-0.3, 0.3, 61, dtype=DTYPE)[:, None] + model.w.detach()
    ones = one.expand(61, 1, 1)
    stack = model.with_parameters({"w": grid, "U": ones, "c": ones})
    own = Exponential(0.8, float(f.input_gain(torch.tensor(0.8, dtype=DTYPE))))
    exact = float(w1_loss(stack, own).detach().max())
    bound = certified_change(model, Ball(0.3, ["w"]), norm="W1")
    assert exact * (1 - 1e-9) <= bound <= exact * (1 + slack)


@pytest.mark.parametrize("beta", [0.5, 4.0])
def test_unit_gain_slopes_are_bounded_where_they_shrink_again(beta):
    # int |r^2 exp(-r t) - exp(-t)| dt exceeds its limit 1 on the way to r = 0
    one, down = torch.ones(1, 1, dtype=DTYPE), torch.linspace(0, beta, 41, dtype=DTYPE)
    model = RNN(-one[0], one, one, dt=DT, activation="identity",
                parameterization=UnitGain(Exp()))
    ones = one.expand(41, 1, 1)
    stack = model.with_parameters({"w": -down[:, None], "U": ones, "c": ones})
    exact = float(w1_loss(stack, Exponential(1.0), 1e-8).detach().max())
    assert exact <= certified_change(model, Ball(beta, ["w"]), norm="W1")


@pytest.mark.parametrize("f", [Direct(), UnitGain()], ids=repr)
@pytest.mark.parametrize("discretisation", ["exact", "euler", "hold"])
@pytest.mark.parametrize("only", [None, ("w",)], ids=str)
def test_diagonal_bounds_in_w1_hold_on_a_horizon(f, discretisation, only):
    table = perturbation_error(
        diagonal(f, discretisation), TARGET, [0.0, 0.05, 0.3], length=LENGTH, norm="W1",
        only=only, copies=10, search=Search(1, 4))
    assert (table["found"] <= table["upper"] * (1 + 1e-9)).all()
    assert (table["sampled_box"] <= table["upper_box"] * (1 + 1e-9)).all()
    assert (table["upper"] < 3 * table["found"]).all()


def test_euler_steps_that_change_sign_are_certified_in_w1_too():
    one = torch.ones(1, 1, dtype=DTYPE)
    model = RNN(-1.05 * one[0], one, one, dt=1.0, activation="identity")
    grid = torch.linspace(-0.9, 0.9, 801, dtype=DTYPE)[:, None] + model.w.detach()
    ones = one.expand(801, 1, 1)
    stack = model.with_parameters({"w": grid, "U": ones, "c": ones})
    exact = float(distance(model, stack, 20, "W1").detach().max())
    bound = certified_change(model, Ball(0.9, ["w"]), length=20, norm="W1")
    assert exact <= bound * (1 + 1e-12) and bound < 1.5 * exact


def test_the_box_of_positive_modes_is_bounded_by_its_corner():
    W = -torch.tensor([1.0, 2.0, 5.0], dtype=DTYPE)
    g = torch.tensor([0.5, 0.7, 0.3], dtype=DTYPE)
    model = RNN(W, g[:, None], g[None], dt=DT, activation="identity")
    beta = 0.2
    exact = float(((g + beta) ** 2 / (-W - beta) - g**2 / -W).sum())
    bound = certified_change(model, Ball(beta, shape="box"))
    assert bound == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("model, only", [
    (RNN.random(3, dt=DT, d_in=2, activation="identity"), None),
    (RNN.random(3, dt=DT), None),
    (RNN(dense().W.detach(), dense().U, dense().c, dt=DT, activation="identity",
         parameterization=Exp()), None)])
def test_where_nothing_is_proved_the_bound_is_infinite(model, only):
    assert certified_change(model, Ball(0.1, only)) == math.inf


def test_a_ball_in_which_nothing_moves_changes_nothing():
    table = perturbation_error(diagonal(), TARGET, [0.1], length=LENGTH, only=[])
    for name in ("sampled", "found", "upper", "upper_box"):
        assert table[name][0] == pytest.approx(table["lower"][0], rel=1e-12)


def test_a_matrix_function_that_stays_does_no_harm():
    model = dense()
    twin = RNN(model.W.detach(), model.U, model.c, dt=DT, activation="identity",
               parameterization=Exp())
    for only in (["U"], ["U", "c"]):
        assert certified_change(twin, Ball(0.1, only)) == pytest.approx(
            certified_change(model, Ball(0.1, only)), rel=1e-6)


@pytest.mark.parametrize("argument, call", [
    ("norm", lambda: certified_change(dense(), 0.1, norm="L3")),
    ("shape", lambda: Ball(0.1, shape="L3")),
    ("ball", lambda: certified_change(dense(), math.nan)),
    ("radius", lambda: certified_change(dense(), -0.1)),
    ("only", lambda: certified_change(diagonal(), Ball(0.05, ["W"]))),
    ("only", lambda: certified_change(dense(), Ball(0.05, ["w", "W"]))),
    ("model", lambda: certified_change(TARGET, 0.05))])
def test_what_would_make_a_false_certificate_is_refused(argument, call):
    with pytest.raises(InputError, match=argument):
        call()
