"""The two-scale Lorenz-96 system with one slow variable, as a functional."""

import numpy as np
import torch
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_positive
from ..functional import DTYPE, Functional


@checked
class Lorenz96(Functional):
    """y of dy/dt = -y + x + h mean(z), with fast variables z_1, ..., z_K in a ring.

    dz_k/dt = 2 (z_{k+1} (z_{k-1} - z_{k+2}) - z_k + y), by classical Runge-Kutta
    steps; the input is constant between samples, and y_k is what x_k has led to. At
    the start y = 0 and the z_k are independent normal numbers: equal ones would stay
    equal, and the system would be linear. Nothing is differentiated; inputs of
    several times the size of white noise overflow.

    Source: def-lorenz in the book; Lorenz 1996.

    Args:
        coupling: h, what the fast variables do to the slow one.
        fast: their number K >= 4.
        dt: timebase.
        substeps: Runge-Kutta steps between two samples.
        unevenness: standard deviation of the z_k at the start, >= 0.
        seed: of the local generator of the start.

    Raises:
        InputError: a number is not finite, or out of range.
    """

    def __init__(
        self, coupling: float = -1.0, *, fast: int = 10, dt: float = 0.1,
        substeps: int = 2, unevenness: float = 0.1, seed: int = 0,
    ):
        super().__init__(dt)
        if not np.isfinite(coupling):
            raise InputError("coupling", "must be a finite number", repr(coupling),
                             "pass e.g. coupling=-1.0")
        self.coupling, self.fast = float(coupling), check_count("fast", fast, 4)
        self.substeps = check_count("substeps", substeps)
        self.unevenness = check_positive("unevenness", unevenness, zero=True)
        generator = torch.Generator().manual_seed(seed)
        self.start = self.unevenness * torch.randn(fast, generator=generator,
                                                   dtype=DTYPE)

    def slope(self, state: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the time derivative of a state.

        Args:
            state: y and the z_k, (1 + K, batch).
            x: the input, (batch,).
        """
        y, z = state[0], state[1:]
        ring = np.concatenate([z[-1:], z, z[:2]])
        slope = np.empty_like(state)
        slope[0] = x - y + np.add.reduce(z) * (self.coupling / self.fast)
        slope[1:] = 2 * (ring[2:-1] * (ring[:-3] - ring[3:]) - z + y)
        return slope

    def respond(self, x: Tensor) -> Tensor:
        """Return y.

        Args:
            x: (batch, time, 1).
        """
        inputs = x.detach().cpu().double().numpy()[..., 0].T
        state = np.zeros((1 + self.fast, len(x)))
        state[1:] = self.start.numpy()[:, None]
        step, outputs = self.dt / self.substeps, np.empty_like(inputs)
        for u, y in zip(inputs, outputs, strict=True):
            for _ in range(self.substeps):
                a = self.slope(state, u)
                b = self.slope(state + step / 2 * a, u)
                c = self.slope(state + step / 2 * b, u)
                d = self.slope(state + step * c, u)
                state = state + step / 6 * (a + 2 * (b + c) + d)
            y[:] = state[0]
        return torch.from_numpy(outputs.T[..., None].copy()).to(x)
