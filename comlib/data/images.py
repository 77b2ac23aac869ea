"""Labelled images, and how they become sequences."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_choice, check_count
from ..functional import DTYPE

READINGS = ("pixels", "rows")


@checked
@dataclass(frozen=True, eq=False)
class Images:
    """Grey images of digits and what they show.

    Args:
        pixels: from 0 to 1, (count, height, width).
        labels: the digits.
        source: where they come from, in words.

    Raises:
        InputError: no images, another number of labels, or a value out of range.
    """

    pixels: Float[Tensor, "count height width"]
    labels: Int[Tensor, " count"]
    source: str

    def __post_init__(self):
        if not self.pixels.numel():
            raise InputError("pixels", "must hold at least one", "none", "pass some")
        if not ((self.pixels >= 0) & (self.pixels <= 1)).all():
            raise InputError("pixels", "must lie between 0 and 1",
                             float(self.pixels.abs().max()), "divide by the largest")
        if not ((self.labels >= 0) & (self.labels < 10)).all():
            raise InputError("labels", "must lie between 0 and 9",
                             self.labels.unique().tolist(), "leave others out")

    def __len__(self) -> int:
        return len(self.labels)

    def of(self, rows: Int[Tensor, " rows"]) -> "Images":
        """Return some of the images.

        Args:
            rows: their numbers.
        """
        return Images(self.pixels[rows], self.labels[rows], self.source)


@checked
def as_sequences(
    images: Images, reading: str = "pixels", shuffled: int | None = None
) -> Float[Tensor, "count time d_in"]:
    """Return the images as sequences, line by line from the top.

    Args:
        images: to be read.
        reading: "pixels", one at a time; or "rows", a line of the image at a time.
        shuffled: seed of one permutation of the pixels, the same for all images and
            made before they are read; none if not given.

    Raises:
        InputError: an unknown reading.
    """
    check_choice("reading", reading, READINGS)
    flat = images.pixels.flatten(1)
    if shuffled is not None:
        draw = torch.Generator().manual_seed(shuffled)
        flat = flat[:, torch.randperm(flat.shape[1], generator=draw)]
    step = 1 if reading == "pixels" else images.pixels.shape[2]
    return flat.to(DTYPE).unflatten(1, (-1, step)).contiguous()


@checked
def split_images(
    images: Images, count: int, seed: int = 0
) -> tuple[Images, Images, Images]:
    """Return three disjoint random parts: the rest to train on, and twice ``count``.

    The second part is for choices, such as that of a learning rate; the third is
    looked at when they are made.

    Args:
        images: all.
        count: how many the second and the third part hold.
        seed: of the local generator.

    Raises:
        InputError: no images would be left to train on.
    """
    check_count("count", count)
    left = len(images) - 2 * count
    if left < 1:
        raise InputError("count", f"must be less than {len(images) / 2:g}", count,
                         "leave some to train on")
    draw = torch.Generator().manual_seed(seed)
    rows = torch.randperm(len(images), generator=draw)
    first, second, third = (images.of(part)
                            for part in rows.split([left, count, count]))
    return first, second, third
