"""Classifiers: last outputs, batches, several rates at once, matched steps."""

import pytest
import torch

from comlib import RNN, SSM, Direct, Exp, InputError, Softplus, white_noise
from comlib.functional import DTYPE
from comlib.models import InverseQuadratic, Square
from comlib.models.last import last_output
from comlib.models.speeds import eigenvalue_speeds
from comlib.training import (Batches, accuracy, cross_entropy, train_classifier)

X = white_noise(12, 7, 2, dt=1.0, seed=0)
LABELS = (X[:, -1, 0] > 0).long() + (X[:, :, 1].sum(1) > 0).long()


def model(cell=RNN, **options):
    options = {"activation": "tanh", "diagonal": True} | options
    return cell.random(4, dt=0.5, d_in=2, d_out=3, bias=True, readout_bias=True,
                       **options)


@pytest.mark.parametrize("discretisation", ["euler", "exact", "hold"])
@pytest.mark.parametrize("diagonal", [True, False])
def test_the_last_output_of_a_linear_state_needs_no_steps(discretisation, diagonal):
    one = model(SSM, discretisation=discretisation, diagonal=diagonal)
    assert torch.allclose(last_output(one, X), one(X)[:, -1], rtol=0, atol=1e-13)
    stack = one.with_parameters({n: torch.stack([p, 0.5 * p])
                                 for n, p in one.named_parameters()})
    assert torch.allclose(last_output(stack, X), stack(X)[:, :, -1], rtol=0, atol=1e-13)
    bare = SSM.random(3, dt=0.5, d_in=2)
    assert torch.allclose(last_output(bare, X), bare(X)[:, -1], rtol=0, atol=1e-13)


def test_losses_and_accuracies_are_those_of_torch():
    one = model()
    logits = one(X)[:, -1]
    loss = torch.nn.functional.cross_entropy(logits, LABELS)
    assert torch.allclose(cross_entropy(one, X, LABELS), loss, rtol=1e-14)
    right = (logits.argmax(1) == LABELS).double().mean()
    assert accuracy(one, X, LABELS) == right


@pytest.mark.parametrize("method", ["gd", "adam"])
@pytest.mark.parametrize("cell", [RNN, SSM])
def test_copies_move_as_if_each_were_alone(method, cell):
    protocol = Batches((0.01, 0.1), 3, 5, method, every=4)
    course = train_classifier(model(cell), X, LABELS, protocol, seed=1, progress=False)
    assert course.updates == (0, 4, 8, 9)
    for k, rate in enumerate(protocol.learning_rates):
        alone = model(cell)
        optimiser = (torch.optim.Adam if method == "adam" else torch.optim.SGD)(
            alone.parameters(), lr=rate)
        draw = torch.Generator().manual_seed(1)
        for _ in range(3):
            for rows in torch.randperm(12, generator=draw).split(5):
                optimiser.zero_grad()
                torch.nn.functional.cross_entropy(
                    alone(X[rows])[:, -1], LABELS[rows]).backward()
                optimiser.step()
        last = dict(course.models[-1].named_parameters())
        for name, p in alone.named_parameters():
            assert torch.allclose(last[name][k], p, rtol=1e-9, atol=1e-12), name


def test_training_lowers_the_loss_and_leaves_the_model_alone():
    one = model()
    before = {n: p.clone() for n, p in one.named_parameters()}
    course = train_classifier(one, X, LABELS, Batches((0.05,), 40), progress=False)
    losses = [float(cross_entropy(stack, X, LABELS)) for stack in course.models]
    assert losses[-1] < 0.5 * losses[0]
    assert all(torch.equal(before[n], p) for n, p in one.named_parameters())
    assert not any(p.requires_grad for p in course.models[-1].parameters())


def test_a_copy_that_is_not_finite_rests_and_the_other_goes_on():
    one = SSM.random(4, dt=0.5, d_in=2, d_out=3, diagonal=True,
                     discretisation="exact", activation="relu")
    many = white_noise(12, 400, 2, dt=1.0, seed=0)
    course = train_classifier(one, many, LABELS, Batches((1e-3, 1e3), 5, 12, "gd"),
                              progress=False)
    last = course.models[-1]
    assert all(p.isfinite().all() for p in last.parameters())
    alone = train_classifier(one, many, LABELS, Batches((1e-3,), 5, 12, "gd"),
                             progress=False).models[-1]
    for p, q in zip(last.parameters(), alone.parameters()):
        assert torch.allclose(p[0], q[0], rtol=1e-12)


@pytest.mark.parametrize("f", [Exp(), Softplus(), InverseQuadratic(), Square()])
def test_matched_steps_move_eigenvalues_like_direct_ones_to_first_order(f):
    def moved(parameterization, rate):
        start = model(parameterization=parameterization)
        course = train_classifier(start, X, LABELS, Batches(
            (rate,), 1, 12, "gd", matched=True), progress=False)
        return course.models[-1].eigenvalues() - start.eigenvalues()

    first, half = (float((moved(f, r) - moved(Direct(), r)).detach().abs().max())
                   for r in (0.02, 0.01))
    assert first / half == pytest.approx(4.0, rel=0.05)
    assert first < 0.05 * float(moved(Direct(), 0.02).detach().abs().max())


@pytest.mark.parametrize("f", [Direct(), Exp(), Softplus(), InverseQuadratic()])
def test_speeds_are_those_of_the_matrix_function(f):
    draw = torch.Generator().manual_seed(0)
    basis, G = torch.linalg.qr(torch.randn(4, 4, generator=draw, dtype=DTYPE))
    rates = torch.tensor([0.1, 0.3, 0.9, 1.4], dtype=DTYPE)
    M = basis @ f.inverse(-rates).diag() @ basis.mT
    _, pull = torch.func.vjp(f.matrix, M)
    moved = torch.func.jvp(f.matrix, (M,), pull(G))[1]
    F = eigenvalue_speeds(f, -rates)
    said = basis @ (F.square() * (basis.mT @ G @ basis)) @ basis.mT
    assert torch.allclose(moved, said, rtol=0, atol=1e-13)
    w = f.inverse(-rates)
    assert torch.allclose(F.diagonal(), f.derivative(w), rtol=1e-14)
    near = eigenvalue_speeds(f, torch.tensor([-0.5, -0.5 - 1e-9], dtype=DTYPE))
    assert torch.allclose(near[0, 1], near[0, 0], rtol=1e-8)


def test_bad_trainings_are_named():
    with pytest.raises(InputError, match="labels: must lie between 0 and 2"):
        train_classifier(model(), X, LABELS + 1, Batches((0.1,)))
    with pytest.raises(InputError, match="learning_rates: must hold at least one"):
        Batches(())
    with pytest.raises(InputError, match="method: must be 'gd'"):
        Batches((0.1,), matched=True)
    matched = Batches((0.1,), method="gd", matched=True)
    with pytest.raises(InputError, match="protocol: must not be matched"):
        train_classifier(model(diagonal=False), X, LABELS, matched)
    stack = model().with_parameters({n: torch.stack([p, p])
                                     for n, p in model().named_parameters()})
    with pytest.raises(InputError, match="model: must be a single one"):
        train_classifier(stack, X, LABELS, Batches((0.1,)))
