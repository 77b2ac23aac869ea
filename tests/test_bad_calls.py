"""Every public function and class, called with one wrong argument at a time.

It answers, or it raises an InputError that names the argument: nothing else.
"""

import importlib
import inspect
import math
import pkgutil
import re
import warnings

import jaxtyping
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

import comlib
from comlib import (RNN, SSM, Claim, Exp, Exponential, ExponentialSum, Ball, Gaussian,
                    InputError, LinearFunctional, Polynomial, Table,
                    TorchRecurrent, heaviside, white_noise)
from comlib.dynamics import DenseLoss, ModeLoss
from comlib.data import Images, Recording, Reviews
from comlib.functional import DTYPE
from comlib.horizon import fit_lags
from comlib.measures.perturbation.ascent import Search
from comlib.models import Layer, RecurrentModel
from comlib.training import Batches, Descent, QuasiNewton
from comlib.wide import SecondMoments, Variances, WideNetwork

INNER = {
    "arguments": "what does the checking", "checks": "what does the checking",
    "models.scan": "inner loops, whose callers have checked",
    "models.response": "inner loops, whose callers have checked",
    "models.discretisations": "inner loops, whose callers have checked",
    "models.weights": "does the checking of models",
    "models.matrix_functions": "the inner side of Parameterization.matrix",
    "modes.steps": "the inner side of descents and experiments",
    "measures.perturbation.norms": "the inner side of Ball",
    "kernels.integrals": "inner loops, whose callers have checked",
    "measures.suprema": "inner loops, whose callers have checked",
    "measures.perturbation.envelopes": "the inner side of certified_change",
    "training.exact": "the inner side of fit", "training.results": "made by fit",
    "training.sampled": "the inner side of fit",
    "evidence.layout": "how tables are set",
    "evidence.origin": "facts about the run", "evidence.files": "names of files",
    "evidence.data": "touches files: test_records", "evidence.sweeps": "test_sweeps",
    "evidence.records": "touches files: test_records",
    "data.recordings": "touches files: test_data",
}
"""Modules that readers do not call, or whose calls leave files behind, and why."""

INSIDE = {"by_descent", "project", "weight_norms", "pairs", "apply", "check_rates",
          "check_inside", "check_lags", "check_timebase", "check_single",
          "draw_uniform", "style", "documentation", "Trajectory", "Path",
          "SecondMoments", "Activation", "Source", "Glossary", "ClaimError", "Table",
          "load_imdb", "load_mnist", "Course", "slope_of"}
"""Functions beside the public ones of a module, what only comlib makes, and what reads
a folder: test_reviews, test_images."""


def tensor(*values):
    return torch.tensor(values, dtype=DTYPE)


def loglog():
    ax = Figure().subplots()
    ax.set(xscale="log", yscale="log")
    ax.plot([1, 2], [1, 2], label="a line")
    return ax


def rates(*values):
    return tensor(*values).diag()


MODEL = RNN(rates(-1.0, -2.0), tensor([1.0], [0.5]), tensor([1.0, 1.0]), dt=0.1,
            activation="identity")
TARGET, RHO = LinearFunctional(Exponential(), 0.1), Exponential()
LAYER = Layer(tensor(0.5), tensor([1.0]), tensor([1.0]))
X = white_noise(2, 5, dt=0.1, seed=0)
WIDE = torch.ones(2, 1, dtype=DTYPE)
TABLE = Table(t=[1.0, 2.0, 3.0], y=[1.0, 2.0, 3.0], z=[0.5, 1.0, 2.0])
GRID = Table(t=[1, 2, 1, 2], y=[1, 1, 2, 2], z=[1.0, 2.0, 3.0, 4.0])
SUM = ExponentialSum((1.0, 2.0), (1.0, 2.0))
LAGS = 1 / (1 + torch.arange(24, dtype=DTYPE))
LINEAR_LAYER = torch.nn.Linear(1, 1)

