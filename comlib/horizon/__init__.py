"""Learning from windows of finite length: what they say about each lag."""

from .fits import fit_to_lags as fit_to_lags
from .lags import effective_fraction as effective_fraction
from .lags import lag_weights as lag_weights
from .lags import power_weights as power_weights
