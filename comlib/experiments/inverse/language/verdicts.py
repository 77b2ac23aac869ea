"""What the queries of this chapter share: training, and the verdict on a decay."""

import math

import numpy as np
import torch
from torch import Tensor

from comlib import Table
from comlib.data import Reviews, frequent_words, generated_reviews, load_imdb
from comlib.measures import fitted_power, fitted_rate

from .classifiers import Classifier, train

FLOOR = 1e-11
"""Below it a difference of two logits of size one may be rounding."""


def trained(config: object) -> tuple[Classifier, Reviews]:
    """Return the trained classifier, and the reviews to test it on.

    Args:
        config: with the fields of queries.Config.
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


def summary(table: Table) -> Table:
    """Return for each model and word how many seeds have which verdict.

    Columns: ``model``, ``word``; ``exponential``, ``power_law``, ``undecided`` (a
    change too short to judge counts as this), ``least`` and ``most``, the extreme
    exponents of the power law that is fitted; ``accuracy``, the mean.

    Args:
        table: a sweep of ``queries.run`` over models and seeds.
    """
    rows = []
    for model, part in table.groups("model"):
        for word, each in part.groups("word"):
            each = each.where(repeats=1)
            laws = each["verdict"].tolist()
            known = [laws.count("exponential"), laws.count("power law")]
            powers = each["power"][~np.isnan(each["power"])]
            rows.append((model, word, *known, len(laws) - sum(known), powers.min(),
                         powers.max(), each["accuracy"].mean()))
    return Table.from_rows(("model", "word", "exponential", "power_law", "undecided",
                            "least", "most", "accuracy"), rows)


def _reviews(config: object) -> tuple[Reviews, Reviews]:
    """Return what to train on and what to test on."""
    few = config.count // 4
    if config.reviews == "imdb":
        return (load_imdb(part="train", each=config.count // 2),
                load_imdb(part="test", each=few // 2))
    return generated_reviews(config.count, seed=1), generated_reviews(few, seed=2)
