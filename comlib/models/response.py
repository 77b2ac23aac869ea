"""The response of a recurrence, from input to output, as fast as PyTorch lets it.

``scan.Steps`` says what is computed. Here states are columns in buffers that
are written in place, and the backward pass is written out: automatic
differentiation would keep every intermediate of every step.
"""

from functools import partial
from itertools import cycle, islice

import torch
from jaxtyping import Float
from torch import Tensor

from .activations import ACTIVATIONS
from .scan import Steps

_CONTIGUOUS = torch.contiguous_format


def response(
    steps: Steps, x: Float[Tensor, "batch time d_in"]
) -> Float[Tensor, "*stack batch time d_out"]:
    """Return the outputs of a recurrence.

    States are kept only as long as a gradient may need them.

    Args:
        steps: the recurrence.
        x: inputs, common to the stack.
    """
    W, B, c = steps.W[..., None] if steps.diagonal else steps.W, steps.B, steps.c
    how = steps.activation, steps.dt, steps.readout, steps.diagonal
    stack = c.shape[:-2]
    weights = [t.reshape(-1, *t.shape[-2:]) for t in (W, B, c)]
    keep = torch.is_grad_enabled() and any(t.requires_grad for t in (*weights, x))
    # a state of more than half a megabyte would leave the processor's cache
    most = len(weights[1]) if x.is_cuda else max(1, 2**16 // (B.shape[-2] * len(x)))
    parts = [_Response.apply(*part, x, how, keep)[0]
             for part in zip(*(t.split(most) for t in weights))]
    return torch.cat(parts).reshape(*stack, *x.shape[:2], c.shape[-2])


def _by_loop(how, W, B, c, x):
    """Return the outputs by plain steps, which can be differentiated at will."""
    *names, diagonal = how
    return Steps(W[..., 0] if diagonal else W, B, c, *names).outputs(x)


class _Response(torch.autograd.Function):
    """The response in place, and back through time by hand; else the plain loop.

    W is (stack, m, 1) if diagonal. States are columns, (stack, m, batch).
    """

    @staticmethod
    def forward(W, B, c, x, how, keep):
        (batch, time, _), (stack, m, _) = x.shape, B.shape
        activation, dt, readout, diagonal = how
        sigma_, phi = ACTIVATIONS[activation].in_place, ACTIVATIONS[readout].apply
        multiply = Tensor.addcmul_ if diagonal else Tensor.baddbmm_
        states = x.new_empty(time + 1 if keep else 2, stack, m, batch)
        states[0] = 0
        H = _rows(states, time + 1)
        # h_k = sigma(z_k) needs no place for sigma(z_k)
        size = 0 if dt is None else time if keep else 1
        steps = x.new_empty(size, stack, m, batch)
        S = H[1:] if dt is None else _rows(steps, time)
        y = x.new_empty(time, stack, c.shape[-2], batch)
        inputs = x.permute(1, 2, 0).contiguous()[:, None].expand(-1, stack, -1, -1)
        for u, h, s, after, out in zip(inputs.unbind(), H, S, H[1:], y.unbind()):
            torch.bmm(B, u, out=s)
            sigma_(multiply(s, W, h))
            if dt is not None:
                torch.add(h, s, alpha=dt, out=after)
            torch.bmm(c, phi(after), out=out)
        kept = (states, steps) if keep else (x.new_empty(0), x.new_empty(0))
        # a copy, as forward mode wants no views
        return torch.clone(y.permute(1, 3, 0, 2), memory_format=_CONTIGUOUS), *kept

    @staticmethod
    def setup_context(ctx, inputs, output):
        *tensors, ctx.how, _ = inputs
        ctx.save_for_backward(*tensors, *output[1:])
        ctx.save_for_forward(*tensors)
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)

    @staticmethod
    def backward(ctx, gy, *_):
        if gy is None:
            return (None,) * 6
        *tensors, states, steps = ctx.saved_tensors
        if torch.is_grad_enabled() or not len(states):  # a second derivative
            gradients = torch.func.vjp(partial(_by_loop, ctx.how), *tensors)[1](gy)
        else:
            need = ctx.needs_input_grad[3]
            gradients = _gradients(ctx.how, *tensors, states, steps, gy, need)
        return *gradients, None, None

    @staticmethod
    def jvp(ctx, *tangents):
        primals = ctx.saved_tensors
        tangents = tuple(torch.zeros_like(p) if t is None else t
                         for p, t in zip(primals, tangents))
        y, pullback = torch.func.vjp(partial(_by_loop, ctx.how), *primals)
        # the adjoint of the adjoint, as torch cannot nest one tangent in another
        dy, = torch.func.vjp(pullback, torch.zeros_like(y))[1](tangents)
        return dy, None, None

    @staticmethod
    def vmap(info, in_dims, *inputs):
        y = torch.vmap(partial(_by_loop, inputs[4]), in_dims[:4])(*inputs[:4])
        return (y, y.new_empty(0), y.new_empty(0)), (0, None, None)


def _rows(buffer: Tensor, count: int) -> list[Tensor]:
    """Return ``count`` rows of a buffer, in turn if it has fewer."""
    return list(islice(cycle(buffer.unbind()), count))


def _gradients(how, W, B, c, x, states, steps, gy, need_gx):
    """Return the gradients of <gy, y> in W, B, c and x."""
    activation, dt, readout, diagonal = how
    multiply = Tensor.addcmul_ if diagonal else Tensor.baddbmm_
    slope, read_slope = ACTIVATIONS[activation].slope, ACTIVATIONS[readout].slope
    reads, H = ACTIVATIONS[readout](states[1:]), states.unbind()
    linear = readout == "identity"
    S, step = (H[1:], 1.0) if dt is None else (steps.unbind(), dt)
    adjoint, delta = torch.zeros_like(H[0]), torch.empty_like(H[0])
    gW, gB, gx = torch.zeros_like(H[0] if diagonal else W), torch.zeros_like(B), []
    Wt, Bt, ct = step * (W if diagonal else W.mT), B.mT, c.mT
    inputs = x.transpose(0, 1).contiguous()[:, None].expand(-1, len(B), -1, -1)
    outer = gy.permute(2, 0, 3, 1).contiguous()
    for u, h, s, read, g in zip(*(rows[::-1] for rows in (
            inputs.unbind(), H[:-1], S, reads.unbind(), outer.unbind()))):
        if linear:
            adjoint.baddbmm_(ct, g)
        else:
            adjoint += read_slope(torch.bmm(ct, g), read, delta)
        slope(adjoint, s, delta)
        multiply(gW, delta, h if diagonal else h.mT)
        gB.baddbmm_(delta, u)
        if need_gx:
            gx.append((Bt @ delta).sum(0))
        if dt is None:
            adjoint.zero_()
        multiply(adjoint, Wt, delta)
    gW = gW.sum(-1, keepdim=True) if diagonal else gW
    gx = step * torch.stack(gx[::-1]).permute(2, 0, 1) if need_gx else None
    return step * gW, step * gB, (outer @ reads.mT).sum(0), gx
