"""What stands for a square matrix: a tensor, an array, or a model with such weights."""

import numpy as np
import torch
from torch import Tensor

from ...arguments import checked
from ...checks import InputError, check_tensor
from ...functional import DTYPE, Functional

Matrix = Tensor | np.ndarray | Functional
"""What the measures of a matrix take; the W of a model, diag(W) if it is diagonal."""


@checked
def square(W: Matrix) -> Tensor:
    """Return the matrix, (m, m).

    Args:
        W: a matrix, or a model without stack dimensions.

    Raises:
        InputError: not a square matrix of finite numbers, or a model without W.
    """
    if isinstance(W, Functional):
        if not hasattr(W, "input_weights"):
            raise InputError("W", "must be a matrix or a model with recurrent weights",
                             type(W).__name__, "pass the matrix itself")
        A = torch.diag_embed(W.W) if W.diagonal else W.W
    else:
        A = torch.as_tensor(W, dtype=DTYPE) if isinstance(W, np.ndarray) and \
            W.dtype.kind in "iu" else torch.as_tensor(W)
    if check_tensor("W", A, "m m").shape[0] != A.shape[1] or A.dtype != DTYPE:
        raise InputError("W", f"must be square, in {DTYPE}",
                         f"{tuple(A.shape)}, {A.dtype}", "pass (m, m), float64")
    return A
