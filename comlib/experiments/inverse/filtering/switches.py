"""What a random transformer depends on, as its switches are set right one by one."""

import torch
from torch import Tensor

from comlib import Table, white_noise
from comlib.functional import DTYPE
from comlib.models.adapters import draw_uniform

SETTINGS = ("as published", "dropout off", "and batch first", "and a causal mask")


def transformer(batch_first: bool, seed: int = 0) -> torch.nn.TransformerEncoderLayer:
    """Return a random layer with dropout 0.1 in training mode, float64.

    Args:
        batch_first: which axis it takes for time.
        seed: of the weights.
    """
    layer = torch.nn.TransformerEncoderLayer(16, 1, 32, dropout=0.1,
                                             batch_first=batch_first).to(DTYPE)
    draw_uniform(layer, seed, 16)
    return layer


def influences(length: int = 32, batch: int = 16) -> Table:
    """Return how much the outputs of one sequence move, over their own spread.

    Columns: ``others``, when all other sequences of the batch are replaced;
    ``past`` and ``future``, when its own inputs before or from half of the time on
    are replaced, seen after or before; ``twice``, when nothing is.

    Args:
        length: number of time points.
        batch: number of sequences.
    """
    x, z = white_noise(2 * batch, length, d_in=16, dt=1.0, seed=5).split(batch)
    half, rows = length // 2, []
    others, past, future = z.clone(), x.clone(), x.clone()
    others[0] = x[0]
    past[0, :half], future[0, half:] = z[0, :half], z[0, half:]
    for number, setting in enumerate(SETTINGS):
        layer = transformer(batch_first=number >= 2).train(number == 0)
        mask = None
        if number == 3:
            mask = torch.ones(length, length, dtype=torch.bool).triu(1)
        y, *moved = (_answer(layer, u, mask, seed)
                     for seed, u in enumerate((x, others, past, future, x)))
        gaps = [moved[0] - y, (moved[1] - y)[half:], (moved[2] - y)[:half],
                moved[3] - y]
        rows.append((setting, *(float(g.square().mean().sqrt() / y.std())
                                for g in gaps)))
    return Table.from_rows(("setting", "others", "past", "future", "twice"), rows)


@torch.no_grad()
def _answer(layer: torch.nn.Module, x: Tensor, mask: Tensor | None,
            seed: int) -> Tensor:
    """Return the outputs of the first sequence, dropout drawn from a seed."""
    with torch.random.fork_rng(devices=[]):  # dropout takes no generator
        torch.set_rng_state(torch.Generator().manual_seed(seed).get_state())
        return layer(x, src_mask=mask)[0]
