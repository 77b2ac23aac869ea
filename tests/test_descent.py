"""Plain descent: the steps are the textbook's, and members are alone."""

import functools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from comlib import (Exponential, Functional, Gaussian, InputError, LinearFunctional,
                    Polynomial, RNN, fit, population_loss)
from comlib.dynamics import ModeLoss
from comlib.training import Descent, QuasiNewton, descend, descent

D, DT, LENGTH = torch.float64, 0.5, 20
TARGET = LinearFunctional(Polynomial(1.5), DT)
LOSS = ModeLoss(Exponential() + Gaussian(5.0, 1.0))
START = torch.tensor([0.6, 0.4, 1.0, 1.0], dtype=D)
STARTS = torch.stack([START, START.flip(0), START * 1.1])
quiet = functools.partial(descend, progress=False)


def model(seed=0, width=3, **options):
    return RNN.random(width, dt=DT, activation="identity", seed=seed, **options)


def stacked(members):
    weights = [dict(m.named_parameters()) for m in members]
    return members[0].with_parameters({
        n: torch.stack([w[n].detach() for w in weights]) for n in weights[0]})


def population(one):
    return population_loss(one, TARGET, LENGTH)


def by_hand(theta, gradient, how):
    """The updates as the textbook writes them, in numpy."""
    theta, v, s = theta.numpy().copy(), 0.0, 0.0
    for k in range(1, how.updates + 1):
        g = gradient(torch.from_numpy(theta)).numpy()
        if how.method == "gd":
            theta = theta - how.learning_rate * g
        elif how.method == "heavy ball":
            v = how.momentum * v + g
            theta = theta - how.learning_rate * v
        else:
            v = how.momentum * v + (1 - how.momentum) * g
            s = 0.999 * s + 0.001 * g**2
            step = v / (1 - how.momentum**k) / (np.sqrt(s / (1 - 0.999**k)) + 1e-8)
            theta = theta - how.learning_rate * step
    return theta


METHODS = [Descent("gd", 0.1, updates=40), Descent("heavy ball", 0.05, 0.8, 40),
           Descent("adam", 0.01, 0.7, 40)]


@pytest.mark.parametrize("how", METHODS, ids=lambda how: how.method)
def test_the_steps_are_those_of_the_textbook(how):
    path = quiet(START, LOSS, how)
    assert path.end.tolist() == pytest.approx(by_hand(START, LOSS.gradient, how))
    assert path.updates == 40 and path.stopped == "all updates made"
    assert path.losses[0] == LOSS(START)
    assert float(path.losses[-1]) == pytest.approx(float(LOSS(path.end)), rel=1e-12)


