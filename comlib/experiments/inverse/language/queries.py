"""E5: how the logit of a trained classifier changes as one word is repeated."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.data import Reviews, frequent_words, generated_reviews, load_imdb
from comlib.evidence import figures
from comlib.measures import fitted_power, fitted_rate

from .classifiers import MODELS, Classifier, accuracy, logits_of_repeats, train
from .fixed_points import local_rate

__all__ = ["Config", "plot", "run"]

FLOOR = 1e-11
"""Below it a difference of two logits of size one may be rounding."""


@dataclass(frozen=True)
class Config:
    """The classifier, its training and the words that are repeated.

    Args:
        model: one of ``MODELS``.
        seed: of weights and batches.
        words: that are repeated.
        reviews: "generated", or "imdb", whose folder IMDB_DIR must name.
        count: reviews to train on; a quarter as many to test on.
        known: size of the vocabulary.
        length: words of a review that are read.
        width: of embedding and states.
        updates: of Adam.
        longest: number of repetitions.
    """

    model: str = "BiLSTM, mean"
    seed: int = 0
    words: tuple[str, ...] = ("ha", "good", "bad")
    reviews: str = "generated"
    count: int = 2000
    known: int = 60
    length: int = 48
    width: int = 16
    updates: int = 300
    longest: int = 200


RECORDS = {"queries": tuple(Config(m, s) for m in MODELS for s in range(3))}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return the size of the change of the logit by word and number of repetitions.

    Columns: ``word``, ``repeats`` n, ``change`` |z(n + 1) - z(n)|; and for each word
    ``rate`` and ``power`` of the fits, the ``verdict`` between them, ``local``, the
    rate of the linearised cells (NaN but for one LSTM layer); ``accuracy`` on the
    test part; ``source`` of the reviews.

    Args:
        config: what to compute.
    """
    model, test = trained(config)
    share, rows = accuracy(model, test, config.length), []
    for word in config.words:
        change = logits_of_repeats(model, word, config.longest).diff().abs()
        single = config.model.startswith("BiLSTM")
        local = local_rate(model, word) if single else math.nan
        facts = (*judged(change), local, share, test.source)
        rows += [(word, n, float(change[n - 1]), *facts)
                 for n in _some(config.longest - 1)]
    return Table.from_rows(("word", "repeats", "change", "rate", "power", "verdict",
                            "local", "accuracy", "source"), rows)


def trained(config: Config) -> tuple[Classifier, Reviews]:
    """Return the trained classifier, and the reviews to test it on.

    Args:
        config: what to train.
    """
    learn, test = _reviews(config)
    words = frequent_words(learn, config.known)
    model = Classifier(config.model, words, config.width, config.seed)
    train(model, learn, config.length, config.updates, config.seed)
    return model, test


def judged(change: Tensor) -> tuple[float, float, str]:
    """Return the rate, the exponent and which of the fits the data prefer.

    Both are fitted to the last nine tenths of the n for which the change is above
    rounding. One is preferred if the root mean square of its residuals in ln is at
    most 0.25 and at most half of the other's.

    Args:
        change: for n = 1, 2, ..., (repeats,).
    """
    low = (change < FLOOR).nonzero()
    stop = int(low[0]) if len(low) else len(change)
    if stop < 10:
        return math.nan, math.nan, "too short"
    start = max(2, stop // 10)
    padded = torch.cat([change[:1], change])  # index n is the number of repetitions
    rate, power = (fit(padded, 1.0, start, stop) for fit in (fitted_rate, fitted_power))
    n = torch.arange(start, stop + 1, dtype=change.dtype)
    logs = padded[start : stop + 1].log()
    left = {"exponential": float((logs + rate * n).std()),
            "power law": float((logs + power * n.log()).std())}
    best, other = sorted(left, key=left.get)
    clear = left[best] <= 0.25 and left[best] <= left[other] / 2
    return rate, power, best if clear else "undecided"


def plot(table: Table) -> Figure:
    """Draw the change against the repetitions, a panel a model, a line a word.

    Args:
        table: what ``run`` returned, or a sweep over models.
    """
    if "model" not in table.columns:
        table = table.with_columns(model=["one model"] * len(table))
    names = table.values("model")
    fig, axes = figures.panels(len(names), cols=min(2, len(names)), height=2.5)
    for ax, name in zip(axes, names):
        rows = table.where(model=name)
        rows = rows.where(seed=0) if "seed" in rows.columns else rows
        figures.lines(rows, "repeats", "change", by="word", xscale="log", floor=FLOOR,
                      yscale="log", xlabel="repetitions $n$", ylabel="change of $z$",
                      labels=rows.values("word"), ax=ax)
        ax.set_title(name)
        ax.set_ylim(FLOOR, 10.0)
    figures.label_lines(*axes)
    return fig


def _some(most: int) -> list[int]:
    """Return about 25 whole numbers up to the largest, at growing distances."""
    return sorted({round(most ** (k / 29)) for k in range(30)})


def _reviews(config: Config) -> tuple[Reviews, Reviews]:
    """Return what to train on and what to test on."""
    few = config.count // 4
    if config.reviews == "imdb":
        return (load_imdb(part="train", each=config.count // 2),
                load_imdb(part="test", each=few // 2))
    return generated_reviews(config.count, seed=1), generated_reviews(few, seed=2)
