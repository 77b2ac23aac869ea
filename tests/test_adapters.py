"""torch's own layers against loops written from their documentation."""

import copy
import math

import numpy as np
import pytest
import torch

from comlib import (InputError, TorchRecurrent, memory_function,
                    white_noise)
from comlib.functional import DTYPE
from comlib.measures import causality_defect, homogeneity_defect
from comlib.models import CausalAttention, CausalModule
from comlib.models.adapters import sinusoidal_positions


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def naive_recurrent(H, x):
    """Step one input through encoder, layers and decoder."""
    p = {n: v.detach().numpy() for n, v in H.named_parameters()}
    rows = [p["encoder.weight"] @ u + p["encoder.bias"] for u in x.numpy()]
    kind, m = H.module.mode, H.module.hidden_size
    for layer in range(H.module.num_layers):
        w_i, w_h, b_i, b_h = (
            p[f"module.{name}_l{layer}"]
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        h, cell, states = np.zeros(m), np.zeros(m), []
        for u in rows:
            into, back = w_i @ u + b_i, w_h @ h + b_h
            if kind == "RNN_TANH":
                h = np.tanh(into + back)
            elif kind == "GRU":
                r, z = (sigmoid(into[s] + back[s]) for s in (slice(m), slice(m, 2 * m)))
                new = np.tanh(into[2 * m :] + r * back[2 * m :])
                h = (1 - z) * new + z * h
            else:
                i, f, g, o = np.split(into + back, 4)
                cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
                h = sigmoid(o) * np.tanh(cell)
            states.append(h)
        rows = states
    return np.array([p["decoder.weight"] @ h + p["decoder.bias"] for h in rows])


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("layers, d_in, d_out, seed", [(1, 1, 1, 0), (2, 3, 2, 1)])
def test_a_torch_layer_is_its_definition(cell, layers, d_in, d_out, seed):
    H = TorchRecurrent.random(cell, 4, layers=layers, d_in=d_in, d_out=d_out, seed=seed)
    x = white_noise(2, 9, d_in, dt=1.0, seed=3)
    for i in range(2):
        assert np.allclose(H(x)[i].detach(), naive_recurrent(H, x[i]), atol=1e-12)


def test_without_encoder_and_decoder_it_is_the_module():
    module = torch.nn.GRU(2, 3, batch_first=True)
    H, x = TorchRecurrent(module), white_noise(2, 5, 2, dt=1.0, seed=0)
    assert (H.d_in, H.d_out, H.dt) == (2, 3, 1.0)
    assert torch.equal(H(x), module.double()(x)[0])


def test_the_layers_that_come_in_are_left_as_they_are():
    layers = (torch.nn.LSTM(4, 4, batch_first=True), torch.nn.Linear(1, 4),
              torch.nn.Linear(4, 1))
    layers[0].train()
    H = TorchRecurrent(*layers)
    assert all(p.dtype == torch.float32 for layer in layers for p in layer.parameters())
    assert layers[0].training and not H.training
    assert all(p.dtype == DTYPE for p in H.parameters())


def test_a_projected_lstm_has_the_projection_as_output():
    module = torch.nn.LSTM(2, 5, batch_first=True, proj_size=3)
    assert TorchRecurrent(module).d_out == 3


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: TorchRecurrent.random("LSTM", 6, seed=seed),
        lambda seed: CausalAttention(8, seed=seed),
    ],
)
def test_the_seed_decides_the_weights(make):
    torch.manual_seed(0)
    first = dict(make(3).named_parameters())
    torch.manual_seed(1)
    for name, value in make(3).named_parameters():
        assert torch.equal(first[name], value)
        if "norm" not in name:
            assert not torch.equal(value, dict(make(4).named_parameters())[name])


@pytest.mark.parametrize("width", [4, 100])
def test_weights_are_uniform_up_to_one_over_the_root_of_the_width(width):
    H = TorchRecurrent.random("GRU", width)
    bound = 1 / math.sqrt(width)
    values = torch.cat([p.flatten() for p in H.parameters()])
    assert 0.95 * bound < values.abs().max() <= bound
    assert abs(values.mean()) < 5 * bound / math.sqrt(3 * values.numel())
    assert values.var().item() == pytest.approx(bound**2 / 3, rel=0.15)


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
def test_gradients_reach_the_weights(cell):
    H, x = TorchRecurrent.random(cell, 2), white_noise(1, 4, dt=1.0, seed=0)
    names, values = zip(*H.named_parameters())

    def response(*values):
        return torch.func.functional_call(H, dict(zip(names, values)), (x,))

    inputs = [v.detach().clone().requires_grad_() for v in values]
    assert torch.autograd.gradcheck(response, inputs)


