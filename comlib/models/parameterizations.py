"""The map f from a raw weight w to an eigenvalue, and what every such map can do.

An eigenvalue of the recurrence is f(w). Training and perturbation act on w, so f
decides how close to instability a perturbation of given size can lead.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from ..checks import InputError, check_parameters
from .matrix_functions import matrix_function


@dataclass(frozen=True)
class Parameterization(ABC):
    """A smooth map from raw weights to eigenvalues, elementwise or on matrices.

    Its parameters are the fields of a frozen dataclass.

    Source: "Inverse Approximation Theory", Eq. 16 (there g, on matrices).
    """

    def __new__(cls, *args: object, **parameters: object) -> "Parameterization":
        """Reject parameters that the map does not have."""
        check_parameters(cls, parameters)
        return super().__new__(cls)

    def __init_subclass__(cls):
        """Forget inherited extremes where f changes."""
        super().__init_subclass__()
        if "__call__" in vars(cls) and "extremes" not in vars(cls):
            cls.extremes = Parameterization.extremes

    @abstractmethod
    def __call__(self, w: Tensor) -> Tensor:
        """Return the eigenvalue f(w), elementwise.

        Args:
            w: raw weights, any shape, real or complex.
        """

    @abstractmethod
    def inverse(self, eigenvalue: Tensor) -> Tensor:
        """Return a raw weight with f(w) = eigenvalue, elementwise.

        Args:
            eigenvalue: any shape, real or complex.

        Raises:
            InputError: a real eigenvalue outside the range of f.
        """

    def matrix(self, M: Float[Tensor, "*stack m m"]) -> Float[Tensor, "*stack m m"]:
        """Return the matrix function W = f(M) by diagonalisation.

        Its eigenvalues are f(mu). Where f maps the real line to the negative
        half line this makes W stable if the eigenvalues of M are real; for
        complex ones it need not (f(mu) = -exp(mu) at mu = i*pi is +1).

        Args:
            M: raw matrices with a basis of eigenvectors.
        """
        return matrix_function(self, M)

    def inverse_matrix(
        self, W: Float[Tensor, "*stack m m"]
    ) -> Float[Tensor, "*stack m m"]:
        """Return a raw matrix M with f(M) = W, by diagonalisation.

        Args:
            W: matrices with distinct eigenvalues.

        Raises:
            InputError: an eigenvalue outside the range of f, or no basis of them.
        """
        mu, V = torch.linalg.eig(W)
        self.inverse(mu.real[mu.imag == 0])  # complex ones are in every range
        modes = torch.stack([mu, self.inverse(mu)])[..., None, :] * V
        again, raw = torch.linalg.solve(V, modes, left=False).real
        if not torch.allclose(again, W, rtol=1e-6, atol=1e-9):
            raise InputError("W", "must have distinct eigenvalues", mu.tolist(),
                             "move W a little, or use Direct()")
        return raw

    def extremes(self, w: Tensor, radius: float) -> Tensor | None:
        """Return points of [w - radius, w + radius] that hold both extremes of f.

        None, as here, if they are not known: then nothing is certified.

        Args:
            w: raw weights.
            radius: >= 0.
        """
        return None

    def derivative(self, w: Float[Tensor, "*w"]) -> Float[Tensor, "*w"]:
        """Return f'(w), elementwise.

        Args:
            w: raw weights.
        """
        return torch.func.jvp(self, (w,), (torch.ones_like(w),))[1]

    def gradient_scale(self, w: Float[Tensor, "*w"]) -> Float[Tensor, "*w"]:
        """Return |f'(w)| / f(w)^2, which bounds the gradient with respect to w.

        Source: StableSSM, gradient bound (known to us at second hand).

        Args:
            w: raw weights.
        """
        return self.derivative(w).abs() / self(w) ** 2

    def input_gain(self, eigenvalue: Tensor) -> Tensor:
        """Return the factor on the input of each mode, here one.

        Args:
            eigenvalue: the modes' eigenvalues.
        """
        return torch.ones_like(eigenvalue)
