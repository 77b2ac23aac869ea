"""Functionals around any causal torch module or function."""

import copy
from collections.abc import Callable

import torch
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count
from ..functional import DTYPE, Functional

TOLERANCE = 1e-9
"""What is smaller, relative to the largest output of the probe, is rounding."""


@checked
class CausalModule(Functional):
    """A torch module or function from (batch, time, d_in) to (batch, time, d_out).

    It works with a copy of the module in double precision and in evaluation mode, so
    dropout is off and batch normalisation fixed. What is no module is taken as it is.
    Noise is sent through it once, to see that it is causal, answers every input of a
    batch by itself, always in the same way, and not otherwise because more follows.

    Source: def-causal in the book.

    Args:
        module: what maps inputs to outputs.
        dt: timebase of the signals.
        d_in: input coordinates.
        d_out: output coordinates.
        length: time points of the noise; what looks further ahead is not seen.
        seed: of the noise.

    Raises:
        InputError: it fails on such an input, returns something else, or is no
            causal functional; the message says where it looks ahead.
    """

    def __init__(
        self, module: Callable, *, dt: float, d_in: int = 1, d_out: int = 1,
        length: int = 32, seed: int = 0,
    ):
        if isinstance(module, torch.nn.RNNBase):
            raise InputError("module", "must return a tensor", type(module).__name__,
                             "wrap it: TorchRecurrent(module, dt=dt)")
        super().__init__(dt, d_in, d_out)
        self.module = copy.deepcopy(module)
        self.to(DTYPE).eval()
        self._probe(check_count("length", length, 2), seed)

    def respond(self, x: Tensor) -> Tensor:
        """Return what the module answers.

        Args:
            x: (batch, time, d_in).
        """
        return self.module(x)

    @torch.no_grad()
    def _probe(self, length: int, seed: int) -> None:
        """Check what is promised; in row k the noise is another from time k on."""
        generator = torch.Generator().manual_seed(seed)
        x, z = torch.randn(2, length, self.d_in, generator=generator, dtype=DTYPE)
        before = torch.ones(length, length, dtype=torch.bool).tril(-1)[..., None]
        rows, half = torch.where(before, x, z), length // 2
        y, changed = self._answer(x[None])[0], self._answer(rows)
        scale = TOLERANCE * float(y.abs().max())
        for rule, defect in (
            ("answer the same input in the same way", self._answer(x[None])[0] - y),
            ("answer each input of a batch by itself",
             self._answer(rows[-1:])[0] - changed[-1]),
            ("be causal", (changed - y) * before),
            ("not depend on how long the input is", self._answer(x[None, :half])[0]
             - y[:half]),
        ):
            moved = defect.abs().amax(-1) > scale
            if moved.any() and rule == "be causal":
                k, t = moved.nonzero().T
                furthest = (k - t).argmax()
                raise InputError(
                    "module", f"must {rule}", f"output {t[furthest]} moves with the "
                    f"inputs from time point {k[furthest]} on",
                    "look for attention without a mask, padding on both sides, a "
                    "mean over time, or time and batch in each other's place")
            if moved.any():
                raise InputError("module", f"must {rule}",
                                 f"a difference of {float(defect.abs().max()):.2g}",
                                 "look for noise, for states that are kept, and for "
                                 "means over the batch or over time")

    def _answer(self, x: Tensor) -> Tensor:
        """Return the output, if it is one."""
        wanted = (*x.shape[:2], self.d_out)
        try:
            y = self.module(x)
        except Exception as error:
            reason = str(error).split("\n")[0][:100]
            raise InputError("module", f"must take inputs of shape {tuple(x.shape)} "
                             f"in {DTYPE}", f"{type(error).__name__}: {reason}",
                             "check d_in; pass the module itself, so that its weights "
                             "are converted") from error
        shape = tuple(y.shape) if isinstance(y, Tensor) else type(y).__name__
        if shape != wanted:
            raise InputError("module", f"must return a tensor of shape {wanted}", shape,
                             "pass d_out, or a function that picks the output")
        if y.dtype != DTYPE or not y.isfinite().all():
            raise InputError("module", f"must return finite {DTYPE}", y.dtype,
                             "look for conversions or divisions inside it")
        return y
