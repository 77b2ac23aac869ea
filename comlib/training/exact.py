"""The exact loss of a linear model: L-BFGS, then Levenberg-Marquardt.

L-BFGS finds the valley from wherever it starts, and crawls along its floor. There
the loss is a sum of few squares, and a step that knows them one by one arrives.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from ..evidence import Table
from ..functional import Functional, check_single
from ..measures import population_loss
from .protocols import PROGRESS, QuasiNewton
from .results import Best, Found

_TINY = 1e-40  # ends a line search that has closed in; zero would not
_SHARE = 1e-12  # of the loss, which counts as nothing
_PART = 0.1  # of a step, from which its second derivative is taken
_WALL = 1e20  # where a line search turns back, in units of the loss at the start


def by_squares(
    model: Functional, target: Functional, weights: Float[Tensor, " time"],
    protocol: QuasiNewton, names: list[str], bar: tqdm,
) -> Found:
    """Return the best weights, the history, the updates made and why it ended.

    The members of a stack are taken one after the other: a line search has one step
    for all that it moves.

    Args:
        model: linear or affine; a single one or a stack.
        target: linear or affine.
        weights: w_t of the loss.
        protocol: the numbers.
        names: of the parameters that are trained.
        bar: of the progress.
    """
    check_single("target", target)
    length, rho = len(weights), target.kernel_samples(len(weights))
    root = (target.dt * weights.flip(0).cumsum(0).flip(0)).sqrt()[:, None, None]
    offset = target.offset(length)

    def loss(one: Functional) -> Tensor:
        return population_loss(one, target, length, weights)

    def residual(one: Functional) -> Tensor:
        r = (root * (rho - one.kernel_samples(length))).flatten()
        if model.linear and target.linear:
            return r
        rest = weights.sqrt()[:, None] * (offset - one.offset(length))
        return torch.cat([r, rest.flatten()])

    losses, searches, reasons = loss(model).detach(), [], []
    bar.reset((protocol.updates + protocol.polish) * losses.numel())
    for i in range(losses.numel()):
        member = model.with_parameters({
            n: p.detach().reshape(-1, *p.shape[losses.ndim:])[i].clone()
            for n, p in model.named_parameters()})
        zero = (root * rho).square().sum() + (weights[:, None] * offset**2).sum()
        zero = float(zero.detach()) or 1.0
        searches.append(_Search(member, loss, residual, zero, protocol, names, bar))
        interrupted = "interrupted" in reasons
        reasons.append("interrupted" if interrupted else searches[-1].run())
    tables = [Table(update=s.updates, loss=s.losses) for s in searches]
    history = tables[0]
    if losses.ndim:
        history = Table.stack(tables, member=range(len(tables)))
    found = {n: torch.stack([s.best.weights[n] for s in searches]) for n in names}
    best = Best({n: p.reshape(*losses.shape, *p.shape[1:]) for n, p in found.items()},
                torch.stack([s.best.loss for s in searches]).reshape(losses.shape))
    updates = max(s.updates[-1] for s in searches)
    return Found(best, history, updates, "; ".join(dict.fromkeys(reasons)))


class _Search:
    """The search for the best weights of a single model."""

    def __init__(self, model: Functional, loss: Callable, residual: Callable,
                 zero: float, protocol: QuasiNewton, names: list[str], bar: tqdm):
        self.model, self.loss, self.residual = model, loss, residual
        self.zero, self.protocol, self.bar = zero, protocol, bar
        self.moving = {n: p for n, p in model.named_parameters() if n in names}
        self.best = Best(self.moving, loss(model))
        self.share = 1.0  # of the loss that a linear model of the residuals removes
        self.updates, self.losses = [0], [float(self.best.loss)]
        self.wall = _WALL * max(1.0, self.losses[0] / zero)

    def run(self) -> str:
        """Search, and return why it ended; ``best`` is there whatever happens."""
        try:
            reason = self.crawl()
            if self.protocol.polish:
                reason = self.polish()
            self.put(self.best.weights)
            self.closure()
        except KeyboardInterrupt:
            return "interrupted"
        slope = max(float(p.grad.abs().max()) for p in self.moving.values())
        flat = slope <= self.protocol.tolerance or self.share <= _SHARE
        return "stationary" if flat else reason

    @torch.no_grad()
    def put(self, weights: dict[str, Tensor]) -> None:
        """Make these the weights of the model."""
        for n, p in self.moving.items():
            p.copy_(weights[n])

    def note(self, made: int) -> bool:
        """Add a line to the history, and return whether there was progress."""
        self.bar.update(made)
        self.bar.set_postfix(loss=float(self.best.loss), refresh=False)
        self.updates.append(self.updates[-1] + made)
        self.losses.append(float(self.best.loss))
        return self.losses[-1] < (1 - PROGRESS) * self.losses[-2]

    def crawl(self) -> str:
        """Go down by L-BFGS; forget the curvature where it does not help."""
        how, left, fruitless, optimiser = self.protocol, self.protocol.updates, 0, None
        first = next(iter(self.moving.values()))
        while left and fruitless <= how.restarts:
            if optimiser is None:
                self.put(self.best.weights)
                optimiser = torch.optim.LBFGS(
                    list(self.moving.values()), history_size=how.memory,
                    tolerance_grad=0, tolerance_change=_TINY,
                    line_search_fn="strong_wolfe")
            group, before = optimiser.param_groups[0], optimiser.state[first]
            before = before.get("n_iter", 0)
            group["max_iter"], group["max_eval"] = min(how.chunk, left), 2 * how.chunk
            optimiser.step(self.closure)
            made = optimiser.state[first].get("n_iter", 0) - before
            left -= made
            if self.note(made):
                fruitless = 0
            else:
                fruitless, optimiser = fruitless + 1, None
        return "no progress" if left else "all updates made"

    def closure(self) -> Tensor:
        """Return the loss in units of the zero functional's, and its gradient."""
        self.model.zero_grad()
        loss = self.loss(self.model)
        part = loss / self.zero
        part.backward()
        self.best.offer(self.moving, loss)
        if part < self.wall:
            return part.detach()
        # the line search interpolates, and would pass an overflow on to the weights
        self.model.zero_grad(set_to_none=False)
        return torch.full_like(part.detach(), self.wall)

    def polish(self) -> str:
        """Go on by Levenberg-Marquardt, damped less after every success."""
        damping, scale, left = 1e-3, torch.zeros(()), self.protocol.polish
        while left > 0:
            self.put(self.best.weights)
            r = self.residual(self.model)
            rows = torch.autograd.grad(r, list(self.moving.values()),
                                       torch.eye(len(r)).to(r), is_grads_batched=True)
            jacobian = torch.cat([g.flatten(1) for g in rows], 1)
            if not jacobian.isfinite().all():
                return "no progress"
            r = r.detach()
            scale = torch.maximum(scale, jacobian.norm(dim=0))
            unit = torch.where(scale > 0, scale, 1.0)
            u, s, v = torch.linalg.svd(jacobian / unit, full_matrices=False)
            seen = u[:, s > 1e-12 * s[0]].mT @ r
            self.share = float(seen.square().sum() / r.square().sum().clamp(min=_TINY))
            before, tried = float(self.best.loss), 0
            while tried < min(left, 30) and float(self.best.loss) >= before:
                inverse = v.mT * (s / (s**2 + damping)) @ u.mT / unit[:, None]
                self.attempt(self.bent(r, jacobian, inverse, unit))
                damping, tried = 4 * damping, tried + 1
            damping, left = max(damping / 20, 1e-18), left - tried
            self.note(tried)
            if not float(self.best.loss) < (1 - 1e-12) * before:
                return "no progress" if left else "all updates made"
        return "all updates made"

    @torch.no_grad()
    def bent(
        self, r: Tensor, jacobian: Tensor, inverse: Tensor, unit: Tensor
    ) -> Tensor:
        """Return the damped step, bent along with the floor of the valley.

        The second derivative of the residuals along the step v gives a, and the move
        is v + a/2 if that is a correction: "geodesic acceleration".

        Source: Transtrum and Sethna 2012 (from memory).
        """
        move = -inverse @ r
        self.put_moved(_PART * move)
        ahead = (self.residual(self.model) - r) / _PART - jacobian @ move
        turn = -inverse @ ahead * (2 / _PART)
        short = (turn * unit).norm() < 0.75 * (move * unit).norm()
        return move + turn / 2 if short else move

    def attempt(self, move: Tensor) -> None:
        """Offer the best weights moved so."""
        self.put_moved(move)
        with torch.no_grad():
            self.best.offer(self.moving, self.loss(self.model))

    def put_moved(self, move: Tensor) -> None:
        """Make the best weights, moved so, the weights of the model."""
        parts = move.split([p.numel() for p in self.moving.values()])
        self.put({n: self.best.weights[n] + part.view_as(p)
                  for (n, p), part in zip(self.moving.items(), parts)})
