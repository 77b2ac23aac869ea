"""The stability margin: how far the spectrum is from the imaginary axis."""

from jaxtyping import Float
from torch import Tensor

from ...arguments import checked
from ...checks import InputError
from ...functional import Functional


@checked
def stability_margin(model: Functional) -> Float[Tensor, "*stack"]:
    """Return -max Re of the eigenvalues of W, the distance to the imaginary axis.

    Source: def-stability-margin in the book.

    Args:
        model: a functional with ``eigenvalues()``.

    Raises:
        InputError: it has none.
    """
    if not hasattr(model, "eigenvalues"):
        raise InputError("model", "must have eigenvalues()", type(model).__name__,
                         "pass an RNN or an SSM")
    return -model.eigenvalues().detach().real.amax(-1)