@pytest.mark.parametrize("how", METHODS, ids=lambda how: how.method)
def test_a_loss_without_a_gradient_is_differentiated(how):
    path, other = quiet(START, LOSS, how), quiet(START, lambda theta: LOSS(theta), how)
    torch.testing.assert_close(path.losses, other.losses, rtol=1e-10, atol=0)
    torch.testing.assert_close(path.end, other.end, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("how", METHODS, ids=lambda how: how.method)
@pytest.mark.parametrize("diagonal", [True, False])
def test_a_stack_of_models_goes_the_ways_of_its_members(how, diagonal):
    models = [model(seed, diagonal=diagonal) for seed in range(3)]
    together = quiet(stacked(models), population, how)
    for i, one in enumerate(models):
        alone = quiet(one, population, how)
        torch.testing.assert_close(together.losses[:, i], alone.losses, rtol=1e-9,
                                   atol=0)
        torch.testing.assert_close(together.end.w[i], alone.end.w, rtol=1e-9, atol=0)


@pytest.mark.parametrize("how", METHODS, ids=lambda how: how.method)
def test_members_that_arrive_rest_and_the_others_go_on(how):
    goal = torch.tensor([1.5, 0.9, -1.0], dtype=D) * LOSS(STARTS)
    goal[2] = -math.inf
    path = quiet(STARTS, LOSS, replace(how, updates=60), goal=goal)
    arrivals = path.arrivals(goal)
    assert arrivals[0] == 0 and 0 < arrivals[1] < 60 and arrivals[2] == math.inf
    assert torch.equal(path.end[0], STARTS[0])
    alone = quiet(STARTS[1], LOSS, replace(how, updates=int(arrivals[1])))
    torch.testing.assert_close(path.end[1], alone.end, rtol=1e-10, atol=1e-12)
    free = quiet(STARTS[2], LOSS, replace(how, updates=60))
    torch.testing.assert_close(path.end[2], free.end, rtol=1e-10, atol=1e-12)
    assert path.stopped == "goal reached; all updates made"


def test_the_end_comes_when_all_have_arrived():
    goal = 0.9 * LOSS(STARTS[1:])
    path = quiet(STARTS[1:], LOSS, Descent("gd", 0.1, updates=10_000), goal=goal)
    assert path.stopped == "goal reached"
    assert path.updates == int(path.arrivals(goal).max()) < 10_000


def test_arrivals_are_the_first_losses_below_a_level():
    path = quiet(STARTS, LOSS, Descent("gd", 0.1, updates=50))
    level = path.losses[[10, 20, 50], [0, 1, 2]]
    expected = [next((k for k, loss in enumerate(path.losses[:, i]) if loss <= part),
                     math.inf) for i, part in enumerate(level)]
    assert path.arrivals(level).tolist() == expected
    assert path.arrivals(0.0).tolist() == [math.inf] * 3


def test_a_history_holds_the_losses_after_the_updates_asked_for():
    path = quiet(STARTS, LOSS, Descent("gd", 0.1, updates=50))
    history = path.history([0, 7, 50, 99])
    assert history["member"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert history["update"].tolist() == [0, 7, 50] * 3
    assert history.where(member=1, update=7)["loss"][0] == path.losses[7, 1]
    single = quiet(START, LOSS, Descent(updates=3)).history(range(4))
    assert single.columns == ("update", "loss") and len(single) == 4


def test_a_member_that_leaves_the_domain_rests_and_the_others_do_not_notice():
    starts = torch.stack([START, torch.tensor([0.03, 0.03, 0.05, 0.05], dtype=D)])
    how = Descent("adam", 0.1, updates=30)  # its first step is as long as the rate
    path = quiet(starts, LOSS, how)
    assert path.stopped == "all updates made; not finite"
    assert path.losses[-1, 1].isnan() and path.losses[0, 1].isfinite()
    alone = quiet(START, LOSS, how)
    torch.testing.assert_close(path.losses[:, 0], alone.losses, rtol=1e-10, atol=0)


def test_a_start_outside_the_domain_is_an_error():
    with pytest.raises(InputError, match="theta"):
        quiet(-START, LOSS)


def test_a_model_that_diverges_stops_and_leaves_the_others_alone():
    models = [model(seed) for seed in range(3)]
    models[1] = models[1].with_parameters({"c": models[1].c.detach() * 1e200})
    how = Descent("gd", 0.1, updates=15)
    path = quiet(stacked(models), population, how)
    assert path.stopped == "all updates made; not finite"
    alone = quiet(models[2], population, how)
    torch.testing.assert_close(path.losses[:, 2], alone.losses, rtol=1e-9, atol=0)


def test_the_start_is_not_changed():
    one, theta = model(), START.clone()
    path = quiet(one, population, METHODS[0])
    quiet(theta, LOSS, METHODS[0])
    for p, q, r in zip(one.parameters(), model().parameters(), path.end.parameters()):
        assert torch.equal(p, q) and not torch.equal(p, r) and p.grad is None
    assert torch.equal(theta, START) and not theta.requires_grad


class Interrupting:
    """A loss whose user presses Ctrl-C."""

    def __init__(self, calls):
        self.calls = calls

    def __call__(self, one):
        self.calls -= 1
        if self.calls == 0:
            raise KeyboardInterrupt
        return population(one)


def test_an_interruption_returns_the_path_so_far():
    whole = quiet(model(), population, METHODS[0])
    path = quiet(model(), Interrupting(10), METHODS[0])
    assert path.stopped == "interrupted" and path.updates == 8
    assert torch.equal(path.losses, whole.losses[:9])


# the same verb as for other protocols

@pytest.mark.parametrize("how", METHODS, ids=lambda how: how.method)
def test_fit_descends_and_keeps_the_best(how):
    how = replace(how, every=7)
    end = fit(model(), TARGET, length=LENGTH, protocol=how, progress=False)
    path = quiet(model(), population, how)
    assert float(end.loss) == float(path.losses.min()) < 0.9 * float(path.losses[0])
    assert end.history["update"].tolist() == [0, 7, 14, 21, 28, 35, 40]
    assert end.history == path.history(end.history["update"])
    assert float(population(end.model).detach()) == pytest.approx(float(end.loss))
    assert end.updates == 40 and end.stopped == "all updates made"


def test_fit_keeps_the_best_of_a_descent_that_overshoots():
    how = Descent("gd", 2.0, updates=30)
    end = fit(model(), TARGET, length=LENGTH, protocol=how, progress=False)
    path = quiet(model(), population, how)
    best = path.losses.nan_to_num(math.inf).min()
    assert float(end.loss) == float(best) and not path.losses[-1] == best


def test_fit_descends_with_the_named_weights_of_every_member():
    models = stacked([model(seed) for seed in range(2)])
    end = fit(models, TARGET, length=LENGTH, only=["c"], progress=False,
              protocol=METHODS[0])
    assert torch.equal(end.model.w, models.w) and torch.equal(end.model.U, models.U)
    assert not torch.equal(end.model.c, models.c)
    assert end.history.columns == ("member", "update", "loss")
    assert end.loss.shape == (2,)


def test_descent_comes_to_where_the_line_search_comes():
    target = LinearFunctional(Exponential(1.0), 1.0)
    one = RNN.random(1, dt=1.0, activation="identity", seed=0)
    slow = fit(one, target, length=30, weights=torch.eye(30, dtype=D)[-1],
               protocol=Descent("gd", 0.1, updates=3000), progress=False)
    fast = fit(one, target, length=30, weights=torch.eye(30, dtype=D)[-1],
               protocol=QuasiNewton(), progress=False)
    assert float(slow.loss) < 1e-20
    assert slow.model.W.item() == pytest.approx(fast.model.W.item(), abs=1e-9)


def test_a_loss_that_is_sampled_refuses_a_descent():
    nonlinear = RNN.random(2, dt=DT, activation="tanh")
    with pytest.raises(InputError, match="must be an OnlineAdamW"):
        fit(nonlinear, TARGET, length=LENGTH, protocol=Descent(), progress=False)


@pytest.mark.parametrize("change, word", [
    ({"method": "newton"}, "method"), ({"learning_rate": 0.0}, "learning_rate"),
    ({"momentum": 1.0}, "momentum"), ({"momentum": -0.1}, "momentum"),
    ({"updates": 0}, "updates"), ({"every": 0}, "every")])
def test_numbers_out_of_range_are_refused(change, word):
    with pytest.raises(InputError, match=word):
        Descent(**change)


def test_every_loss_is_kept_in_one_block():
    path = quiet(stacked([model(seed) for seed in range(2)]), population, METHODS[0])
    assert path.losses.shape == (41, 2)
    assert path.losses.untyped_storage().nbytes() == 41 * 2 * 8
    assert isinstance(path.end, Functional) and descent.Trajectory is type(path)
