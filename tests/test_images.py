"""Images: where they come from, what is refused, and how they become sequences."""

import gzip
import hashlib
import ssl
import urllib.request
from http.client import IncompleteRead
from io import BytesIO
from urllib.error import URLError

import numpy as np
import pytest
import torch

from comlib import InputError
from comlib.data import (Images, as_sequences, load_digits, load_mnist, mnist,
                         split_images)
from comlib.functional import DTYPE


def idx(array, magic):
    """The packed bytes of an array in the format of MNIST."""
    head = b"".join(int(n).to_bytes(4, "big") for n in (magic, *array.shape))
    return gzip.compress(head + array.astype(np.uint8).tobytes(), mtime=0)


def fake_mnist(folder, count=30):
    """Write four small files of the right names; labels can be seen in the images."""
    draw = np.random.default_rng(0)
    for images, labels in mnist.PARTS.values():
        digits = np.arange(count) % 10
        pixels = draw.integers(0, 40, (count, 28, 28))
        pixels[np.arange(count), digits * 2] = 255
        (folder / images).write_bytes(idx(pixels, 2051))
        (folder / labels).write_bytes(idx(digits, 2049))
    return folder


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """No folder is known, and the internet is not asked."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(urllib.request, "urlopen", None)
    return tmp_path


def test_the_digits_of_scikit_learn_are_there():
    digits = load_digits()
    assert digits.pixels.shape == (1797, 8, 8) and digits.pixels.dtype == DTYPE
    assert digits.labels[:10].tolist() == [*range(10)]
    assert digits.labels.bincount().min() > 170 and digits.pixels.max() == 1
    assert torch.equal(digits.pixels * 16, (digits.pixels * 16).round())


def test_pixels_rows_and_permuted_pixels_are_read_line_by_line():
    one = torch.arange(12, dtype=DTYPE).reshape(2, 2, 3) / 16
    images = Images(one, torch.tensor([0, 1]), "here")
    assert torch.equal(as_sequences(images)[1, :, 0], one[1].flatten())
    assert torch.equal(as_sequences(images, "rows"), one)
    mixed = as_sequences(images, shuffled=3)[..., 0]
    assert not torch.equal(mixed, as_sequences(images)[..., 0])
    assert torch.equal(mixed[1] - mixed[0], torch.full((6,), 0.375, dtype=DTYPE))
    assert torch.equal(mixed.sort(1).values, one.flatten(1))
    assert torch.equal(as_sequences(images, "rows", 3).flatten(1), mixed)


def test_the_parts_of_a_split_share_no_image():
    pixels = torch.linspace(0, 1, 40, dtype=DTYPE).reshape(10, 2, 2)
    images = Images(pixels, torch.arange(10), "here")
    split = split_images(images, 3, seed=1)
    assert [len(part) for part in split] == [4, 3, 3]
    assert sorted(torch.cat([p.labels for p in split]).tolist()) == [*range(10)]
    assert all(torch.equal(p.pixels, pixels[p.labels]) for p in split)
    with pytest.raises(InputError, match="count: must be less than 5"):
        split_images(images, 5)


def test_bad_images_are_named():
    pixels, labels = torch.zeros(2, 2, 2, dtype=DTYPE), torch.tensor([0, 1])
    with pytest.raises(InputError, match="pixels: must lie between 0 and 1"):
        Images(pixels + 2, labels, "here")
    with pytest.raises(InputError, match="labels: must lie between 0 and 9"):
        Images(pixels, labels + 9, "here")
    with pytest.raises(InputError, match="labels: must have count = 2"):
        Images(pixels, torch.tensor([0, 1, 2]), "here")
    with pytest.raises(InputError, match="reading: must be one of pixels, rows"):
        as_sequences(Images(pixels, labels, "here"), "columns")


def test_files_in_the_format_of_mnist_are_read(nowhere, monkeypatch):
    fake_mnist(nowhere)
    images = load_mnist(nowhere, verify=False)
    assert images.pixels.shape == (30, 28, 28) and "not verified" in images.source
    brightest = images.pixels.mean(2).argmax(1)
    assert torch.equal(brightest, 2 * images.labels)
    monkeypatch.setenv("MNIST_DIR", str(nowhere))
    assert len(load_mnist(part="test", verify=False)) == 30


def test_what_is_not_mnist_is_refused_by_name(nowhere):
    with pytest.raises(InputError, match="folder: must hold train-images.*MNIST_DIR"):
        load_mnist()
    fake_mnist(nowhere)
    with pytest.raises(InputError, match="verify: must find the md5 f68b3c2dcbea"):
        load_mnist(nowhere)
    images, labels = (nowhere / name for name in mnist.PARTS["train"])
    good = images.read_bytes()
    images.write_bytes(good[:-20])
    with pytest.raises(InputError, match="packed by gzip"):
        load_mnist(nowhere, verify=False)
    images.write_bytes(labels.read_bytes())
    with pytest.raises(InputError, match="begin with 2051"):
        load_mnist(nowhere, verify=False)
    images.write_bytes(gzip.compress(gzip.decompress(good)[:-1]))
    with pytest.raises(InputError, match="as long as they say"):
        load_mnist(nowhere, verify=False)
    images.write_bytes(good)
    labels.write_bytes(idx(np.zeros(7), 2049))
    with pytest.raises(InputError, match="as many labels as images"):
        load_mnist(nowhere, verify=False)


class Answer(BytesIO):
    """What the internet says: some bytes, and how many they should be."""

    def __init__(self, content, length=None):
        super().__init__(content)
        self.headers = {"Content-Length": str(length or len(content))}


@pytest.fixture
def internet(nowhere, monkeypatch):
    """The fake files can be downloaded and are taken for right; what was asked for."""
    source, asked = fake_mnist(nowhere), []

    def answer(url, timeout):
        asked.append(url.removeprefix(mnist.MNIST_URL))
        return Answer((source / asked[-1]).read_bytes())

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    for name in mnist.MNIST_MD5:
        checksum = hashlib.md5((source / name).read_bytes()).hexdigest()
        monkeypatch.setitem(mnist.MNIST_MD5, name, checksum)
    return asked


def test_a_download_is_kept_and_asked_for_once(internet, tmp_path):
    cache, names = tmp_path / "kept", mnist.PARTS["train"]
    assert len(load_mnist(download=True, cache=cache)) == 30
    assert sorted(p.name for p in cache.iterdir()) == sorted(names)
    assert len(load_mnist(download=True, cache=cache)) == 30
    assert internet == [*names]


def test_a_download_that_is_not_mnist_is_not_kept(internet, tmp_path, monkeypatch):
    cache = tmp_path / "kept"
    monkeypatch.setitem(mnist.MNIST_MD5, mnist.PARTS["train"][0], "f68b3c2dcbea")
    with pytest.raises(InputError, match="verify: must find the md5 f68b3c2dcbea"):
        load_mnist(download=True, cache=cache)
    assert len(load_mnist(download=True, cache=cache, verify=False)) == 30
    assert not cache.exists()


@pytest.mark.parametrize("error", [URLError("no route"), IncompleteRead(b"a", 9),
                                   TimeoutError(), ssl.SSLError()], ids=repr)
def test_without_the_internet_the_cure_is_named(nowhere, monkeypatch, error):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(urllib.request, "urlopen", fails)
    with pytest.raises(InputError, match="download: must find the internet.*MNIST_DIR"):
        load_mnist(part="test", download=True, cache=nowhere / "kept")
    assert not (nowhere / "kept").exists()


def test_a_download_cut_short_is_refused(nowhere, monkeypatch):
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: Answer(b"half", 8))
    with pytest.raises(InputError, match="download: must bring 8 bytes; got 4"):
        load_mnist(download=True, cache=nowhere / "kept", verify=False)
    assert not (nowhere / "kept").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("disk full")], ids=repr)
def test_an_interrupted_write_leaves_nothing(internet, tmp_path, monkeypatch, error):
    def half(path, content):
        with open(path, "wb") as file:
            file.write(content[:50])
        raise error

    monkeypatch.setattr(type(tmp_path), "write_bytes", half)
    with pytest.raises((InputError, KeyboardInterrupt), match="^$|cache: must be"):
        load_mnist(download=True, cache=tmp_path / "kept")
    assert not [*(tmp_path / "kept").iterdir()]


def test_a_cache_that_is_no_folder_is_named(internet, tmp_path):
    (tmp_path / "kept").write_text("a file")
    with pytest.raises(InputError, match="cache: must be a folder"):
        load_mnist(download=True, cache=tmp_path / "kept")
