"""Learning from windows of finite length: what they weigh, and how it extends."""

from .carried import truncated_drift as truncated_drift
from .carried import truncated_poles as truncated_poles
from .carried import truncation_factors as truncation_factors
from .carried import truncation_speed as truncation_speed
from .digits import refine_lags as refine_lags
from .extension import extension_error as extension_error
from .extension import fit_lags as fit_lags
from .extension import LagFit as LagFit
from .extension import sign_changes as sign_changes
from .lags import effective_fraction as effective_fraction
from .lags import lag_weights as lag_weights
from .lags import power_weights as power_weights
from .noise import pole_spread as pole_spread
