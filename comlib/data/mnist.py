"""The digits of MNIST: where their files are read from, and how they are checked."""

import gzip
import hashlib
import os
import urllib.request
import zlib
from http.client import HTTPException
from pathlib import Path

import numpy as np
import torch

from ..arguments import checked
from ..checks import InputError, check_choice
from ..functional import DTYPE
from .images import Images

MNIST_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MNIST_MD5 = {
    "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c"}
"""Of the four files as packed by their authors; public loaders name the same sums."""

PARTS = {"train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
         "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")}
_IMAGES, _LABELS = 2051, 2049  # the first four bytes of a file
_LARGEST = 2**24
_CURE = "set MNIST_DIR to a folder with the four .gz files, or pass download=True"


@checked
def load_mnist(
    folder: str | Path | None = None, part: str = "train", *, download: bool = False,
    cache: str | Path | None = None, verify: bool = True,
) -> Images:
    """Return the handwritten digits of MNIST, 28 x 28 pixels in 256 shades of grey.

    The packed files, ``train-images-idx3-ubyte.gz`` and so on, are sought in this
    order: ``folder``, or the folder that the environment variable MNIST_DIR names;
    the cache; the internet, if ``download``. Each must have its checksum.

    Source: LeCun, Cortes and Burges, the MNIST database.

    Args:
        folder: with the packed files.
        part: "train", 60,000 digits, or "test", 10,000.
        download: get what is missing (11 MB for both parts) and keep it in the cache,
            if its checksum was found right.
        cache: folder (default: comlib/mnist in the user's cache).
        verify: compare checksums; without it any file of the format is taken.

    Raises:
        InputError: an unknown part, no file, or one of another checksum or content;
            no internet, or a cache that cannot be written to.
    """
    check_choice("part", part, PARTS)
    named = folder or os.environ.get("MNIST_DIR")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    kept = Path(cache) if cache else Path(base, "comlib", "mnist")
    pixels, labels = (_content(name, named, kept, download, verify)
                      for name in PARTS[part])
    images, digits = _unpacked(pixels, _IMAGES, 3), _unpacked(labels, _LABELS, 1)
    if len(images) != len(digits) or not len(images):
        raise InputError("folder", "must hold as many labels as images",
                         f"{len(digits)} and {len(images)}", "get both files again")
    source = f"MNIST, {part}" + ("" if verify else " (not verified)")
    return Images(torch.tensor(images / 255, dtype=DTYPE),
                  torch.tensor(digits.astype(np.int64)), source)


def _content(
    name: str, named: str | Path | None, kept: Path, download: bool, verify: bool
) -> bytes:
    """Return the bytes of a packed file, after its checksum was found right."""
    path = Path(named, name) if named else kept / name
    if path.is_file():
        return _verified(name, path.read_bytes(), str(path), verify)
    if named or not download:
        raise InputError("folder", f"must hold {name}", str(named or "none"), _CURE)
    content = _verified(name, _downloaded(MNIST_URL + name), MNIST_URL + name, verify)
    if verify:
        _keep(path, content)
    return content


def _downloaded(url: str) -> bytes:
    """Return what the internet has, if it came whole."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            content, length = answer.read(_LARGEST), answer.headers["Content-Length"]
    except (OSError, HTTPException) as error:
        raise InputError("download", "must find the internet", type(error).__name__,
                         _CURE) from None
    if length and len(content) < int(length):
        raise InputError("download", f"must bring {length} bytes", len(content),
                         "try it again")
    return content


def _keep(path: Path, content: bytes) -> None:
    """Write a file to the cache, whole or not at all."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise InputError("cache", "must be a folder that can be written to",
                         f"{type(error).__name__}: {path.parent}",
                         "pass cache=FOLDER") from None
    finally:
        if partial.exists():
            partial.unlink()


def _verified(name: str, content: bytes, where: str, verify: bool) -> bytes:
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if verify and found != MNIST_MD5[name]:
        raise InputError("verify", f"must find the md5 {MNIST_MD5[name][:12]}... in "
                         f"{where}", f"{found[:12]}... of {len(content)} bytes",
                         "delete and get it again; verify=False takes any such file")
    return content


def _unpacked(content: bytes, magic: int, dimensions: int) -> np.ndarray:
    """Return the numbers of a packed IDX file: magic number, sizes, one byte each."""
    try:
        data = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError("folder", "must hold files packed by gzip",
                         type(error).__name__, "get them again") from None
    head, size = 4 * (1 + dimensions), len(data)
    first, *sizes = (int.from_bytes(data[k:k + 4], "big") for k in range(0, head, 4))
    if size < head or first != magic or size != head + np.prod(sizes, dtype=int):
        raise InputError("folder", f"must hold files that begin with {magic} and are "
                         "as long as they say", f"{first}, {sizes} in {size} bytes",
                         "get them again")
    return np.frombuffer(data, np.uint8, offset=head).reshape(sizes)
