"""The activations sigma: the one place that knows them."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..checks import check_choice

_ATEN = torch.ops.aten


@dataclass(frozen=True)
class Activation:
    """A map sigma, entry by entry, and what the fast response needs of it.

    The slope is computed from the value sigma(z), which is kept anyway, and not
    from z: sigma' must be a function of sigma.

    Args:
        apply: z to sigma(z), by operations that torch differentiates.
        in_place: the same, written over z.
        slope: (g, sigma(z), out) to g sigma'(z), written to ``out``.
    """

    apply: Callable[[Tensor], Tensor]
    in_place: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor, Tensor, Tensor], Tensor]

    def __call__(self, z: Tensor) -> Tensor:
        """Return sigma(z).

        Args:
            z: any shape.
        """
        return self.apply(z)

    def derivative(self, z: Tensor) -> Tensor:
        """Return sigma'(z).

        Args:
            z: any shape.
        """
        return self.slope(torch.ones_like(z), self.apply(z), torch.empty_like(z))


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(
        lambda z: z, lambda z: z, lambda g, s, out: out.copy_(g)),
    "tanh": Activation(
        torch.tanh, torch.tanh_,
        lambda g, s, out: _ATEN.tanh_backward.grad_input(g, s, grad_input=out)),
    "hardtanh": Activation(
        torch.nn.functional.hardtanh, torch.nn.functional.hardtanh_,
        lambda g, s, out: _ATEN.hardtanh_backward.grad_input(
            g, s, -1, 1, grad_input=out)),
    "relu": Activation(
        torch.relu, torch.relu_,
        lambda g, s, out: _ATEN.threshold_backward.grad_input(
            g, s, 0, grad_input=out)),
}
"""The activations by name; one more entry works everywhere."""


def activation_named(name: str) -> Activation:
    """Return the activation sigma with this name.

    Args:
        name: a key of ``ACTIVATIONS``.

    Raises:
        InputError: there is none.
    """
    check_choice("activation", name, ACTIVATIONS)
    return ACTIVATIONS[name]
