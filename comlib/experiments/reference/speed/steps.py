"""Training steps of one network."""

from collections.abc import Callable

import torch
from torch import Tensor

from comlib import RNN, impulse, white_noise
from comlib.functional import DTYPE
from comlib.models import RecurrentModel
from comlib.models.response import response
from comlib.models.scan import Steps
from .loops import loop_response, naive_response, torch_network
from .timing import Case, Way

DT = 0.1
Respond = Callable[[RecurrentModel, Tensor], Tensor]


def network(m: int, diagonal: bool, activation: str, device: str, bias: bool) -> RNN:
    """Return the network of width m that all workloads use.

    Args:
        m: width.
        diagonal: diagonal or dense recurrence.
        activation: name of sigma.
        device: "cpu" or "cuda".
        bias: with or without b.
    """
    model = RNN.random(m, dt=DT, diagonal=diagonal, activation=activation, bias=bias)
    return model.to(device)


def noise(batch: int, length: int, device: str, seed: int) -> Tensor:
    """Return white noise, (batch, length, 1).

    Args:
        batch: number of sequences.
        length: number of time points.
        device: "cpu" or "cuda".
        seed: of the local generator.
    """
    return white_noise(batch, length, dt=DT, seed=seed).to(device)


def work(m: int, length: int, batch: int, diagonal: bool, backward: bool) -> dict:
    """Return flops (each product three times with its backward pass) or bytes.

    Args:
        m: width.
        length: number of time points.
        batch: number of sequences, those of all copies together.
        diagonal: diagonal or dense recurrence.
        backward: with or without gradients.
    """
    states = m * length * batch
    if diagonal:
        # with gradients states and slopes are written, then read
        return {"bytes": 8 * states * (4 if backward else 2)}
    return {"flops": (6 if backward else 2) * m * states}


def gradients(model: RNN, loss: Callable[[], Tensor]) -> Way:
    """Return a way to get the loss and its gradients in the weights.

    Args:
        model: whose weights.
        loss: computes the loss.
    """
    def way() -> list[Tensor]:
        value = loss()
        return [value, *torch.autograd.grad(value, list(model.parameters()))]
    return way


def _square_error(
    model: RNN, batch: int, length: int, device: str
) -> Callable[[Respond], Way]:
    """Return what makes a step out of a way to respond."""
    x, y = (noise(batch, length, device, seed) for seed in (0, 1))

    def step(respond: Respond) -> Way:
        return gradients(model, lambda: (respond(model, x) - y).square().mean())

    return step


def training_step(
    m: int, length: int, batch: int, diagonal: bool, activation: str, device: str
) -> Case:
    """Return forward and backward pass of the mean square error on white noise.

    Args:
        m: width.
        length: number of time points.
        batch: number of sequences.
        diagonal: diagonal or dense recurrence.
        activation: name of sigma.
        device: "cpu" or "cuda".
    """
    model = network(m, diagonal, activation, device, bias=True)
    step = _square_error(model, batch, length, device)
    kind = "diagonal" if diagonal else "dense"
    ways = {"naive": step(naive_response), "loop": step(loop_response),
            "ours": step(RecurrentModel.__call__)}
    return Case(f"step {kind} {activation}", m, length, batch, 1, ways,
                **work(m, length, batch, diagonal, backward=True))


def elman_step(m: int, length: int, batch: int, activation: str, device: str) -> Case:
    """Return the step for h_k = sigma(W h_{k-1} + U x_k + b), which torch.nn.RNN has.

    Args:
        m: width.
        length: number of time points.
        batch: number of sequences.
        activation: "tanh" or "relu".
        device: "cpu" or "cuda".
    """
    model = network(m, False, activation, device, bias=True)
    rival = torch_network(model)
    x, y = (noise(batch, length, device, seed) for seed in (0, 1))

    def ours() -> Tensor:
        inputs = torch.cat([x, torch.ones_like(x)], -1)
        B = torch.cat([model.U, model.b[:, None]], -1)
        return response(Steps(model.W, B, model.c, activation), inputs)

    def step(respond: Callable[[], Tensor]) -> Way:
        return gradients(model, lambda: (respond() - y).square().mean())

    def torch_step() -> list[Tensor]:
        value = (rival(x)[0] @ model.c.T - y).square().mean()
        gU, gW, gb, _, gc = torch.autograd.grad(value, [
            rival.weight_ih_l0, rival.weight_hh_l0, rival.bias_ih_l0,
            rival.bias_hh_l0, model.c])
        found = {"w": gW, "U": gU, "c": gc, "b": gb}
        return [value, *(found[name] for name, _ in model.named_parameters())]

    ways = {"naive": step(lambda: naive_response(model, x, keep=False)),
            "loop": step(lambda: loop_response(model, x, keep=False)),
            "torch": torch_step, "ours": step(ours)}
    return Case(f"step nn.RNN {activation}", m, length, batch, 1, ways,
                **work(m, length, batch, False, backward=True))


def closed_form_step(
    m: int, length: int, batch: int, diagonal: bool, device: str
) -> Case:
    """Return the step of a linear model on the expected loss, from its kernel.

    The loops have to estimate that loss on a batch. What ours must equal is the
    expected loss with the impulse response that the loop finds.

    Args:
        m: width.
        length: number of time points.
        batch: number of sequences of the loops.
        diagonal: diagonal or dense recurrence.
        device: "cpu" or "cuda".
    """
    model = network(m, diagonal, "identity", device, bias=False)
    target = noise(1, length, device, 2)[0, :, 0]
    pulse = impulse(torch.ones(1, 1, dtype=DTYPE), length, DT).to(device)
    step = _square_error(model, batch, length, device)

    def expected(kernel: Tensor) -> Tensor:
        # sample j of the kernel acts on length - j outputs
        share = torch.arange(length, 0, -1, device=device) / length
        return (share * (kernel - target).square()).sum() * DT

    kind = "diagonal" if diagonal else "dense"
    return Case(
        f"step {kind} closed form", m, length, batch, 1,
        {"naive": step(naive_response), "loop": step(loop_response),
         "ours": gradients(
             model, lambda: expected(model.kernel_samples(length)[:, 0, 0]))},
        same=gradients(
            model, lambda: expected(loop_response(model, pulse)[0, :, 0])))
