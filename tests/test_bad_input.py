"""What users get wrong is answered in four parts, and names the right argument."""

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError

import comlib as cm
from comlib import (
    Exp,
    Exponential,
    Functional,
    InputError,
    LinearFunctional,
    UnstableError,
)
from comlib.dynamics import ModeLoss, gradient_flow
from comlib.functional import DTYPE
from comlib.kernels import Combination, MatrixExponential, ShiftedBox, Sine
from comlib.measures import (
    causality_defect,
    certified_lower_curve,
    fitted_power,
    fitted_rate,
    homogeneity_defect,
    impulse_memory,
    linearity_defect,
    reversed_memory,
    small_signal_memory,
)
from comlib.models import CausalAttention, InverseQuadratic, ReLU, S4D, UnitGain
from comlib.targets import (
    Delay,
    Residual,
    bump,
    ornstein_uhlenbeck,
    reversed_heaviside,
    sine,
)
from comlib.training import descend

# under --jaxtyping-packages the annotations refuse some calls before comlib does
CHECKED = hasattr(Functional.forward, "__wrapped__")

W2, U2, C2 = (
    -torch.eye(2, dtype=DTYPE),
    torch.ones(2, 1, dtype=DTYPE),
    torch.ones(1, 2, dtype=DTYPE),
)
X = torch.ones(2, 6, 1, dtype=DTYPE)
HEIGHTS = torch.ones(2, 1, dtype=DTYPE)
NAN = torch.tensor(float("nan"), dtype=DTYPE)


def rnn(**changes):
    weights = {"W": W2, "U": U2, "c": C2} | {
        k: changes.pop(k) for k in tuple("WUcb") if k in changes
    }
    return cm.RNN(**weights, **{"dt": 0.1} | changes)


def ssm(**changes):
    return cm.SSM(W2, U2, C2, **{"dt": 0.1} | changes)


H = rnn()
LINEAR = rnn(activation="identity")
TARGET = LinearFunctional(Exponential(), 0.1)
GRU = torch.nn.GRU
CURVE = torch.exp(-torch.arange(9, dtype=DTYPE))

