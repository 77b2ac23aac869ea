"""Gradient flows of the loss of a linear network, diagonal or full."""

from .bounds import elementary_floor as elementary_floor
from .bounds import explicit_floor as explicit_floor
from .bounds import projected_square as projected_square
from .bounds import projection_ceiling as projection_ceiling
from .bounds import projection_floor as projection_floor
from .dense_flow import dense_flow as dense_flow
from .dense_flow import dense_hits as dense_hits
from .dense_flow import plateau_rate as plateau_rate
from .dense_loss import DenseLoss as DenseLoss
from .dense_loss import dense_start as dense_start
from .dense_loss import diagonal_start as diagonal_start
from .duplicated import duplicated_law as duplicated_law
from .duplicated import duplicated_leading as duplicated_leading
from .duplicated import laguerre_moments as laguerre_moments
from .flows import escape_time as escape_time
from .flows import gradient_flow as gradient_flow
from .flows import hitting_times as hitting_times
from .mode_loss import ModeLoss as ModeLoss
from .precise import precise_flow as precise_flow
from .slow_manifold import slow_manifold_ceiling as slow_manifold_ceiling
from .slow_manifold import slow_manifold_law as slow_manifold_law
from .slow_manifold import slow_manifold_time as slow_manifold_time
