"""The stability margin: how far the spectrum is from the imaginary axis."""

from jaxtyping import Float
from torch import Tensor

from ...arguments import checked
from ...functional import Functional, check_recurrent


@checked
def stability_margin(model: Functional) -> Float[Tensor, "*stack"]:
    """Return -max Re of the eigenvalues of W, the distance to the imaginary axis.

    Source: def-stability-margin in the book.

    Args:
        model: an RNN or SSM, or a stack.

    Raises:
        InputError: a model without recurrent weights.
    """
    return -check_recurrent(model).eigenvalues().detach().real.amax(-1)
