"""The scale factors of the limit: how strongly each lag is trained."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import check_count
from ..functional import DTYPE
from .networks import Variances


@checked
def scale_factors(
    variances: Variances, length: int, *, layers: Variances | None = None
) -> Float[Tensor, " time"]:
    """Return r_j = (nu_c + nu_U) nu_W^j + j nu_c nu_U nu_W^(j-1), j < length.

    Its terms come from training the input weights (nu_c), the readout (nu_U) and the
    recurrence; a layer's term is multiplied by its learning rate.

    Source: thm-wide-kernel in the book; "Implicit Bias of Linear RNNs", Theorem 1
    (from memory), which writes rho_j.

    Args:
        variances: of the entries at the start.
        length: number of lags.
        layers: learning rates of the layers, as multiples of the common one
            (default: all one).

    Raises:
        InputError: ``length`` is not positive.
    """
    j = torch.arange(check_count("length", length), dtype=DTYPE)
    before = variances.W ** (j - 1).clamp(min=0)
    a = layers or Variances(1.0, 1.0, 1.0)
    return ((a.U * variances.c + a.c * variances.U) * variances.W**j
            + a.W * j * variances.c * variances.U * before)
