"""Wide linear networks: their limit as scaled convolutions, and descent on both."""

from .factors import scale_factors as scale_factors
from .fluctuations import kernel_fluctuations as kernel_fluctuations
from .fluctuations import mean_power_norms as mean_power_norms
from .fluctuations import power_norms as power_norms
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
from .tangent import finite_width_kernel as finite_width_kernel
