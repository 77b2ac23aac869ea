"""Wide linear networks: their limit as scaled convolutions, and descent on both."""

from .factors import scale_factors as scale_factors
from .moments import SecondMoments as SecondMoments
from .networks import ScaledConvolution as ScaledConvolution
from .networks import Variances as Variances
from .networks import WideNetwork as WideNetwork
from .paths import convolution_path as convolution_path
from .paths import descent_path as descent_path
from .paths import Path as Path
from .ridge import kernel_ridge as kernel_ridge
from .ridge import stable_kernel as stable_kernel
from .risk import delay_risk as delay_risk
