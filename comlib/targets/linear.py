"""Target functionals, known exactly, and the ways to combine functionals."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count
from ..functional import Functional, time_grid
from ..kernels import Kernel
from ..models.activations import activation_named
from ..models.scan import causal_convolution


@checked
class LinearFunctional(Functional):
    """Causal convolution with a memory kernel: H_t(x) = int rho(s) x(t - s) ds.

    Sampled: y_k = sum_{j <= k} dt rho(j dt) x_{k-j}.

    Source: lem-riesz in the book; "Inverse Approximation Theory", Eq. 3.

    Args:
        kernel: one kernel, or one for each input coordinate.
        dt: timebase.

    Raises:
        InputError: no kernel, or something that is not one.
    """

    linear = True

    def __init__(self, kernel: Kernel | Sequence[Kernel], dt: float):
        kernels = tuple(kernel) if isinstance(kernel, Sequence) else (kernel,)
        if not kernels or not all(isinstance(rho, Kernel) for rho in kernels):
            raise InputError("kernel", "must be a Kernel, or several of them",
                             repr(kernel), "pass e.g. Exponential(rate=1.0)")
        super().__init__(dt, d_in=len(kernels))
        self.kernels = kernels

    def extra_repr(self) -> str:
        """Return the kernels and the timebase."""
        return ", ".join([*map(repr, self.kernels), f"dt={self.dt!r}"])

    def kernel_samples(self, length: int) -> Float[Tensor, "time 1 d_in"]:
        """Return rho(k*dt).

        Args:
            length: number of time points.

        Raises:
            InputError: ``length`` is not positive.
        """
        t = time_grid(length, self.dt)
        return torch.stack([rho(t) for rho in self.kernels], -1)[:, None, :]

    def respond(self, x: Tensor) -> Tensor:
        """Return the convolution.

        Args:
            x: (batch, time, d_in).
        """
        samples = self.kernel_samples(x.shape[1]).to(x)
        return causal_convolution(self.dt * samples, x)


@checked
class Memoryless(Functional):
    """y_t = sigma(x_t): no memory; nonlinear unless sigma is the identity.

    Args:
        activation: name of sigma.
        dt: timebase.
        d: number of coordinates.
    """

    def __init__(self, activation: str, dt: float, d: int = 1):
        super().__init__(dt, d_in=check_count("d", d), d_out=d)
        self.sigma = activation_named(activation)

    def respond(self, x: Tensor) -> Tensor:
        """Return sigma(x).

        Args:
            x: (batch, time, d).
        """
        return self.sigma(x)


@checked
class Composition(Functional):
    """The functionals one after the other; a network of several layers.

    Args:
        functionals: in the order in which they act.

    Raises:
        InputError: none, different timebases, or coordinates that do not fit.
    """

    def __init__(self, *functionals: Functional):
        if not functionals:
            raise InputError("functionals", "must be at least one", "none",
                             "pass the functionals in the order in which they act")
        if not all(isinstance(H, Functional) for H in functionals):
            raise InputError("functionals", "must be functionals",
                             [type(H).__name__ for H in functionals],
                             "pass them one by one, Composition(H, G)")
        super().__init__(functionals[0].dt, functionals[0].d_in, functionals[-1].d_out)
        for first, second in zip(functionals, functionals[1:]):
            one_dt = abs(first.dt - second.dt) <= 1e-12 * self.dt
            if first.d_out != second.d_in or not one_dt:
                raise InputError("functionals", "must fit: d_out to d_in, one dt",
                                 f"d_out={first.d_out}, dt={first.dt} before "
                                 f"d_in={second.d_in}, dt={second.dt}",
                                 "change the number of coordinates or the timebase")
        self.functionals = torch.nn.ModuleList(functionals)

    def respond(self, x: Tensor) -> Tensor:
        """Return the last functional's output.

        Args:
            x: (batch, time, d_in).
        """
        for H in self.functionals:
            x = H(x)
        return x


@checked
class Residual(Functional):
    """x + H(x), as in the layers of deep sequence models.

    Args:
        functional: H, with as many outputs as inputs.

    Raises:
        InputError: numbers of coordinates differ.
    """

    def __init__(self, functional: Functional):
        super().__init__(functional.dt, functional.d_in, functional.d_out)
        if functional.d_in != functional.d_out:
            raise InputError("functional", "must have d_out = d_in",
                             f"{functional.d_out} and {functional.d_in}",
                             "use as many outputs as inputs")
        self.functional = functional

    def respond(self, x: Tensor) -> Tensor:
        """Return x + H(x).

        Args:
            x: (batch, time, d).
        """
        return x + self.functional(x)
