"""How long a functional remembers: memory functions and their decay."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_choice, check_count, check_positive, check_tensor
from ..functional import DTYPE, Functional, time_grid
from ..models.scan import causal_convolution
from ..targets import heaviside, impulse, reversed_heaviside
from .suprema import largest_ratio

ROUTES = ("recurrence", "convolution", "closed form")


@checked
def impulse_response(
    H: Functional, length: int, route: str = "recurrence"
) -> Float[Tensor, "*stack time d_out d_in"]:
    """Return the responses to impulses of mass one in each input coordinate.

    For a linear functional this is its memory kernel, by three routes that must
    agree: stepping time, convolving with the kernel, and the kernel itself.

    Source: def-impulse-memory in the book.

    Args:
        H: the functional.
        length: number of time points.
        route: "recurrence", "convolution" or "closed form"; the last two need a
            linear functional.

    Raises:
        InputError: unknown route, or no kernel for it.
    """
    check_choice("route", route, ROUTES)
    if route == "closed form":
        return H.kernel_samples(length)
    x = impulse(torch.eye(H.d_in, dtype=DTYPE), length, H.dt)
    if route == "convolution":
        kernel = H.dt * H.kernel_samples(length)
        return causal_convolution(kernel, x.to(kernel.dtype)).movedim(-3, -1)
    return _adjusted(H, x, H.step).movedim(-3, -1)


@checked
def memory_function(
    H: Functional, length: int, bound: float = 1.0, history: int = 0,
    every: int = 1,
) -> Float[Tensor, "*stack time"]:
    """Return M_B(t) = sup over 0 < |x| <= B of |d/dt H_t(u^x)| / |x|, |.| the max norm.

    The derivative is the difference quotient of the sampled output, so that an
    affine functional has exactly the samples of |rho(t)|_1, whatever B. Otherwise
    the supremum is searched, and the value is a lower bound of it; see
    ``small_signal_memory`` for the limit B -> 0.

    Source: def-memory-function in the book; "Inverse Approximation Theory",
    Def. 3.1, with the bound B that its text asks for.

    Args:
        H: the functional.
        length: number of time points from the onset of the input.
        bound: B > 0.
        history: number of zero samples before the onset, for a functional that
            has not settled when it starts.
        every: return every so many time points only: a faster search.

    Raises:
        InputError: a size or the bound is not positive.
    """
    check_positive("bound", bound)
    check_count("every", every)
    if H.affine:
        return _operator_norm(H.kernel_samples(length))[..., ::every]

    def ratio(x: Tensor) -> Tensor:
        return _slopes(H, x, length, history)[..., ::every, :].abs().amax(-1)

    small = small_signal_memory(H, length, history)[..., ::every]
    return torch.maximum(small, largest_ratio(ratio, H.d_in, bound))


@checked
def small_signal_memory(
    H: Functional, length: int, history: int = 0
) -> Float[Tensor, "*stack time"]:
    """Return lim_{B -> 0} M_B(t), the memory of the linearisation at zero.

    Source: def-memory-function in the book (ours).

    Args:
        H: a functional that is differentiable at zero.
        length: number of time points from the onset of the input.
        history: number of zero samples before the onset.

    Raises:
        InputError: a size is not positive.
    """
    if H.recurrent and H.at_rest:
        return _operator_norm(H.linearised().kernel_samples(length))
    return _tangent_norm(lambda x: _slopes(H, x, length, history), H.d_in)


@checked
def impulse_memory(
    H: Functional, length: int, bound: float = 1.0, history: int = 0,
    every: int = 1,
) -> Float[Tensor, "*stack time"]:
    """Return sup over 0 < |x| <= B of |H_t(i^x)| / |x|, i^x an impulse of mass x.

    The impulse is one sample of height x/dt. Searched like ``memory_function``, the
    limit x -> 0 included, and like it exact for a linear functional.

    Source: def-impulse-memory in the book; "Inverse Approximation Theory", App. F.

    Args:
        H: the functional.
        length: number of time points from the impulse.
        bound: B > 0.
        history: number of zero samples before the impulse.
        every: return every so many time points only: a faster search.

    Raises:
        InputError: a size or the bound is not positive.
    """
    check_positive("bound", bound)
    check_count("every", every)
    if H.affine:
        return _operator_norm(H.kernel_samples(length))[..., ::every]

    def outputs(x: Tensor) -> Tensor:
        u = impulse(x, history + length, H.dt, start=history)
        return _adjusted(H, u)[..., history::every, :]

    found = largest_ratio(lambda x: outputs(x).abs().amax(-1), H.d_in, bound)
    return torch.maximum(_tangent_norm(outputs, H.d_in), found)


@checked
def reversed_memory(
    H: Functional, length: int, bound: float = 1.0, history: int = 100
) -> Float[Tensor, "*stack time"]:
    """Return sup over 0 < |x| <= B of |d/dt H_t(r^x)| / |x|, r^x on before zero.

    Here r^x is on for a time T = history*dt only: a linear functional has
    |rho(t) - rho(t + T)|_1. Searched like ``memory_function``: a lower bound.

    Source: def-impulse-memory in the book; "Inverse Approximation Theory", App. G.

    Args:
        H: the functional.
        length: number of time points from the end of the input.
        bound: B > 0.
        history: number of samples for which the input is on.

    Raises:
        InputError: a size or the bound is not positive.
    """
    check_positive("bound", bound)
    window = check_count("history", history) + check_count("length", length)

    def slopes(x: Tensor) -> Tensor:
        u = reversed_heaviside(x, window, stop=history)
        return torch.diff(_adjusted(H, u)[..., history - 1 :, :], dim=-2) / H.dt

    found = largest_ratio(lambda x: slopes(x).abs().amax(-1), H.d_in, bound)
    return torch.maximum(_tangent_norm(slopes, H.d_in), found)


@checked
def fitted_rate(
    memory: Float[Tensor, " time"], dt: float, start: float, stop: float
) -> float:
    """Return the rate r of the exponential fit log M(t) ~ -r t on a window.

    Args:
        memory: values of a memory function.
        dt: timebase.
        start: beginning of the window.
        stop: end of the window.

    Raises:
        InputError: the window has less than two positive values.
    """
    return -_slope(lambda t: t, memory, dt, start, stop)


@checked
def fitted_power(
    memory: Float[Tensor, " time"], dt: float, start: float, stop: float
) -> float:
    """Return the exponent p of the power-law fit log M(t) ~ -p log t on a window.

    Args:
        memory: values of a memory function.
        dt: timebase.
        start: beginning of the window, > 0.
        stop: end of the window.

    Raises:
        InputError: ``start`` is not positive, or the window has less than two
            positive values.
    """
    return -_slope(torch.log, memory, dt, check_positive("start", start), stop)


def _adjusted(H: Functional, x: Tensor, way: Callable | None = None) -> Tensor:
    """Return H(x) - H(0): the papers' normalisation H_t(0) = 0."""
    x = x.to(next((p.dtype for p in H.parameters()), x.dtype))
    y = (way or H)(torch.cat([x, torch.zeros_like(x[:1])]))
    return y[..., :-1, :, :] - y[..., -1:, :, :]


