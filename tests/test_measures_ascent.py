"""The worst case and the bracket of the perturbation error around it."""

import math

import pytest
import torch

from comlib import (Ball, Composition, Direct, Exp, Exponential, InputError,
                    LinearFunctional, Polynomial, RNN, SSM, Search, Softplus,
                    TemperedPolynomial, distance, l1_loss, l2_loss, perturb,
                    perturbation_error, population_loss, response_distance,
                    stability_margin, white_noise, worst_case)
from comlib.measures import (certified_change, certified_lower_curve, in_eigenvalues,
                             horizon_ladder)
from comlib.measures.perturbation.norms import Euclidean, Largest, Spectral
from comlib.models import InverseQuadratic, UnitGain

D, DT, LENGTH = torch.float64, 0.1, 60
RHO = TemperedPolynomial(1.5, 0.5)
TARGET = LinearFunctional(RHO, DT)
DIRECT = Direct()


def network(width=4, f=DIRECT, discretisation="exact"):
    """The positive exponential sum that approximates RHO from below."""
    rho_hat = RHO.exponential_sum(width)
    rates, a = (torch.tensor(v, dtype=D) for v in (rho_hat.rates, rho_hat.weights))
    U = (a.sqrt() / f.input_gain(-rates))[:, None]
    return RNN(-rates, U, a.sqrt()[None], dt=DT, activation="identity",
               discretisation=discretisation, parameterization=f)


def one_mode(rate=1.0):
    one = torch.ones(1, 1, dtype=D)
    return RNN(-rate * one[0], one, one, dt=DT, activation="identity")


def value(loss):
    return float(loss.detach())


def sizes(model, moved, norm="ball"):
    norms = Ball(1.0, shape=norm).norms(model)
    return {n: float(norms[n].size((p - q).detach()[None]))
            for (n, p), q in zip(moved.named_parameters(), model.parameters())}


@pytest.mark.parametrize("norm", ["ball", "box"])
@pytest.mark.parametrize("diagonal", [True, False])
def test_the_worst_case_lies_within_the_radius(norm, diagonal):
    model = RNN.random(3, dt=DT, bias=True, diagonal=diagonal, seed=1)
    x = white_noise(4, 20, dt=DT, seed=0)
    worst = worst_case(model, lambda q: response_distance(model, q, x),
                       Ball(0.3, shape=norm), Search(3, 5))
    assert max(sizes(model, worst, norm).values()) <= 0.3 * (1 + 1e-12)
    assert min(sizes(model, worst, norm).values()) > 0.1


def test_only_the_named_weights_move():
    model = network()
    worst = worst_case(model, lambda q: l2_loss(q, RHO), Ball(0.1, ["c"]),
                       Search(2, 3))
    assert torch.equal(worst.w, model.w) and torch.equal(worst.U, model.U)
    assert not torch.equal(worst.c, model.c)


@pytest.mark.parametrize("beta", [0.1, 0.5, 0.9])
def test_the_supremum_of_one_mode_is_found(beta):
    model = one_mode()
    worst = worst_case(model, lambda q: l1_loss(q, Exponential(1.0)), beta,
                       Search(4, 30))
    exact = (1 + beta) ** 2 / (1 - beta) - 1
    assert value(l1_loss(worst, Exponential(1.0))) == pytest.approx(exact, rel=1e-9)


def test_the_supremum_over_the_readout_is_found():
    # quadratic in c: the error of size beta along the largest eigenvector
    model = network(6)
    worst = worst_case(model, lambda q: population_loss(q, model, LENGTH),
                       Ball(0.2, ["c"]), Search(4, 60))
    states = model.with_parameters({"c": torch.eye(6, dtype=D)}).kernel_samples(LENGTH)
    kappa = torch.arange(LENGTH, 0, -1, dtype=D) / LENGTH
    gram = DT * torch.einsum("t,tio,tjo->ij", kappa, states, states)
    exact = 0.04 * float(torch.linalg.eigvalsh(gram.detach())[-1])
    found = value(population_loss(worst, model, LENGTH))
    assert found == pytest.approx(exact, rel=1e-3)
    assert found <= exact * (1 + 1e-12)