VALID = {
    "H": MODEL, "model": MODEL, "H_hat": TARGET, "target": TARGET, "functional": TARGET,
    "functionals": MODEL, "kernel": RHO, "bump": RHO, "f": RHO, "rho": RHO,
    "delayed": RHO, "kernels": (RHO, RHO), "weights": (1.0, 2.0), "rates": (1.0, 2.0),
    "loss": ModeLoss(RHO), "theta0": tensor(0.5, 2.0), "theta": tensor(0.5, 2.0),
    "x": X, "z": -X, "length": 5, "dt": 0.1, "split": 2, "shift": 1, "seed": 0,
    "W": rates(-1.0, -2.0), "U": WIDE, "c": WIDE.mT, "radius": 0.1, "radii": [0.1, 0.2],
    "horizons": [1.0], "copies": 2, "ball": Ball(0.1),
    "memory": tensor(3.0, 2.0, 1.0, 0.5),
    "start": 0.05, "stop": 0.25, "width": 4, "widths": [2, 4], "rate": 1.0,
    "eps": 0.1, "h": 0.5, "p": 2.0, "alpha": 1, "beta": 0.1, "order": 1, "omega": 0.1,
    "mass": 1.0, "until": 1.0, "levels": [0.1], "slowest": tensor(1.0), "modes": 1,
    "batch": 2, "frequency": tensor(1.0, 2.0), "center": 1.0, "end": 1.0, "height": 1.0,
    "gram": torch.ones(5, 1, 5, 1, dtype=DTYPE), "power": 1.0, "factor": 2.0,
    "text": "a claim", "label": "thm-x", "value": True, "reason": "why",
    "claims": Claim("a", "thm-x", True), "objects": heaviside, "package": comlib,
    "names": {"RNN": ""}, "table": TABLE, "y": "y", "lower": "y", "upper": "z",
    "count": 2, "axes": loglog(), "x0": 1.0, "y0": 1.0, "exponent": 1.0,
    "values": (1.0, 2.0),
    "share": 0.6, "delay": 6.0, "idle": 1.0, "scale": 0.1,
    "lag": 2, "activation": "tanh", "cell": "GRU", "module": LINEAR_LAYER, "d": 1,
    "heads": 1, "states": 2, "name": "identity",
    "variances": Variances(), "factors": tensor(1.0, 0.5, 0.2, 0.1, 0.0),
    "moments": SecondMoments.of(X, X), "updates": [0, 2], "penalty": 1.0,
    "prior": torch.eye(5, dtype=DTYPE), "decay": 0.5, "sequences": 3,
    "recording": Recording(X[0], X[0] ** 3, 0.1, "here"), "source": "here",
    "reviews": Reviews(("a b", "b"), torch.tensor([True, False]), "here"),
    "words": ("a", "b"), "size": 2,
    "images": Images(X[:, :, 0, None].abs() / X.abs().max(), torch.tensor([0, 1]),
                     "here"),
    "rows": torch.tensor([0, 1]), "pixels": X.abs() / X.abs().max(),
    "labels": torch.tensor([0, 0]), "learning_rates": (0.1,),
    "eigenvalue": tensor(0.5, 0.9), "eigenvalues": tensor(-0.5, -0.9),
    "other": tensor(0.2, 0.9), "angle": tensor(0.1, 3.0),
    "u": tensor(-1.0, 2.0), "R": tensor(1.0, 0.5), "centre": tensor(0.5, 0.9),
    "Q": torch.eye(2, dtype=DTYPE)[None],
}
"""What is right for an argument of this name, wherever it stands."""

