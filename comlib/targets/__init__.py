"""Targets and test inputs: functionals that are known exactly."""

from .counterexamples import Delay as Delay
from .counterexamples import Differentiator as Differentiator
from .counterexamples import Modulated as Modulated
from .counterexamples import PeakHold as PeakHold
from .counterexamples import Squared as Squared
from .linear import Composition as Composition
from .linear import LinearFunctional as LinearFunctional
from .linear import Memoryless as Memoryless
from .linear import Residual as Residual
from .lorenz import Lorenz96 as Lorenz96
from .signals import bump as bump
from .signals import heaviside as heaviside
from .signals import impulse as impulse
from .signals import ornstein_uhlenbeck as ornstein_uhlenbeck
from .signals import reversed_heaviside as reversed_heaviside
from .signals import sine as sine
from .signals import white_noise as white_noise
