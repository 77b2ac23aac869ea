"""Layered state-space networks against a loop over time and states."""

import itertools
import math

import numpy as np
import pytest
import torch

from comlib import white_noise
from comlib.measures import causality_defect, homogeneity_defect, linearity_defect
from comlib.models import S4D


def naive_filter(H, layer, length):
    """The filter of each feature: a complex recurrence stepped in time."""
    C = torch.view_as_complex(H.C.detach())[layer].numpy()
    step = np.exp(H.log_step.detach().numpy()[layer])
    out = np.zeros((length, len(step)))
    for j, n in itertools.product(range(len(step)), range(C.shape[1])):
        A = -0.5 + 1j * math.pi * n
        state = (np.exp(step[j] * A) - 1) / A
        for k in range(length):
            out[k, j] += 2 * (C[j, n] * state).real
            state = state * np.exp(step[j] * A)
    return out


def naive(H, x):
    p = {n: v.detach().numpy() for n, v in H.named_parameters()}
    z = np.array([p["encoder"] @ u for u in x.numpy()])
    for layer in range(len(p["mixing"])):
        rho = naive_filter(H, layer, len(z))
        y = np.array(
            [sum(rho[j] * z[k - j] for j in range(k + 1)) for k in range(len(z))]
        )
        gelu = y * 0.5 * (1 + np.vectorize(math.erf)(y / math.sqrt(2)))
        z = z + np.array([p["mixing"][layer] @ g for g in gelu])
    return np.array([p["decoder"] @ u for u in z])


@pytest.mark.parametrize(
    "width, state, layers, d_in, d_out, seed", [(1, 1, 1, 1, 1, 0), (3, 4, 2, 2, 3, 1)]
)
def test_the_network_is_its_equations(width, state, layers, d_in, d_out, seed):
    H = S4D(
        width,
        state=state,
        layers=layers,
        d_in=d_in,
        d_out=d_out,
        seed=seed,
        steps=(0.01, 0.5),
    )
    x = 5 * white_noise(2, 10, d_in, dt=1.0, seed=3)
    assert H(x).shape == (2, 10, d_out)
    for layer in range(layers):
        assert np.allclose(
            H.filters(10)[layer].detach(), naive_filter(H, layer, 10), atol=1e-12
        )
    for i in range(2):
        assert np.allclose(H(x)[i].detach(), naive(H, x[i]), atol=1e-11)


def test_it_is_causal_homogeneous_and_nonlinear():
    H, x = S4D(4, state=8, layers=2), 5 * white_noise(2, 20, dt=1.0, seed=0)
    z = white_noise(2, 20, dt=1.0, seed=1)
    assert causality_defect(H, x, z, 9) < 1e-12
    assert homogeneity_defect(H, x, 5) < 1e-12
    assert linearity_defect(H, x, z) > 1e-3
    assert not H.linear


def test_the_steps_are_between_their_limits():
    H = S4D(200, state=1, layers=3, steps=(0.02, 0.3))
    steps = H.log_step.exp()
    assert 0.02 <= steps.min() < 0.022 and 0.27 < steps.max() <= 0.3
    # log-uniform
    middle = (math.log(0.02) + math.log(0.3)) / 2
    assert abs(H.log_step.mean().item() - middle) < 0.15


def test_the_seed_decides_the_weights():
    a, b, c = S4D(3, seed=1), S4D(3, seed=1), S4D(3, seed=2)
    x = white_noise(1, 6, dt=1.0, seed=0)
    assert torch.equal(a(x), b(x)) and not torch.equal(a(x), c(x))


def test_gradients_are_correct():
    H, x = S4D(2, state=2, layers=2), white_noise(1, 5, dt=1.0, seed=0)
    names, values = zip(*H.named_parameters())

    def response(*values):
        return torch.func.functional_call(H, dict(zip(names, values)), (x,))

    inputs = [v.detach().clone().requires_grad_() for v in values]
    assert torch.autograd.gradcheck(response, inputs)
