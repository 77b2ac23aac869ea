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
    variances: Variances, length: int, *,
    multipliers: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Float[Tensor, " time"]:
    """Return r_j = (nu_c + nu_U) nu_W^j + j nu_c nu_U nu_W^(j-1), j < length.

    nu_U nu_W^j comes from training c, nu_c nu_W^j from U, and the rest from W; each
    has the multiplier of its weight.

    Source: thm-wide-kernel in the book; "Implicit Bias of Linear RNNs", Theorem 1
    (from memory), which writes rho_j.

    Args:
        variances: of the entries at the start.
        length: number of lags.
        multipliers: learning rates of W, U and c, as multiples of a common one.

    Raises:
        InputError: ``length`` is not positive.
    """
    j = torch.arange(check_count("length", length), dtype=DTYPE)
    eta_W, eta_U, eta_c = multipliers
    before = variances.W ** (j - 1).clamp(min=0)
    return ((eta_U * variances.c + eta_c * variances.U) * variances.W**j
            + eta_W * j * variances.c * variances.U * before)
