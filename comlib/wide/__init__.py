"""Wide linear networks: their limit as scaled convolutions, and descent on both."""

from .factors import scale_factors as scale_factors
from .fluctuations import kernel_fluctuations as kernel_fluctuations
from .fluctuations import mean_power_norms as mean_power_norms
from .fluctuations import power_norms as power_norms
from .memory import effective_lags as effective_lags
from .memory import horizon as horizon
from .memory import mean_lag as mean_lag
from .moments import SecondMoments as SecondMoments
from .networks import ScaledConvolution as ScaledConvolution
from .networks import Variances as Variances
from .networks import WideNetwork as WideNetwork
from .paths import convolution_path as convolution_path
from .paths import descent_path as descent_path
from .paths import kernel_path as kernel_path
from .paths import Path as Path
from .ridge import kernel_ridge as kernel_ridge
from .ridge import stable_kernel as stable_kernel
from .risk import delay_risk as delay_risk
from .recurrences import orthogonal_fluctuations as orthogonal_fluctuations
from .recurrences import recurrence_kernel as recurrence_kernel
from .recurrences import residual_gram as residual_gram
from .recurrences import symmetric_gram as symmetric_gram
from .tangent import finite_width_kernel as finite_width_kernel
