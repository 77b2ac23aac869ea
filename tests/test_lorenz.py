"""The Lorenz-96 functional against an ODE solver, its linear case and its symmetry."""

import numpy as np
import pytest
import torch
from scipy import integrate, linalg

from comlib import InputError, white_noise
from comlib.functional import DTYPE
from comlib.measures import causality_defect
from comlib.targets import Lorenz96


def right_side(state, x, coupling):
    """The equations, written index by index."""
    y, z = state[0], state[1:]
    K = len(z)
    dz = [2 * (z[(k + 1) % K] * (z[(k - 1) % K] - z[(k + 2) % K]) - z[k] + y)
          for k in range(K)]
    return np.array([-y + x + coupling * sum(z) / K, *dz])


@pytest.mark.parametrize("coupling", [-1.0, 1.0])
@pytest.mark.parametrize("fast", [4, 10])
def test_it_solves_its_equations(coupling, fast):
    H = Lorenz96(coupling, fast=fast, substeps=10, seed=3)
    x = white_noise(1, 20, dt=0.1, seed=0)
    state, expected = np.concatenate([[0.0], H.start.numpy()]), []
    for u in x[0, :, 0].tolist():
        state = integrate.solve_ivp(
            lambda t, s, u=u: right_side(s, u, coupling), (0, 0.1), state,
            rtol=1e-10, atol=1e-12).y[:, -1]
        expected.append(state[0])
    assert np.abs(H(x)[0, :, 0].numpy() - expected).max() < 1e-6


@pytest.mark.parametrize("coupling", [-1.0, 1.0])
def test_equal_fast_variables_make_it_linear(coupling):
    H = Lorenz96(coupling, unevenness=0.0, substeps=20)
    x = white_noise(2, 30, dt=0.1, seed=0)
    A = np.array([[-1.0, coupling], [2.0, -2.0]])
    block = linalg.expm(0.1 * np.block([[A, np.eye(2)], [np.zeros((2, 4))]]))
    state, expected = np.zeros((2, 2)), []
    for u in x[..., 0].T.numpy():
        state = block[:2, :2] @ state + block[:2, 2:3] * u
        expected.append(state[0])
    assert np.abs(H(x)[..., 0].numpy().T - expected).max() < 1e-8


def test_superposition_fails_once_they_differ():
    H, x = Lorenz96(1.0), white_noise(1, 100, dt=0.1, seed=0)
    assert float((H(2 * x) - 2 * H(x)).abs().max()) > 0.1


def test_energy_decays_without_input_for_a_damping_coupling():
    H = Lorenz96(-1.0, unevenness=1.0, seed=1)
    y = H(torch.zeros(1, 200, 1, dtype=DTYPE))
    assert float(y[0, -1].abs().max()) < 1e-6 < float(y.abs().max())


@pytest.mark.parametrize("mean, grows", [(0.85, False), (0.94, True), (-0.4, False),
                                         (-0.6, True)])
def test_evenness_is_unstable_above_a_threshold(mean, grows):
    H = Lorenz96(0.0)
    generator = torch.Generator().manual_seed(0)
    noise = 1e-6 * torch.randn(10, generator=generator, dtype=DTYPE).numpy()

    def slope(t, z):
        # y = mean holds the fast variables where they are
        return H.slope(np.array([mean, *z])[:, None], np.zeros(1))[1:, 0]

    z = integrate.solve_ivp(slope, (0, 30), mean + noise, rtol=1e-10, atol=1e-13)
    assert bool(z.y[:, -1].std() > z.y[:, 0].std()) is grows


def test_it_is_causal_and_deterministic():
    H, x = Lorenz96(1.0), white_noise(3, 40, dt=0.1, seed=0)
    assert causality_defect(H, x, -x, split=20) == 0
    assert torch.equal(H(x), H(x))
    # the members of a batch do not feel each other
    assert torch.allclose(H(x)[1:2], H(x[1:2]), atol=1e-12)


def test_the_start_depends_on_the_seed_only():
    x = white_noise(1, 40, dt=0.1, seed=0)
    assert torch.equal(Lorenz96(seed=5)(x), Lorenz96(seed=5)(x))
    assert not torch.equal(Lorenz96(seed=5)(x), Lorenz96(seed=6)(x))


def test_fewer_steps_are_close_enough():
    x = white_noise(50, 100, dt=0.1, seed=0)
    error = Lorenz96(1.0)(x) - Lorenz96(1.0, substeps=20)(x)
    assert float(error.abs().max()) < 0.05
    assert float(error[:, :20].abs().max()) < 1e-4


@pytest.mark.parametrize("bad", [
    {"coupling": float("nan")}, {"fast": 3}, {"dt": 0.0}, {"substeps": 0},
    {"unevenness": -0.1}])
def test_bad_numbers_are_refused(bad):
    with pytest.raises(InputError, match=next(iter(bad))):
        Lorenz96(**bad)