def test_a_dense_worst_case_comes_near_the_supremum_over_the_spectral_ball():
    # from W = -I, the kernel of c exp((W + Delta) t) U with c = U' is largest at
    # Delta = beta I, whose kernel is exp((beta - 1) t)
    U = torch.tensor([[1.0], [0.0], [0.0]], dtype=D)
    model = RNN(-torch.eye(3, dtype=D), U, U.mT, dt=DT, activation="identity")
    target = LinearFunctional(Exponential(1.0), DT)
    worst = worst_case(model, lambda q: l1_loss(q, Exponential(1.0), 1e-8),
                       Ball(0.5, ["w"]), Search(2, 12))
    assert value(l1_loss(worst, Exponential(1.0))) == pytest.approx(1.0, rel=1e-2)
    table = perturbation_error(model, target, [0.5], length=200, only=["w"],
                               search=Search(1, 2))
    assert table["found"][0] >= table["lower"][0] > table["sampled"][0]


@pytest.mark.parametrize("norm", ["ball", "box"])
def test_ascent_beats_random_directions_by_far_when_there_are_many(norm):
    model = network(32)

    def loss(q):
        return population_loss(q, TARGET, LENGTH)

    ball = Ball(0.1, shape=norm)
    random = perturb(model, ball, 30, seed=0)
    worst = worst_case(model, loss, ball)
    assert value(loss(worst)) > 4 * float(loss(random).detach().max())


def test_ascent_finds_the_signs_of_all_rates_at_once():
    # the weights have both signs: the fast ones fall and the others rise, or not
    model = RNN.random(10, dt=DT, diagonal=True, activation="identity", seed=4)

    def loss(q):
        return distance(model, q, LENGTH, "L2")

    signs = 0.05 * torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], dtype=D)] * 10)
    corners = model.with_parameters({
        "w": model.w.detach() + signs, "U": model.U.detach().expand(1024, -1, -1),
        "c": model.c.detach().expand(1024, -1, -1)})
    worst = worst_case(model, loss, Ball(0.05, ["w"]), Search(2))
    assert value(loss(worst)) >= 0.999 * float(loss(corners).detach().max())


def test_more_updates_never_do_worse_and_the_default_ones_suffice():
    model = RNN.random(16, dt=DT, seed=2, activation="identity")

    def loss(q):
        return distance(TARGET, q, LENGTH)

    for ball, share in ((Ball(0.6), 0.998), (Ball(0.2, shape="box"), 0.99)):
        few, default, many = (value(loss(worst_case(model, loss, ball, search)))
                              for search in (Search(8, 5), Search(), Search(16, 80)))
        assert few <= default
        assert default >= share * many


def test_more_restarts_and_a_start_never_do_worse():
    model = network()

    def loss(q):
        return distance(TARGET, q, LENGTH)

    few = worst_case(model, loss, 0.2, Search(1, 2))
    again = worst_case(model, loss, 0.2, Search(1, 0), start=[few])
    assert value(loss(again)) >= value(loss(few)) * (1 - 1e-12)
    wider = worst_case(model, loss, 0.3, Search(1, 0), start=[few])
    assert value(loss(wider)) > value(loss(few))


def test_a_start_outside_the_ball_is_projected():
    model = network()

    def loss(q):
        return distance(TARGET, q, LENGTH)

    far = worst_case(model, loss, 1.0, Search(2, 3))
    near = worst_case(model, loss, 0.1, Search(1, 0), start=[far])
    assert max(sizes(model, near).values()) <= 0.1 * (1 + 1e-12)


def test_a_loss_that_overflows_counts_as_infinite():
    model = one_mode(0.1)
    worst = worst_case(model, lambda q: l1_loss(q, Exponential(0.1)), 0.2,
                       Search(2, 3))
    assert float(stability_margin(worst)) <= 0
    nan = worst_case(
        model, lambda q: torch.where(q.w[:, 0] > -0.1, math.nan, 0 * q.w[:, 0]), 0.05,
        Search(8, 1))
    assert value(nan.w) > -0.1


