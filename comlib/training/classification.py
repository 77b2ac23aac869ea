"""Classifiers: functionals whose last output says which label a sequence has."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from tqdm import tqdm

from ..arguments import checked
from ..checks import InputError, check_choice, check_count, check_filled, check_positive
from ..functional import Functional
from ..models import Parameterization
from ..models.last import last_output
from .results import spread, where

METHODS = ("gd", "adam")


@checked
@dataclass(frozen=True)
class Batches:
    """Minimise a cross-entropy on batches, with several learning rates side by side.

    Args:
        learning_rates: one for each copy of the model.
        epochs: how often each sequence is seen.
        batch: sequences in one update; the last batch of an epoch may be smaller.
        method: "gd", or "adam" with PyTorch's numbers.
        every: updates between two looks.
        matched: divide the steps of w by f'(w)^2, so that to first order eigenvalues
            move as with ``Direct``; for "gd" and diagonal recurrences.

    Raises:
        InputError: a number is not positive, or an unknown or unfit method.
    """

    learning_rates: tuple[float, ...]
    epochs: int = 10
    batch: int = 64
    method: str = "adam"
    every: int = 10
    matched: bool = False

    def __post_init__(self):
        check_filled("learning_rates", self.learning_rates)
        for rate in self.learning_rates:
            check_positive("learning_rates", rate)
        for name in ("epochs", "batch", "every"):
            check_count(name, getattr(self, name))
        check_choice("method", self.method, METHODS)
        if self.matched and self.method != "gd":
            raise InputError("method", "must be 'gd' where steps are matched",
                             repr(self.method), "pass matched=False")


@dataclass(frozen=True, eq=False)
class Course:
    """Where a training led.

    Args:
        updates: the numbers of updates after which there was a look, 0 first.
        models: the stack at each look, one member for each learning rate. A member
            whose loss or gradient is not finite keeps its last weights.
    """

    updates: tuple[int, ...]
    models: tuple[Functional, ...]


@checked
def train_classifier(
    model: Functional, x: Float[Tensor, "count time d_in"],
    labels: Int[Tensor, " count"], protocol: Batches, *, seed: int = 0,
    progress: bool = True,
) -> Course:
    """Return copies of a model, trained with one learning rate each, on the way.

    The copies see the same batches and do not feel each other. An interruption
    returns the course so far.

    Args:
        model: a single one, with an output for each label; it is not changed.
        x: sequences, on the model's device.
        labels: theirs, from 0.
        protocol: the numbers.
        seed: of the order of the sequences.
        progress: show a progress bar.

    Raises:
        InputError: a stack, labels that do not fit, or matched steps for a model
            without eigenvalues of its own.
    """
    _check(model, x, labels, protocol)
    count = len(protocol.learning_rates)
    stack = model.with_parameters({
        n: torch.stack([p.detach()] * count) for n, p in model.named_parameters()})
    steps, draw = _Steps(stack, protocol), torch.Generator().manual_seed(seed)
    total = protocol.epochs * math.ceil(len(x) / protocol.batch)
    updates, models, made = [0], [_frozen(stack)], 0
    with tqdm(total=total, disable=not progress, unit="update") as bar:
        try:
            while made < total:
                order = torch.randperm(len(x), generator=draw).to(x.device)
                for rows in order.split(protocol.batch):
                    steps.make(x[rows], labels[rows])
                    made += 1
                    bar.update()
                    if made % protocol.every == 0 or made == total:
                        updates.append(made), models.append(_frozen(stack))
        except KeyboardInterrupt:
            pass
    return Course(tuple(updates), tuple(models))


@checked
def cross_entropy(
    model: Functional, x: Float[Tensor, "count time d_in"],
    labels: Int[Tensor, " count"],
) -> Float[Tensor, "*stack"]:
    """Return the mean of -ln p(label), p the softmax of the last output.

    Args:
        model: with an output for each label; a single one or a stack.
        x: sequences.
        labels: theirs, from 0.

    Raises:
        InputError: labels that do not fit the model.
    """
    _check_labels(model, labels)
    return _loss(last_output(model, x), labels)


@torch.no_grad()
@checked
def accuracy(
    model: Functional, x: Float[Tensor, "count time d_in"],
    labels: Int[Tensor, " count"],
) -> Float[Tensor, "*stack"]:
    """Return the share of labels that the largest last output names.

    Args:
        model: with an output for each label; a single one or a stack.
        x: sequences.
        labels: theirs, from 0.

    Raises:
        InputError: labels that do not fit the model.
    """
    _check_labels(model, labels)
    return (last_output(model, x).argmax(-1) == labels).to(x).mean(-1)


def _loss(logits: Tensor, labels: Tensor) -> Tensor:
    chosen = labels.expand(logits.shape[:-1])[..., None]
    return -logits.log_softmax(-1).gather(-1, chosen)[..., 0].mean(-1)


class _Steps:
    """Updates of a stack, each member with its own rate."""

    def __init__(self, stack: Functional, protocol: Batches):
        self.stack, self.protocol = stack, protocol
        self.weights = list(stack.parameters())
        self.rates = self.weights[0].new_tensor(protocol.learning_rates)
        self.alive = self.rates > 0
        method = torch.optim.Adam if protocol.method == "adam" else torch.optim.SGD
        self.optimiser = method(self.weights, lr=1.0)

    def make(self, x: Tensor, labels: Tensor) -> None:
        """Make one update of the members that are alive."""
        self.optimiser.zero_grad()
        loss = _loss(last_output(self.stack, x), labels)
        loss.sum().backward()
        with torch.no_grad():
            if self.protocol.matched:
                slope = self.stack.parameterization.derivative(self.stack.w.detach())
                self.stack.w.grad /= slope.square()
            before = [p.detach().clone() for p in self.weights]
            fine = [p.grad.flatten(1).isfinite().all(1) for p in self.weights]
            self.alive &= loss.isfinite() & torch.stack(fine).all(0)
            self.optimiser.step()
            # the optimiser knows one rate for all: each member makes its part
            for p, old in zip(self.weights, before):
                p.copy_(where(self.alive, old + spread(self.rates, p) * (p - old), old))


def _frozen(stack: Functional) -> Functional:
    """Return a copy that needs no gradients."""
    twin = stack.with_parameters({n: p.detach().clone()
                                  for n, p in stack.named_parameters()})
    return twin.requires_grad_(False)


def _check(model: Functional, x: Tensor, labels: Tensor, protocol: Batches) -> None:
    _check_labels(model, labels)
    if not list(model.parameters()):
        raise InputError("model", "must have weights that can move",
                         type(model).__name__, "pass a network")
    if last_output(model, x[:1]).ndim > 2:
        raise InputError("model", "must be a single one", "a stack",
                         "train the members one after the other")
    f = getattr(model, "parameterization", None)
    own = isinstance(f, Parameterization) and model.diagonal
    if protocol.matched and not own:
        raise InputError("protocol", "must not be matched for this model",
                         type(model).__name__, "use a diagonal recurrence")


def _check_labels(model: Functional, labels: Tensor) -> None:
    if not (len(labels) and 0 <= labels.min() and labels.max() < model.d_out):
        raise InputError("labels", f"must lie between 0 and {model.d_out - 1}",
                         labels.unique().tolist()[:12], "one output for each label")
