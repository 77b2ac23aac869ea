"""Recurrent networks and state-space models.

Both are a recurrence with recurrent weights W, input weights U, bias b and readout
c. They differ in where the activation stands, and agree when it is the identity.
"""

from torch import Tensor

from ..checks import InputError
from .recurrent import RecurrentModel
from .response import response


class RNN(RecurrentModel):
    """Recurrent network: dh/dt = sigma(W h + U x + b), y = c h.

    Its Euler steps are h_k = h_{k-1} + dt sigma(W h_{k-1} + U x_k + b), y_k = c h_k,
    from h = 0. The arguments and options are those of RecurrentModel.

    Source: def-rnn in the book; "Inverse Approximation Theory", Eq. 1.

    Raises:
        InputError: as RecurrentModel; also a nonlinear activation with another
            discretisation than "euler", for which there is no closed form.
    """

    def __init__(
        self, W: Tensor, U: Tensor, c: Tensor, b: Tensor | None = None,
        **options: object,
    ):
        super().__init__(W, U, c, b, **options)
        if self.activation != "identity" and self.discretisation != "euler":
            raise InputError("discretisation", "must be 'euler' for a nonlinear RNN",
                             repr(self.discretisation),
                             "use 'euler', activation='identity', or an SSM")

    def respond(self, x: Tensor) -> Tensor:
        """Return y for a checked input.

        Args:
            x: (batch, time, d_in).
        """
        x, weights = self.with_bias(x)
        W, B, how = self.stepped(weights)
        return response(W, B, self.c, x, diagonal=self.diagonal, **how)

    def stepped(self, weights: Tensor) -> tuple[Tensor, Tensor, dict[str, object]]:
        """Return W and B of the steps that are made, and what else defines them.

        Args:
            weights: input weights, (\\*stack, m, n).
        """
        if self.activation == "identity":
            return *self.transition(weights), {}
        return self.W, weights, {"activation": self.activation, "dt": self.dt}


class SSM(RecurrentModel):
    """State-space model: dh/dt = W h + U x + b, y = c sigma(h).

    The state is linear, so every discretisation is available. The arguments are
    those of RecurrentModel.

    Source: def-ssm in the book; StableSSM (known to us at second hand).
    """

    def respond(self, x: Tensor) -> Tensor:
        """Return y for a checked input.

        Args:
            x: (batch, time, d_in).
        """
        x, weights = self.with_bias(x)
        A, B, how = self.stepped(weights)
        return response(A, B, self.c, x, diagonal=self.diagonal, **how)

    def stepped(self, weights: Tensor) -> tuple[Tensor, Tensor, dict[str, object]]:
        """Return A and B of the linear steps, and the activation of the readout.

        Args:
            weights: input weights, (\\*stack, m, n).
        """
        return *self.transition(weights), {"readout": self.activation}
