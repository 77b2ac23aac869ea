"""The cells of a bidirectional LSTM with one input for ever, by hand."""

import math

import torch
from torch import Tensor

from comlib.functional import DTYPE

from .classifiers import Classifier


@torch.no_grad()
def state_step(model: Classifier, word: str, backward: bool = False):
    """Return the map F of the state (h, c) of one direction while a word is read.

    Args:
        model: a classifier of one bidirectional LSTM layer.
        word: of its vocabulary.
        backward: the direction.
    """
    end = "_l0" + "_reverse" * backward
    W_ih, W_hh, b_ih, b_hh = (getattr(model.layers, name + end).detach() for name in (
        "weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    x = model.embedding.weight[model.words.index(word) + 2].detach()

    def step(state: Tensor) -> Tensor:
        h, c = state.chunk(2)
        i, f, g, o = (W_ih @ x + b_ih + W_hh @ h + b_hh).chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return torch.cat([o.sigmoid() * c.tanh(), c])

    return step


def trajectory(model: Classifier, word: str, longest: int) -> Tensor:
    """Return what each direction adds to the logit after n words, (2, longest).

    Args:
        model: a classifier of one bidirectional LSTM layer.
        word: of its vocabulary.
        longest: number of words.
    """
    halves, found = model.head.weight[0].detach().chunk(2), []
    for backward, readout in enumerate(halves):
        step, state = state_step(model, word, bool(backward)), None
        state = torch.zeros(2 * len(readout), dtype=readout.dtype)
        values = []
        for _ in range(longest):
            state = step(state)
            values.append(readout @ state[: len(readout)])
        found.append(torch.stack(values))
    return torch.stack(found)


def local_rate(model: Classifier, word: str, times: int = 500) -> float:
    """Return -ln of the spectral radius of DF at the end of F^n(0), the slower way.

    Newton's method continues from F^n(0); NaN if one direction has no stable fixed
    point near it, because the state goes on in a cycle, for instance.

    Args:
        model: a classifier of one bidirectional LSTM layer.
        word: of its vocabulary.
        times: n.
    """
    radii = []
    for backward in (False, True):
        step = state_step(model, word, backward)
        start = torch.zeros(model.layers.hidden_size * 2, dtype=DTYPE)
        for _ in range(times):
            start = step(start)
        state, one = start, torch.eye(len(start), dtype=DTYPE)
        for _ in range(10):
            J = torch.func.jacfwd(step)(state)
            state = state + torch.linalg.solve(one - J, step(state) - state)
        near = float((state - start).abs().max()) < 0.1
        left = float((step(state) - state).abs().max()) < 1e-9
        radius = float(torch.linalg.eigvals(J).abs().max())
        radii.append(radius if near and left and radius < 1 else math.nan)
    return -math.log(max(radii)) if all(r > 0 for r in radii) else math.nan
