"""How far a perturbation can move a linear diagonal model: proved upper bounds."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor

from ..functional import DTYPE, Functional, check_positive
from ..recurrence import krylov

_ORDER = {"L1": 1, "L2": 2}
_CELLS = 16


def certified_change(
    model: Functional, radius: float, *, length: int | None = None,
    norm: str = "L1", only: Iterable[str] | None = None,
) -> float:
    """Return an upper bound of sup |rho_hat~ - rho_hat| over the ball of radius beta.

    With phi_i the kernel of mode i for unit c and U, and n_i = sup |phi~_i|, the
    triangle inequality mode by mode and Cauchy-Schwarz on the changes of U and of
    c give sum |c_i U_i| sup |phi~_i - phi_i| + beta |(c_i n_i)|_2 +
    beta |(U_i n_i)|_2 + beta^2 max n_i. So E_m(beta) is at most E_m(0) plus this.
    Infinity beyond the margin in continuous time, for another norm than L1 and L2,
    and for models that are not linear and diagonal with one input and one output.

    Source: prp-certified-change in the book (ours).

    Args:
        model: one model, without stack dimensions.
        radius: beta >= 0, of the ball of Definition 3.4.
        length: number of time points, or None, continuous time up to infinity.
        norm: "L1" or "L2".
        only: names of the parameters that move (default: all).

    Raises:
        InputError: a negative radius.
    """
    check_positive("radius", radius, zero=True)
    if not (model.linear and getattr(model, "diagonal", False) and norm in _ORDER
            and (model.d_in, model.d_out) == (1, 1)):
        return math.inf
    moving = {"w", "U", "c"} if only is None else set(only)
    delta, order = radius if "w" in moving else 0.0, _ORDER[norm]
    with torch.no_grad():
        change, size = (_forever(model, delta, order) if length is None else
                        _sampled(model, delta, order, length))
    c, U = model.c.detach()[0], model.U.detach()[:, 0]
    bound = (c * U).abs() @ change
    if "U" in moving:
        bound = bound + radius * (c * size).norm()
    if "c" in moving:
        bound = bound + radius * (U * size).norm()
    if {"U", "c"} <= moving:
        bound = bound + radius**2 * size.max()
    return float(torch.nan_to_num(bound, nan=math.inf, posinf=math.inf))


def _probe(model: Functional, w: Tensor) -> Functional:
    """Return the stack of models with raw weights w, (stack, m), and unit U and c."""
    one = torch.ones(len(w), model.width, 1, dtype=DTYPE)
    return model.with_parameters({"w": w, "U": one, "c": one.mT})


def _ends(w: Tensor, radius: float) -> Tensor:
    """Return w, and where f is extreme on its interval, (4, m).

    Every parameterization is monotone, or even with its extremum at zero.
    """
    zero = torch.zeros_like(w).clamp(w - radius, w + radius)
    return torch.stack([w, w - radius, w + radius, zero])


def _forever(model: Functional, radius: float, order: int) -> tuple[Tensor, Tensor]:
    """Return sup |phi~_i - phi_i| and sup |phi~_i| over t >= 0, for every mode.

    Of a plain mode both are monotone on each side of the rate, and with a unit L1
    gain they depend on the ratio of the rates alone, and grow with it; so the
    suprema stand at the ends.
    """
    probe = _probe(model, _ends(model.w, radius))
    r, g = -probe.W, probe.input_weights[..., 0].abs()
    if r.min() <= 0:
        return torch.full((2, model.width), math.inf, dtype=DTYPE).unbind()
    size = g / (order * r) ** (1 / order)
    if order == 2:
        # |a - b|^2 = (|a| - |b|)^2 + 2 (|a||b| - <a, b>), both without cancellation
        gap = (r.sqrt() - r[0].sqrt()) ** 2 / ((r * r[0]).sqrt() * (r + r[0]))
        return ((size - size[0]) ** 2 + g * g[0] * gap).sqrt().amax(0), size.amax(0)
    # g exp(-r t) - g_0 exp(-r_0 t) changes its sign once, if at all
    apart = torch.where(r == r[0], 1.0, r - r[0])
    zero = torch.where(r == r[0], 0.0, (g / g[0]).log() / apart).clamp(min=0)
    after = size * torch.exp(-r * zero) - size[0] * torch.exp(-r[0] * zero)
    return ((size - size[0] - after).abs() + after.abs()).amax(0), size.amax(0)


def _sampled(
    model: Functional, radius: float, order: int, length: int
) -> tuple[Tensor, Tensor]:
    """Return bounds of sup |phi~_i - phi_i| and sup |phi~_i| on the horizon.

    The interval of w_i is covered by cells: the distance of the centre of a cell
    from w_i, and the largest distance from that centre inside the cell.
    """
    steps = torch.arange(1 - _CELLS, _CELLS, 2, dtype=DTYPE) / _CELLS
    centre = _modes(model, model.w + radius * steps[:, None], length)[0]
    still = _modes(model, model.w[None], length)[0]
    cells = [_cell(model, model.w + radius * s, radius / _CELLS, order, length)
             for s in steps]
    inside, size = (torch.stack(v) for v in zip(*cells, strict=True))
    covered = (_norm(model, centre - still, order) + inside).amax(0)
    whole, _ = _cell(model, model.w, radius, order, length)
    return torch.minimum(covered, whole), size.amax(0)


def _cell(
    model: Functional, w: Tensor, radius: float, order: int, length: int
) -> tuple[Tensor, Tensor]:
    """Return bounds of the change and of the size of modes around w."""
    _, power, gain = _modes(model, _ends(w, radius), length)
    change = _norm(model, (power - power[0]).abs().amax(0), order)
    size = _norm(model, power.abs().amax(0), order)
    # |g~ p~ - g p| <= g |p~ - p| + |g~ - g| |p~|
    spread = (gain - gain[0]).abs().amax(0)
    return gain[0].abs() * change + spread * size, gain.abs().amax(0) * size


def _modes(model: Functional, w: Tensor, length: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the modes' samples, their powers, (stack, time, m), and their gains.

    One more row of powers stands for the multiplier in the interval nearest zero,
    at which those of Euler steps that change sign are extreme.
    """
    probe = _probe(model, w)
    A, B = probe.transition(probe.input_weights)
    gain = B[..., 0] / model.dt
    A = torch.cat([A, torch.zeros_like(A[:1]).clamp(A.amin(0), A.amax(0))])
    one = torch.ones(*A.shape, 1, dtype=DTYPE)
    power = krylov(A, one, length, diagonal=True)[..., 0]
    return gain[:, None] * power[:-1], power, gain


def _norm(model: Functional, samples: Tensor, order: int) -> Tensor:
    """Return the L1 or L2 norm over time of (*stack, time, m)."""
    return (model.dt * samples.abs() ** order).sum(-2) ** (1 / order)
