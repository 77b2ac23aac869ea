"""Reviews with a label, words as numbers, and where the real ones are read from."""

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_choice, check_count, check_filled

CURE = "extract the archive aclImdb_v1.tar.gz and set IMDB_DIR to its folder aclImdb"


@checked
@dataclass(frozen=True, eq=False)
class Reviews:
    """Texts, and whether each is favourable.

    Args:
        texts: one for each review.
        labels: True for a favourable one.
        source: where they come from, in words.

    Raises:
        InputError: no reviews, or another number of labels.
    """

    texts: tuple[str, ...]
    labels: Bool[Tensor, " reviews"]
    source: str

    def __post_init__(self):
        check_filled("texts", self.texts)
        if len(self.texts) != len(self.labels):
            raise InputError("labels", f"must be {len(self.texts)}, one for each text",
                             len(self.labels), "label each text once")

    def __len__(self) -> int:
        return len(self.texts)


@checked
def load_imdb(
    folder: str | Path | None = None, part: str = "train", each: int | None = None
) -> Reviews:
    """Return film reviews from the extracted archive of Maas et al. (2011).

    Reads ``<folder>/<part>/pos/*.txt`` and ``neg/*.txt`` as text, in the order of
    their names, and nothing else; nothing is downloaded. Favourable ones come first.

    Args:
        folder: the folder aclImdb; that which the environment variable IMDB_DIR
            names if not given.
        part: "train" or "test".
        each: number of reviews of each label; all if not given.

    Raises:
        InputError: no folder is named, it has no such files, or an unknown part.
    """
    check_choice("part", part, ("train", "test"))
    if each is not None:
        check_count("each", each)
    named = folder or os.environ.get("IMDB_DIR")
    if not named:
        raise InputError("folder", "must name the extracted archive", named, CURE)
    texts, labels = [], []
    for name in ("pos", "neg"):
        files = sorted(Path(named, part, name).glob("*.txt"))[:each]
        if not files:
            raise InputError("folder", f"must hold {part}/{name}/*.txt", str(named),
                             CURE)
        texts += [file.read_text(encoding="utf-8", errors="replace") for file in files]
        labels += [name == "pos"] * len(files)
    return Reviews(tuple(texts), torch.tensor(labels), f"aclImdb, {part}")


@checked
def split_words(text: str) -> list[str]:
    """Return the words in lower case, without marks and line breaks of HTML.

    Args:
        text: a review.
    """
    return re.findall(r"[a-z']+", text.lower().replace("<br />", " "))


@checked
def frequent_words(reviews: Reviews, size: int) -> tuple[str, ...]:
    """Return the most frequent words, the alphabet deciding between equals.

    Args:
        reviews: where they are counted.
        size: how many at most.

    Raises:
        InputError: a size that is not positive.
    """
    check_count("size", size)
    found = Counter(word for text in reviews.texts for word in split_words(text))
    return tuple(sorted(found, key=lambda word: (-found[word], word))[:size])


@checked
def word_numbers(
    reviews: Reviews, words: tuple[str, ...], length: int
) -> tuple[Int[Tensor, "reviews length"], Int[Tensor, " reviews"]]:
    """Return the first words as numbers, padded by zeros, and how many there are.

    The words of the list are numbered from 2; 1 stands for any other.

    Args:
        reviews: to be read.
        words: the known words.
        length: how many words of a review are kept.

    Raises:
        InputError: a length that is not positive.
    """
    check_count("length", length)
    number = {word: k for k, word in enumerate(words, 2)}
    rows = [[number.get(word, 1) for word in split_words(text)][:length] or [1]
            for text in reviews.texts]
    padded = torch.zeros(len(rows), length, dtype=torch.long)
    for row, found in zip(padded, rows):
        row[: len(found)] = torch.tensor(found)
    return padded, torch.tensor([len(found) for found in rows])
