"""Training: minima are minima, members are alone, and nothing is lost."""

import functools
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import integrate, optimize

from comlib import (Composition, Direct, Exp, Exponential, ExponentialSum, Functional,
                    Gaussian, InputError, LinearFunctional, Memoryless, Polynomial, RNN,
                    SSM, Softplus, TemperedPolynomial, UnstableError, fit,
                    fit_exponentials, l2_loss, perturb, population_loss,
                    stability_margin, white_noise)
from comlib.kernels import ShiftedBox
from comlib.models import UnitGain
from comlib.training import (AUTHORS, Fit, OnlineAdamW, QuasiNewton, exact,
                             growing_weights)

D, LENGTH, DT = torch.float64, 16, 0.5
TARGET = LinearFunctional(Exponential(1.0), DT)
SHORT = OnlineAdamW(updates=60, batch=32, validation=64, check_every=10)
quiet = functools.partial(fit, progress=False)


def linear(width, seed=0, dt=1.0, diagonal=True, **options):
    return RNN.random(width, dt=dt, diagonal=diagonal, activation="identity", seed=seed,
                      **options)


def nonlinear(width=3, seed=0, **options):
    return RNN.random(width, dt=DT, activation="tanh", seed=seed, **options)


def member(stack, i):
    weights = stack.named_parameters()
    return stack.with_parameters({n: p[i].detach() for n, p in weights})


def stacked(members):
    """A stack of models with the given members."""
    weights = [dict(m.named_parameters()) for m in members]
    return members[0].with_parameters({
        n: torch.stack([w[n].detach() for w in weights]) for n in weights[0]})


# the exact loss

def test_one_unit_reaches_an_exponential_to_the_last_digit():
    target = LinearFunctional(Exponential(1.0), 1.0)
    end = quiet(linear(1), target, length=100)
    assert float(end.loss) < 1e-28
    assert end.model.W.item() == pytest.approx(math.exp(-1) - 1, abs=1e-12)
    assert end.stopped == "stationary"


@pytest.mark.parametrize("width, least", [(1, 0.42), (2, 4.5e-3), (4, 2.7e-7)])
def test_the_error_is_that_of_the_width_and_not_of_the_search(width, least):
    # minima of an independent computation, under the weights of the authors' code
    t = torch.arange(1, 101, dtype=D)
    w = (t / 101) ** 2 / ((t / 101) ** 2).mean()
    target = LinearFunctional(Polynomial(1.1, 1.0, 0.1), 1.0)
    ends = [quiet(linear(width, seed, parameterization=f), target, length=100,
                  weights=w**2 / 100) for seed, f in enumerate((Direct(), Softplus()))]
    for end in ends:
        assert float(end.loss) == pytest.approx(least, rel=0.02)
        assert end.stopped == "stationary"
    assert float(ends[0].loss) == pytest.approx(float(ends[1].loss), rel=1e-6)


@pytest.mark.parametrize("diagonal", [True, False])
def test_the_gradient_vanishes_where_the_search_says_stationary(diagonal):
    target = LinearFunctional(Polynomial(1.5), 1.0)
    end = quiet(linear(2, 1, diagonal=diagonal), target, length=30)
    assert end.stopped == "stationary"
    loss = population_loss(end.model, target, 30)
    assert loss.item() == pytest.approx(float(end.loss), rel=1e-12)
    slopes = torch.autograd.grad(loss, list(end.model.parameters()))
    assert max(g.abs().max() for g in slopes) < 1e-8
    moved = [population_loss(perturb(end.model, 1e-3, 50, seed=0), target, 30)]
    assert (moved[0] > loss).float().mean() > 0.9


def test_the_polish_goes_on_where_lbfgs_crawls():
    target = LinearFunctional(Polynomial(1.1, 1.0, 0.1), 1.0)
    rough, fine = (quiet(linear(6), target, length=60,
                         protocol=QuasiNewton(updates=300, polish=n))
                   for n in (0, 200))
    assert fine.loss < 0.1 * rough.loss
    assert rough.updates <= 300 < fine.updates


