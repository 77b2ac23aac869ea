"""Better weights: exact losses by L-BFGS, sampled ones by AdamW."""

from .exponentials import fit_exponentials
from .fitting import fit
from .protocols import AUTHORS, Protocol, QuasiNewton, growing_weights
from .results import Fit

__all__ = ["AUTHORS", "Fit", "Protocol", "QuasiNewton", "fit", "fit_exponentials",
           "growing_weights"]
