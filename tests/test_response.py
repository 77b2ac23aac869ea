"""The fast response equals the plain loop, in values and in every derivative."""

import itertools

import pytest
import torch

from comlib import InputError, RNN, SSM
from comlib.measures import neural_tangent_kernel
from comlib.models.activations import ACTIVATIONS, Activation
from comlib.models.response import _rows, response
from comlib.models.scan import Steps, apply, scan

FORMS = {  # name: (activation, dt, readout)
    "linear": ("identity", None, "identity"),
    "linear states read through tanh": ("identity", None, "tanh"),
    "linear states read through hardtanh": ("identity", None, "hardtanh"),
    "linear states read through relu": ("identity", None, "relu"),
    "Euler steps, identity": ("identity", 0.3, "identity"),
    "Euler steps, tanh": ("tanh", 0.3, "identity"),
    "Euler steps, hardtanh": ("hardtanh", 0.3, "identity"),
    "Euler steps, relu": ("relu", 0.3, "identity"),
    "steps of tanh": ("tanh", None, "identity"),
    "steps of relu read through tanh": ("relu", None, "tanh")}
# every activation of the table, in both places
FORMS |= {f"all {name}": (name, 0.3, name) for name in ACTIVATIONS}

STRUCTURES = list(itertools.product([True, False], [(), (3,), (2, 3)]))


def weights(diagonal=False, stack=(), m=4, d_in=2, d_out=3, batch=5, time=7,
            dtype=torch.float64, device="cpu"):
    generator = torch.Generator().manual_seed(1)

    def normal(*shape):
        draw = torch.randn(shape, generator=generator, dtype=torch.float64)
        return draw.to(device, dtype).requires_grad_()

    W = normal(*stack, m) if diagonal else normal(*stack, m, m)
    with torch.no_grad():
        W *= 0.5
    B, c = normal(*stack, m, d_in), normal(*stack, d_out, m)
    return W, B, c, normal(batch, time, d_in)


def fast(W, B, c, x, diagonal=False, **how):
    """The response, from tensors; ``diagonal`` says what W already shows."""
    steps = Steps(W, B, c, **how)
    assert steps.diagonal == diagonal
    return response(steps, x)


def naive(W, B, c, x, *, diagonal, activation="identity", dt=None, readout="identity"):
    """Step the definition, one sample after the other."""
    h, outputs = x.new_zeros(*B.shape[:-2], len(x), B.shape[-2]), []
    for k in range(x.shape[1]):
        s = ACTIVATIONS[activation](apply(W, h, diagonal) + x[:, k] @ B.mT)
        h = s if dt is None else h + dt * s
        outputs.append(ACTIVATIONS[readout](h) @ c.mT)
    return torch.stack(outputs, -2)


def options(form, diagonal):
    activation, dt, readout = FORMS[form]
    return {"activation": activation, "dt": dt, "readout": readout,
            "diagonal": diagonal}


def relative(value, reference):
    error = (value - reference).detach().abs().max()
    return float(error / reference.detach().abs().max())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("diagonal, stack", STRUCTURES)
def test_values_and_gradients_are_those_of_the_loop(form, diagonal, stack):
    tensors, how = weights(diagonal, stack), options(form, diagonal)
    y, reference = fast(*tensors, **how), naive(*tensors, **how)
    assert y.shape == reference.shape
    assert relative(y, reference) < 1e-12
    direction = torch.cos(torch.arange(y.numel(), dtype=y.dtype)).reshape(y.shape)
    quick = torch.autograd.grad(y, tensors, direction)
    slow = torch.autograd.grad(reference, tensors, direction)
    for a, b in zip(quick, slow):
        assert a.shape == b.shape
        assert relative(a, b) < 1e-12


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("diagonal", [True, False])
def test_first_forward_and_second_derivatives_pass_gradcheck(form, diagonal):
    tensors = weights(diagonal, (2,), m=3, d_out=1, batch=2, time=3)
    how = options(form, diagonal)

    def f(*tensors):
        return fast(*tensors, **how)

    assert torch.autograd.gradcheck(f, tensors, check_forward_ad=True, fast_mode=True)
    assert torch.autograd.gradgradcheck(f, tensors, fast_mode=True)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize("gradients", [True, False])