def test_a_stack_of_linear_models_is_fitted_as_its_members_one_by_one():
    target = LinearFunctional(Polynomial(1.5), 1.0)
    models = [linear(2, seed) for seed in range(3)]
    together = quiet(stacked(models), target, length=20)
    alone = [quiet(m, target, length=20) for m in models]
    assert together.loss.tolist() == [float(end.loss) for end in alone]
    for i, end in enumerate(alone):
        assert torch.equal(member(together.model, i).w, end.model.w)
        rows = together.history.where(member=i)
        assert rows["loss"].tolist() == end.history["loss"].tolist()
    assert together.updates == max(end.updates for end in alone)


def test_a_line_search_that_meets_an_overflow_turns_back():
    # its first trial step leads to eigenvalues whose powers overflow
    target = LinearFunctional(Polynomial(1.1, 1.0, 0.1), 1.0)
    end = quiet(linear(4), target, length=100, weights=1.8 * growing_weights(100, 4.0),
                protocol=QuasiNewton(restarts=0, polish=0))
    assert float(end.loss) < 1e-3


def test_the_history_of_an_exact_fit_never_rises_and_ends_at_the_loss():
    end = quiet(linear(3), LinearFunctional(Polynomial(1.5), 1.0), length=20)
    assert end.history.columns == ("update", "loss")
    assert (np.diff(end.history["loss"]) <= 0).all()
    assert end.history["loss"][-1] == float(end.loss)
    assert end.history["update"][-1] == end.updates > 0
    assert end.wall_time_s > 0


# exponential sums

def brute_force(rho, width):
    """Search all rates, with Laplace transforms by quadrature: no common code."""
    norm = integrate.quad(lambda t: rho(t) ** 2, 0, np.inf)[0]

    def transform(s):
        return integrate.quad(lambda t: rho(t) * np.exp(-s * t), 0, np.inf)[0]

    def error(logs):
        r = np.exp(np.array(logs))
        b = np.array([transform(s) for s in r])
        return norm - b @ np.linalg.solve(1 / (r[:, None] + r), b)

    grid = itertools.combinations(np.linspace(-3, 2, 9), width)
    start = min(grid, key=error)
    end = optimize.minimize(error, start, method="Nelder-Mead",
                            options={"xatol": 1e-7, "fatol": 1e-15})
    return end.fun, np.sort(np.exp(end.x))


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("p, gamma", [(1.5, 0.0), (1.1, 0.5)])
def test_variable_projection_finds_what_brute_force_finds(width, p, gamma):
    loss, rates = brute_force(lambda t: np.exp(-gamma * t) * (1 + t) ** -p, width)
    end = fit_exponentials(TemperedPolynomial(p, gamma), width)
    assert float(end.loss) == pytest.approx(loss, rel=1e-6)
    assert sorted((-end.model.W).tolist()) == pytest.approx(rates, rel=1e-3)


@pytest.mark.parametrize("gamma, p, errors, slowest", [
    (0.5, 1.1, {1: 0.038, 2: 0.0030, 4: 2.7e-5, 8: 8.6e-6}, {}),
    (0.0, 1.5, {1: 0.137, 2: 0.039, 4: 0.0052, 8: 2.4e-4},
     {1: 0.67, 2: 0.17, 4: 0.021, 8: 8.1e-4}),
    (0.0, 1.1, {1: 0.257, 2: 0.097, 4: 0.020, 8: 0.0018},
     {1: 0.34, 2: 0.056, 4: 0.0034, 8: 4.8e-5})])
def test_the_best_errors_are_as_good_as_those_of_another_search(
        gamma, p, errors, slowest):
    history = fit_exponentials(TemperedPolynomial(p, gamma), 8).history
    for width, error in errors.items():
        assert math.sqrt(history["loss"][width - 1]) < 1.03 * error
    for width, rate in slowest.items():
        assert history["slowest"][width - 1] == pytest.approx(rate, rel=0.03)
    assert (history["condition"] < 1e4).all()


