"""One mode lambda^g exp(-lambda t) of a recurrence, in closed form."""

from .descents import descend_mode as descend_mode
from .descents import settling_time as settling_time
from .descents import simulated_stable_rate as simulated_stable_rate
from .rates import joint_hessian as joint_hessian
from .rates import largest_stable_rate as largest_stable_rate
from .rates import mode_curvature as mode_curvature
from .rates import mode_loss as mode_loss
from .rates import mode_overlap as mode_overlap
from .rates import mode_slope as mode_slope