def test_tangents_are_those_of_the_loop(form, diagonal, gradients):
    tensors = tuple(t.detach() for t in weights(diagonal, (2,)))
    tangents, how = tuple(t.sin() for t in tensors), options(form, diagonal)
    with torch.set_grad_enabled(gradients):
        y, dy = torch.func.jvp(lambda *t: fast(*t, **how), tensors, tangents)
        reference = torch.func.jvp(lambda *t: naive(*t, **how), tensors, tangents)
    assert relative(y, reference[0]) < 1e-12
    assert relative(dy, reference[1]) < 1e-12


@pytest.mark.parametrize("diagonal", [True, False])
def test_transforms_of_torch_func_compose(diagonal):
    W, B, c, x = (t.detach() for t in weights(diagonal, batch=2, time=4))
    how = options("Euler steps, tanh", diagonal)

    def loss(step):
        return lambda W: step(W, B, c, x, **how).square().sum()

    quick, slow = loss(fast), loss(naive)
    tf = torch.func
    for transform in (tf.grad, tf.hessian, tf.jacfwd, tf.jacrev,
                      lambda f: tf.jacfwd(tf.grad(f))):
        assert relative(transform(quick)(W), transform(slow)(W)) < 1e-12
    many = torch.stack([W, W.cos(), -W])
    assert relative(tf.vmap(tf.grad(quick))(many), tf.vmap(tf.grad(slow))(many)) < 1e-12
    assert relative(tf.vmap(quick)(many), tf.vmap(slow)(many)) < 1e-12
    inputs = torch.stack([x, x.cos()])
    each = tf.vmap(lambda x: fast(W, B, c, x, **how))(inputs)
    joint = naive(W, B, c, inputs.flatten(0, 1), **how)
    assert relative(each, joint.view_as(each)) < 1e-12
    product = tf.jvp(tf.grad(quick), (W,), (W.sin(),))[1]
    assert relative(product, tf.jvp(tf.grad(slow), (W,), (W.sin(),))[1]) < 1e-12


def test_a_new_activation_is_one_entry(monkeypatch):
    sigmoid = Activation(torch.sigmoid, torch.sigmoid_,
                         lambda g, s, out: out.copy_(g * s * (1 - s)))
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", sigmoid)
    x = weights()[-1].detach()
    for kind in (RNN, SSM):
        H = kind.random(3, dt=0.2, d_in=2, activation="sigmoid", bias=True)
        y = H(x)
        states = H.steps(H.with_bias(x)[1]).outputs(H.with_bias(x)[0])
        assert relative(y, states) < 1e-13
        fast = torch.autograd.grad(y.square().sum(), list(H.parameters()))
        slow = torch.autograd.grad(states.square().sum(), list(H.parameters()))
        assert all(relative(a, b) < 1e-12 for a, b in zip(fast, slow))
        assert (neural_tangent_kernel(H, x).diagonal() > 0).all()


def test_the_rows_of_a_buffer_are_taken_in_turn_and_not_copied():
    buffer = torch.arange(6.0).reshape(3, 2)
    rows = _rows(buffer, 3)
    assert [r.data_ptr() for r in rows] == [r.data_ptr() for r in buffer.unbind()]
    assert [float(r[0]) for r in _rows(buffer[:2], 5)] == [0.0, 2.0, 0.0, 2.0, 0.0]


def test_the_graph_may_be_walked_twice():
    W, B, c, x = weights()
    y = fast(W, B, c, x, diagonal=False, activation="tanh", dt=0.1)
    first = torch.autograd.grad(y.sum(), W, retain_graph=True)[0]
    assert torch.equal(first, torch.autograd.grad(y.sum(), W)[0])