def test_a_tempered_power_law_is_reached_three_orders_beyond_the_other_search():
    losses = fit_exponentials(TemperedPolynomial(1.1, 0.5), 10).history["loss"]
    assert losses[7] < 5.2e-9**2 and losses[9] < 1e-10**2


@pytest.mark.parametrize("kernel", [TemperedPolynomial(1.1, 0.5), Polynomial(1.5)])
def test_at_the_best_rates_both_laplace_transforms_touch(kernel):
    # d/da and d/drate of the L2 loss are the transform of the error and its slope
    end = fit_exponentials(kernel, 4)
    rates = (-end.model.W.detach()).tolist()
    a = (end.model.c[0] * end.model.U[:, 0]).detach().tolist()
    own = ExponentialSum(tuple(a), tuple(rates))
    for s in rates:
        h = 1e-3 * s
        gap = [kernel.laplace(z) - own.laplace(z) for z in (s - h, s, s + h)]
        curve = (gap[0] + gap[2] - 2 * gap[1]) / h**2
        assert abs(gap[1]) < 1e-10
        assert abs(gap[2] - gap[0]) / (2 * h) < 0.01 * abs(curve) * s


@pytest.mark.parametrize("kernel", [Gaussian(), ShiftedBox(), Exponential(0.9)])
def test_another_exponential_never_makes_it_worse(kernel):
    end = fit_exponentials(kernel, 4)
    losses = end.history["loss"]
    assert (losses[1:] <= losses[:-1] * (1 + 1e-9) + 1e-30).all()
    assert float(end.loss) == pytest.approx(
        float(l2_loss(end.model, kernel).detach()), rel=1e-12)


def test_an_exponential_sum_is_found_again():
    rho = ExponentialSum((1.0, -0.4, 0.2), (2.0, 0.5, 0.05))
    end = fit_exponentials(rho, 3)
    assert float(end.loss) < 1e-24
    assert sorted((-end.model.W).tolist()) == pytest.approx([0.05, 0.5, 2.0], rel=1e-8)


@pytest.mark.parametrize("f", [Direct(), Softplus(), UnitGain(Exp())], ids=str)
def test_the_parameterization_changes_the_weights_and_not_the_kernel(f):
    end = fit_exponentials(Polynomial(1.5), 3, dt=0.1, parameterization=f)
    plain = fit_exponentials(Polynomial(1.5), 3, dt=0.1)
    torch.testing.assert_close(end.model.kernel_samples(50),
                               plain.model.kernel_samples(50), rtol=1e-9, atol=1e-12)
    assert end.model.parameterization == f
    torch.testing.assert_close(end.model.c[0].abs(), end.model.U[:, 0].abs())


def test_a_kernel_that_is_not_square_integrable_is_rejected():
    with pytest.raises(InputError, match="kernel"):
        fit_exponentials(Polynomial(0.5), 2)
    with pytest.raises(InputError, match="width"):
        fit_exponentials(Polynomial(1.5), 0)


# the sampled loss

def plain_training(model, target, protocol, seed, weights):
    """AdamW as in any tutorial, on the same inputs."""
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=protocol.learning_rate,
                                  weight_decay=protocol.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, protocol.updates)

    def samples(count):
        drawn = int(torch.randint(2**62, (), generator=generator))
        return white_noise(count, len(weights), dt=DT, seed=drawn)

    samples(protocol.validation)
    for _ in range(protocol.updates):
        x = samples(protocol.batch)
        square = (model(x) - target(x)).square()[..., 0]
        optimiser.zero_grad()
        (square.mean(0) @ weights).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), protocol.clip)
        optimiser.step()
        schedule.step()
    return model


