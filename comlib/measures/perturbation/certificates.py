"""How far a perturbation can move a linear model: proved upper bounds."""

import math

import torch
from torch import Tensor

from ...arguments import checked
from ...checks import InputError
from ...functional import DTYPE, Functional
from ...models import Direct, Parameterization, UnitGain
from ...models.scan import krylov
from ..distance import NORMS
from .ball import Ball
from .envelopes import Radii, dense_change

_CELLS = 16
_GAINS = (Parameterization.input_gain, UnitGain.input_gain)


@checked
def certified_change(
    model: Functional, ball: Ball | float, *, length: int | None = None,
    norm: str = "L1",
) -> float:
    """Return an upper bound of sup |rho_hat~ - rho_hat| over the ball of radius beta.

    So E_m(beta) is at most E_m(0) plus this. Diagonal models: with phi_i the kernel
    of mode i for unit c and U, and n_i = sup |phi~_i|, the bound is sum |c_i U_i|
    sup |phi~_i - phi_i| + beta |(c_i n_i)|_2 + beta |(U_i n_i)|_2 + beta^2 max n_i.
    Dense models: see ``dense_change``; in continuous time it is finite in L2 for
    beta < r_C(W), in L1 and W1 for beta int |exp(W t)|_2 dt < 1, and for a normal W
    both say: below the margin.

    Infinity, as nothing is proved: beyond these radii; for models that are not
    linear with one input and one output; for a dense W = f(w) that moves, unless f
    is Direct, as how far a matrix function moves is not bounded here; and for a
    parameterization that does not say where it is extreme.

    Source: prp-certified-change and prp-dense-change in the book (ours).

    Args:
        model: one model, without stack dimensions.
        ball: what moves and how far; or the radius, if all weights move. The box of
            a dense W of size m lies in the ball of radius m*beta, and reaches it by
            beta times the matrix of ones: where the bound is huge, so is the
            supremum.
        length: number of time points, or None, continuous time up to infinity.
        norm: "L1", "L2" or "W1".

    Raises:
        InputError: a negative radius, unknown names, norm or shape.
    """
    ball = Ball.of(ball)
    moving = ball.norms(model)
    if norm not in NORMS:
        raise InputError("norm", f"must be one of {NORMS}", repr(norm), "choose one")
    if not (model.linear and model.recurrent
            and (model.d_in, model.d_out) == (1, 1)):
        return math.inf
    w, U, c = (ball.radius if name in moving else 0.0 for name in ("w", "U", "c"))
    if model.diagonal:
        bound = _diagonal(model, Radii(w, U, c), ball.shape, length, norm)
    elif model.parameterization != Direct() and w > 0:
        return math.inf
    else:
        wide = math.sqrt(model.width) if ball.shape == "box" else 1.0
        bound = dense_change(model, Radii(wide**2 * w, wide * U, wide * c), length,
                             norm)
    return math.inf if math.isnan(bound) else float(bound)


def _diagonal(
    model: Functional, radii: Radii, shape: str, length: int | None, norm: str
) -> Tensor | float:
    """Return the bound mode by mode; a box has the dual norms of its corners."""
    order = 1 if shape == "box" else 2
    with torch.no_grad():
        if _ends(model, model.w, radii.W) is None:
            return math.inf
        change, size = (_forever(model, radii.W, norm) if length is None else
                        _sampled(model, radii.W, norm, length))
    c, U = model.c.detach()[0], model.U.detach()[:, 0]
    both = size.sum() if shape == "box" else size.max()
    return ((c * U).abs() @ change + radii.U * (c * size).norm(order)
            + radii.c * (U * size).norm(order) + radii.U * radii.c * both)


def _probe(model: Functional, w: Tensor) -> Functional:
    """Return the stack of models with raw weights w, (stack, m), and unit U and c."""
    one = torch.ones(len(w), model.width, 1, dtype=DTYPE)
    return model.with_parameters({"w": w, "U": one, "c": one.mT})


def _ends(model: Functional, w: Tensor, radius: float) -> Tensor | None:
    """Return w, and where f is extreme on its interval, (points, m), or None.

    Kernels depend on f(w) and on the gain, which must be one or the rate: of an
    unknown function of w the extremes are not those of f.
    """
    f = model.parameterization
    points = f.extremes(w, radius)
    if points is None or type(f).input_gain not in _GAINS:
        return None
    return torch.cat([w[None], points])


