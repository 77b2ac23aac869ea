"""Small classifiers of word sequences: bidirectional LSTMs and attention."""

import torch
from torch import Tensor
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from comlib.data import Reviews, word_numbers
from comlib.functional import DTYPE
from comlib.models.adapters import draw_uniform, sinusoidal_positions

MODELS = ("BiLSTM, last", "BiLSTM, mean", "stacked, last", "stacked, mean",
          "attention", "attention, positions")
"""Cells and what is read: the last states or the mean of all; attention is read at a
token that stands before the words."""


class Classifier(torch.nn.Module):
    """Words to a logit: an embedding, layers, a readout and a linear head.

    Args:
        name: one of ``MODELS``.
        words: the vocabulary.
        width: of the embedding; a direction of an LSTM has half of it.
        seed: of the local generator.
    """

    def __init__(self, name: str, words: tuple[str, ...], width: int, seed: int):
        super().__init__()
        self.name, self.words = name, words
        with torch.random.fork_rng(devices=[]):  # torch draws when it builds
            self.embedding = torch.nn.Embedding(len(words) + 2, width)
            if name.startswith("attention"):
                layer = torch.nn.TransformerEncoderLayer(
                    width, 1, 2 * width, dropout=0.0, batch_first=True)
                self.layers = torch.nn.TransformerEncoder(
                    layer, 1, enable_nested_tensor=False)
            else:
                self.layers = torch.nn.LSTM(
                    width, width // 2, 1 + name.startswith("stacked"),
                    batch_first=True, bidirectional=True)
            self.head = torch.nn.Linear(width, 1)
        self.to(DTYPE)
        draw_uniform(self, seed, width)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Return the logits, (batch,).

        Args:
            tokens: numbers of words, (batch, time).
            lengths: how many words of each row count.
        """
        x = self.embedding(tokens)
        if self.name.startswith("attention"):
            return self.head(self._attend(x, lengths))[:, 0]
        packed = pack_padded_sequence(x, lengths, True, enforce_sorted=False)
        states, (last, _) = self.layers(packed)
        if self.name.endswith("last"):
            return self.head(torch.cat([last[-2], last[-1]], -1))[:, 0]
        total = pad_packed_sequence(states, batch_first=True)[0].sum(1)
        return self.head(total / lengths[:, None])[:, 0]

    def _attend(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the state of the first token, which has the number of padding."""
        first = self.embedding.weight[0].expand(len(x), 1, -1)
        x = torch.cat([first, x], 1)
        if self.name.endswith("positions"):
            x = x + sinusoidal_positions(x.shape[1], x.shape[2])
        beyond = torch.arange(x.shape[1]) > lengths[:, None]
        return self.layers(x, src_key_padding_mask=beyond)[:, 0]


def train(
    model: Classifier, reviews: Reviews, length: int, updates: int, seed: int
) -> None:
    """Train by Adam, rate 0.01, on batches of 64 reviews.

    Args:
        model: changed in place.
        reviews: to be learnt.
        length: how many words of a review are read.
        updates: of Adam.
        seed: of the batches.
    """
    tokens, lengths = word_numbers(reviews, model.words, length)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    draw = torch.Generator().manual_seed(seed)
    for _ in range(updates):
        rows = torch.randint(len(reviews), (64,), generator=draw)
        logits = model(tokens[rows], lengths[rows])
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            logits, reviews.labels[rows].to(DTYPE))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.eval()


@torch.no_grad()
def accuracy(model: Classifier, reviews: Reviews, length: int) -> float:
    """Return the share of labels that the sign of the logit meets.

    Args:
        model: the classifier.
        reviews: to be judged.
        length: how many words of a review are read.
    """
    logits = model(*word_numbers(reviews, model.words, length))
    return float(((logits > 0) == reviews.labels).to(DTYPE).mean())


@torch.no_grad()
def logits_of_repeats(model: Classifier, word: str, longest: int) -> Tensor:
    """Return the logit of a word said 1, ..., longest times, (longest,).

    Args:
        model: the classifier.
        word: of its vocabulary.
        longest: number of times.
    """
    number = model.words.index(word) + 2
    tokens = torch.full((longest, longest), number)
    return model(tokens, torch.arange(1, longest + 1))
