"""Measures: plain functions from functionals to numbers, tensors or tables."""

from .distance import distance, response_distance
from .memory import (fitted_power, fitted_rate, impulse_memory, impulse_response,
                     memory_function, reversed_memory, small_signal_memory)
from .properties import (causality_defect, gain, homogeneity_defect,
                         linearity_defect)
from .stability import (certified_lower_curve, perturb, perturbation_error,
                        stability_margin)

__all__ = ["causality_defect", "certified_lower_curve", "distance", "fitted_power",
           "fitted_rate", "gain", "homogeneity_defect", "impulse_memory",
           "impulse_response", "linearity_defect", "memory_function", "perturb",
           "perturbation_error", "response_distance", "reversed_memory",
           "small_signal_memory", "stability_margin"]