def _slopes(H: Functional, x: Tensor, length: int, history: int) -> Tensor:
    """Return d/dt H_t(u^x), (*stack, batch, time, d_out), without the zero response."""
    u = heaviside(x, check_count("history", history, 0) + length, start=history)
    y = torch.nn.functional.pad(_adjusted(H, u), (0, 0, 1, 0))
    return torch.diff(y[..., history:, :], dim=-2) / H.dt


def _tangent_norm(response: Callable[[Tensor], Tensor], d_in: int) -> Tensor:
    """Return lim over x -> 0 of sup |response(x)|/|x|, (*stack, time)."""
    zero, axes = torch.zeros(d_in, d_in, dtype=DTYPE), torch.eye(d_in, dtype=DTYPE)
    tangent = torch.func.jvp(response, (zero,), (axes,))[1]
    return _operator_norm(tangent.detach().movedim(-3, -1))


def _operator_norm(rho: Tensor) -> Tensor:
    """Return sup over |x| <= 1 of |rho x|, max norms, (*stack, time)."""
    return rho.detach().abs().sum(-1).amax(-1)


def _slope(
    scale: Callable, memory: Tensor, dt: float, start: float, stop: float
) -> float:
    """Return the least squares slope of log(memory) against scale(t)."""
    check_tensor("memory", memory, "time")
    t = time_grid(len(memory), dt)
    use = (t >= start) & (t <= stop) & (memory > 0)
    if use.sum() < 2:
        raise InputError("start, stop", "must span two or more positive values",
                         (start, stop), "widen the window")
    x, y = scale(t[use]), torch.log(memory[use])
    x = x - x.mean()
    return float(x @ y / (x @ x))
