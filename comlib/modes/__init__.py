"""One mode in closed form, and what its parameters do to it."""

from .gram import condition as condition
from .gram import dense_derivatives as dense_derivatives
from .gram import readout_hessian as readout_hessian
from .gram import mode_gram as mode_gram
from .gram import rotations as rotations
from .hyperbolic import circle_loss as circle_loss
from .hyperbolic import hyperbolic_distance as hyperbolic_distance
from .hyperbolic import normalised_loss as normalised_loss
from .hyperbolic import moebius as moebius
from .hyperbolic import overlap as overlap
from .moments import autoregressive_moments as autoregressive_moments
from .moments import collapse as collapse
from .moments import correlated_moments as correlated_moments
from .moments import sensitivity_after as sensitivity_after
from .rotated import adam_dense as adam_dense
from .rotated import adam_in_basis as adam_in_basis
from .rotated import sum_loss as sum_loss