def test_sampled_training_is_adamw_with_clipping_and_a_cosine():
    protocol = replace(SHORT, clip=0.3, weight_decay=0.1, validation=16)
    weights = growing_weights(LENGTH, 1.0)
    end = quiet(nonlinear(bias=True), TARGET, length=LENGTH, protocol=protocol, seed=4,
                weights=weights)
    plain = plain_training(nonlinear(bias=True), TARGET, protocol, 4, weights)
    assert end.history["loss"].argmin() == len(end.history) - 1  # the last is the best
    for (n, p), q in zip(end.model.named_parameters(), plain.parameters()):
        torch.testing.assert_close(p, q, rtol=1e-6, atol=1e-9, msg=n)


@pytest.mark.parametrize("make", [
    nonlinear, lambda: nonlinear(diagonal=True, bias=True),
    lambda: SSM.random(3, dt=DT, activation="tanh")])
def test_nonlinear_training_lowers_the_validation_loss_tenfold(make):
    end = quiet(make(), TARGET, length=LENGTH, protocol=replace(SHORT, updates=200))
    assert isinstance(end, Fit) and end.stopped == "all updates made"
    assert float(end.loss) < 0.1 * end.history["loss"][0]
    assert float(end.loss) == end.history["loss"].min()


def test_the_sampled_loss_of_a_linear_model_estimates_the_population_loss():
    protocol = replace(SHORT, updates=10, validation=4000, batch=500)
    model, weights = linear(3, dt=DT), growing_weights(LENGTH)
    end = quiet(model, TARGET, length=LENGTH, protocol=protocol, weights=weights)
    exact_loss = population_loss(end.model, TARGET, LENGTH, weights)
    assert float(end.loss) == pytest.approx(float(exact_loss.detach()), rel=0.05)


def test_a_nonlinear_target_is_learned_from_samples():
    teacher = nonlinear(2, seed=5)
    end = quiet(linear(3, dt=DT), teacher, length=LENGTH, protocol=SHORT)
    assert float(end.loss) < 0.5 * end.history["loss"][0]


@pytest.mark.parametrize("schedule, goal", [("cosine", 0.05), ("plateau", 0.0)])
def test_a_stack_of_nonlinear_models_is_trained_as_its_members_one_by_one(
        schedule, goal):
    protocol = replace(SHORT, schedule=schedule, plateau=0, check_every=3, clip=0.2,
                       learning_rate=0.1, goal=goal)
    models = [nonlinear(seed=seed) for seed in range(3)]
    together = quiet(stacked(models), TARGET, length=LENGTH, protocol=protocol)
    for i, model in enumerate(models):
        alone = quiet(model, TARGET, length=LENGTH, protocol=protocol)
        assert alone.stopped in together.stopped.split("; ")
        rows = together.history.where(member=i)
        for name in alone.history.columns:
            assert rows[name] == pytest.approx(alone.history[name], rel=1e-6)
        torch.testing.assert_close(member(together.model, i).w, alone.model.w,
                                   rtol=1e-6, atol=1e-9)


def test_a_plateau_lowers_the_rate_when_pytorch_does():
    protocol = replace(SHORT, updates=80, check_every=2, schedule="plateau", plateau=1,
                       factor=0.5, patience=99, learning_rate=0.2, batch=4)
    end = quiet(nonlinear(), TARGET, length=LENGTH, protocol=protocol)
    history = end.history
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.2)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser, factor=0.5, patience=1)
    rates = []
    for loss in history["loss"]:
        rates.append(optimiser.param_groups[0]["lr"])
        schedule.step(loss)
    assert history["learning_rate"] == pytest.approx(rates)
    assert len(set(rates)) >= 3


