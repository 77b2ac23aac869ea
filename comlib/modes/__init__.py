"""One mode in closed form, and what its parameters do to it."""

from .descents import descend_mode as descend_mode
from .descents import settling_time as settling_time
from .descents import simulated_stable_rate as simulated_stable_rate
from .gram import condition as condition
from .gram import dense_derivatives as dense_derivatives
from .gram import mode_gram as mode_gram
from .gram import readout_hessian as readout_hessian
from .gram import rotations as rotations
from .hyperbolic import circle_loss as circle_loss
from .hyperbolic import hyperbolic_distance as hyperbolic_distance
from .hyperbolic import moebius as moebius
from .hyperbolic import normalised_loss as normalised_loss
from .hyperbolic import overlap as overlap
from .moments import autoregressive_moments as autoregressive_moments
from .moments import collapse as collapse
from .moments import correlated_moments as correlated_moments
from .moments import sensitivity_after as sensitivity_after
from .rates import joint_hessian as joint_hessian
from .rates import largest_stable_rate as largest_stable_rate
from .rates import mode_curvature as mode_curvature
from .rates import mode_loss as mode_loss
from .rates import mode_overlap as mode_overlap
from .rates import mode_slope as mode_slope
from .rotated import adam_dense as adam_dense
from .rotated import adam_in_basis as adam_in_basis
from .rotated import sum_loss as sum_loss