def test_a_radius_of_zero_returns_the_model():
    model = network()
    worst = worst_case(model, lambda q: l2_loss(q, RHO), 0.0, Search(2, 2))
    pairs = zip(model.parameters(), worst.parameters(), strict=True)
    assert all(torch.equal(p, q) for p, q in pairs)


@pytest.mark.parametrize("f", [Exp(), Softplus(), UnitGain(Exp())], ids=str)
def test_eigenvalue_coordinates_are_the_same_model_with_other_weights(f):
    model = network(3, f)
    twin = in_eigenvalues(model)
    torch.testing.assert_close(twin.kernel_samples(9), model.kernel_samples(9),
                               rtol=1e-12, atol=0)
    worst = worst_case(twin, lambda q: distance(TARGET, q, LENGTH), Ball(0.2, ["w"]),
                       Search(2, 3))
    moved = (worst.W - model.W).detach().abs()
    assert float(moved.max()) == pytest.approx(0.2, rel=1e-9)


@pytest.mark.parametrize("norm, shape", [
    (Spectral(), (3, 3)), (Spectral(), (1, 4)), (Euclidean(), (4,)), (Largest(), (4,)),
    (Largest(), (3, 3))], ids=repr)
def test_the_projection_on_a_ball_is_the_nearest_point_of_it(norm, shape):
    generator = torch.Generator().manual_seed(0)
    move, others = torch.randn((2, 5, *shape), generator=generator, dtype=D)
    inside, others = norm.nearest(move, 0.7), norm.nearest(others, 0.7)
    assert float(norm.size(inside).max()) <= 0.7 * (1 + 1e-12)
    # of a convex set: the angle at the projection is not acute
    products = ((move - inside) * (others - inside)).flatten(1).sum(1)
    assert float(products.max()) <= 1e-12
    assert torch.allclose(norm.nearest(inside, 0.7), inside, rtol=1e-12, atol=1e-15)
    # and no displacement of unit size rises more steeply than the steepest
    steepest, rise = norm.steepest(move), (move * norm.to_surface(others, 1.0))
    assert float(norm.size(steepest).max()) <= 1 + 1e-12
    assert ((move * steepest).flatten(1).sum(1) >= rise.flatten(1).sum(1)).all()


@pytest.mark.parametrize("shape, kinds", [
    ("ball", {"w": Largest, "U": Spectral, "c": Spectral, "b": Euclidean}),
    ("box", dict.fromkeys("wUcb", Largest))])
def test_the_ball_asks_the_model_which_weight_has_which_norm(shape, kinds):
    model = SSM.random(3, dt=DT, diagonal=True, bias=True)
    found = {n: type(norm) for n, norm in Ball(0.1, shape=shape).norms(model).items()}
    assert found == kinds
    deep = Composition(model, RNN.random(3, dt=DT))
    names = {n: type(norm) for n, norm in Ball(0.1, shape=shape).norms(deep).items()
             if n.endswith("w")}
    assert sorted(k.__name__ for k in names.values()) == sorted(
        (kinds["w"].__name__, "Spectral" if shape == "ball" else "Largest"))


PARAMETERIZATIONS = [Direct(), Exp(), Softplus(), InverseQuadratic(1.0, 0.05),
                     UnitGain(Exp())]


CASES = [(f, "L1", None, *timing) for f in PARAMETERIZATIONS
         for timing in ((None, "exact"), (LENGTH, "exact"), (LENGTH, "euler"),
                        (LENGTH, "hold"))]
CASES += [(f, norm, only, LENGTH if f == Direct() else None, "exact")
          for f in (Direct(), UnitGain(Exp())) for norm in ("L1", "L2")
          for only in (("w",), ("c",), ("U", "c"))]


@pytest.mark.parametrize("f, norm, only, length, discretisation", CASES, ids=str)
def test_what_is_found_stays_between_the_samples_and_the_certificate(
        f, norm, only, length, discretisation):
    table = perturbation_error(
        network(3, f, discretisation), TARGET, [0.0, 0.05, 0.2], length=length,
        norm=norm, only=only, copies=8, search=Search(2, 6))
    sampled, found, lower, upper = (
        table[n] for n in ("sampled", "found", "lower", "upper"))
    assert (sampled <= found).all() and (lower <= found).all()
    assert (found <= upper * (1 + 1e-9)).all()
    assert upper[0] == pytest.approx(found[0], rel=1e-9)
    assert (upper < 3 * found).all()


