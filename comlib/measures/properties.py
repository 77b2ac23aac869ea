"""Which properties of a functional hold, as numbers that are zero if they do.

Each looks at given inputs only: a defect proves that a property fails, its absence
does not prove that the property holds.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_count, check_tensor
from ..functional import Functional


@checked
def linearity_defect(
    H: Functional, x: Float[Tensor, "batch time d_in"],
    z: Float[Tensor, "batch time d_in"], a: float = 2.0, b: float = -3.0,
) -> float:
    """Return max |H(a x + b z) - a H(x) - b H(z)| over inputs and times.

    Source: def-linear in the book; "Inverse Approximation Theory", Def. 2.1.

    Args:
        H: the functional.
        x: inputs.
        z: as many other inputs.
        a: factor of x.
        b: factor of z.
    """
    return float((H(a * x + b * z) - a * H(x) - b * H(z)).detach().abs().max())


@checked
def causality_defect(
    H: Functional, x: Float[Tensor, "batch time d_in"],
    z: Float[Tensor, "batch time d_in"], split: int,
) -> float:
    """Return max |H_t(x) - H_t(z)| before ``split`` if z replaces x from there on.

    Source: def-causal in the book; "Inverse Approximation Theory", Def. 2.1.

    Args:
        H: the functional.
        x: inputs.
        z: their continuation from ``split``.
        split: the first time point at which they differ.

    Raises:
        InputError: ``split`` is not inside the window.
    """
    if not 0 < split < x.shape[1]:
        raise InputError("split", f"must be a time point 1..{x.shape[1] - 1}", split,
                         "move it into the window")
    changed = torch.cat([x[:, :split], z[:, split:]], 1)
    return float((H(x) - H(changed))[..., :split, :].detach().abs().max())


@checked
def homogeneity_defect(
    H: Functional, x: Float[Tensor, "batch time d_in"], shift: int
) -> float:
    """Return max |H(S x) - S H(x)|, where S delays by ``shift`` samples.

    H(0) is subtracted on both sides, since before its first sample a functional
    that is not at rest has not been observed.

    Source: def-homogeneous in the book; "Inverse Approximation Theory", Def. 2.1.

    Args:
        H: the functional.
        x: inputs.
        shift: number of time points.

    Raises:
        InputError: ``shift`` is not inside the window.
    """
    if not check_count("shift", shift) < x.shape[1]:
        raise InputError("shift", f"must be less than {x.shape[1]}", shift,
                         "use longer inputs")
    later = torch.nn.functional.pad(x, (0, 0, shift, 0))[:, : x.shape[1]]
    rest = H(torch.zeros_like(x))
    moved, y = H(later) - rest, H(x) - rest
    defect = moved[..., shift:, :] - y[..., :-shift, :]
    return float(defect.detach().abs().max())


@checked
def gain(
    H: Functional, x: Float[Tensor, "batch time d_in"]
) -> Float[Tensor, " batch"]:
    """Return max_t |H_t(x) - H_t(0)| / max_t |x_t| of every input.

    Bounded functionals have bounded gains; for linear ones the least bound is the
    L1 norm of the kernel.

    Source: def-bounded in the book; "Inverse Approximation Theory", Def. 2.1.

    Args:
        H: the functional.
        x: inputs, none of them zero.

    Raises:
        InputError: an input is zero.
    """
    size = check_tensor("x", x, "batch time d_in").abs().amax((-2, -1))
    if not (size > 0).all():
        raise InputError("x", "must not hold a zero input", "one", "leave it out")
    response = H(x) - H(torch.zeros_like(x[:1]))
    return response.detach().abs().amax((-2, -1)) / size
