"""The tangent kernel of a linear network of finite width, exactly."""

from itertools import product

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import check_count
from .networks import WideNetwork


@checked
def finite_width_kernel(
    H: WideNetwork, length: int, *,
    multipliers: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Float[Tensor, "*stack time d_out d_in time d_out d_in"]:
    """Return Theta_jk[pa, qb], the sum over weights of dL_j[p, a] dL_k[q, b].

    Theta_jk = 1 x G_jk + K_jk x 1 + sum over s < j, t < k of K_st x G_(j-1-s)(k-1-t)
    with the Gram matrices G_jk = (A^j U)' A^k U / m and K_jk = c A^j (c A^k)' / m; its
    terms come from training c, U and W. All is exact, and no derivative is taken.

    Source: prp-finite-kernel in the book.

    Args:
        H: the network, or a stack.
        length: number of lags.
        multipliers: learning rates of W, U and c, as multiples of a common one.

    Raises:
        InputError: ``length`` is not positive.
    """
    eta_W, eta_U, eta_c = multipliers
    b, a = _states_and_readouts(H, length)
    G = torch.einsum("j...ma,k...mb->...jakb", b, b) / H.width
    K = torch.einsum("j...pm,k...qm->...jpkq", a, a) / H.width
    one_in, one_out = torch.eye(H.d_in).to(G), torch.eye(H.d_out).to(G)
    kernel = (eta_c * torch.einsum("pq,...jakb->...jpakqb", one_out, G)
              + eta_U * torch.einsum("...jpkq,ab->...jpakqb", K, one_in))
    for s, t in product(range(length - 1), repeat=2):
        early = G[..., : length - 1 - s, :, : length - 1 - t, :]
        kernel[..., s + 1 :, :, :, t + 1 :, :, :] += eta_W * torch.einsum(
            "...pq,...jakb->...jpakqb", K[..., s, :, t, :], early)
    return kernel


def _states_and_readouts(H: WideNetwork, length: int) -> tuple[Tensor, Tensor]:
    """Return A^k U, (time, \\*stack, m, d_in), and c A^k, (.., d_out, m)."""
    A, b, a = H.transition().detach(), [H.U.detach()], [H.c.detach()]
    for _ in range(check_count("length", length) - 1):
        b.append(A @ b[-1])
        a.append(a[-1] @ A)
    return torch.stack(b), torch.stack(a)
