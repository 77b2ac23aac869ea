"""The smallest gated unit: one gate, one state, no feedback into the gate."""

import torch
from torch import Tensor

from ..arguments import checked
from ..checks import check_positive
from ..functional import Functional


@checked
class GatedUnit(Functional):
    """dh/dt = s(-k x) (tanh(a x) - h), y = h, with the logistic function s.

    A large input writes its sign and closes the gate behind it. Between samples
    the input is constant and the step exact:
    h_j = h_{j-1} + (1 - exp(-dt s(-k x_j))) (tanh(a x_j) - h_{j-1}).

    Source: prp-gated-memory in the book (ours); the update gate of a GRU, as in
    "Inverse Approximation Theory", App. J, without its recurrent weights.

    Args:
        gate: k > 0, how strongly the input closes the gate.
        gain: a > 0, slope of what is written.
        dt: timebase.

    Raises:
        InputError: one of them is not positive.
    """

    def __init__(self, gate: float = 1.0, gain: float = 1.0, *, dt: float = 1.0):
        super().__init__(dt)
        self.gate = check_positive("gate", gate)
        self.gain = check_positive("gain", gain)

    def respond(self, x: Tensor) -> Tensor:
        """Return the state.

        Args:
            x: (batch, time, 1).
        """
        share = -torch.expm1(-self.dt * torch.sigmoid(-self.gate * x))
        written = torch.tanh(self.gain * x)
        h, states = torch.zeros_like(x[:, 0]), []
        for p, w in zip(share.unbind(1), written.unbind(1)):
            h = h + p * (w - h)
            states.append(h)
        return torch.stack(states, 1)
