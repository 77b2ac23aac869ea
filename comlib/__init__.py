"""Memory in recurrent networks: models, kernels, measures.

One interface, ``Functional``: targets and models are causal sequences of
functionals, and every measure takes functionals.
"""

__version__ = "0.1.0"

from .checks import InputError as InputError
from .checks import UnstableError as UnstableError
from .functional import Functional as Functional
from .functional import time_grid as time_grid
from .evidence import Checks as Checks
from .evidence import Claim as Claim
from .evidence import figure_data as figure_data
from .evidence import gpu_record as gpu_record
from .evidence import record as record
from .evidence import show_source as show_source
from .evidence import stored as stored
from .evidence import sweep as sweep
from .evidence import Table as Table
from .evidence import Untested as Untested
from .evidence import variations as variations
from .kernels import Airy as Airy
from .kernels import Exponential as Exponential
from .kernels import ExponentialSum as ExponentialSum
from .kernels import Gaussian as Gaussian
from .kernels import Kernel as Kernel
from .kernels import Polynomial as Polynomial
from .kernels import TemperedPolynomial as TemperedPolynomial
from .models import Direct as Direct
from .models import Exp as Exp
from .models import Parameterization as Parameterization
from .models import RNN as RNN
from .models import Softplus as Softplus
from .models import SSM as SSM
from .models import TorchRecurrent as TorchRecurrent
from .targets import Composition as Composition
from .targets import heaviside as heaviside
from .targets import impulse as impulse
from .targets import LinearFunctional as LinearFunctional
from .targets import Memoryless as Memoryless
from .targets import white_noise as white_noise
from .measures import Ball as Ball
from .measures import complex_stability_radius as complex_stability_radius
from .measures import distance as distance
from .measures import gain as gain
from .measures import hankel_singular_values as hankel_singular_values
from .measures import impulse_response as impulse_response
from .measures import l1_loss as l1_loss
from .measures import l2_loss as l2_loss
from .measures import memory_function as memory_function
from .measures import perturb as perturb
from .measures import perturbation_error as perturbation_error
from .measures import population_loss as population_loss
from .measures import real_stability_radius as real_stability_radius
from .measures import response_distance as response_distance
from .measures import Search as Search
from .measures import stability_margin as stability_margin
from .measures import worst_case as worst_case
from .training import fit as fit
from .training import fit_exponentials as fit_exponentials
