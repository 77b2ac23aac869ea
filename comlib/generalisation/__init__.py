"""How well a linear state-space model does on new sequences, and what predicts it."""

from .measure import ar_covariance as ar_covariance
from .measure import output_measure as output_measure
from .measure import output_power as output_power
from .penalty import fit_with_measure as fit_with_measure
