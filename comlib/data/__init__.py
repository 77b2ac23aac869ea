"""Recordings and reviews, generated stand-ins, and windows cut from recordings."""

from .eeg import load_eeg as load_eeg
from .grammar import generated_reviews as generated_reviews
from .recordings import load_s1 as load_s1
from .recordings import Recording as Recording
from .recordings import S1_SHA256 as S1_SHA256
from .reviews import Reviews as Reviews
from .reviews import frequent_words as frequent_words
from .reviews import load_imdb as load_imdb
from .reviews import split_words as split_words
from .reviews import word_numbers as word_numbers
from .surrogate import surrogate_s1 as surrogate_s1
from .windows import delayed_windows as delayed_windows
from .windows import explained as explained
from .windows import standardised as standardised
