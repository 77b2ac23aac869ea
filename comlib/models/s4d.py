"""Layered state-space networks."""

import math

import torch
from torch import Tensor

from ..arguments import checked
from ..checks import check_count, check_positive
from ..functional import DTYPE, Functional
from .scan import depthwise_convolution, krylov


@checked
class S4D(Functional):
    """Layers of diagonal complex state-space models with S4D-Lin weights.

    In each layer feature j is filtered by the kernel of its own recurrence,
    2 Re sum_n C_n (exp(D_j A_n) - 1)/A_n exp(D_j A_n k), A_n = -1/2 + i pi n,
    with step D_j log-uniform in (1e-3, 1e-1); then GELU, a linear map that mixes
    the features, and a skip connection. One sample is one unit of time.

    Source: Gu et al. 2022 (S4D) for the eigenvalues; the inverse paper's Fig. 10
    shows S4 networks whose settings it does not give.

    Args:
        width: number of features.
        state: number of complex states of each feature.
        layers: number of layers.
        d_in: input coordinates.
        d_out: output coordinates.
        seed: of the local generator.
        steps: smallest and largest step D.

    Raises:
        InputError: a size or a step is not positive.
    """

    def __init__(
        self, width: int = 16, *, state: int = 32, layers: int = 1, d_in: int = 1,
        d_out: int = 1, seed: int = 0, steps: tuple[float, float] = (1e-3, 1e-1),
    ):
        super().__init__(1.0, d_in, d_out)
        check_count("width", width)
        generator = torch.Generator().manual_seed(seed)

        def normal(*shape: int) -> torch.nn.Parameter:
            draw = torch.randn(shape, generator=generator, dtype=DTYPE)
            return torch.nn.Parameter(draw / math.sqrt(shape[-1]))

        low, high = (math.log(check_positive("steps", step)) for step in steps)
        shape = (check_count("layers", layers), width)
        draw = torch.rand(shape, generator=generator, dtype=DTYPE)
        self.log_step = torch.nn.Parameter(low + (high - low) * draw)
        self.C = normal(layers, width, check_count("state", state), 2)
        self.encoder, self.decoder = normal(width, d_in), normal(d_out, width)
        self.mixing = normal(layers, width, width)

    def filters(self, length: int) -> Tensor:
        """Return the filters, (layers, time, width).

        Args:
            length: number of time points.
        """
        n = torch.arange(self.C.shape[2], dtype=DTYPE)
        A = torch.complex(torch.full_like(n, -0.5), math.pi * n)
        growth = self.log_step.exp()[..., None] * A
        weights = torch.view_as_complex(self.C) * torch.expm1(growth) / A
        powers = krylov(growth.exp().flatten(), weights.flatten()[:, None], length,
                        diagonal=True)
        by_state = powers[..., 0].reshape(length, *weights.shape)
        return 2 * by_state.sum(-1).real.movedim(0, 1)

    def respond(self, x: Tensor) -> Tensor:
        """Return the decoded features.

        Args:
            x: (batch, time, d_in).
        """
        features = x @ self.encoder.T
        for samples, mixing in zip(self.filters(x.shape[1]), self.mixing):
            filtered = depthwise_convolution(samples, features)
            features = features + torch.nn.functional.gelu(filtered) @ mixing.T
        return features @ self.decoder.T
