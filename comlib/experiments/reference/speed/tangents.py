"""The neural tangent kernel of one network."""

import torch
from torch import Tensor

from comlib.measures import neural_tangent_kernel
from .loops import loop_response, naive_response
from .steps import Respond, network, noise
from .timing import Case, Way


def tangent_kernel(
    m: int, length: int, batch: int, diagonal: bool, activation: str, device: str
) -> Case:
    """Return the kernel of the last outputs; the loops go back once for each.

    Args:
        m: width.
        length: number of time points.
        batch: number of sequences.
        diagonal: diagonal or dense recurrence.
        activation: name of sigma.
        device: "cpu" or "cuda".
    """
    model = network(m, diagonal, activation, device, bias=True)
    x, weights = noise(batch, length, device, 0), list(model.parameters())

    def by_passes(respond: Respond) -> Way:
        def way() -> list[Tensor]:
            rows = [torch.autograd.grad(respond(model, one)[0, -1, 0], weights)
                    for one in x.split(1)]
            J = torch.stack([torch.cat([g.flatten() for g in row]) for row in rows])
            return [J @ J.T]
        return way

    kind = "diagonal" if diagonal else "dense"
    return Case(f"tangent kernel {kind} {activation}", m, length, batch, 1, {
        "naive": by_passes(naive_response), "loop": by_passes(loop_response),
        "ours": lambda: [neural_tangent_kernel(model, x)]})
