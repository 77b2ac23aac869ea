"""Ridge regression on impulse responses, with the kernels of system identification."""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_choice, check_count, check_positive
from ..functional import DTYPE
from .moments import SecondMoments


@checked
def kernel_ridge(
    moments: SecondMoments, prior: Float[Tensor, "time time"], penalty: float
) -> Float[Tensor, "time d_out d_in"]:
    """Return the minimiser of loss(L) + penalty/2 sum_jk (P^-1)_jk <L_j, L_k>.

    With P = R R' it is R z with (R' xx R + penalty) z = R' yx.

    Source: prp-kernel-ridge in the book; standard.

    Args:
        moments: of the data.
        prior: P, the covariance of the lags, positive definite.
        penalty: its weight, positive.

    Raises:
        InputError: a penalty that is not positive, or a prior of another size or not
            positive definite.
    """
    check_positive("penalty", penalty)
    if len(prior) != moments.length:
        raise InputError("prior", f"must be of size {moments.length}",
                         tuple(prior.shape), "take one entry a lag")
    R, failed = torch.linalg.cholesky_ex(prior)
    if failed:
        raise InputError("prior", "must be positive definite", "it is not",
                         "take a decay below 1")
    half = torch.einsum("ja,jpkq->apkq", R, moments.xx)
    gram = torch.einsum("apkq,kb->apbq", half, R)
    force = torch.einsum("ja,jop->apo", R, moments.yx).flatten(0, 1)
    A = gram.flatten(2).flatten(0, 1)
    A.diagonal().add_(penalty)
    z = torch.linalg.solve(A, force).unflatten(0, gram.shape[:2])
    return torch.einsum("ja,apo->jop", R, z)


@checked
def stable_kernel(name: str, length: int, decay: float) -> Float[Tensor, "time time"]:
    """Return decay^j on the diagonal (DI), or decay^max(j, k) everywhere (TC).

    Source: Chen, Ohlsson and Ljung (2012), "diagonal" and "tuned/correlated".

    Args:
        name: "DI" or "TC".
        length: number of lags.
        decay: between 0 and 1; 1 only for DI, which is plain ridge then.

    Raises:
        InputError: another name, or a decay outside.
    """
    check_choice("name", name, ("DI", "TC")), check_positive("decay", decay)
    if decay > 1 or (decay == 1 and name == "TC"):
        raise InputError("decay", "must be at most 1, and below 1 for TC", decay,
                         "pass e.g. 0.9")
    j = torch.arange(check_count("length", length), dtype=DTYPE)
    if name == "DI":
        return torch.diag(decay**j)
    return decay ** torch.maximum(j[:, None], j)
