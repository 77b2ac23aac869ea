"""Counter-examples: functionals that lack one property of the first chapter each."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count
from ..functional import DTYPE, Functional, time_grid


@checked
class Delay(Functional):
    """y_t = x_{t - lag}: linear, continuous and causal, but not regular.

    A negative lag looks ahead: the counter-example to causality.

    Args:
        lag: number of time points, of any sign.
        dt: timebase.

    Raises:
        InputError: ``lag`` is not a whole number.
    """

    linear = True

    def __init__(self, lag: int, dt: float):
        super().__init__(dt)
        check_count("lag", abs(lag) if isinstance(lag, int) else lag, least=0)
        self.lag = lag

    def kernel_samples(self, length: int) -> Float[Tensor, "time 1 1"]:
        """Return a point mass: 1/dt at the lag.

        Args:
            length: number of time points.

        Raises:
            InputError: a negative lag has no causal kernel.
        """
        if self.lag < 0:
            raise InputError("lag", "must not be negative for a causal kernel",
                             self.lag, "use a lag >= 0")
        at_lag = time_grid(length, 1.0) == self.lag
        return (at_lag.to(DTYPE) / self.dt)[:, None, None]

    def respond(self, x: Tensor) -> Tensor:
        """Return the shifted input, zero where nothing is known.

        Args:
            x: (batch, time, 1).
        """
        lag = max(-x.shape[1], min(self.lag, x.shape[1]))
        return torch.nn.functional.pad(x, (0, 0, lag, -lag))


@checked
class Modulated(Functional):
    """y_t = cos(frequency t) H_t(x): linear if H is, but not time-homogeneous.

    Args:
        functional: H.
        frequency: in radians per unit of time.
    """

    def __init__(self, functional: Functional, frequency: float):
        super().__init__(functional.dt, functional.d_in, functional.d_out)
        self.functional, self.frequency = functional, frequency

    def respond(self, x: Tensor) -> Tensor:
        """Return the modulated output.

        Args:
            x: (batch, time, d_in).
        """
        t = time_grid(x.shape[1], self.dt).to(x)
        return torch.cos(self.frequency * t)[:, None] * self.functional(x)


class PeakHold(Functional):
    """y_t = max_{s <= t} |x_s|: bounded and homogeneous, and it never forgets.

    Source: Boyd and Chua 1985 (the peak-hold operator).

    Args:
        dt: timebase.
    """

    def respond(self, x: Tensor) -> Tensor:
        """Return the running maximum.

        Args:
            x: (batch, time, 1).
        """
        return x.abs().cummax(1).values


class Differentiator(Functional):
    """y_k = (x_k - x_{k-1}) / dt: linear, with norm 2/dt, unbounded as dt -> 0.

    Args:
        dt: timebase.
    """

    linear = True

    def kernel_samples(self, length: int) -> Float[Tensor, "time 1 1"]:
        """Return 1/dt^2 and -1/dt^2, then zeros.

        Args:
            length: number of time points.
        """
        rho = torch.zeros(check_count("length", length), dtype=DTYPE)
        rho[:2] = torch.tensor([1.0, -1.0], dtype=DTYPE)[:length] / self.dt**2
        return rho[:, None, None]

    def respond(self, x: Tensor) -> Tensor:
        """Return the difference quotients.

        Args:
            x: (batch, time, 1).
        """
        return torch.diff(x, dim=1, prepend=torch.zeros_like(x[:, :1])) / self.dt


@checked
class Squared(Functional):
    """y_t = H_t(x)^2: continuous but not bounded, since it grows faster than x.

    Args:
        functional: H.
    """

    def __init__(self, functional: Functional):
        super().__init__(functional.dt, functional.d_in, functional.d_out)
        self.functional = functional

    def respond(self, x: Tensor) -> Tensor:
        """Return the square of the output.

        Args:
            x: (batch, time, d_in).
        """
        return self.functional(x) ** 2
