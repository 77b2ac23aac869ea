"""Recordings, reviews and images, generated stand-ins, and windows of recordings."""

from .digits import load_digits as load_digits
from .eeg import load_eeg as load_eeg
from .grammar import generated_reviews as generated_reviews
from .images import as_sequences as as_sequences
from .images import Images as Images
from .images import split_images as split_images
from .mnist import load_mnist as load_mnist
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