HERE = {
    "relative_modulus": {"f": Exp()}, "unit_gain_change": {"f": Exp()},
    "relative_change": {"f": Exp(), "w": tensor(0.5, 2.0)},
    "reversed_memory": {"history": 3}, "heaviside": {"x": WIDE},
    "crossing": {"wide": [1.0, 4.0], "narrow": [2.0, 3.0]},
    "crossings": {"table": Table(width=[1, 1, 2, 2], radius=[0.1, 0.2, 0.1, 0.2],
                                 found=[2.0, 3.0, 1.0, 4.0])},
    "reversed_heaviside": {"x": WIDE, "stop": 2}, "impulse": {"x": WIDE},
    "bump": {"widths": tensor(0.1, 0.2)}, "population_loss": {"weights": None},
    "gram_matrix": {"weights": None}, "fit": {"weights": None,
        "protocol": QuasiNewton(updates=2, polish=2), "progress": False},
    "descend": {"start": tensor(0.5, 2.0), "protocol": Descent(updates=2),
                "progress": False},
    "worst_case": {"loss": lambda stack: stack.w.sum((-2, -1)), "start": (),
                   "search": Search(2, 2)},
    "perturbation_error": {"search": Search(1, 1), "copies": 2, "length": 5},
    "MatrixExponential": {"c": tensor(1.0, 1.0), "U": tensor(1.0, 1.0)},
    "TorchRecurrent": {"module": torch.nn.GRU(1, 2)},
    "trapezoid_sum": {"kernel": Polynomial()},
    "Modulated": {"frequency": 1.0}, "heatmap": {"table": GRID, "x": "t", "value": "z"},
    "lines": {"x": "t"}, "bands": {"x": "t"}, "slope": {"ax": loglog(), "x1": 2.0},
    "CausalModule": {"length": 4}, "projected_square": {"rates": tensor(1.0, 2.0)},
    "balanced_truncation": {"width": 1}, "slow_manifold_time": {"rho": Gaussian()},
    "slow_manifold_ceiling": {"rho": Gaussian()}, "fit_exponentials": {"width": 2},
    "duplicated_law": {"bump": Gaussian()},
    "precise_flow": {"weights": ("0.6", "0.4"), "until": 0.0},
    "DenseLoss": {"kernel": SUM, "width": 2},
    "dense_flow": {"loss": DenseLoss(SUM, 1), "theta0": tensor(-1.0, 0.5, 0.5),
                   "log_times": [-1.0, 0.0]},
    "dense_hits": {"loss": DenseLoss(SUM, 1), "theta0": tensor(-1.0, 0.5, 0.5)},
    "plateau_rate": {"poles": SUM}, "dense_start": {"width": 2},
    "diagonal_start": {"width": 2},
    "w1_loss": {"tolerance": 1e-3, "kernel": Exponential(0.5)},
    "l1_loss": {"tolerance": 1e-3, "kernel": Exponential(0.5)},
    "ScaledConvolution": {"start": 0 * X[0, :, :, None]},
    "kernel_path": {"start": 0 * X[0, :, :, None], "kernel": torch.eye(
        X[0].numel(), dtype=DTYPE).view(2 * (*X[0].shape, 1))},
    "explained": {"kernels": 0 * X[0, :, :, None], "y": X},
    "standardised": {"until": 3},
    "Reviews": {"texts": ("a b", "b"), "labels": torch.tensor([True, False])},
    "delayed_windows": {"length": 2}, "surrogate_s1": {"length": 50},
    "stable_kernel": {"name": "DI"},
    "delay_risk": {"delay": 2, "updates": tensor(2.0)},
    "random": {"width": 2}, "finite_width_kernel": {"H": WideNetwork.random(2)},
    "power_norms": {"width": 6, "draws": 2},
    "recurrence_kernel": {"gram": rates(1.0, 0.5)},
    "residual_gram": {"alpha": 0.5, "beta": 0.5}, "symmetric_gram": {"nu": 0.2},
    "horizon": {"level": 0.1},
    "truncation_factors": {"window": 3}, "truncated_poles": {"rho": LAGS, "window": 3},
    "truncated_drift": {"rho": LAGS, "poles": tensor(0.5, 0.9), "window": 3},
    "truncation_speed": {"pole": 0.9, "window": 3},
    "pole_spread": {"pole": 0.9, "window": 3}, "sign_changes": {"e": LAGS},
    "LagFit": {"amplitudes": tensor(1.0, 0.5), "poles": tensor(0.5, 0.9)},
    "fit_lags": {"rho": LAGS, "width": 2, "weights": None},
    "refine_lags": {"rho": LAGS, "fit": fit_lags(LAGS, 2), "weights": None},
    "extension_error": {"rho": LAGS, "rho_hat": 0.5 * LAGS},
    "eigenvalue_speeds": {"f": Exp()}, "split_images": {"count": 1, "images": Images(
        X[0, :, :, None].abs() / 9, torch.arange(5), "here")},
    "train_classifier": {"protocol": Batches((0.1,), 1), "progress": False},
    **dict.fromkeys(
        ("mode_loss", "mode_slope", "mode_curvature", "largest_stable_rate",
         "simulated_stable_rate", "joint_hessian", "mode_overlap", "descend_mode"),
        {"f": Exp(), "rate": tensor(1.0, 0.2), "target": tensor(0.5, 0.1),
         "rates": tensor(1.0, 0.5), "weights": tensor(1.0, 2.0), "updates": 4,
         "start": tensor(1.0, 2.0), "learning_rate": tensor(0.1, 0.2)}),
    "settling_time": {"path": tensor([1.0, 2.0], [1.0, 2.0]),
                      "target": tensor(1.0, 2.0)},
    **dict.fromkeys(("mode_gram", "readout_hessian"),
                    {"eigenvalues": tensor(0.5, 0.9)}),
    "condition": {"H": rates(1.0, 0.5)}, "moebius": {"p": tensor(0.1, 0.5)},
    "sensitivity_after": {"radius": tensor(0.5, 1.0)},
    "normalised_loss": {"shift": tensor(0.5, 2.0)},
    "sum_loss": {"target": tensor(0.5, 0.9)},
    **dict.fromkeys(("adam_in_basis", "adam_dense"), {
        "start": tensor(0.4, 0.8), "target": tensor(0.5, 0.9), "updates": 2}),
    "output_measure": {"rho": tensor(1.0, 0.5), "covariance": rates(1.0, 2.0)},
    "output_power": {"rho": tensor(1.0, 0.5), "covariance": rates(1.0, 2.0)},
    "ar_covariance": {"a": 0.5},
    "fit_with_measure": {"features": rates(1.0, 2.0), "outputs": tensor(1.0, 0.5),
                         "kernels": tensor([1.0, 0.5, 0.2], [1.0, 0.9, 0.8])},
    "lag_weights": {"weights": tensor(0.2, 0.3, 0.5)},
    "effective_fraction": {"weights": tensor(0.2, 0.3, 0.5)},
    "RNN": {"dt": 0.1}, "SSM": {"dt": 0.1},
    "Layer": {"factors": tensor(0.5), "B": tensor([1.0]), "C": tensor([1.0])},
    "Stack": {"layers": (LAYER,), "activation": "gelu"},
    "s4d_eigenvalues": {"start": "Lin"}, "ring_factors": {"low": 0.1, "high": 0.9},
}
"""What is right in one place only."""


