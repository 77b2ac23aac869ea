"""A normalisation that belongs to the map from weights to eigenvalues."""

from dataclasses import dataclass

from torch import Tensor

from ..checks import InputError
from .maps import Exp
from .parameterizations import Parameterization


@dataclass(frozen=True)
class UnitGain(Parameterization):
    """The map ``base`` with modes of unit gain: the input of a mode is times |f|.

    The kernel of a mode is then c U |f| exp(f t), whose L1 norm is |c U| for
    every eigenvalue; LRU's normalisation does the same for the L2 norm.

    Args:
        base: the map from weights to eigenvalues.
    """

    base: Parameterization = Exp()

    def __call__(self, w: Tensor) -> Tensor:
        return self.base(w)

    def extremes(self, w: Tensor, radius: float) -> Tensor | None:
        return self.base.extremes(w, radius)

    def inverse(self, eigenvalue: Tensor) -> Tensor:
        return self.base.inverse(eigenvalue)

    def matrix(self, M: Tensor) -> Tensor:
        raise InputError("parameterization", "must not need modes on a dense W",
                         self, "use a diagonal recurrence (W of shape (m,))")

    def inverse_matrix(self, W: Tensor) -> Tensor:
        return self.matrix(W)

    def input_gain(self, eigenvalue: Tensor) -> Tensor:
        return eigenvalue.abs()
