"""Reviews: what is generated, what is read, and what is refused."""

import pytest
import torch

from comlib import InputError
from comlib.data import (Reviews, frequent_words, generated_reviews, load_imdb,
                         split_words, word_numbers)
from comlib.data.grammar import OPINIONS


def value(text):
    """What the documented rule says, by another way: words from the right."""
    total, words = 0, text.split()
    for k, word in enumerate(words):
        if word in OPINIONS:
            before = words[max(0, k - 2) : k]
            sign = -1 if "not" in before else 1
            total += OPINIONS[word] * sign * (2 if "very" in before else 1)
    return total


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """A few generated reviews in the folders of the real archive."""
    monkeypatch.delenv("IMDB_DIR", raising=False)
    for k in range(3):
        for part in ("train", "test"):
            for name, word in (("pos", "good"), ("neg", "bad")):
                folder = tmp_path / part / name
                folder.mkdir(parents=True, exist_ok=True)
                text = f"{part} {k}: It's {word},<br /><br />caf\u00e9 {word}!"
                (folder / f"{k}_7.txt").write_text(text, encoding="utf-8")
    (tmp_path / "train" / "unsup").mkdir()
    return tmp_path


def test_labels_follow_the_rule_but_for_the_noise():
    data = generated_reviews(400, seed=3)
    sums = torch.tensor([value(text) for text in data.texts])
    sure = sums != 0
    wrong = ((sums > 0) != data.labels)[sure].double().mean()
    assert 0.02 < wrong < 0.09
    clean = generated_reviews(100, noise=0.0)
    sums = torch.tensor([value(text) for text in clean.texts])
    assert torch.equal((sums > 0)[sums != 0], clean.labels[sums != 0])
    assert clean.texts == generated_reviews(100, noise=0.0).texts
    assert "GENERATED" in data.source


def test_the_archive_is_read_in_order(archive, monkeypatch):
    data = load_imdb(archive)
    assert len(data) == 6 and data.labels.tolist() == [True] * 3 + [False] * 3
    assert data.texts[1].startswith("train 1: It's good")
    assert split_words(data.texts[1])[:4] == ["train", "it's", "good", "caf"]
    assert data.source == "aclImdb, train"
    monkeypatch.setenv("IMDB_DIR", str(archive))
    few = load_imdb(part="test", each=1)
    assert len(few) == 2 and few.texts[1].startswith("test 0: It's bad")


def test_without_the_archive_the_error_says_what_to_do(archive, tmp_path):
    with pytest.raises(InputError, match="IMDB_DIR"):
        load_imdb()
    with pytest.raises(InputError, match="train/pos"):
        load_imdb(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="part"):
        load_imdb(archive, part="unsup")
    with pytest.raises(InputError, match="each"):
        load_imdb(archive, each=0)


def test_words_become_numbers_with_padding_and_one_for_the_unknown():
    data = Reviews(("b a a b b", "c", "!"), torch.tensor([True, False, True]), "here")
    words = frequent_words(data, 2)
    assert words == ("b", "a")
    numbers, lengths = word_numbers(data, words, 4)
    assert numbers.tolist() == [[2, 3, 3, 2], [1, 0, 0, 0], [1, 0, 0, 0]]
    assert lengths.tolist() == [4, 1, 1]


def test_reviews_need_one_label_each():
    with pytest.raises(InputError, match="labels"):
        Reviews(("a",), torch.tensor([True, False]), "here")
    with pytest.raises(InputError, match="noise"):
        generated_reviews(2, noise=0.7)
