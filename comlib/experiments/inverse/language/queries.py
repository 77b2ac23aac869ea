"""E5: how the logit of a trained classifier changes as one word is repeated."""

import math
from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures

from .classifiers import MODELS, accuracy, logits_of_repeats
from .fixed_points import local_rate
from .verdicts import FLOOR, judged, trained

__all__ = ["Config", "plot", "run"]


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
