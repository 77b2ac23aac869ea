"""Better weights, and fewer: exact losses, sampled ones, balanced truncation."""

from .descent import Path, descend
from .exponentials import fit_exponentials
from .fitting import fit
from .protocols import AUTHORS, Descent, Protocol, QuasiNewton, growing_weights
from .reduction import balanced_truncation
from .results import Fit

__all__ = ["AUTHORS", "Descent", "Fit", "Path", "Protocol", "QuasiNewton",
           "balanced_truncation", "descend", "fit", "fit_exponentials",
           "growing_weights"]