def public():
    """Functions and classes that readers call, by module and name."""
    found = {}
    for info in pkgutil.walk_packages(comlib.__path__, "comlib."):
        name = info.name.removeprefix("comlib.")
        if name in INNER or name.split(".")[0] == "experiments":
            continue
        module = importlib.import_module(info.name)
        for key, thing in vars(module).items():
            own = getattr(thing, "__module__", "") == info.name
            if own and callable(thing) and not key.startswith("_") | (key in INSIDE):
                if not inspect.isabstract(thing):
                    found[f"{name}.{key}"] = thing
    return found | {"RNN.random": RNN.random,
                    "TorchRecurrent.random": TorchRecurrent.random}


PUBLIC = public()


def signature(key):
    """Return the parameters by name; a network takes those of what it is made of."""
    thing = PUBLIC[key]
    thing = RecurrentModel.__init__ if thing in (RNN, SSM) else thing
    return {n: p for n, p in inspect.signature(thing).parameters.items()
            if p.kind is not p.VAR_KEYWORD and n != "self"}


def valid(key):
    """Return right values for the arguments that have to be given."""
    here = HERE.get(key.rpartition(".")[2], {})
    return {n: here.get(n, VALID.get(n)) for n, p in signature(key).items()
            if p.default is p.empty or n in here}