CALLS = {
    # inputs of a functional
    "a numpy array": ("x", lambda: H(np.ones((2, 6, 1)))),
    "a list": ("x", lambda: H([[[1.0]]])),
    "an input without batch": ("x", lambda: H(X[0])),
    "an input of one dimension": ("x", lambda: H(X[0, :, 0])),
    "an input of too many dimensions": ("x", lambda: H(X[None])),
    "coordinates in the wrong place": ("x", lambda: H(X.mT)),
    "a float32 input": ("x", lambda: H(X.float())),
    "an input of whole numbers": ("x", lambda: H(X.long())),
    "a complex input": ("x", lambda: H(X + 0j)),
    "an input with NaN": ("x", lambda: H(X * NAN)),
    "an infinite input": ("x", lambda: TARGET(X / 0)),
    "an empty batch": ("x", lambda: TARGET(X[:0])),
    "no time": ("x", lambda: H(X[:, :0])),
    # weights
    "weights as numpy": ("W", lambda: rnn(W=W2.numpy())),
    "weights as a list": ("U", lambda: rnn(U=[[1.0], [1.0]])),
    "a readout without outputs": ("c", lambda: rnn(c=C2[0])),
    "a readout of another width": ("W", lambda: rnn(c=torch.ones(1, 3, dtype=DTYPE))),
    "a readout the wrong way round": ("W", lambda: rnn(c=C2.T)),
    "input weights of another width": ("U", lambda: rnn(U=U2[:1])),
    "input weights without coordinates": ("U", lambda: rnn(U=U2[:, 0])),
    "a bias of another width": ("b", lambda: rnn(b=torch.ones(3, dtype=DTYPE))),
    "weights that are no square": ("W", lambda: rnn(W=torch.ones(2, 3, dtype=DTYPE))),
    "weights of another stack": ("U", lambda: rnn(W=W2[None], c=C2[None])),
    "an empty width": ("W", lambda: rnn(W=W2[:0, :0], U=U2[:0], c=C2[:, :0])),
    "NaN weights": ("W", lambda: rnn(W=W2 * NAN)),
    "an infinite bias": ("b", lambda: rnn(b=U2[:, 0] / 0)),
    "whole numbers as weights": ("U", lambda: rnn(U=U2.long())),
    "two floating point types": ("U", lambda: rnn(U=U2.float())),
    # options of a model
    "a negative timebase": ("dt", lambda: rnn(dt=-0.1)),
    "a timebase of zero": ("dt", lambda: rnn(dt=0.0)),
    "a timebase of NaN": ("dt", lambda: rnn(dt=float("nan"))),
    "a timebase that is text": ("dt", lambda: rnn(dt="small")),
    "an unknown activation": ("activation", lambda: rnn(activation="sigmoid")),
    "an activation that is a function": (
        "activation",
        lambda: rnn(activation=torch.tanh),
    ),
    "an unknown discretisation": ("discretisation", lambda: rnn(discretisation="zoh")),
    "hold for a nonlinear RNN": ("discretisation", lambda: rnn(discretisation="hold")),
    "a parameterization by name": (
        "parameterization",
        lambda: rnn(parameterization="exp"),
    ),
    "a parameterization class": ("parameterization", lambda: rnn(parameterization=Exp)),
    "unit gain on a dense matrix": (
        "parameterization",
        lambda: rnn(parameterization=UnitGain()),
    ),
    "ReLU on a dense matrix": (
        "parameterization",
        lambda: rnn(parameterization=ReLU()),
    ),
    "an eigenvalue out of range": (
        "eigenvalue",
        lambda: rnn(W=-3 * U2[:, 0], parameterization=InverseQuadratic()),
    ),
    "a defective matrix": (
        "W",
        lambda: rnn(
            W=torch.tensor([[-1.0, 1], [0, -1]], dtype=DTYPE), parameterization=Exp()
        ),
    ),
    "zero width": ("width", lambda: cm.RNN.random(0, dt=0.1)),
    "a width that is a float": ("width", lambda: cm.SSM.random(4.0, dt=0.1)),
    "a width that is True": ("width", lambda: cm.RNN.random(True, dt=0.1)),
    "zero inputs": ("d_in", lambda: cm.RNN.random(2, dt=0.1, d_in=0)),
    "zero outputs": ("d_out", lambda: cm.RNN.random(2, dt=0.1, d_out=0)),
    "an unknown parameter": ("parameters", lambda: H.with_parameters({"V": W2})),
    # lengths
    "a length that is a float": ("length", lambda: cm.memory_function(H, 10.0)),
    "a length that is a tensor": (
        "length",
        lambda: cm.impulse_response(H, torch.tensor(9)),
    ),
    "a length of zero": ("length", lambda: cm.memory_function(H, 0)),
    "a negative length": ("length", lambda: cm.distance(TARGET, LINEAR, -3)),
    "a kernel of length zero": ("length", lambda: LINEAR.kernel_samples(0)),
    "a time grid of a float": ("length", lambda: cm.time_grid(2.5, 0.1)),
    "a reversed memory of length zero": ("length", lambda: reversed_memory(H, 0)),
    # kernels
    "an unknown kernel parameter": ("lambda_", lambda: Exponential(lambda_=1.0)),
    "a negative rate": ("rate", lambda: Exponential(-1.0)),
    "a rate that is a list": ("rate", lambda: Exponential([1.0])),
    "an exponent of zero": ("p", lambda: cm.Polynomial(0.0)),
    "a scale of zero": ("b", lambda: cm.Polynomial(b=0.0)),
    "a negative gamma": ("gamma", lambda: cm.TemperedPolynomial(gamma=-0.1)),
    "a width of zero": ("width", lambda: cm.Gaussian(width=0.0)),
    "a negative center": ("center", lambda: cm.Airy(center=-1.0)),
    "an empty box": ("stop", lambda: ShiftedBox(3.0, 3.0)),
    "a frequency of zero": ("frequency", lambda: Sine(0.0)),
    "more weights than rates": (
        "weights",
        lambda: cm.ExponentialSum((1.0, 2.0), (1.0,)),
    ),
    "no exponentials": ("weights", lambda: cm.ExponentialSum((), ())),
    "a rate of zero in a sum": ("rates", lambda: cm.ExponentialSum((1.0,), (0.0,))),
    "more kernels than weights": (
        "weights",
        lambda: Combination((1.0,), (Exponential(), Exponential())),
    ),
    "a matrix kernel of two widths": (
        "W",
        lambda: MatrixExponential(C2[0], W2[:1, :1], U2[:, 0]),
    ),
    "a matrix kernel of a matrix": (
        "c",
        lambda: MatrixExponential(C2, W2, U2[:, 0]),
    ),
    "a divergent Laplace transform": ("s", lambda: Exponential(1.0).laplace(-1.0)),
    "too many exponentials": ("width", lambda: cm.Polynomial().exponential_sum(151)),
    "half an exponential": ("width", lambda: cm.Polynomial().exponential_sum(1.5)),
    # parameterizations
    "an unknown parameter of a map": ("c", lambda: InverseQuadratic(c=1.0)),
    "a negative curvature": ("a", lambda: InverseQuadratic(a=-1.0)),
    "an offset of zero": ("b", lambda: InverseQuadratic(b=0.0)),
    # targets
    "a target of no kernel": ("kernel", lambda: LinearFunctional([], 0.1)),
    "a target of a number": ("kernel", lambda: LinearFunctional(1.0, 0.1)),
    "a target of a class": ("kernel", lambda: LinearFunctional(Exponential, 0.1)),
    "a target without timebase": ("dt", lambda: LinearFunctional(Exponential(), None)),
    "a composition of nothing": ("functionals", lambda: cm.Composition()),
    "a composition of a list": ("functionals", lambda: cm.Composition([H, H])),
    "a composition of timebases": (
        "functionals",
        lambda: cm.Composition(H, LinearFunctional(Exponential(), 0.2)),
    ),
    "a residual of unequal sizes": (
        "functional",
        lambda: Residual(cm.RNN.random(2, dt=0.1, d_out=2)),
    ),
    "half a lag": ("lag", lambda: Delay(0.5, 0.1)),
    "the kernel of the future": ("lag", lambda: Delay(-1, 0.1).kernel_samples(5)),
    "a memoryless sigmoid": ("activation", lambda: cm.Memoryless("sigmoid", 0.1)),
    # adapters
    "both directions": (
        "module",
        lambda: cm.TorchRecurrent(GRU(1, 2, batch_first=True, bidirectional=True)),
    ),
    "a kernel of NaN": ("factor", lambda: Exponential() * float("nan")),
    "an amplitude of None": ("amplitude", lambda: Exponential(amplitude=None)),
    "an infinite amplitude": ("amplitude", lambda: Exponential(amplitude=1 / 1e-320)),
    "more inputs than others": ("z", lambda: linearity_defect(H, X, X[:1])),
    "a column beyond 2^63": ("n", lambda: cm.Table(n=np.array([2**63], np.uint64))),
    "a goal of NaN": ("goal", lambda: descend(H, abs, goal=float("nan"))),
    "a protocol that is a dict": (
        "protocol",
        lambda: cm.fit(LINEAR, TARGET, length=5, protocol={}),
    ),
    "a target that is perturbed": (
        "model",
        lambda: cm.perturbation_error(TARGET, TARGET, [0.1], length=5),
    ),
    "a flow without end": (
        "until",
        lambda: gradient_flow(ModeLoss(Exponential()), CURVE[:2], float("inf")),
    ),
    "weights of float32": ("W", lambda: rnn(W=W2.float())),
    "a model of float32": ("H", lambda: cm.memory_function(rnn().float(), 5)),
    "the fit of a model of float32": (
        "model",
        lambda: cm.fit(rnn().float(), TARGET, length=5),
    ),
    "a target that is a kernel": (
        "target",
        lambda: cm.fit(LINEAR, Exponential(), length=5),
    ),
    "the Hankel values of a target": (
        "H",
        lambda: cm.hankel_singular_values(TARGET),
    ),
    "the radius of a stack": (
        "W",
        lambda: cm.complex_stability_radius(torch.stack([W2, W2])),
    ),
    "the radius of a target": ("W", lambda: cm.real_stability_radius(TARGET)),
    "no recurrent module": ("module", lambda: cm.TorchRecurrent(torch.nn.Linear(1, 1))),
    "an encoder that does not fit": (
        "encoder",
        lambda: cm.TorchRecurrent(GRU(3, 2, batch_first=True), torch.nn.Linear(1, 2)),
    ),
    "a decoder that does not fit": (
        "decoder",
        lambda: cm.TorchRecurrent(
            GRU(1, 2, batch_first=True), decoder=torch.nn.Linear(3, 1)
        ),
    ),
    "an unknown cell": ("cell", lambda: cm.TorchRecurrent.random("MGU", 3)),
    "a cell of no width": ("width", lambda: cm.TorchRecurrent.random("GRU", 0)),
    "heads that do not divide": ("width", lambda: CausalAttention(8, heads=3)),
    "no layers": ("layers", lambda: CausalAttention(8, layers=0)),
    "no states": ("state", lambda: S4D(2, state=0)),
    "a step of zero": ("steps", lambda: S4D(2, steps=(0.0, 0.1))),
    # signals
    "heights without batch": ("x", lambda: cm.heaviside(HEIGHTS[0], 5)),
    "heights as numpy": ("x", lambda: cm.heaviside(HEIGHTS.numpy(), 5)),
    "heights of NaN": ("x", lambda: cm.impulse(HEIGHTS * NAN, 5, 0.1)),
    "a start beyond the end": ("start", lambda: cm.heaviside(HEIGHTS, 5, 5)),
    "a negative start": ("start", lambda: cm.impulse(HEIGHTS, 5, 0.1, -1)),
    "half a start": ("start", lambda: cm.impulse(HEIGHTS, 5, 0.1, 0.5)),
    "a stop beyond the end": ("stop", lambda: reversed_heaviside(HEIGHTS, 5, 6)),
    "no noise": ("batch", lambda: cm.white_noise(0, 5, dt=0.1, seed=0)),
    "noise of no duration": ("length", lambda: cm.white_noise(1, 0, dt=0.1, seed=0)),
    "noise without timebase": ("dt", lambda: cm.white_noise(1, 5, dt=0.0, seed=0)),
    "noise of rate zero": (
        "rate",
        lambda: ornstein_uhlenbeck(1, 5, dt=0.1, seed=0, rate=0.0),
    ),
    "a frequency that is no tensor": ("frequency", lambda: sine(1.0, 5, 0.1)),
    "a bump of no width": (
        "widths",
        lambda: bump(1.0, torch.zeros(1, dtype=DTYPE), 5, 0.1),
    ),
    # measures
    "the memory of a kernel": ("H", lambda: cm.memory_function(Exponential(), 10)),
    "the impulse memory of a kernel": (
        "H",
        lambda: impulse_memory(Exponential(), 10),
    ),
    "the reversed memory of a kernel": (
        "H",
        lambda: reversed_memory(Exponential(), 10),
    ),
    "the small signal memory of a kernel": (
        "H",
        lambda: small_signal_memory(Exponential(), 10),
    ),
    "the impulse response of a kernel": (
        "H",
        lambda: cm.impulse_response(Exponential(), 10),
    ),
    "its closed form": (
        "H",
        lambda: cm.impulse_response(Exponential(), 10, "closed form"),
    ),
    "an eigenvalue that turns too fast for Softplus": (
        "eigenvalue",
        lambda: cm.Softplus().inverse(torch.tensor(-1 + 3.2j)),
    ),
    "an unknown route": ("route", lambda: cm.impulse_response(LINEAR, 5, "fft")),
    "the kernel of a nonlinear model": (
        "H",
        lambda: cm.impulse_response(H, 5, "closed form"),
    ),
    "a bound of zero": ("bound", lambda: cm.memory_function(H, 5, 0.0)),
    "a negative bound": ("bound", lambda: impulse_memory(LINEAR, 5, -1.0)),
    "a bound of infinity": ("bound", lambda: reversed_memory(H, 5, float("inf"))),
    "a negative history": ("history", lambda: cm.memory_function(H, 5, history=-1)),
    "a reversed memory without history": (
        "history",
        lambda: reversed_memory(H, 5, history=0),
    ),
    "a fit of two curves": (
        "memory",
        lambda: fitted_rate(CURVE[None], 0.1, 0.0, 1.0),
    ),
    "a fit of no window": ("start, stop", lambda: fitted_rate(CURVE, 0.1, 5.0, 6.0)),
    "a power law fit from zero": (
        "start",
        lambda: fitted_power(CURVE, 0.1, 0.0, 1.0),
    ),
    "an unknown norm": ("norm", lambda: cm.distance(TARGET, LINEAR, 5, "L3")),
    "an unknown norm of responses": (
        "norm",
        lambda: cm.response_distance(TARGET, H, X, "l1"),
    ),
    "the distance of a nonlinear model": ("H_hat", lambda: cm.distance(TARGET, H, 5)),
    "two timebases": (
        "dt",
        lambda: cm.distance(TARGET, LinearFunctional(Exponential(), 0.2), 5),
    ),
    "two numbers of coordinates": (
        "d_in, d_out",
        lambda: cm.response_distance(TARGET, cm.RNN.random(2, dt=0.1, d_in=2), X),
    ),
    "responses to zero": ("x", lambda: cm.response_distance(TARGET, H, 0 * X)),
    "responses to numpy": ("x", lambda: cm.response_distance(TARGET, H, X.numpy())),
    "responses without batch": ("x", lambda: cm.response_distance(TARGET, H, X[0])),
    "the gain of zero": ("x", lambda: cm.gain(H, 0 * X)),
    "the gain of numpy": ("x", lambda: cm.gain(H, X.numpy())),
    "a split at the end": ("split", lambda: causality_defect(H, X, X, 6)),
    "a shift of zero": ("shift", lambda: homogeneity_defect(H, X, 0)),
    "the margin of a target": ("model", lambda: cm.stability_margin(TARGET)),
    "a negative radius": ("radius", lambda: cm.perturb(H, -0.1, 3, seed=0)),
    "no copies": ("copies", lambda: cm.perturb(H, 0.1, 0, seed=0)),
    "an unknown weight": (
        "only",
        lambda: cm.perturb(H, cm.Ball(0.1, ["W"]), 3, seed=0),
    ),
    "a perturbed stack": (
        "model",
        lambda: cm.perturb(cm.perturb(H, 0.1, 3, seed=0), 0.1, 3, seed=0),
    ),
    "radii that fall": (
        "radii",
        lambda: cm.perturbation_error(LINEAR, TARGET, [0.2, 0.1], length=5),
    ),
    "no radii": ("radii", lambda: cm.perturbation_error(LINEAR, TARGET, [], length=5)),
    "a nonlinear model without inputs": (
        "inputs",
        lambda: cm.perturbation_error(H, TARGET, [0.1], length=5),
    ),
    "a negative radius of the curve": (
        "radii",
        lambda: certified_lower_curve(Exponential(), [-0.1]),
    ),
    "a negative horizon": (
        "horizon",
        lambda: certified_lower_curve(Exponential(), [0.1], -1.0),
    ),
}

