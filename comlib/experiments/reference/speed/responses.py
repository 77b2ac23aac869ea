"""The response of one network to one input."""

from collections.abc import Iterator

import torch
from torch import Tensor

from comlib import heaviside, impulse, impulse_response, memory_function
from comlib.functional import DTYPE
from comlib.models import RecurrentModel
from .loops import loop_response, naive_response
from .steps import DT, Respond, network
from .timing import Case, Way


def responses(m: int, length: int, diagonal: bool, activation: str) -> Iterator[Case]:
    """Yield the memory function and the impulse response of one network.

    Of a nonlinear one the memory is that of the unit Heaviside input, |d/dt H_t(u)|.

    Args:
        m: width.
        length: number of time points.
        diagonal: diagonal or dense recurrence.
        activation: name of sigma.
    """
    model = network(m, diagonal, activation, "cpu", bias=False)
    one = torch.ones(1, 1, dtype=DTYPE)
    on, pulse = heaviside(one, length), impulse(one, length, DT)

    def slopes(respond: Respond) -> Way:
        def way() -> list[Tensor]:
            y = torch.nn.functional.pad(respond(model, on)[0, :, 0], (1, 0))
            return [(y.diff() / DT).abs()]
        return torch.no_grad()(way)

    def values(respond: Respond) -> Way:
        return torch.no_grad()(lambda: [respond(model, pulse)[0, :, 0]])

    @torch.no_grad()
    def impulses() -> list[Tensor]:
        route = "closed form" if model.linear else "recurrence"
        return [impulse_response(model, length, route)[:, 0, 0]]

    kind = f"{'diagonal' if diagonal else 'dense'} {activation}"
    memory = (lambda: [memory_function(model, length)]) if model.linear else None
    for name, way, ours in (
            ("memory", slopes, memory or slopes(RecurrentModel.__call__)),
            ("impulse response", values, impulses)):
        yield Case(f"{name} {kind}", m, length, 1, 1, {
            "naive": way(naive_response), "loop": way(loop_response), "ours": ours})