def call(key, arguments):
    """Call a function by keywords, as far as it takes them."""
    by_order = [arguments.pop(n) for n, p in signature(key).items()
                if p.kind in (p.POSITIONAL_ONLY, p.VAR_POSITIONAL)]
    return PUBLIC[key](*by_order, **arguments)


WRONG = {
    "None": None, "NaN": math.nan, "-1": -1, "0": 0, "inf": math.inf, "text": "x",
    "no list": [], "a list": [1.0, "x"], "True": True, "an object": object(),
    "complex": 1 + 2j, "numpy int": np.int64(2), "numpy float": np.float64(0.5),
    "numpy NaN": np.float32(math.nan), "array": np.ones((2, 2)), "dict": {},
    "other shape": torch.ones(2, 3, 4, 5, 6, dtype=DTYPE), "empty": X[:0],
    "int tensor": torch.ones(2, dtype=torch.long), "float32": torch.ones(2, 2),
    "NaN tensor": X * math.nan, "stack": MODEL.with_parameters(
        {n: torch.stack([p, p]) for n, p in MODEL.named_parameters()}),
    "float32 model": RNN.random(2, dt=0.1).float(), "other dt": RNN.random(2, dt=0.2),
    "nonlinear": RNN.random(2, dt=0.1), "two inputs": RNN.random(2, dt=0.1, d_in=2),
    "functional": TARGET, "kernel": RHO, "power law": Polynomial(0.5),
    "module": torch.nn.GRU(1, 2), "class": RNN, "function": math.sin, "table": TABLE,
}


def everything():
    """Every argument of every call, and every wrong value for it."""
    return [(key, argument, wrong) for key in PUBLIC
            for argument, parameter in signature(key).items()
            for wrong, value in WRONG.items()
            # what a function that is passed on does with its argument is its affair
            if not (callable(value) and "Callable" in str(parameter.annotation))]


ALSO = {
    "H": {"dt", "d_in", "model", "kernel"},
    **dict.fromkeys(("H_hat", "model", "target"), {"dt", "d_in"}),
    "start": {"theta"},
    "ball": {"radius"}, "name": {"activation"},
    "delayed": {"kernel"}, "widths": {"width"},
    **dict.fromkeys(("x", "y", "by", "lower", "upper", "value", "wide", "narrow",
                     "table"), {"column"}),
}
"""What a message may name instead: a property that has to agree with another's, or
the argument of the function that it is passed on to."""


def complaint(key, argument, wrong):
    """Return what is wrong with the answer to one wrong argument, or nothing.

    Two arguments that do not fit may be refused by the name of either.
    """
    named = {argument, *signature(key), *ALSO.get(argument, ())}
    try:
        call(key, valid(key) | {argument: WRONG[wrong]})
    except InputError as error:
        if not named & set(re.findall(r"\w+", f"{error.argument} {error.rule}")):
            return f"{key}({argument}={wrong}) says {error}"
    except Exception as error:
        return f"{key}({argument}={wrong}) raises {type(error).__name__}: {error}"
    return ""


@pytest.mark.parametrize("key", PUBLIC)
def test_what_is_right_is_answered(key):
    call(key, valid(key))


def test_what_is_wrong_is_answered_or_refused_by_name(monkeypatch):
    # what readers meet, who have no --jaxtyping-packages
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        complaints = [c for case in everything() if (c := complaint(*case))]
    assert complaints == []


def test_every_module_that_is_left_out_exists():
    for name in INNER:
        importlib.import_module(f"comlib.{name}")
