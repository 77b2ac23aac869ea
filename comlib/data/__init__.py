"""Recordings of real systems, a generated stand-in, and windows cut from them."""

from .eeg import load_eeg as load_eeg
from .recordings import load_s1 as load_s1
from .recordings import Recording as Recording
from .recordings import S1_SHA256 as S1_SHA256
from .surrogate import surrogate_s1 as surrogate_s1
from .windows import delayed_windows as delayed_windows
from .windows import explained as explained
from .windows import standardised as standardised
