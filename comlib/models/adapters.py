"""Functionals around torch's own recurrent and attention layers."""

import copy
import math

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from ..arguments import checked
from ..checks import InputError, check_choice, check_count
from ..functional import DTYPE, Functional

CELLS = {"RNN": torch.nn.RNN, "GRU": torch.nn.GRU, "LSTM": torch.nn.LSTM}


@checked
class TorchRecurrent(Functional):
    """A torch.nn.RNN, GRU or LSTM between a linear encoder and a linear decoder.

    It works with copies of them in double precision, and steps from sample to
    sample whatever the timebase. Before the input the state is zero. Other torch
    modules, such as blocks with gates, layer norms or feed-through, become
    functionals in the same way: a ``Functional`` whose ``respond`` calls them.

    Source: "Inverse Approximation Theory", App. H, Fig. 10 and App. J.

    Args:
        module: a torch.nn.RNN, GRU or LSTM, of any number of layers.
        encoder: what maps inputs to the module's inputs, or None for nothing.
        decoder: what maps the module's outputs to outputs, or None for nothing.
        dt: timebase of the signals.

    Raises:
        InputError: not such a module, bidirectional (not causal), or numbers of
            features that do not fit.
    """

    def __init__(
        self, module: torch.nn.RNNBase, encoder: torch.nn.Linear | None = None,
        decoder: torch.nn.Linear | None = None, *, dt: float = 1.0,
    ):
        if module.bidirectional:
            raise InputError("module", "must have bidirectional=False", True,
                             "a network that reads the future first is not causal")
        out = module.proj_size or module.hidden_size
        for name, layer, size, wanted in (
            ("encoder", encoder, encoder and encoder.out_features, module.input_size),
            ("decoder", decoder, decoder and decoder.in_features, out),
        ):
            if layer is not None and size != wanted:
                raise InputError(name, f"must fit the module with {wanted} features",
                                 size, f"build it with {wanted}")
        super().__init__(dt, encoder.in_features if encoder else module.input_size,
                         decoder.out_features if decoder else out)
        nothing = torch.nn.Identity()
        # copies, as the caller's layers shall keep their precision
        self.encoder, self.decoder, self.module = copy.deepcopy(
            (encoder or nothing, decoder or nothing, module))
        self.module.batch_first = True
        self.to(DTYPE).eval()

    @classmethod
    @checked
    def random(
        cls, cell: str, width: int, *, layers: int = 1, d_in: int = 1,
        d_out: int = 1, seed: int = 0, dt: float = 1.0,
    ) -> "TorchRecurrent":
        """Return a network with all weights uniform in +-1/sqrt(width).

        Args:
            cell: "RNN", "GRU" or "LSTM".
            width: number of hidden units.
            layers: number of layers.
            d_in: input coordinates.
            d_out: output coordinates.
            seed: of the local generator.
            dt: timebase of the signals.

        Raises:
            InputError: unknown cell or a size that is not positive.
        """
        check_choice("cell", cell, CELLS)
        m = check_count("width", width)
        module = CELLS[cell](m, m, check_count("layers", layers), batch_first=True)
        encoder = torch.nn.Linear(check_count("d_in", d_in), m)
        decoder = torch.nn.Linear(m, check_count("d_out", d_out))
        model = cls(module, encoder, decoder, dt=dt)
        draw_uniform(model, seed, m)
        return model

    def respond(self, x: Tensor) -> Tensor:
        """Return the decoded outputs.

        Args:
            x: (batch, time, d_in).
        """
        return self.decoder(self.module(self.encoder(x))[0])


@checked
class CausalAttention(Functional):
    """Layers of causal self-attention, in evaluation mode, batch first.

    Without ``positions`` a constant input gives every time point the same values,
    so that the output is constant too, whatever the weights.

    Source: "Inverse Approximation Theory", App. I.2, whose code attends over the
    batch instead of time, without a causal mask and with dropout switched on.

    Args:
        width: number of features, a multiple of ``heads``.
        heads: number of heads.
        layers: number of layers.
        positions: add sinusoidal codes of the time point to the features.
        d_in: input coordinates.
        d_out: output coordinates.
        seed: of the local generator.

    Raises:
        InputError: a size that is not positive or a width that heads do not divide.
    """

    def __init__(
        self, width: int = 16, *, heads: int = 1, layers: int = 1,
        positions: bool = False, d_in: int = 1, d_out: int = 1, seed: int = 0,
    ):
        super().__init__(1.0, d_in, d_out)
        if check_count("width", width) % check_count("heads", heads) or width % 2:
            raise InputError("width", "must be even and a multiple of heads",
                             f"width={width}, heads={heads}",
                             "use e.g. width=16, heads=2")
        layer = torch.nn.TransformerEncoderLayer(
            width, heads, 2 * width, dropout=0.0, batch_first=True)
        self.encoder = torch.nn.Linear(d_in, width)
        self.layers = torch.nn.TransformerEncoder(
            layer, check_count("layers", layers), enable_nested_tensor=False)
        self.decoder = torch.nn.Linear(width, d_out)
        self.positions = positions
        self.to(DTYPE).eval()
        draw_uniform(self, seed, width)

    def respond(self, x: Tensor) -> Tensor:
        """Return the decoded outputs.

        Args:
            x: (batch, time, d_in).
        """
        length = x.shape[1]
        features = self.encoder(x)
        if self.positions:
            features = features + sinusoidal_positions(length, features.shape[-1]).to(x)
        later = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        # the plain kernel is the one that has forward derivatives
        with sdpa_kernel(SDPBackend.MATH):
            return self.decoder(self.layers(features, mask=later))


@checked
def sinusoidal_positions(length: int, width: int) -> Tensor:
    """Return the (length, width) sinusoidal codes of time points.

    Args:
        length: number of time points.
        width: number of features, even.

    Raises:
        InputError: a number is not positive.
    """
    k = torch.arange(check_count("length", length), dtype=DTYPE)[:, None]
    check_count("width", width)
    rates = torch.exp(-math.log(1e4) * torch.arange(0, width, 2, dtype=DTYPE) / width)
    return torch.stack([torch.sin(k * rates), torch.cos(k * rates)], -1).flatten(1)


def draw_uniform(module: torch.nn.Module, seed: int, width: int) -> None:
    """Draw every weight but the normalisation gains uniformly from +-1/sqrt(width).

    Args:
        module: whose parameters are drawn, in their order.
        seed: of the local generator.
        width: number of hidden units.
    """
    generator = torch.Generator().manual_seed(seed)
    bound = 1 / math.sqrt(width)
    with torch.no_grad():
        for name, p in module.named_parameters():
            if "norm" not in name:
                uniform = torch.rand(p.shape, generator=generator, dtype=DTYPE)
                p.copy_(bound * (2 * uniform - 1))
