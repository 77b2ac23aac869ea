"""The one interface: a causal sequence of functionals H = {H_t}.

A target and a model are the same thing, so every measure takes functionals and
asks for what they can do, never for their class.
"""

import copy
from abc import ABC, abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor

from .arguments import checked
from .checks import InputError, check_count, check_positive, check_tensor

DTYPE = torch.float64
"""The floating point type of everything comlib creates."""


class Functional(torch.nn.Module, ABC):
    """A causal sequence of functionals on sampled signals, y = H(x).

    Calling it maps an input of shape (batch, time, d_in) to an output of shape
    (\\*stack, batch, time, d_out); sample k stands for the time k*dt. Before its
    first sample the input is zero. A stack of functionals is a functional: its
    parameters carry the leading dimensions ``stack``, () for a single one.

    One's own needs ``respond`` alone, on checked inputs, and float64 weights::

        class MovingAverage(Functional):
            def respond(self, x):
                before = torch.nn.functional.pad(x, (0, 0, 1, -1))
                return (x + before) / 2

        memory_function(MovingAverage(dt=0.1), length=20)

    A torch module or function becomes one in ``CausalModule``.

    Source: def-functional in the book; "Inverse Approximation Theory", Sec. 2.1.

    Args:
        dt: timebase, the time between two samples.
        d_in: number of input coordinates.
        d_out: number of output coordinates.

    Raises:
        InputError: a size or the timebase is not positive.
    """

    linear = False
    """Whether superposition holds; a linear one knows its ``kernel_samples``."""

    recurrent = False
    """Whether there are recurrent weights W, input weights U and a readout c."""

    def __init__(self, dt: float, d_in: int = 1, d_out: int = 1):
        super().__init__()
        self.dt = check_positive("dt", dt)
        self.d_in = check_count("d_in", d_in)
        self.d_out = check_count("d_out", d_out)

    @property
    def affine(self) -> bool:
        """Whether superposition holds for H - H(0), whose kernel is then known."""
        return self.linear

    @abstractmethod
    def respond(self, x: Tensor) -> Tensor:
        """Return the output for a checked input.

        Args:
            x: (batch, time, d_in).
        """

    def step(self, x: Tensor) -> Tensor:
        """Return the same by stepping time, if there is a faster way.

        Args:
            x: (batch, time, d_in).
        """
        return self.respond(x)

    def forward(
        self, x: Float[Tensor, "batch time d_in"]
    ) -> Float[Tensor, "*stack batch time d_out"]:
        """Return y = H(x) after checking ``x``.

        Args:
            x: the input, (batch, time, d_in), in the dtype of the parameters.

        Raises:
            InputError: wrong shape, wrong dtype, or not finite.
        """
        check_tensor("x", x, "batch time d_in")
        if x.shape[-1] != self.d_in:
            raise InputError("x", f"must have d_in = {self.d_in} coordinates",
                             f"{x.shape[-1]} (shape {tuple(x.shape)})",
                             "put the coordinates last: (batch, time, d_in)")
        wanted = next((p.dtype for p in self.parameters()), x.dtype)
        if x.dtype != wanted:
            raise InputError("x", f"must have the functional's dtype {wanted}",
                             x.dtype, f"convert it with x.to({wanted})")
        return self.respond(x)

    def with_parameters(self, parameters: dict[str, Tensor]) -> "Functional":
        """Return a copy with other parameters, in which nothing is checked.

        Args:
            parameters: new values by name; the others are kept. In an RNN or SSM
                all may gain the same leading dimensions: a stack.

        Raises:
            InputError: a name that is no parameter.
        """
        twin = copy.deepcopy(self)
        known = dict(twin.named_parameters())
        for name, value in parameters.items():
            if name not in known:
                raise InputError("parameters", f"must be among {sorted(known)}", name,
                                 "name parameters of the functional")
            owner, _, last = name.rpartition(".")
            setattr(twin.get_submodule(owner), last, torch.nn.Parameter(value))
        return twin

    def kernel_samples(
        self, length: int
    ) -> Float[Tensor, "*stack time d_out d_in"]:
        """Return rho(k*dt), k < length, of H - H(0).

        Args:
            length: number of time points.

        Raises:
            InputError: the functional is not linear or affine.
        """
        raise InputError("H", "must be linear or affine to have a memory kernel",
                         type(self).__name__,
                         "use impulse_response, or response_distance")

    def offset(self, length: int) -> Float[Tensor, "*stack time d_out"]:
        """Return H_t(0), the affine part; zero for a linear functional.

        Args:
            length: number of time points.
        """
        like = next(self.parameters(), torch.zeros((), dtype=DTYPE))
        return self(like.new_zeros(1, check_count("length", length), self.d_in))[
            ..., 0, :, :]


def check_single(argument: str, H: Functional) -> Functional:
    """Return the functional if it is a single one, and not a stack.

    Args:
        argument: the name that the error message gives.
        H: what came.

    Raises:
        InputError: it is a stack.
    """
    shape = getattr(getattr(H, "c", None), "shape", ())
    if len(shape) > 2:
        raise InputError(argument, "must be a single one, not a stack",
                         f"readouts of shape {tuple(shape)}",
                         "take its members one by one")
    return H


def check_timebase(*functionals: Functional) -> float:
    """Return the common timebase dt of functionals that are compared.

    Args:
        functionals: at least one functional.

    Raises:
        InputError: timebases or numbers of coordinates differ.
    """
    first = functionals[0]
    for H in functionals[1:]:
        if abs(H.dt - first.dt) > 1e-12 * first.dt:
            raise InputError("dt", "must be the same for all functionals compared",
                             f"{first.dt} and {H.dt}", "build them with one dt")
        if (H.d_in, H.d_out) != (first.d_in, first.d_out):
            raise InputError("d_in, d_out", "must agree",
                             f"{(first.d_in, first.d_out)} and {(H.d_in, H.d_out)}",
                             "build them with the same numbers of coordinates")
    return first.dt


def check_recurrent(model: object, argument: str = "model") -> Functional:
    """Return a model whose recurrent weights are known, for measures of W, U and c.

    Args:
        model: what came.
        argument: the name that the error message gives.

    Raises:
        InputError: it is no RNN or SSM.
    """
    if not getattr(model, "recurrent", False):
        raise InputError(
            argument, "must be an RNN or SSM, with weights W, U and c",
            type(model).__name__, "build one with RNN(W, U, c, dt=dt); an adapter "
            "such as TorchRecurrent serves measures of outputs only")
    return model


@checked
def time_grid(length: int, dt: float) -> Float[Tensor, " time"]:
    """Return the times 0, dt, ..., (length - 1)*dt.

    Args:
        length: number of time points.
        dt: timebase.

    Raises:
        InputError: ``length`` or ``dt`` is not positive.
    """
    points = torch.arange(check_count("length", length), dtype=DTYPE)
    return points * check_positive("dt", dt)