def test_the_best_weights_are_kept_and_not_the_last():
    protocol = replace(SHORT, check_every=2, batch=2, learning_rate=0.3,
                       schedule="constant")
    end = quiet(nonlinear(), TARGET, length=LENGTH, protocol=protocol)
    losses = end.history["loss"]
    assert float(end.loss) == losses.min() < losses[-1]
    again = quiet(end.model, TARGET, length=LENGTH, protocol=protocol,
                  allow_unstable=True)
    assert again.history["loss"][0] == pytest.approx(losses.min(), rel=1e-12)


def test_training_stops_early_without_progress_or_at_the_goal():
    still = replace(SHORT, learning_rate=1e-9, patience=3, schedule="constant")
    end = quiet(nonlinear(), TARGET, length=LENGTH, protocol=still)
    assert (end.stopped, end.updates) == ("no progress", 30)
    goal = replace(SHORT, goal=10.0)
    end = quiet(nonlinear(), TARGET, length=LENGTH, protocol=goal)
    assert (end.stopped, end.updates) == ("goal reached", 10)
    end = quiet(nonlinear(), TARGET, length=LENGTH,
                protocol=replace(goal, least_updates=25))
    assert (end.stopped, end.updates) == ("goal reached", 30)


class Interrupting(Functional):
    """A target whose user presses Ctrl-C."""

    def __init__(self, calls):
        super().__init__(DT)
        self.calls = calls

    def respond(self, x):
        self.calls -= 1
        if self.calls == 0:
            raise KeyboardInterrupt
        return TARGET.respond(x)


def test_an_interruption_of_sampled_training_returns_the_best_so_far():
    end = quiet(nonlinear(), Interrupting(30), length=LENGTH, protocol=SHORT)
    assert end.stopped == "interrupted" and 20 <= end.updates < 30
    assert float(end.loss) <= end.history["loss"].min()
    assert float(end.loss) < 0.9 * end.history["loss"][0]


@pytest.mark.parametrize("calls", [30, 150])
def test_an_interruption_of_an_exact_fit_returns_the_best_so_far(monkeypatch, calls):
    losses = []

    def interrupting(*args):
        if len(losses) == calls:
            losses.append(math.inf)
            raise KeyboardInterrupt
        losses.append(population_loss(*args).detach().min().item())
        return population_loss(*args)

    monkeypatch.setattr(exact, "population_loss", interrupting)
    target = LinearFunctional(Polynomial(1.1, 1.0, 0.1), 1.0)
    models = [linear(3, seed) for seed in range(2)]
    end = quiet(models[0], target, length=30)
    assert end.stopped == "interrupted"
    assert float(end.loss) == min(losses) < losses[0]


def test_an_interrupted_stack_keeps_the_members_that_were_not_begun(monkeypatch):
    def interrupting(one, *args):
        if one.w.ndim == 1 and one.w.grad is not None:
            raise KeyboardInterrupt
        return population_loss(one, *args)

    monkeypatch.setattr(exact, "population_loss", interrupting)
    models = [linear(2, seed) for seed in range(3)]
    target = LinearFunctional(Polynomial(1.5), 1.0)
    end = quiet(stacked(models), target, length=20)
    assert end.stopped == "interrupted" and len(end.loss) == 3
    assert torch.equal(member(end.model, 2).w, models[2].w)


def test_a_member_that_overflows_stops_and_leaves_the_others_alone():
    models = [nonlinear(seed=seed) for seed in range(3)]
    models[1] = models[1].with_parameters({"c": models[1].c.detach() * 1e200})
    end = quiet(stacked(models), TARGET, length=LENGTH, protocol=SHORT)
    assert end.stopped == "all updates made; not finite"
    assert end.loss.isfinite().tolist() == [True, False, True]
    assert torch.equal(member(end.model, 1).w, models[1].w)
    alone = quiet(models[2], TARGET, length=LENGTH, protocol=SHORT)
    torch.testing.assert_close(end.loss[2], alone.loss, rtol=1e-6, atol=0)


