"""The norms in which one weight moves: their sizes, steepest and nearest points."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor


class Norm(ABC):
    """A norm of the displacements of one weight, (copies, \\*shape).

    Source: lem-projection in the book.
    """

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @abstractmethod
    def size(self, move: Tensor) -> Tensor:
        """Return the norm of each copy, shaped to divide it.

        Args:
            move: the displacements.
        """

    @abstractmethod
    def steepest(self, gradient: Tensor) -> Tensor:
        """Return the unit displacement with the largest product with the gradient.

        Args:
            gradient: of the weight.
        """

    @abstractmethod
    def nearest(self, move: Tensor, radius: float) -> Tensor:
        """Return the nearest displacements within the radius.

        Args:
            move: the displacements.
            radius: beta.
        """

    def to_surface(self, move: Tensor, radius: float) -> Tensor:
        """Return the displacements scaled to the radius; zero stays.

        Args:
            move: the displacements.
            radius: beta.
        """
        size = self.size(move)
        return radius * move / torch.where(size > 0, size, 1.0)


class Largest(Norm):
    """The largest entry: that of a box, and the spectral norm of diag(w)."""

    def size(self, move: Tensor) -> Tensor:
        return move.abs().amax(tuple(range(1, move.ndim)), keepdim=True)

    def steepest(self, gradient: Tensor) -> Tensor:
        return gradient.sign()

    def nearest(self, move: Tensor, radius: float) -> Tensor:
        return move.clamp(-radius, radius)


class Euclidean(Norm):
    """The Euclidean norm of a vector."""

    def size(self, move: Tensor) -> Tensor:
        return torch.linalg.vector_norm(move, dim=-1, keepdim=True)

    def steepest(self, gradient: Tensor) -> Tensor:
        return self.to_surface(gradient, 1.0)

    def nearest(self, move: Tensor, radius: float) -> Tensor:
        return torch.where(self.size(move) > radius, self.to_surface(move, radius),
                           move)


class Spectral(Norm):
    """The largest singular value of a matrix."""

    def size(self, move: Tensor) -> Tensor:
        return torch.linalg.matrix_norm(move, 2, keepdim=True)

    def steepest(self, gradient: Tensor) -> Tensor:
        u, s, vt = torch.linalg.svd(gradient, full_matrices=False)
        return u * (s > 0)[..., None, :] @ vt

    def nearest(self, move: Tensor, radius: float) -> Tensor:
        u, s, vt = torch.linalg.svd(move, full_matrices=False)
        return u * s.clamp(max=radius)[..., None, :] @ vt
