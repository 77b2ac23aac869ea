"""The one interface: shapes, checks, copies with other parameters."""

import inspect
import pickle
import re
import textwrap

import pytest
import torch

from comlib import (Composition, Exponential, Functional, InputError, LinearFunctional,
                    Memoryless, RNN, SSM, TorchRecurrent, UnstableError,
                    memory_function, time_grid)
from comlib.functional import DTYPE, check_timebase
from comlib.targets import Delay


class Doubled(Functional):
    """y = 2 x: the smallest functional."""

    def respond(self, x):
        return 2 * x


def test_a_functional_needs_only_respond():
    x = torch.randn(3, 5, 2, dtype=DTYPE)
    assert torch.equal(Doubled(0.1, d_in=2, d_out=2)(x), 2 * x)


def test_a_functional_without_respond_cannot_be_made():
    class Empty(Functional):
        pass

    with pytest.raises(TypeError):
        Empty(0.1)


@pytest.mark.parametrize("dt", [0.01, 0.25, 3.0])
def test_the_time_grid_is_k_times_dt(dt):
    t = time_grid(7, dt)
    assert t.dtype == DTYPE
    assert t.tolist() == [k * dt for k in range(7)]


@pytest.mark.parametrize("batch, length, d_in, d_out", [(1, 1, 1, 1), (4, 9, 3, 2)])
@pytest.mark.parametrize("kind", [RNN, SSM])
def test_output_has_the_documented_shape(kind, batch, length, d_in, d_out):
    H = kind.random(5, dt=0.1, d_in=d_in, d_out=d_out)
    y = H(torch.zeros(batch, length, d_in, dtype=DTYPE))
    assert y.shape == (batch, length, d_out)
    assert y.dtype == DTYPE


def test_a_wrong_number_of_coordinates_is_refused_and_a_right_one_is_not():
    H = RNN.random(3, dt=0.1, d_in=2)
    H(torch.zeros(1, 4, 2, dtype=DTYPE))
    with pytest.raises(InputError, match="d_in = 2"):
        H(torch.zeros(1, 4, 3, dtype=DTYPE))


def test_with_parameters_leaves_the_original_alone():
    H = RNN.random(3, dt=0.1)
    before = H.w.detach().clone()
    twin = H.with_parameters({"w": 2 * H.w.detach()})
    assert torch.equal(H.w, before)
    assert torch.equal(twin.w, 2 * before)
    assert torch.equal(twin.U, H.U) and twin.U is not H.U


def test_with_parameters_reaches_into_parts():
    H = Composition(RNN.random(3, dt=0.1), RNN.random(2, dt=0.1))
    twin = H.with_parameters({"functionals.1.c": torch.zeros(1, 2, dtype=DTYPE)})
    x = torch.ones(1, 6, 1, dtype=DTYPE)
    assert twin(x).abs().max() == 0 < H(x).abs().max()


def test_with_parameters_does_not_check():
    H = RNN.random(2, dt=0.1, diagonal=True)
    assert H.with_parameters({"w": torch.ones(2, dtype=DTYPE)}).w.min() == 1


@pytest.mark.parametrize("H", [RNN.random(3, dt=0.1), Memoryless("tanh", 0.1)])
def test_a_nonlinear_functional_has_no_kernel(H):
    assert not H.linear
    with pytest.raises(InputError, match="linear"):
        H.kernel_samples(5)


def test_the_timebase_of_a_comparison_is_the_common_one():
    rho = Exponential()
    assert check_timebase(LinearFunctional(rho, 0.3), Delay(2, 0.3)) == 0.3
    # a rounding error apart is the same timebase
    check_timebase(LinearFunctional(rho, 0.3), Delay(2, 0.1 * 3))
    with pytest.raises(InputError, match="dt"):
        check_timebase(LinearFunctional(rho, 0.3), Delay(2, 0.3001))


@pytest.mark.parametrize("error", [InputError, UnstableError])
def test_an_error_survives_a_pickle(error):
    again = pickle.loads(pickle.dumps(error("dt", "must be > 0", "-1", "use 1")))
    assert type(again) is error
    assert (again.argument, again.rule, again.got, again.cure) == (
        "dt",
        "must be > 0",
        "-1",
        "use 1",
    )
    assert str(again) == "dt: must be > 0; got -1; use 1"


def test_errors_are_value_errors():
    assert issubclass(InputError, ValueError)
    assert issubclass(UnstableError, InputError)


def test_a_functional_can_be_pickled():
    H = TorchRecurrent.random("GRU", 3)
    x = torch.randn(2, 4, 1, dtype=DTYPE)
    assert torch.equal(pickle.loads(pickle.dumps(H))(x), H(x))


def test_nothing_draws_from_the_global_generator():
    torch.manual_seed(1)
    first = RNN.random(3, dt=0.1, seed=5).w
    torch.manual_seed(2)
    assert torch.equal(first, RNN.random(3, dt=0.1, seed=5).w)
    assert not torch.equal(first, RNN.random(3, dt=0.1, seed=6).w)


def test_the_docstring_of_functional_shows_how_to_write_ones_own():
    text = inspect.cleandoc(Functional.__doc__)
    example = textwrap.dedent(re.search(r"::\n\n(( {4}.*\n|\n)+)", text)[1])
    *definition, call = example.strip().split("\n")
    names = {"torch": torch, "Functional": Functional,
             "memory_function": memory_function}
    exec("\n".join(definition), names)
    memory = eval(call, names)
    assert torch.allclose(memory[:3], torch.tensor([5.0, 5, 0], dtype=DTYPE))
    assert memory[2:].max() < 1e-12 and len(memory) == 20
