"""The neural tangent kernel: how the outputs move together when the weights do."""

from collections.abc import Iterable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_tensor
from ..functional import Functional
from ..models.activations import ACTIVATIONS


@checked
def neural_tangent_kernel(
    H: Functional, x: Float[Tensor, "batch time d_in"],
    z: Float[Tensor, "others time d_in"] | None = None, *,
    times: Sequence[int] = (-1,), only: Iterable[str] | None = None,
) -> Float[Tensor, "*stack rows columns"]:
    """Return J(x) J(z)', J the derivatives of outputs with respect to the weights.

    A row is one output coordinate at one of the times for one input: rows run over
    (batch, times, d_out), the last fastest, and columns likewise. With the impulse
    as input and all times this is the tangent kernel of the impulse response, from
    which that of a linear functional on any input follows by convolution.

    Source: Jacot, Gabriel and Hongler 2018; here W stands for its raw weight w.

    Args:
        H: a functional with weights, or a stack.
        x: inputs.
        z: other inputs; default: the same.
        times: time points of the outputs, negative ones from the end.
        only: names of the parameters (default: all).

    Raises:
        InputError: a functional without weights, unknown names, a time outside the
            window.
    """
    known = [name for name, _ in H.named_parameters()]
    names = known if only is None else list(only)
    if not names or not set(names) <= set(known):
        raise InputError("H, only", f"must be at least one of {known}", names,
                         "name parameters of the functional")
    if x.shape[-1] != H.d_in:
        raise InputError("x", f"must have d_in = {H.d_in} coordinates, like H",
                         tuple(x.shape), "put the coordinates last")
    left = _jacobian(H, x, times, names)
    return left @ (left if z is None else _jacobian(H, z, times, names)).mT


def _jacobian(
    H: Functional, x: Tensor, times: Sequence[int], names: list[str]
) -> Float[Tensor, "*stack rows weights"]:
    length = check_tensor("x", x, "batch time d_in").shape[1]
    at = [t + length if t < 0 else t for t in times]
    if not at or not all(0 <= t < length for t in at):
        raise InputError("times", f"must be in the window of {length} time points",
                         list(times), "shift them")
    if H.recurrent:
        with torch.no_grad():
            return _by_adjoints(H, x, at, names)
    weights = [p for name, p in H.named_parameters() if name in names]
    return torch.cat([_by_rows(H, one, at, weights) for one in x.split(1)], -2)


def _by_rows(H: Functional, x: Tensor, at: list[int], weights: list[Tensor]) -> Tensor:
    """Return the derivatives of the outputs for one input, one backward pass each."""
    with torch.enable_grad():
        y = H(x)[..., 0, at, :].flatten(-2)
        # members of a stack share no weights, so that their sum keeps them apart
        rows = [torch.autograd.grad(row.sum(), weights, retain_graph=True,
                                    allow_unused=True, materialize_grads=True)
                for row in y.unbind(-1)]
    return torch.stack([torch.cat([g.flatten(y.ndim - 1) for g in row], -1)
                        for row in rows], -2)


def _by_adjoints(H: Functional, x: Tensor, at: list[int], names: list[str]) -> Tensor:
    """Return the derivatives of a recurrence, all outputs in one backward pass.

    With z_k = W h_{k-1} + B x_k the derivative of an output in W is the sum over k
    of delta_k h_{k-1}', delta_k being its derivative in z_k, and that in B the sum
    of delta_k x_k'. From W, B, c and d the chain rule leads to the raw weights.
    """
    length = max(at) + 1
    inputs, weights = H.with_bias(x[:, :length])
    steps = H.steps(weights)
    W, dt, phi = steps.W, steps.dt, ACTIVATIONS[steps.readout]
    h = steps.states(inputs)
    before = torch.nn.functional.pad(h, (0, 0, 1, -1))
    across = W[..., None, None, :] if H.diagonal else W[..., None, :, :]
    z = inputs @ steps.B.mT[..., None, :, :]
    z = z + (before * across if H.diagonal else before @ across.mT)
    slope = (1.0 if dt is None else dt) * _slope(steps.activation, z)
    read = _slope(steps.readout, h)
    adjoint, deltas, every = torch.zeros_like(H.c[..., None, :, :]), [], len(at)
    adjoint = torch.cat([adjoint] * every, -2)
    for k in reversed(range(length)):
        if k in at:
            now = H.c[..., None, :, :] * read[..., k, None, :]
            none = torch.zeros_like(now)
            adjoint = adjoint + torch.cat([now if t == k else none for t in at], -2)
        delta = slope[..., k, None, :] * adjoint
        back = delta * across if H.diagonal else delta @ across
        adjoint = back if dt is None else adjoint + back
        deltas.append(delta)
    delta = torch.stack(deltas[::-1])  # (time, *stack, inputs or 1, rows, m)
    form = "k...nrm,...nkm->...nrm" if H.diagonal else "k...nri,...nkj->...nrij"
    one = torch.eye(H.d_out).to(h)
    seen = phi(h)[..., at, :]
    found = [torch.einsum(form, delta, before),
             torch.einsum("k...nri,nkj->...nrij", delta, inputs),
             torch.einsum("...nti,op->...ntopi", seen, one).flatten(-4, -3)]
    if H.d is not None:
        found.append(one.repeat(every, 1).expand(*seen.shape[:-2], -1, -1))
    return _raw(H, x, found, names, h.ndim - 3)


def _slope(name: str, z: Tensor) -> Tensor:
    """Return the derivative at z, (\\*stack, inputs, time, m); one input if linear."""
    return ACTIVATIONS[name].derivative(z[..., :1, :, :] if name == "identity" else z)


class _Weights(torch.nn.Module):
    """The map from the raw weights of a recurrent model to W, B, c and d."""

    def __init__(self, model: Functional):
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        steps, d = self.model.steps(self.model.with_bias(x)[1]), self.model.d
        return steps.W, steps.B, steps.c, *(() if d is None else (d,))


def _raw(
    H: Functional, x: Tensor, found: list[Tensor], names: list[str], members: int
) -> Tensor:
    """Return the derivatives in the raw weights from those in W, B, c and d."""
    steps = _Weights(H)
    moving = {f"model.{n}": p for n, p in H.named_parameters() if n in names}

    def forward(weights: dict[str, Tensor]) -> tuple[Tensor, ...]:
        return torch.func.functional_call(steps, weights, (x,))

    pull = torch.func.vjp(forward, moving)[1]
    rows = tuple(g.flatten(members, members + 1) for g in found)
    back, = torch.vmap(pull, members, members)(rows)
    return torch.cat([g.flatten(members + 1) for g in back.values()], -1)