def test_training_that_diverges_stops_and_keeps_the_best():
    wild = replace(SHORT, learning_rate=1e30, schedule="constant")
    end = quiet(RNN.random(3, dt=DT, activation="relu"), TARGET, length=LENGTH,
                protocol=wild)
    assert end.stopped == "not finite" and end.updates < 60
    assert float(end.loss) == end.history["loss"].min()
    assert all(p.isfinite().all() for p in end.model.parameters())


# what holds for all

@pytest.mark.parametrize("make", [lambda: linear(3, dt=DT), nonlinear])
def test_the_same_seed_gives_the_same_numbers(make):
    protocol = SHORT if make is nonlinear else QuasiNewton(updates=50, polish=50)
    first, again = (quiet(make(), TARGET, length=LENGTH, seed=3, protocol=protocol)
                    for _ in range(2))
    assert first.history == again.history and torch.equal(first.loss, again.loss)
    for p, q in zip(first.model.parameters(), again.model.parameters()):
        assert torch.equal(p, q)
    other = quiet(nonlinear(), TARGET, length=LENGTH, seed=4, protocol=SHORT)
    assert not torch.equal(other.model.w, first.model.w)


@pytest.mark.parametrize("make", [lambda: linear(3, dt=DT), nonlinear])
def test_the_model_that_comes_in_is_not_changed(make):
    model, fresh = make(), make()
    protocol = None if model.linear else SHORT
    end = quiet(model, TARGET, length=LENGTH, protocol=protocol)
    for p, q, r in zip(model.parameters(), fresh.parameters(), end.model.parameters()):
        assert torch.equal(p, q) and not torch.equal(p, r)
        assert p.requires_grad and r.requires_grad and p.grad is None


@pytest.mark.parametrize("make", [lambda: linear(3, dt=DT), nonlinear])
def test_only_the_named_weights_move(make):
    model = make()
    protocol = None if model.linear else SHORT
    end = quiet(model, TARGET, length=LENGTH, protocol=protocol, only=["c"])
    moved = [n for (n, p), q in zip(model.named_parameters(), end.model.parameters())
             if not torch.equal(p, q)]
    assert moved == ["c"]
    if model.linear:
        loss = population_loss(end.model, TARGET, LENGTH).detach()
        torch.testing.assert_close(loss, end.loss)


def test_a_model_beyond_the_euler_limit_is_refused_unless_asked_for():
    start = linear(2, dt=DT, allow_unstable=True)
    for rate in (0.0, -4.1):
        model = start.with_parameters({"w": torch.tensor([-1.0, rate], dtype=D)})
        with pytest.raises(UnstableError):
            quiet(model, TARGET, length=LENGTH)
    end = quiet(model, TARGET, length=LENGTH, allow_unstable=True)
    assert float(end.loss) < end.history["loss"][0]


@pytest.mark.parametrize("change, word", [
    ({"length": 0}, "length"), ({"weights": torch.ones(3, dtype=D)}, "weights"),
    ({"weights": -torch.ones(LENGTH, dtype=D)}, "weights"), ({"only": ["v"]}, "only"),
    ({"only": []}, "only"), ({"protocol": QuasiNewton()}, "protocol")])
def test_bad_input_is_refused_by_name(change, word):
    with pytest.raises(InputError) as caught:
        quiet(nonlinear(), TARGET, **{"length": LENGTH} | change)
    assert caught.value.argument == word


def test_functionals_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="dt"):
        quiet(nonlinear(), LinearFunctional(Exponential(1.0), 0.1), length=LENGTH)
    with pytest.raises(InputError, match="only"):
        quiet(Memoryless("tanh", DT), TARGET, length=LENGTH)


@pytest.mark.parametrize("name, value", [
    ("updates", 0), ("batch", 0), ("learning_rate", 0.0), ("clip", 0.0),
    ("factor", 1.0), ("schedule", "linear"), ("goal", -1.0), ("patience", 0)])
def test_a_protocol_out_of_range_is_refused_by_name(name, value):
    with pytest.raises(InputError) as caught:
        replace(OnlineAdamW(), **{name: value})
    assert caught.value.argument == name


