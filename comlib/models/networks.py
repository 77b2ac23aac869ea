"""Recurrent networks and state-space models.

Both are a recurrence with recurrent weights W, input weights U, bias b, readout c
and readout bias d. They differ in where the activation stands, and agree when it is
the identity.
"""

from torch import Tensor

from ..checks import InputError
from .recurrent import RecurrentModel
from .scan import Steps


class RNN(RecurrentModel):
    """Recurrent network: dh/dt = sigma(W h + U x + b), y = c h + d.

    Its Euler steps are h_k = h_{k-1} + dt sigma(W h_{k-1} + U x_k + b), from h = 0,
    with y_k = c h_k + d. The arguments and options are those of RecurrentModel.

    Source: def-rnn in the book; "Inverse Approximation Theory", Eq. 1, without d.

    Raises:
        InputError: as RecurrentModel; also a nonlinear activation with another
            discretisation than "euler", for which there is no closed form.
    """

    def __init__(
        self, W: Tensor, U: Tensor, c: Tensor, b: Tensor | None = None,
        d: Tensor | None = None, **options: object,
    ):
        super().__init__(W, U, c, b, d, **options)
        if self.activation != "identity" and self.discretisation != "euler":
            raise InputError("discretisation", "must be 'euler' for a nonlinear RNN",
                             repr(self.discretisation),
                             "use 'euler', activation='identity', or an SSM")

    def steps(self, weights: Tensor) -> Steps:
        """Return the linear steps, or those of Euler if they are not linear.

        Args:
            weights: input weights, (\\*stack, m, n), with those of the bias.
        """
        if self.activation == "identity":
            return Steps(*self.transition(weights), self.c)
        return Steps(self.W, weights, self.c, activation=self.activation, dt=self.dt)


class SSM(RecurrentModel):
    """State-space model: dh/dt = W h + U x + b, y = c sigma(h) + d.

    The state is linear, so every discretisation is available. The readout bias d
    is not the matrix D of control theory, which reads the input. The arguments are
    those of RecurrentModel.

    Source: def-ssm in the book; StableSSM (known to us at second hand).
    """

    def steps(self, weights: Tensor) -> Steps:
        """Return the linear steps, read through the activation.

        Args:
            weights: input weights, (\\*stack, m, n), with those of the bias.
        """
        return Steps(*self.transition(weights), self.c, readout=self.activation)
