"""Fewer neurons for a linear model: balanced truncation."""

import torch

from ..arguments import checked
from ..checks import InputError, check_count
from ..functional import Functional
from ..measures import cross_gramian
from ..models import RNN


@checked
def balanced_truncation(model: Functional, width: int) -> RNN:
    """Return the model without the states that link past and future least.

    The cross-Gramian X has the eigenvalues +-sigma_k of the Hankel operator; W, U and
    c are projected on its eigenvectors of the largest. The transfer function of what is
    left is off by at most 2 (sigma_{m+1} + sigma_{m+2} + ...), if the sigma differ.

    Source: rem-glover in the book; Glover 1984.

    Args:
        model: linear and stable, one input, one output; not a stack.
        width: m, at most the width of the model.

    Raises:
        InputError: another model, or a larger width.
    """
    X = cross_gramian(model).detach()
    if check_count("width", width) > model.width:
        raise InputError("width", f"must be at most {model.width}", width,
                         "a truncation has fewer states")
    if X.ndim != 2:
        raise InputError("model", "must not be a stack", tuple(X.shape),
                         "truncate the models one by one")
    values, V = torch.linalg.eig(X)
    # the eigenvalues are real, and so are the vectors, but for rounding
    order = values.abs().argsort(descending=True)
    right = torch.linalg.qr(V[:, order].real[:, :width])[0]
    left = torch.linalg.qr(torch.linalg.inv(V)[order].real[:width].mT)[0]
    left = torch.linalg.solve(left.mT @ right, left.mT)
    W = torch.diag(model.W.detach()) if model.diagonal else model.W.detach()
    return RNN(left @ W @ right, left @ model.input_weights.detach(),
               model.c.detach() @ right, dt=model.dt, activation="identity",
               discretisation="exact")
