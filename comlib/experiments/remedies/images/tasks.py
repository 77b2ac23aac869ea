"""Digits to be classified, and networks that start equal in one sense or another."""

import math

import torch
from torch import Tensor

from comlib import RNN, SSM, Direct, Exp, InputError, Softplus
from comlib.data import Images, as_sequences, load_digits, load_mnist, split_images
from comlib.functional import DTYPE
from comlib.models import InverseQuadratic, RecurrentModel

MAPS = {"direct": Direct(), "exp": Exp(), "softplus": Softplus(),
        "inverse": InverseQuadratic()}
"""The four maps of the paper's Table 1, by its names."""

CELLS = ("dense", "diagonal", "linear state")
STARTS = ("same eigenvalues", "same raw weights")


def parts(data: str) -> tuple[Images, Images, Images]:
    """Return images to train on, to choose with and to test on.

    Args:
        data: "digits", of scikit-learn, a random split; or "mnist", whose test part
            is the official one, with 50,000 to train on and 5000 to choose with.
    """
    if data == "digits":
        return split_images(load_digits(), 360)
    whole = load_mnist(download=True)
    rest, choice, _ = split_images(whole, len(whole) // 12)
    return rest, choice, load_mnist(part="test", download=True)


def sequences(images: Images, reading: str, device: str) -> tuple[Tensor, Tensor]:
    """Return inputs and labels.

    Args:
        images: to be read.
        reading: "pixels" or "rows".
        device: where they shall lie.
    """
    return as_sequences(images, reading).to(device), images.labels.to(device)


def starting_model(
    cell: str, start: str, name: str, width: int, length: int, d_in: int, seed: int
) -> RecurrentModel:
    """Return a network with ten outputs, without trained weights.

    U is normal of variance 1/m, c of variance 1/m^2, biases are zero. With the same
    eigenvalues: rates at equal ratios from 1/length to 1, and if W is dense a random
    orthogonal basis. With the same raw weights: entries of M uniform in
    +-1/sqrt(m), and W = g(M) differs.

    Args:
        cell: one of ``CELLS``: tanh steps with a dense or a diagonal W, or steps of a
            linear state, exact for held inputs, that is read through tanh.
        start: one of ``STARTS``.
        name: of the map.
        width: m.
        length: of the sequences.
        d_in: of the sequences.
        seed: of the local generator.

    Raises:
        InputError: equal raw weights of a cell that is not dense.
    """
    draw = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=draw, dtype=DTYPE)

    U, c = normal(width, d_in) / math.sqrt(width), normal(10, width) / width
    basis = torch.linalg.qr(normal(width, width))[0]
    eigenvalues = -torch.logspace(-math.log10(length), 0, width, dtype=DTYPE)
    W = basis @ eigenvalues.diag() @ basis.mT if cell == "dense" else eigenvalues
    rest = U, c, torch.zeros(width, dtype=DTYPE), torch.zeros(10, dtype=DTYPE)
    look = {"dt": 1.0, "parameterization": MAPS[name], "activation": "tanh"}
    if cell == "linear state":
        return SSM(W, *rest, discretisation="hold", **look)
    model = RNN(W, *rest, **look)
    if start == STARTS[0]:
        return model
    if cell != "dense":
        raise InputError("start", f"must be {STARTS[0]!r} for this cell", start,
                         "use the dense cell")
    M = 2 * torch.rand(width, width, generator=draw, dtype=DTYPE) - 1
    return model.with_parameters({"w": M / math.sqrt(width)})
