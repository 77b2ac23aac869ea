"""Measures: plain functions from functionals to numbers, tensors or tables."""

from .ascent import in_eigenvalues, worst_case
from .brackets import horizon_ladder, perturbation_error
from .certificates import certified_change
from .continuous import l1_loss, l2_loss, w1_loss
from .distance import distance, response_distance
from .hankel import cross_gramian, hankel_singular_values, width_lower_bound
from .jackson import (equispaced_error, favard_constant, muntz_gap, rate_bound,
                      rate_constant, smoothness_constant)
from .losses import data_loss, gram_matrix, population_loss
from .memory import (fitted_power, fitted_rate, impulse_memory, impulse_response,
                     memory_function, reversed_memory, small_signal_memory)
from .properties import (causality_defect, gain, homogeneity_defect,
                         linearity_defect)
from .radii import (blow_up_radius, complex_stability_radius,
                    destabilising_perturbation, real_stability_radius)
from .stability import certified_lower_curve, perturb, stability_margin
from .tangent import neural_tangent_kernel
from .transients import kreiss_constant, numerical_abscissa

__all__ = ["blow_up_radius", "causality_defect", "certified_change",
           "certified_lower_curve", "complex_stability_radius", "cross_gramian",
           "data_loss",
           "destabilising_perturbation", "distance", "equispaced_error",
           "favard_constant", "fitted_power", "fitted_rate",
           "gain", "gram_matrix", "hankel_singular_values", "homogeneity_defect",
           "horizon_ladder",
           "impulse_memory", "impulse_response", "in_eigenvalues", "kreiss_constant",
           "l1_loss", "l2_loss", "linearity_defect", "memory_function",
           "muntz_gap", "neural_tangent_kernel", "numerical_abscissa", "perturb",
           "perturbation_error", "population_loss",
           "rate_bound", "rate_constant",
           "real_stability_radius", "response_distance", "reversed_memory",
           "small_signal_memory", "smoothness_constant",
           "stability_margin", "w1_loss", "width_lower_bound",
           "worst_case"]