def layer_norm(z, gain, shift):
    z = z - z.mean(-1, keepdims=True)
    return gain * z / np.sqrt((z**2).mean(-1, keepdims=True) + 1e-5) + shift


def naive_attention(H, x, heads):
    """One input through all layers, time point by time point."""
    p = {n: v.detach().numpy() for n, v in H.named_parameters()}
    z = x.numpy() @ p["encoder.weight"].T + p["encoder.bias"]
    if H.positions:
        z = z + sinusoidal_positions(*z.shape).numpy()
    for layer in range(len(H.layers.layers)):
        w = {
            n.split(".", 3)[3]: v
            for n, v in p.items()
            if n.startswith(f"layers.layers.{layer}.")
        }
        q, k, v = np.split(
            z @ w["self_attn.in_proj_weight"].T + w["self_attn.in_proj_bias"], 3, axis=1
        )
        mixed, d = np.zeros_like(z), z.shape[1] // heads
        for head in range(heads):
            part = slice(head * d, head * d + d)
            for t in range(len(z)):
                score = k[: t + 1, part] @ q[t, part] / math.sqrt(d)
                weight = np.exp(score - score.max())
                mixed[t, part] = weight @ v[: t + 1, part] / weight.sum()
        z = layer_norm(
            z + mixed @ w["self_attn.out_proj.weight"].T + w["self_attn.out_proj.bias"],
            w["norm1.weight"],
            w["norm1.bias"],
        )
        hidden = np.maximum(z @ w["linear1.weight"].T + w["linear1.bias"], 0)
        z = layer_norm(
            z + hidden @ w["linear2.weight"].T + w["linear2.bias"],
            w["norm2.weight"],
            w["norm2.bias"],
        )
    return z @ p["decoder.weight"].T + p["decoder.bias"]


@pytest.mark.parametrize(
    "heads, layers, positions, d_in, d_out", [(1, 1, False, 1, 1), (2, 2, True, 3, 2)]
)
def test_attention_is_its_definition(heads, layers, positions, d_in, d_out):
    H = CausalAttention(
        8, heads=heads, layers=layers, positions=positions, d_in=d_in, d_out=d_out
    )
    x = white_noise(2, 7, d_in, dt=1.0, seed=3)
    for i in range(2):
        assert np.allclose(
            H(x)[i].detach(), naive_attention(H, x[i], heads), atol=1e-12
        )


def test_the_position_codes_are_those_of_the_transformer():
    codes = sinusoidal_positions(5, 6)
    for k in range(5):
        for j in range(3):
            angle = k / 10000 ** (2 * j / 6)
            assert codes[k, 2 * j].item() == pytest.approx(math.sin(angle), abs=1e-14)
            assert codes[k, 2 * j + 1].item() == pytest.approx(
                math.cos(angle), abs=1e-14
            )


@pytest.mark.parametrize("positions", [False, True])
def test_attention_without_positions_cannot_see_how_long_a_constant_lasts(positions):
    H = CausalAttention(8, heads=2, layers=2, positions=positions)
    y = H(0.7 * torch.ones(1, 12, 1, dtype=DTYPE))[0, :, 0]
    assert (float((y - y[0]).detach().abs().max()) < 1e-12) == (not positions)


@pytest.mark.parametrize(
    "H",
    [
        TorchRecurrent.random("RNN", 4),
        TorchRecurrent.random("GRU", 4, layers=2),
        TorchRecurrent.random("LSTM", 4),
        CausalAttention(8),
        CausalAttention(8, layers=2, positions=True),
    ],
    ids=lambda H: type(H).__name__,
)
def test_adapters_are_causal_and_repeatable(H):
    x, z = white_noise(2, 12, dt=1.0, seed=0), white_noise(2, 12, dt=1.0, seed=1)
    for split in (1, 6, 11):
        assert causality_defect(H, x, z, split) < 1e-13
    assert torch.equal(H(x), H(x))
    assert not any(module.training for module in H.modules())
    for i in range(2):
        assert torch.allclose(H(x)[i], H(x[i : i + 1])[0], atol=1e-13)


def test_a_recurrent_network_without_biases_is_time_homogeneous():
    x = white_noise(2, 12, dt=1.0, seed=0)
    for cell in (torch.nn.RNN, torch.nn.GRU, torch.nn.LSTM):
        H = TorchRecurrent(cell(1, 4, batch_first=True, bias=False))
        assert homogeneity_defect(H, x, 5) < 1e-14


def both_ways(module, twin):
    """Give a batch first module and one that is not the same weights."""
    twin.load_state_dict(module.state_dict())
    return module, twin


