"""AdamW on a loss that is sampled: for nonlinear models or targets."""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from ..checks import InputError
from ..evidence import Table
from ..functional import Functional
from ..targets import white_noise
from .protocols import PROGRESS, OnlineAdamW
from .results import Best, Found, spread, where


def by_adam(
    model: Functional, target: Functional, weights: Float[Tensor, " time"],
    protocol: OnlineAdamW, names: list[str], bar: tqdm, seed: int,
) -> Found:
    """Return the best weights, the history, the updates made and why it ended.

    The losses of a stack are summed: no member feels another, as AdamW acts on each
    number by itself, and gradients are clipped and rates lowered member by member.

    Args:
        model: any functional with weights, which are changed; or a stack.
        target: any functional.
        weights: w_t of the loss.
        protocol: the numbers.
        names: of the parameters that are trained.
        bar: of the progress.
        seed: of the inputs.

    Raises:
        InputError: a penalty on the margin of a model without eigenvalues.
    """
    if protocol.margin_weight and not model.recurrent:
        raise InputError("protocol", "must have margin_weight = 0 for this model",
                         type(model).__name__, "use replace(protocol, margin_weight=0)")
    descent, update = _Descent(model, target, weights, protocol, names, seed), 0
    try:
        while update < protocol.updates and descent.alive.any():
            descent.update(update := update + 1)
            if update % protocol.check_every == 0 or update == protocol.updates:
                descent.check(update)
                bar.set_postfix(loss=float(descent.best.loss.min()), refresh=False)
            bar.update()
        descent.end(descent.alive, "all updates made")
    except KeyboardInterrupt:
        descent.end(descent.alive, "interrupted")
        descent.best.offer(descent.moving, descent.validation_loss())
    reasons = "; ".join(dict.fromkeys(descent.reasons))
    return Found(descent.best, descent.history(), update, reasons)


class _Descent:
    """The state of a training: one entry of every tensor for each member."""

    def __init__(self, model, target, weights, protocol, names, seed):
        self.model, self.target, self.protocol = model, target, protocol
        self.moving = {n: p for n, p in model.named_parameters() if n in names}
        for n, p in model.named_parameters():
            p.requires_grad_(n in names)
        self.like = next(iter(self.moving.values()))
        self.weights = weights.to(self.like)[:, None]
        self.optimiser = torch.optim.AdamW(
            self.moving.values(), lr=protocol.learning_rate,
            weight_decay=protocol.weight_decay, fused=True)
        self.generator = torch.Generator().manual_seed(seed)
        self.validation = self.samples(protocol.validation)
        loss = self.validation_loss()
        self.best, self.mark = Best(self.moving, loss), torch.nan_to_num(loss, math.inf)
        self.rate, self.alive = torch.ones_like(loss), torch.ones_like(loss, dtype=bool)
        self.idle, self.flat = torch.zeros_like(loss), torch.zeros_like(loss)
        self.reasons, self.rows = [""] * loss.numel(), []
        self.note(0, loss)
        self.end(~loss.isfinite(), "not finite")

    def samples(self, count: int) -> tuple[Tensor, Tensor]:
        """Return new inputs, and what the target makes of them."""
        seed = int(torch.randint(2**62, (), generator=self.generator))
        x = white_noise(count, len(self.weights), self.model.d_in, dt=self.model.dt,
                        seed=seed).to(self.like)
        with torch.no_grad():
            return x, self.target(x)

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Return sum_t w_t mean over the inputs of |y_t - yhat_t|^2."""
        return (self.weights * (self.model(x) - y).square()).sum((-2, -1)).mean(-1)

    @torch.no_grad()
    def validation_loss(self) -> Tensor:
        """Return the loss on the fixed inputs."""
        parts = zip(*(v.split(self.protocol.batch, -3) for v in self.validation))
        total = sum(len(x) * self.loss(x, y) for x, y in parts)
        return total / self.protocol.validation

    def update(self, update: int) -> None:
        """Make one update of the members that are alive."""
        before = {n: p.detach().clone() for n, p in self.moving.items()}
        loss, penalty = self.loss(*self.samples(self.protocol.batch)), 0.0
        if self.protocol.margin_weight:
            margin = -self.model.eigenvalues().real.amax(-1)
            penalty = (self.protocol.margin - margin).relu()
        self.optimiser.zero_grad()
        (loss + self.protocol.margin_weight * penalty).sum().backward()
        dims = loss.ndim
        size = sum(p.grad.flatten(dims).square().sum(-1) if p.ndim > dims
                   else p.grad.square() for p in self.moving.values()).sqrt()
        self.end(~(loss.isfinite() & size.isfinite()), "not finite")
        with torch.no_grad():
            for p in self.moving.values():
                p.grad *= spread((self.protocol.clip / size).clamp(max=1.0), p)
            self.optimiser.step()
            # AdamW knows one rate for all: each member makes its part of the move
            part = self.rate * self.protocol.rate(update) / self.protocol.learning_rate
            for n, p in self.moving.items():
                moved = before[n] + spread(part, p) * (p - before[n])
                p.copy_(where(self.alive, moved, before[n]))

    def check(self, update: int) -> None:
        """Compare with what was best, lower the rates, and end what should end."""
        loss, how = self.validation_loss(), self.protocol
        self.best.offer(self.moving, loss)
        self.note(update, loss)
        better = loss < (1 - PROGRESS) * self.mark
        self.mark = torch.where(better, loss, self.mark)
        self.idle = torch.where(better, 0.0, self.idle + 1)
        self.flat = torch.where(better, 0.0, self.flat + 1)
        lower = (self.flat > how.plateau) & (how.schedule == "plateau")
        self.rate = torch.where(lower, how.factor * self.rate, self.rate)
        self.flat = torch.where(lower, 0.0, self.flat)
        self.end(~loss.isfinite(), "not finite")
        self.end((loss <= how.goal) & (update >= how.least_updates), "goal reached")
        self.end(self.idle >= how.patience, "no progress")

    def note(self, update: int, loss: Tensor) -> None:
        """Add a line to the history of each member that is alive."""
        rates = self.protocol.rate(max(update, 1)) * self.rate
        lines = zip(*(v.flatten().tolist() for v in (self.alive, rates, loss)))
        self.rows += [(i, update, *line) for i, (alive, *line) in enumerate(lines)
                      if alive]

    def end(self, members: Tensor, reason: str) -> None:
        """Let members make no more updates."""
        for i in (members & self.alive).flatten().nonzero().flatten().tolist():
            self.reasons[i] = reason
        self.alive = self.alive & ~members

    def history(self) -> Table:
        """Return the lines of the history, member by member."""
        member, update, rate, loss = zip(*sorted(self.rows, key=lambda row: row[:2]))
        table = Table(member=member, update=update, learning_rate=rate, loss=loss)
        if self.rate.ndim:
            return table
        return Table(update=update, learning_rate=rate, loss=loss)
