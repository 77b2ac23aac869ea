"""Better weights, and fewer: exact losses, sampled ones, balanced truncation."""

from .classification import accuracy as accuracy
from .classification import Batches as Batches
from .classification import cross_entropy as cross_entropy
from .classification import train_classifier as train_classifier
from .descent import descend as descend
from .descent import Trajectory as Trajectory
from .exponentials import fit_exponentials as fit_exponentials
from .fitting import fit as fit
from .protocols import AUTHORS as AUTHORS
from .protocols import Descent as Descent
from .protocols import growing_weights as growing_weights
from .protocols import OnlineAdamW as OnlineAdamW
from .protocols import QuasiNewton as QuasiNewton
from .reduction import balanced_truncation as balanced_truncation
from .results import Fit as Fit
