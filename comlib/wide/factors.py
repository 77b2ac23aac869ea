"""The scale factors of the limit: how strongly each lag is trained."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import check_count
from ..functional import DTYPE
from .networks import Variances


@checked
def scale_factors(variances: Variances, length: int) -> Float[Tensor, " time"]:
    """Return r_j = (nu_c + nu_U) nu_W^j + j nu_c nu_U nu_W^(j-1), j < length.

    Its terms come from training the readout, the input weights and the recurrence.

    Source: thm-wide-kernel in the book; "Implicit Bias of Linear RNNs", Theorem 1
    (from memory), which writes rho_j.

    Args:
        variances: of the entries at the start.
        length: number of lags.

    Raises:
        InputError: ``length`` is not positive.
    """
    j = torch.arange(check_count("length", length), dtype=DTYPE)
    before = variances.W ** (j - 1).clamp(min=0)
    return ((variances.c + variances.U) * variances.W**j
            + j * variances.c * variances.U * before)
