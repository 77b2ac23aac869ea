"""What the loss looks like where only the short part of a target is learnt.

With exact arithmetic these are norms of ``ModeLoss.gradient`` and of a part of
``ModeLoss.hessian``. Here nothing cancels, so they keep their digits when they are
exponentially small.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..kernels import Kernel
from .mode_loss import ModeLoss


@checked
def plateau_gradient(
    theta: Float[Tensor, "*stack n"], delayed: Kernel
) -> Float[Tensor, "*stack"]:
    """Return |grad J(theta)|_2 if sum_i a_i exp(-w_i t) is the rest of the target.

    With l_k(w) the moments of the delayed part the derivatives are -2 l_0(w_i) and
    2 a_i l_1(w_i).

    Source: prp-gradient-decay in the book (ours).

    Args:
        theta: (a, w), float64.
        delayed: the part of the target that is not learnt.

    Raises:
        InputError: wrong shape or dtype, or a rate that is not positive.
    """
    a, w = ModeLoss(delayed).split(theta)
    l0, l1 = delayed.laplace_moments(w, 1)
    return 2 * (l0.square() + (a * l1).square()).sum(-1).sqrt()


@checked
def plateau_curvature(
    theta: Float[Tensor, "*stack n"], delayed: Kernel
) -> Float[Tensor, "*stack"]:
    """Return |Hess J(theta) - 2 Gram|_2 if theta fits the rest of the target.

    The matrix falls into one block 2 (0, l_1; l_1, -a_i l_2) for each mode. No
    eigenvalue of the Hessian lies below minus its norm.

    Source: prp-gradient-decay in the book (ours).

    Args:
        theta: (a, w), float64.
        delayed: the part of the target that is not learnt.

    Raises:
        InputError: wrong shape or dtype, or a rate that is not positive.
    """
    a, w = ModeLoss(delayed).split(theta)
    _, l1, l2 = delayed.laplace_moments(w, 2)
    # the eigenvalues are those of lambda^2 + 2 a l_2 lambda - 4 l_1^2
    size = (a * l2).abs()
    return (size + torch.sqrt(size.square() + 4 * l1.square())).amax(-1)