@pytest.mark.parametrize("cell", [torch.nn.RNN, torch.nn.GRU, torch.nn.LSTM])
@pytest.mark.parametrize("layers", [1, 2])
def test_a_module_may_have_the_batch_first_or_not(cell, layers):
    first, second = both_ways(cell(2, 3, layers, batch_first=True), cell(2, 3, layers))
    x = white_noise(4, 5, 2, dt=1.0, seed=0)
    assert torch.equal(TorchRecurrent(first)(x), TorchRecurrent(second)(x))
    assert second.batch_first is False  # the copy is turned, not the module


def test_dropout_is_off():
    module = torch.nn.GRU(1, 3, 2, dropout=0.5)
    H, x = TorchRecurrent(module), white_noise(2, 9, dt=1.0, seed=0)
    assert module.training and torch.equal(H(x), H(x))


def test_a_bidirectional_module_is_refused_with_the_reason():
    with pytest.raises(InputError, match="bidirectional.*not causal"):
        TorchRecurrent(torch.nn.GRU(1, 3, bidirectional=True))


class LastOfAll(torch.nn.Module):
    """y_t = x_t plus what the window holds at its last time point."""

    def forward(self, x):
        return x + x[:, -1:]


class Padded(torch.nn.Module):
    """A convolution that is padded by ``before`` and ``after``."""

    def __init__(self, before, after):
        super().__init__()
        self.pad = before, after
        self.layer = torch.nn.Conv1d(2, 3, before + after + 1)

    def forward(self, x):
        return self.layer(torch.nn.functional.pad(x.mT, self.pad)).mT


class Kept(torch.nn.Module):
    """It goes on where the last call ended."""

    def __init__(self):
        super().__init__()
        self.last = 0.0

    def forward(self, x):
        y = x.cumsum(1) + self.last
        self.last = y[:1, -1:]
        return y


def test_a_causal_module_is_the_module_in_double_precision():
    module = Padded(4, 0)
    H = CausalModule(module, dt=0.1, d_in=2, d_out=3)
    x = white_noise(2, 9, 2, dt=0.1, seed=0)
    assert next(module.parameters()).dtype == torch.float32
    assert torch.equal(H(x), copy.deepcopy(module).double()(x))
    memory = memory_function(H, 12)
    assert memory[:5].min() > 0 and memory[5:].max() < 1e-12


def test_normalisation_is_fixed_and_dropout_off():
    norm = torch.nn.Sequential(torch.nn.Linear(1, 4), torch.nn.Dropout(0.5),
                               torch.nn.LayerNorm(4))
    H, x = CausalModule(norm, dt=1.0, d_out=4), white_noise(2, 9, dt=1.0, seed=0)
    assert norm.training and torch.equal(H(x), H(x))


def test_a_function_is_taken_as_it_is():
    H = CausalModule(lambda x: x.cumsum(1) / 2, dt=0.5)
    assert torch.allclose(memory_function(H, 4),
                          torch.tensor([1.0, 1, 1, 1], dtype=DTYPE))


def test_its_weights_can_be_trained_and_moved():
    H = CausalModule(torch.nn.Linear(1, 1), dt=0.1)
    twin = H.with_parameters({"module.bias": torch.ones(1, dtype=DTYPE)})
    x = white_noise(2, 9, dt=0.1, seed=0)
    assert torch.allclose(twin(x) - H(x), (1 - H.module.bias).expand(2, 9, 1))
    assert set(dict(H.named_parameters())) == {"module.weight", "module.bias"}


@pytest.mark.parametrize("module, words", [
    (Padded(3, 1), "output 0 moves with the inputs from time point 1 on"),
    (Padded(0, 4), "output 0 moves with the inputs from time point 4 on"),
    (LastOfAll(), "output 0 moves with the inputs from time point 31 on"),
    (lambda x: x.flip(1), "must be causal"),
    (lambda x: x - x.mean(1, keepdim=True), "must be causal"),
    (lambda x: x + x.roll(-3, 1), "from time point 3 on"),
    (lambda x: x - x.mean(0, keepdim=True), "each input of a batch by itself"),
    (lambda x: x / x.shape[1], "not depend on how long"),
    (Kept(), "in the same way"),
    (lambda x: x + torch.rand_like(x), "in the same way"),
    (torch.nn.GRU(1, 1, batch_first=True), "TorchRecurrent"),
    (lambda x: (x, x), "a tensor of shape .*got tuple"),
    (lambda x: x[..., 0], "a tensor of shape"),
    (lambda x: x.float(), "float64"),
    (lambda x: x / 0, "finite"),
    (torch.nn.Linear(2, 1), "d_in"),
    (torch.nn.Linear(1, 1).forward, "so that its weights are converted"),
])
def test_what_is_no_causal_functional_is_refused_with_the_reason(module, words):
    size = (2, 3) if isinstance(module, Padded) else (1, 1)
    with pytest.raises(InputError, match=words):
        CausalModule(module, dt=0.1, d_in=size[0], d_out=size[1])
