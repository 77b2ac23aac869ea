"""Gradient flows of the loss of a diagonal linear network."""

from .bounds import (elementary_floor, explicit_floor, projected_square,
                     projection_ceiling, projection_floor)
from .flows import escape_time, gradient_flow, hitting_times
from .mode_loss import ModeLoss
from .slow_manifold import (slow_manifold_ceiling, slow_manifold_law,
                            slow_manifold_time)

__all__ = ["ModeLoss", "elementary_floor", "escape_time", "explicit_floor",
           "gradient_flow", "hitting_times", "projected_square", "projection_ceiling",
           "projection_floor", "slow_manifold_ceiling", "slow_manifold_law",
           "slow_manifold_time"]