UNSTABLE = {
    "a growing matrix": ("W", lambda: rnn(W=-W2)),
    "an eigenvalue of zero": ("W", lambda: rnn(W=0 * U2[:, 0])),
    "a growing state-space model": ("W", lambda: cm.SSM(-W2, U2, C2, dt=0.1)),
    "Euler steps too large": ("dt", lambda: rnn(dt=2.5)),
    "Euler steps at the limit": ("dt", lambda: ssm(dt=2.0)),
    "an exact model that grows": (
        "W",
        lambda: rnn(W=-W2, activation="identity", discretisation="exact"),
    ),
}


def check(error: InputError, argument: str):
    assert error.argument == argument
    for part in (error.argument, error.rule, str(error.got), error.cure):
        assert part.strip()
    text = str(error)
    assert text.startswith(f"{argument}: ") and error.cure in text
    assert len(text) < 400 and "\n" not in text


@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_call_is_refused_with_its_argument_and_a_cure(name):
    argument, call = CALLS[name]
    with pytest.raises(
        (InputError, TypeCheckError) if CHECKED else InputError
    ) as caught:
        call()
    if isinstance(caught.value, InputError):
        check(caught.value, argument)


@pytest.mark.parametrize("name", UNSTABLE)
def test_an_unstable_model_is_refused_with_its_argument_and_a_cure(name):
    argument, call = UNSTABLE[name]
    with pytest.raises(UnstableError) as caught:
        call()
    check(caught.value, argument)


