"""The small digits that come with scikit-learn."""

import torch

from ..arguments import checked
from ..functional import DTYPE
from .images import Images


@checked
def load_digits() -> Images:
    """Return 1797 handwritten digits of 8 x 8 pixels in 17 shades of grey.

    They are the test part of the collection of Alpaydin and Kaynak (1998), as
    scikit-learn ships it; nothing is downloaded. Which of its 13 writers wrote which
    digit is not said.
    """
    from sklearn import datasets  # takes a second, which `import comlib` should not

    bunch = datasets.load_digits()
    return Images(torch.tensor(bunch.images / 16, dtype=DTYPE),
                  torch.tensor(bunch.target), "digits of scikit-learn")
