"""Memory in recurrent networks: models, kernels, measures.

One interface, ``Functional``: targets and models are causal sequences of
functionals, and every measure takes functionals.
"""

from .adapters import CausalAttention, TorchRecurrent
from .claims import Claim, Untested
from .counterexamples import Delay, Differentiator, Modulated, PeakHold, Squared
from .deep import S4D
from .dynamics import ModeLoss, escape_time, gradient_flow, hitting_times
from .functional import Functional, InputError, UnstableError, time_grid
from .gated import GatedUnit
from .kernels import (Airy, Combination, Dilated, Exponential, ExponentialSum,
                      Gaussian, Kernel, Kink, MatrixExponential, Polynomial,
                      PolynomialSum, ShiftedBox, Sine, TemperedPolynomial, TwoPart,
                      polynomial_sum, sum_times, trapezoid_sum)
from .ledger import Checks, verdicts
from .lorenz import Lorenz96
from .measures import (blow_up_radius, causality_defect, certified_change,
                       certified_lower_curve, complex_stability_radius, cross_gramian,
                       data_loss, destabilising_perturbation, distance,
                       equispaced_error, favard_constant, fitted_power, fitted_rate,
                       gain, gram_matrix, hankel_singular_values, homogeneity_defect,
                       horizon_ladder, impulse_memory, impulse_response,
                       in_eigenvalues, kreiss_constant, l1_loss, l2_loss,
                       linearity_defect, memory_function, muntz_gap,
                       neural_tangent_kernel, numerical_abscissa, perturb,
                       perturbation_error, population_loss, rate_bound, rate_constant,
                       real_stability_radius, response_distance, reversed_memory,
                       small_signal_memory, smoothness_constant, stability_margin,
                       w1_loss, width_lower_bound, worst_case)
from .models import RNN, SSM, RecurrentModel
from .parameterizations import (Direct, Exp, InverseQuadratic, Parameterization, ReLU,
                                Softplus, UnitGain)
from .records import figure_data, gpu_record, record, stored
from .signals import (bump, heaviside, impulse, ornstein_uhlenbeck, reversed_heaviside,
                      sine, white_noise)
from .source import glossary, show_source
from .sweeps import sweep, variations
from .tables import Table
from .targets import Composition, LinearFunctional, Memoryless, Residual
from .training import (AUTHORS, Descent, Fit, Protocol, QuasiNewton,
                       balanced_truncation, descend, fit, fit_exponentials,
                       growing_weights)

__all__ = [
    # the interface
    "Functional", "InputError", "UnstableError", "time_grid",
    # memory kernels
    "Kernel", "Exponential", "ExponentialSum", "MatrixExponential", "Polynomial",
    "TemperedPolynomial", "Gaussian", "TwoPart", "Airy", "ShiftedBox", "Sine",
    "Combination", "Dilated", "Kink", "PolynomialSum", "polynomial_sum", "sum_times",
    "trapezoid_sum",
    # test inputs
    "impulse", "heaviside", "reversed_heaviside", "white_noise", "ornstein_uhlenbeck",
    "sine", "bump",
    # targets, and functionals that lack a property
    "LinearFunctional", "Lorenz96", "Memoryless", "Composition", "Residual", "Delay",
    "Differentiator", "Modulated", "PeakHold", "Squared",
    # models
    "RecurrentModel", "RNN", "SSM", "S4D", "GatedUnit", "TorchRecurrent",
    "CausalAttention",
    # from weights to eigenvalues
    "Parameterization", "Direct", "ReLU", "Exp", "Softplus", "InverseQuadratic",
    "UnitGain",
    # measures
    "linearity_defect", "causality_defect", "homogeneity_defect", "gain",
    "impulse_response", "memory_function", "small_signal_memory", "impulse_memory",
    "reversed_memory", "fitted_rate", "fitted_power", "distance", "response_distance",
    "stability_margin", "perturb", "perturbation_error", "certified_lower_curve",
    "certified_change", "worst_case", "in_eigenvalues", "horizon_ladder",
    "population_loss", "gram_matrix", "data_loss", "l1_loss", "l2_loss", "w1_loss",
    "complex_stability_radius", "real_stability_radius", "destabilising_perturbation",
    "blow_up_radius", "kreiss_constant", "numerical_abscissa", "equispaced_error",
    "muntz_gap", "smoothness_constant", "favard_constant", "rate_constant",
    "rate_bound", "hankel_singular_values", "width_lower_bound", "cross_gramian",
    # training
    "fit", "fit_exponentials", "Fit", "Protocol", "QuasiNewton", "AUTHORS",
    "growing_weights", "Descent", "descend", "balanced_truncation",
    "neural_tangent_kernel",
    # gradient flows
    "ModeLoss", "gradient_flow", "hitting_times", "escape_time",
    # what a chapter shows and proves
    "Table", "Claim", "Untested", "Checks", "verdicts", "show_source", "glossary",
    "figure_data", "record", "stored", "gpu_record", "sweep", "variations",
]