@pytest.mark.parametrize("missing", range(4))
def test_any_of_the_tensors_may_need_no_gradient(missing):
    tensors = list(weights())
    tensors[missing] = tensors[missing].detach()
    how = options("Euler steps, tanh", False)
    wanted = [t for t in tensors if t.requires_grad]
    quick = torch.autograd.grad(fast(*tensors, **how).square().sum(), wanted)
    slow = torch.autograd.grad(naive(*tensors, **how).square().sum(), wanted)
    assert all(relative(a, b) < 1e-12 for a, b in zip(quick, slow))


@pytest.mark.parametrize("dt", [None, 0.1])
def test_a_stack_too_large_for_the_cache_is_cut_without_a_trace(dt):
    W, B, c, x = weights(stack=(2, 5), m=64, batch=512, time=2)
    how = {"diagonal": False, "activation": "tanh", "dt": dt}
    assert relative(fast(W, B, c, x, **how), naive(W, B, c, x, **how)) < 1e-12


def test_without_gradients_the_memory_needed_does_not_grow_with_length():
    peaks = []
    for time in (50, 100):
        W, B, c, x = weights(m=64, d_in=1, d_out=1, batch=64, time=time)
        with torch.no_grad(), torch.profiler.profile(profile_memory=True) as profile:
            fast(W, B, c, x, diagonal=False, activation="tanh", dt=0.1)
        peaks.append(max(e.self_cpu_memory_usage for e in profile.key_averages()))
    state = 8 * 64 * 64
    assert peaks[1] - peaks[0] < 10 * state  # fifty more states would be 50


def test_a_tiny_state_keeps_its_relative_precision():
    W, B, c, x = (torch.tensor(v, dtype=torch.float64)
                  for v in ([-1.0], [[1.0]], [[1.0]], [[[1e-30], [0.0], [0.0]]]))
    y = fast(W, B, c, x, diagonal=True, activation="tanh", dt=0.5)
    expected = 0.5e-30 * torch.tensor([1.0, 0.5, 0.25], dtype=torch.float64)
    assert torch.allclose(y.flatten(), expected, rtol=1e-14, atol=0)


def test_single_precision_stays_single_precision():
    tensors = weights(dtype=torch.float32)
    how = options("Euler steps, tanh", False)
    y = fast(*tensors, **how)
    assert y.dtype == torch.float32
    assert relative(y, naive(*tensors, **how)) < 1e-5


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("diagonal", [True, False])
def test_the_gpu_gives_what_the_processor_gives(form, diagonal):
    how, results = options(form, diagonal), {}
    for device in ("cpu", "cuda"):
        tensors = weights(diagonal, (3,), device=device)
        y = fast(*tensors, **how)
        gradients = torch.autograd.grad(y.square().sum(), tensors)
        results[device] = [t.detach().cpu() for t in (y, *gradients)]
    for a, b in zip(results["cuda"], results["cpu"]):
        assert relative(a, b) < 1e-12


@pytest.mark.parametrize("argument", ["activation", "readout"])
def test_an_unknown_activation_is_refused_by_name(argument):
    with pytest.raises(InputError, match="must be one of"):
        fast(*weights(), diagonal=False, **{argument: "tan"})


@pytest.mark.parametrize("diagonal, stack", STRUCTURES)
def test_the_scans_give_the_states_that_the_response_reads(diagonal, stack):
    W, B, _, x = weights(diagonal, stack)
    eye = torch.eye(4, dtype=torch.float64).expand(*stack, 4, 4)
    drive = x @ B.mT[..., None, :, :]
    linear = scan(W, drive, diagonal=diagonal)
    assert relative(fast(W, B, eye, x, diagonal=diagonal), linear) < 1e-12
    how = {"diagonal": diagonal, "activation": "tanh", "dt": 0.2}
    assert relative(fast(W, B, eye, x, **how), scan(W, drive, **how)) < 1e-12
