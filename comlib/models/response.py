"""The response of a recurrence, from input to output, as fast as PyTorch lets it.

``recurrence.scan`` says what is computed. Here states are columns in buffers that
are written in place, and the backward pass is written out: automatic
differentiation would keep every intermediate of every step.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from .scan import ACTIVATIONS, activation_named, scan

_IN_PLACE = {"identity": lambda z: z, "tanh": torch.tanh_,
             "hardtanh": torch.nn.functional.hardtanh_, "relu": torch.relu_}

_CONTIGUOUS = torch.contiguous_format
_ATEN = torch.ops.aten
_SLOPES = {  # (g, sigma(z), out): out becomes g sigma'(z)
    "identity": lambda g, s, out: out.copy_(g),
    "tanh": lambda g, s, out: _ATEN.tanh_backward.grad_input(g, s, grad_input=out),
    "hardtanh": lambda g, s, out: _ATEN.hardtanh_backward.grad_input(
        g, s, -1, 1, grad_input=out),
    "relu": lambda g, s, out: _ATEN.threshold_backward.grad_input(
        g, s, 0, grad_input=out),
}


def response(
    W: Tensor, B: Float[Tensor, "*stack m d_in"], c: Float[Tensor, "*stack d_out m"],
    x: Float[Tensor, "batch time d_in"], *, diagonal: bool,
    activation: str = "identity", dt: float | None = None, readout: str = "identity",
) -> Float[Tensor, "*stack batch time d_out"]:
    """Return y_k = c phi(h_k), h_k = sigma(W h_{k-1} + B x_k), from h_{-1} = 0.

    With ``dt`` the step is h_k = h_{k-1} + dt sigma(W h_{k-1} + B x_k). States are
    kept only as long as a gradient may need them.

    Args:
        W: recurrent weights or transition, (\\*stack, m) or (\\*stack, m, m).
        B: input weights.
        c: output weights.
        x: inputs, common to the stack.
        diagonal: whether ``W`` holds eigenvalues.
        activation: name of sigma.
        dt: step of time, or None.
        readout: name of phi.

    Raises:
        InputError: unknown activation or readout.
    """
    for name in (activation, readout):
        activation_named(name)
    form = _Form(activation, dt, readout, diagonal)
    stack = c.shape[:-2]
    weights = [t.reshape(-1, *t.shape[-2:])
               for t in (W[..., None] if diagonal else W, B, c)]
    keep = torch.is_grad_enabled() and any(t.requires_grad for t in (*weights, x))
    # a state of more than half a megabyte would leave the processor's cache
    most = len(weights[1]) if x.is_cuda else max(1, 2**16 // (B.shape[-2] * len(x)))
    parts = [_Response.apply(*part, x, form, keep)[0]
             for part in zip(*(t.split(most) for t in weights))]
    return torch.cat(parts).reshape(*stack, *x.shape[:2], c.shape[-2])


class _Form(NamedTuple):
    """Which recurrence is stepped, apart from its weights."""

    activation: str
    dt: float | None
    readout: str
    diagonal: bool

    def by_loop(self, W: Tensor, B: Tensor, c: Tensor, x: Tensor) -> Tensor:
        """Return the response by plain steps, which can be differentiated at will."""
        W = W[..., 0] if self.diagonal else W
        drive = x @ B.mT[:, None]
        states = scan(W, drive, diagonal=self.diagonal, activation=self.activation,
                      dt=self.dt)
        return ACTIVATIONS[self.readout](states) @ c.mT[:, None]


class _Response(torch.autograd.Function):
    """The response in place, and back through time by hand; else the plain loop.

    W is (stack, m, 1) if diagonal. States are columns, (stack, m, batch).
    """

    @staticmethod
    def forward(W, B, c, x, form, keep):
        (batch, time, _), (stack, m, _), dt = x.shape, B.shape, form.dt
        sigma_, phi = _IN_PLACE[form.activation], ACTIVATIONS[form.readout]
        multiply = Tensor.addcmul_ if form.diagonal else Tensor.baddbmm_
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
        *tensors, ctx.form, _ = inputs
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
            gradients = torch.func.vjp(ctx.form.by_loop, *tensors)[1](gy)
        else:
            need = ctx.needs_input_grad[3]
            gradients = _gradients(ctx.form, *tensors, states, steps, gy, need)
        return *gradients, None, None

    @staticmethod
    def jvp(ctx, *tangents):
        primals = ctx.saved_tensors
        tangents = tuple(torch.zeros_like(p) if t is None else t
                         for p, t in zip(primals, tangents))
        y, pullback = torch.func.vjp(ctx.form.by_loop, *primals)
        # the adjoint of the adjoint, as torch cannot nest one tangent in another
        dy, = torch.func.vjp(pullback, torch.zeros_like(y))[1](tangents)
        return dy, None, None

    @staticmethod
    def vmap(info, in_dims, *inputs):
        y = torch.vmap(inputs[4].by_loop, in_dims[:4])(*inputs[:4])
        return (y, y.new_empty(0), y.new_empty(0)), (0, None, None)


def _rows(buffer: Tensor, count: int) -> list[Tensor]:
    """Return ``count`` rows of a buffer, in turn if it has fewer."""
    return (list(buffer.unbind()) * count)[:count]


def _gradients(form, W, B, c, x, states, steps, gy, need_gx):
    """Return the gradients of <gy, y> in W, B, c and x."""
    multiply = Tensor.addcmul_ if form.diagonal else Tensor.baddbmm_
    reads, H = ACTIVATIONS[form.readout](states[1:]), states.unbind()
    S, dt = (H[1:], 1.0) if form.dt is None else (steps.unbind(), form.dt)
    slope, read_slope = _SLOPES[form.activation], _SLOPES[form.readout]
    linear = form.readout == "identity"
    adjoint, delta = torch.zeros_like(H[0]), torch.empty_like(H[0])
    gW, gB, gx = torch.zeros_like(H[0] if form.diagonal else W), torch.zeros_like(B), []
    Wt, Bt, ct = dt * (W if form.diagonal else W.mT), B.mT, c.mT
    inputs = x.transpose(0, 1).contiguous()[:, None].expand(-1, len(B), -1, -1)
    outer = gy.permute(2, 0, 3, 1).contiguous()
    for u, h, s, read, g in zip(*(rows[::-1] for rows in (
            inputs.unbind(), H[:-1], S, reads.unbind(), outer.unbind()))):
        if linear:
            adjoint.baddbmm_(ct, g)
        else:
            adjoint += read_slope(torch.bmm(ct, g), read, delta)
        slope(adjoint, s, delta)
        multiply(gW, delta, h if form.diagonal else h.mT)
        gB.baddbmm_(delta, u)
        if need_gx:
            gx.append((Bt @ delta).sum(0))
        if form.dt is None:
            adjoint.zero_()
        multiply(adjoint, Wt, delta)
    gW = gW.sum(-1, keepdim=True) if form.diagonal else gW
    gx = dt * torch.stack(gx[::-1]).permute(2, 0, 1) if need_gx else None
    return dt * gW, dt * gB, (outer @ reads.mT).sum(0), gx