@pytest.mark.parametrize("name, value", [("updates", 0), ("polish", -1),
                                         ("tolerance", 0.0)])
def test_a_quasi_newton_protocol_out_of_range_is_refused_by_name(name, value):
    with pytest.raises(InputError) as caught:
        QuasiNewton(**{name: value})
    assert caught.value.argument == name


def test_protocols_are_literals():
    for protocol in (AUTHORS, QuasiNewton(), OnlineAdamW(clip=2.0)):
        assert eval(repr(protocol)) == protocol


# the authors' protocol

def test_the_authors_protocol_stops_as_theirs_did_for_the_first_width():
    # two epochs, as the first goal was 100; a smaller epoch, for the time it takes
    small = replace(AUTHORS, goal=100.0, batch=16, validation=64, check_every=10,
                    least_updates=20)
    model = nonlinear(8, diagonal=True, bias=True)
    end = quiet(model, TARGET, length=LENGTH, protocol=small, seed=12345)
    assert (end.stopped, end.updates) == ("goal reached", 20)
    assert end.loss < end.history["loss"][0]


def test_the_penalty_on_the_margin_drives_the_modes_to_decay_faster():
    protocol = replace(SHORT, margin=1.5, margin_weight=100.0, clip=math.inf)
    for diagonal in (True, False):
        model = nonlinear(3, diagonal=diagonal)
        free, held = (quiet(model, TARGET, length=LENGTH, protocol=how).model
                      for how in (SHORT, protocol))
        assert stability_margin(held) > stability_margin(free) + 0.05


def test_a_penalty_on_the_margin_needs_eigenvalues():
    layers = Composition(nonlinear(), nonlinear(2))
    with pytest.raises(InputError, match="margin_weight"):
        quiet(layers, TARGET, length=LENGTH, protocol=AUTHORS)
    end = quiet(layers, TARGET, length=LENGTH, protocol=SHORT)
    assert end.loss < end.history["loss"][0]


def test_growing_weights_sum_to_one_and_grow_as_the_power():
    w = growing_weights(50, 3.0)
    assert float(w.sum()) == pytest.approx(1.0)
    assert float(w[-1] / w[24]) == pytest.approx(8.0)
    assert growing_weights(4, 0.0).tolist() == [0.25] * 4
    with pytest.raises(InputError, match="power"):
        growing_weights(4, -1.0)


def test_the_authors_weights_are_the_power_four_times_nearly_two():
    v = ((torch.arange(100, dtype=D) + 1) / 101) ** 2
    theirs = (v / v.mean()) ** 2 / 100
    torch.testing.assert_close(theirs / growing_weights(100, 4.0),
                               torch.full((100,), 1.8, dtype=D), rtol=0.02, atol=0)


@pytest.mark.parametrize("progress", [True, False])
def test_a_progress_bar_is_shown_unless_it_is_not_wanted(progress, capsys):
    fit(nonlinear(), TARGET, length=LENGTH, protocol=SHORT, progress=progress)
    shown = capsys.readouterr()
    assert shown.out == "" and bool(shown.err) is progress


def test_an_affine_model_is_fitted_by_its_exact_loss():
    target = linear(2, 5, bias=True, readout_bias=True)
    end = quiet(linear(2, 1, bias=True, readout_bias=True), target, length=30)
    assert float(end.loss) < 1e-20 and end.converged
    x = white_noise(3, 30, dt=1.0, seed=0)
    torch.testing.assert_close(end.model(x), target(x), rtol=0, atol=1e-8)


def test_wide_valleys_are_followed_along_their_bend():
    # without the bend of its steps the polish ends at 1.1e-11
    target = LinearFunctional(Polynomial(1.5), 1.0)
    end = quiet(linear(16), target, length=100)
    assert float(end.loss) < 1e-12
    assert end.converged == (end.stopped == "stationary")