def test_euler_steps_that_change_sign_are_certified_too():
    one = torch.ones(1, 1, dtype=D)
    model = RNN(-1.05 * one[0], one, one, dt=1.0, activation="identity")
    grid = torch.linspace(-0.5, 0.5, 401, dtype=D)[:, None] + model.w.detach()
    stack = model.with_parameters({"w": grid, "U": one.expand(401, 1, 1),
                                   "c": one.expand(401, 1, 1)})
    for norm in ("L1", "L2"):
        exact = float(distance(model, stack, 20, norm).detach().max())
        bound = certified_change(model, Ball(0.5, ["w"]), length=20, norm=norm)
        assert exact <= bound * (1 + 1e-12) and bound < 1.5 * exact


@pytest.mark.parametrize("norm", ["L1", "L2"])
@pytest.mark.parametrize("f", PARAMETERIZATIONS, ids=str)
def test_the_certificate_of_one_mode_is_its_supremum(f, norm):
    one = torch.ones(1, 1, dtype=D)
    model = RNN(-0.8 * one[0], one, one, dt=DT, activation="identity",
                parameterization=f)
    grid = torch.linspace(-0.3, 0.3, 61, dtype=D)[:, None] + model.w.detach()
    stack = model.with_parameters({"w": grid, "U": one.expand(61, 1, 1),
                                   "c": one.expand(61, 1, 1)})
    gain = float(f.input_gain(torch.tensor(0.8, dtype=D)))
    rho = Exponential(0.8, gain)
    loss = l1_loss(stack, rho) if norm == "L1" else l2_loss(stack, rho).sqrt()
    assert certified_change(model, Ball(0.3, ["w"]), norm=norm) == pytest.approx(
        float(loss.detach().max()), rel=1e-8)


@pytest.mark.parametrize("norm", ["L1", "L2"])
def test_the_certificate_on_a_horizon_counts_the_gain(norm):
    # on a short horizon a unit gain mode is little but its gain
    one = torch.ones(1, 1, dtype=D)
    model = RNN(-one[0], one, one, dt=0.01, activation="identity",
                discretisation="exact", parameterization=UnitGain(Exp()))
    grid = torch.linspace(-0.3, 0.3, 61, dtype=D)[:, None] + model.w.detach()
    stack = model.with_parameters({"w": grid, "U": one.expand(61, 1, 1),
                                   "c": one.expand(61, 1, 1)})
    exact = float(distance(model, stack, 10, norm).detach().max())
    bound = certified_change(model, Ball(0.3, ["w"]), length=10, norm=norm)
    assert exact <= bound * (1 + 1e-12) and bound < 1.1 * exact


def test_unit_gain_modes_move_by_the_scale_free_bound():
    # sup int |a exp(-a t) - b exp(-b t)| dt over |log(a/b)| <= beta
    model = network(5, UnitGain(Exp()))
    beta, mass = 0.2, float((model.c[0] * model.U[:, 0]).sum().detach())
    g = 2 * math.exp(-beta / math.expm1(beta)) * -math.expm1(-beta)
    bound = certified_change(model, Ball(beta, ["w"]))
    assert bound == pytest.approx(mass * g, rel=1e-12)


def test_beyond_the_margin_all_is_infinite_in_continuous_time_only():
    model = network(3)
    margin = float(stability_margin(model))
    radii = [0.5 * margin, 1.01 * margin]
    forever = perturbation_error(model, TARGET, radii, only=["w"],
                                 search=Search(2, 3))
    for name in ("lower", "found", "upper"):
        assert math.isfinite(forever[name][0]) and math.isinf(forever[name][1])
    assert math.isfinite(perturbation_error(
        model, TARGET, radii, length=LENGTH, only=["w"],
        search=Search(2, 3))["upper"][1])


