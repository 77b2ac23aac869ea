"""Many models at once: one stack, or one after the other."""

import torch
from torch import Tensor

from comlib import RNN, impulse, perturb
from comlib.functional import DTYPE
from comlib.models import RecurrentModel
from .loops import loop_response, naive_response
from .steps import DT, Respond, gradients, network, noise, work
from .timing import Case, Way


def _perturbed(
    m: int, diagonal: bool, activation: str, copies: int, device: str
) -> tuple[RNN, RNN, list[RNN]]:
    """Return a model, a stack of perturbed copies, and the copies one by one."""
    model = network(m, diagonal, activation, "cpu", bias=False)
    stack = perturb(model, 0.01, copies, seed=0)
    singles = [model.with_parameters({name: weight[i].detach() for name, weight
                                      in stack.named_parameters()}).to(device)
               for i in range(copies)]
    return model.to(device), stack.to(device), singles


def sweep(
    m: int, length: int, batch: int, copies: int, diagonal: bool, activation: str,
    device: str,
) -> Case:
    """Return the outputs of perturbed copies: one stack, or one after the other.

    Args:
        m: width.
        length: number of time points.
        batch: number of sequences.
        copies: number of perturbed models.
        diagonal: diagonal or dense recurrence.
        activation: name of sigma.
        device: "cpu" or "cuda".
    """
    _, stack, singles = _perturbed(m, diagonal, activation, copies, device)
    x = noise(batch, length, device, 0)

    def one_by_one(respond: Respond) -> Way:
        return torch.no_grad()(
            lambda: [torch.stack([respond(single, x) for single in singles])])

    kind = "diagonal" if diagonal else "dense"
    ways = {"naive": one_by_one(naive_response), "loop": one_by_one(loop_response),
            "single": one_by_one(RecurrentModel.__call__),
            "ours": torch.no_grad()(lambda: [stack(x)])}
    return Case(f"sweep {kind} {activation}", m, length, batch, copies, ways,
                **work(m, length, batch * copies, diagonal, backward=False))


def kernel_sweep(m: int, length: int, batch: int, copies: int, device: str) -> Case:
    """Return the distances of perturbed linear copies from their model.

    The loops simulate a batch for each copy; ours are the exact distances, which
    must equal those of the impulse responses that the loop finds.

    Args:
        m: width.
        length: number of time points.
        batch: number of sequences of the loops.
        copies: number of perturbed models.
        device: "cpu" or "cuda".
    """
    model, stack, singles = _perturbed(m, True, "identity", copies, device)
    x = noise(batch, length, device, 0)
    pulse = impulse(torch.ones(1, 1, dtype=DTYPE), length, DT).to(device)

    def one_by_one(respond: Respond, inputs: Tensor) -> Way:
        def way() -> list[Tensor]:
            base = respond(model, inputs)
            return [torch.stack([(respond(single, inputs) - base).square().sum()
                                 for single in singles])]
        return torch.no_grad()(way)

    @torch.no_grad()
    def ours() -> list[Tensor]:
        kernels, base = stack.kernel_samples(length), model.kernel_samples(length)
        return [(kernels - base).square().sum((-3, -2, -1))]

    return Case("sweep closed form", m, length, batch, copies,
                {"naive": one_by_one(naive_response, x),
                 "loop": one_by_one(loop_response, x), "ours": ours},
                same=one_by_one(loop_response, pulse))


def ensemble_step(
    m: int, length: int, batch: int, copies: int, diagonal: bool, activation: str,
    device: str,
) -> Case:
    """Return the training step of several networks on the same data.

    Args:
        m: width.
        length: number of time points.
        batch: number of sequences.
        copies: number of networks.
        diagonal: diagonal or dense recurrence.
        activation: name of sigma.
        device: "cpu" or "cuda".
    """
    _, stack, singles = _perturbed(m, diagonal, activation, copies, device)
    x, y = (noise(batch, length, device, seed) for seed in (0, 1))

    def step(model: RNN, respond: Respond) -> Way:
        return gradients(
            model, lambda: (respond(model, x) - y).square().mean((-3, -2, -1)).sum())

    def one_by_one(respond: Respond) -> Way:
        steps = [step(single, respond) for single in singles]

        def way() -> list[Tensor]:
            losses, *weights = zip(*(take() for take in steps))
            return [torch.stack(losses).sum(), *map(torch.stack, weights)]
        return way

    kind = "diagonal" if diagonal else "dense"
    ways = {"naive": one_by_one(naive_response), "loop": one_by_one(loop_response),
            "single": one_by_one(RecurrentModel.__call__),
            "ours": step(stack, RecurrentModel.__call__)}
    return Case(f"ensemble step {kind} {activation}", m, length, batch, copies, ways,
                **work(m, length, batch * copies, diagonal, backward=True))
