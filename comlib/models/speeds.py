"""How fast a step on raw weights moves what the network sees, to first order."""

from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from .matrix_functions import divided_differences
from .parameterizations import Parameterization


@checked
def eigenvalue_speeds(
    f: Parameterization, eigenvalues: Float[Tensor, " m"]
) -> Float[Tensor, "m m"]:
    """Return the divided differences (f(w_i) - f(w_j)) / (w_i - w_j), f'(w_i) if equal.

    Gradient descent on raw weights multiplies the steps of the eigenvalues by the
    squares of the diagonal, and those of a symmetric matrix, in its basis of
    eigenvectors, by the squares of all.

    Source: prp-matrix-speed in the book.

    Args:
        f: the map.
        eigenvalues: f(w_i), real.

    Raises:
        InputError: an eigenvalue outside the range of f.
    """
    w = f.inverse(eigenvalues)
    return divided_differences(w, f(w), f.derivative(w))