def test_the_lower_column_is_the_shift_of_the_models_own_kernel():
    # rho - exp(beta t) rho_hat, exact for a model that is its own target
    rho = Exponential(1.0)
    table = perturbation_error(one_mode(), LinearFunctional(rho, DT), [0.1, 0.3],
                               only=["w"], search=Search(1, 0))
    curve = certified_lower_curve(rho, [0.1, 0.3])
    assert table["lower"] == pytest.approx(curve["lower"], rel=1e-9)


def test_the_lower_column_takes_the_slower_of_the_two_shifts():
    # with f(w) = -exp(w) that is the one to w - beta
    one = torch.ones(1, 1, dtype=D)
    model = RNN(-one[0], one, one, dt=DT, activation="identity", parameterization=Exp())
    table = perturbation_error(model, LinearFunctional(Exponential(1.0), DT), [0.3],
                               only=["w"], search=Search(1, 0))
    assert table["lower"][0] == pytest.approx(math.expm1(0.3), rel=1e-9)


def test_the_authors_box_reaches_beyond_the_ball():
    table = perturbation_error(network(16), TARGET, [0.1], length=LENGTH,
                               search=Search(1, 0))
    assert table["sampled_box"][0] > 1.2 * table["sampled"][0]


def test_columns_do_not_decrease_and_no_search_leaves_the_samples():
    radii = [0.0, 0.1, 0.3]
    table = perturbation_error(network(), TARGET, radii, length=LENGTH,
                               search=Search(2, 3))
    assert table.columns == ("radius", "sampled", "sampled_box", "lower", "found",
                             "upper", "upper_box")
    assert all((table[name][1:] >= table[name][:-1]).all() for name in table.columns)
    plain = perturbation_error(network(), TARGET, radii, length=LENGTH, search=None)
    assert plain.columns == ("radius", "sampled", "sampled_box")
    for name in plain.columns:
        assert plain[name].tolist() == table[name].tolist()


@pytest.mark.parametrize("model", [RNN.random(3, dt=DT, seed=1),
                                   SSM.random(3, dt=DT, diagonal=True, seed=1)],
                         ids=["dense RNN", "diagonal SSM"])
def test_a_nonlinear_model_is_searched_and_has_no_certificate(model):
    x = white_noise(4, 30, dt=DT, seed=0)
    table = perturbation_error(model, TARGET, [0.1, 0.2], inputs=x, norm="W1",
                               copies=8, search=Search(2, 4))
    assert (table["found"] > table["sampled"]).all()
    assert all(map(math.isinf, table["upper"]))


def test_the_horizon_ladder_is_the_certified_curve_on_every_horizon():
    table = horizon_ladder(Polynomial(1.5), [0.01, 0.1], [10.0, 100.0, math.inf])
    assert table.columns == ("horizon", "radius", "lower") and len(table) == 6
    for horizon in (10.0, 100.0):
        assert table.where(horizon=horizon)["lower"] == pytest.approx(
            certified_lower_curve(Polynomial(1.5), [0.01, 0.1], horizon)["lower"])
    assert all(map(math.isinf, table["lower"][-2:]))


@pytest.mark.parametrize("call", [
    lambda: worst_case(network(), lambda q: l2_loss(q, RHO), -0.1),
    lambda: worst_case(network(), lambda q: l2_loss(q, RHO), Ball(0.1, ["v"])),
    lambda: Search(restarts=0), lambda: Search(updates=-1),
    lambda: perturbation_error(TARGET, TARGET, [0.1], length=5),
    lambda: in_eigenvalues(TARGET),
    lambda: perturbation_error(network(), TARGET, [0.2, 0.1]),
    lambda: perturbation_error(network(), TARGET, [0.1], norm="L3"),
    lambda: perturbation_error(network(), network(), [0.1]),
    lambda: perturbation_error(RNN.random(2, dt=DT), TARGET, [0.1]),
    lambda: certified_change(network(), -1.0),
    *(lambda T=T: certified_lower_curve(RHO, [0.1], T)
      for T in (math.nan, -math.inf, 0.0)),
    lambda: horizon_ladder(RHO, [0.1], [10.0, math.nan])])
def test_bad_input_is_rejected(call):
    with pytest.raises(InputError):
        call()
