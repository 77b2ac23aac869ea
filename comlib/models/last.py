"""The last output alone, for what reads a sequence to its end before it answers."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..functional import Functional
from .activations import activation_named
from .networks import SSM
from .scan import krylov


@checked
def last_output(
    model: Functional, x: Float[Tensor, "batch time d_in"]
) -> Float[Tensor, "*stack batch d_out"]:
    """Return y_T = H_T(x), T the last time point.

    A linear state needs no steps: h_T = sum_k A^(T-k) B x_k, by doubling.

    Args:
        model: any functional.
        x: inputs, common to a stack.

    Raises:
        InputError: an input that does not fit the model.
    """
    if not isinstance(model, SSM):
        return model(x)[..., -1, :]
    model(x[:1, :1])  # checks it
    x, weights = model.with_bias(x)
    powers = krylov(*model.transition(weights), x.shape[1], diagonal=model.diagonal)
    h = torch.einsum("...tmi,bti->...bm", powers, x.flip(1))
    y = activation_named(model.activation)(h) @ model.c.mT
    return y if model.d is None else y + model.d[..., None, :]