def test_a_radius_of_zero_and_numpy_counts_are_fine():
    cm.perturb(H, 0.0, 2, seed=0)
    assert cm.time_grid(3, 1.0).tolist() == [0, 1, 2]
    assert len(cm.time_grid(np.int64(3), np.float64(0.5))) == 3


@pytest.mark.parametrize("call, cure", [
    (lambda: cm.memory_function(Exponential(), 5), "LinearFunctional(kernel, dt)"),
    (lambda: cm.memory_function(GRU(1, 1), 5), "TorchRecurrent(module)"),
    (lambda: cm.gain(torch.nn.Linear(1, 1), X), "CausalModule(module, "),
    (lambda: cm.impulse_response(lambda x: x, 5), "CausalModule(function, "),
    (lambda: cm.l1_loss(LINEAR, TARGET), ".kernels[0]"),
    (lambda: cm.l1_loss(LINEAR, LINEAR), "impulse_response(model, length)"),
    (lambda: cm.distance(TARGET, H, 5), "response_distance(H, H_hat, x)"),
    (lambda: cm.population_loss(H, TARGET, 5), "response_distance(H, H_hat, x)"),
    (lambda: cm.gain(H.float(), X), "call H.double()"),
    (lambda: cm.gain(H, X.float()), "x.double()"),
    (lambda: cm.gain(H, X.numpy()), "torch.as_tensor"),
])
def test_the_cure_is_the_right_one(call, cure):
    H.double()
    with pytest.raises(InputError) as caught:
        call()
    H.double()
    assert cure in caught.value.cure


def test_numbers_of_numpy_are_numbers():
    counts = {"length": np.int64(5), "bound": np.float32(0.5), "every": np.uint8(2)}
    expected = cm.memory_function(LINEAR, 5, 0.5, every=2)
    assert torch.equal(cm.memory_function(LINEAR, **counts), expected)
    first, second = (cm.RNN.random(2, dt=0.1, seed=seed) for seed in (3, np.int64(3)))
    assert torch.equal(first.W, second.W)
    radii = np.array([0.1, 0.2])
    assert cm.perturbation_error(LINEAR, TARGET, radii, length=5, copies=2,
                                 search=None)["radius"].tolist() == [0.1, 0.2]