def _forever(model: Functional, radius: float, norm: str) -> tuple[Tensor, Tensor]:
    """Return sup |phi~_i - phi_i| and sup |phi~_i| over t >= 0, for every mode.

    Of a plain mode both are monotone on each side of the rate, and with a unit L1
    gain they depend on the ratio of the rates alone, and grow with it; so the
    suprema stand at the ends.
    """
    probe = _probe(model, _ends(model, model.w, radius))
    r, g = -probe.W, probe.input_weights[..., 0].abs()
    if r.min() <= 0:
        return torch.full((2, model.width), math.inf, dtype=DTYPE).unbind()
    if norm == "L2":
        size = g / (2 * r).sqrt()
        # |a - b|^2 = (|a| - |b|)^2 + 2 (|a||b| - <a, b>), both without cancellation
        gap = (r.sqrt() - r[0].sqrt()) ** 2 / ((r * r[0]).sqrt() * (r + r[0]))
        return ((size - size[0]) ** 2 + g * g[0] * gap).sqrt().amax(0), size.amax(0)
    change, size = _integral(g, r), g / r
    if norm == "W1":
        # of a unit gain the integral of the slope need not grow with the ratio; but
        # d/ds s^2 exp(-s t) has the L1 norm 1 + 2/e^2, whatever s
        path = (1 + 2 * math.exp(-2)) * (r - r[0]).abs()
        slope = torch.where((g == g[0]).all(0), _integral(g * r, r), path)
        change, size = change + (g - g[0]).abs() + slope, size + 2 * g
    return change.amax(0), size.amax(0)


def _integral(g: Tensor, r: Tensor) -> Tensor:
    """Return int |g exp(-r t) - g_0 exp(-r_0 t)| dt over t >= 0."""
    size = g / r
    # the difference changes its sign once, if at all
    apart = torch.where(r == r[0], 1.0, r - r[0])
    zero = torch.where(r == r[0], 0.0, (g / g[0]).log() / apart).clamp(min=0)
    after = size * torch.exp(-r * zero) - size[0] * torch.exp(-r[0] * zero)
    return (size - size[0] - after).abs() + after.abs()


def _sampled(
    model: Functional, radius: float, norm: str, length: int
) -> tuple[Tensor, Tensor]:
    """Return bounds of sup |phi~_i - phi_i| and sup |phi~_i| on the horizon.

    The interval of w_i is covered by cells: the distance of the centre of a cell
    from w_i, and the largest distance from that centre inside the cell.
    """
    steps = torch.arange(1 - _CELLS, _CELLS, 2, dtype=DTYPE) / _CELLS
    centre = _modes(model, model.w + radius * steps[:, None], length)[0]
    moved = centre - _modes(model, model.w[None], length)[0]
    cells = [_cell(model, model.w + radius * s, radius / _CELLS, norm, length)
             for s in steps]
    inside, size = (torch.stack(v) for v in zip(*cells, strict=True))
    covered = (_norm(model, moved, _jumps(moved), norm) + inside).amax(0)
    whole, _ = _cell(model, model.w, radius, norm, length)
    return torch.minimum(covered, whole), size.amax(0)


def _cell(
    model: Functional, w: Tensor, radius: float, norm: str, length: int
) -> tuple[Tensor, Tensor]:
    """Return bounds of the change and of the size of modes around w."""
    _, *shapes, gain = _modes(model, _ends(model, w, radius), length)
    change = _norm(model, *((s - s[0]).abs().amax(0) for s in shapes), norm)
    size = _norm(model, *(s.abs().amax(0) for s in shapes), norm)
    # |g~ p~ - g p| <= g |p~ - p| + |g~ - g| |p~|
    spread = (gain - gain[0]).abs().amax(0)
    return gain[0].abs() * change + spread * size, gain.abs().amax(0) * size


def _modes(
    model: Functional, w: Tensor, length: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the modes' samples, their powers and jumps, and their gains.

    One more row of powers stands for the multiplier in the interval nearest zero,
    at which those of Euler steps that change sign are extreme; one more row of
    jumps A^k - A^(k-1) for the multiplier nearest 1 - 1/k, where they are.
    """
    probe = _probe(model, w)
    A, B = probe.transition(probe.input_weights)
    gain = B[..., 0] / model.dt
    ends = A.amin(0), A.amax(0)
    A = torch.cat([A, torch.zeros_like(A[:1]).clamp(*ends)])
    one = torch.ones(*A.shape, 1, dtype=DTYPE)
    power = krylov(A, one, length, diagonal=True)[..., 0]
    k = torch.arange(1, length, dtype=DTYPE)[:, None]
    steepest = (1 - 1 / k).expand(-1, A.shape[-1]).clamp(*ends)
    turn = torch.cat([one[0].mT, steepest ** (k - 1) * (steepest - 1)])
    return (gain[:, None] * power[:-1], power,
            torch.cat([_jumps(power), turn[None]]), gain)


def _jumps(samples: Tensor) -> Tensor:
    return samples.diff(dim=-2, prepend=torch.zeros_like(samples[..., :1, :]))


def _norm(model: Functional, samples: Tensor, jumps: Tensor, norm: str) -> Tensor:
    """Return the norm over time of samples, (*stack, time, m), with these jumps."""
    if norm == "L2":
        return (model.dt * samples**2).sum(-2).sqrt()
    size = model.dt * samples.abs().sum(-2)
    return size + jumps.abs().sum(-2) if norm == "W1" else size
