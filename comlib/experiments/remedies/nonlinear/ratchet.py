"""A pair of ReLU units that is a linear mode, and what it costs."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from comlib import Functional, RNN, Table, white_noise
from comlib.evidence import figures
from comlib.functional import DTYPE

from .networks import pair

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """One mode, as one linear unit and as two ReLU units, both moved.

    Args:
        rate: of the mode.
        radius: by which c, or W, is moved.
        length: time points, dt = 0.1.
        seed: of the input, white noise.
    """

    rate: float = 1.0
    radius: float = 0.05
    length: int = 1000
    seed: int = 0


def run(config: Config) -> Table:
    """Return outputs, states and errors of the pair along one input.

    Columns: ``time``; ``output``; ``apart``, pair minus linear unit; ``state``, |h|_1;
    ``variation``, that of its output up to now; and the errors that the radius makes:
    ``pair_c``, c of the pair moved along its state; ``pair_up`` and ``pair_down``, W
    by plus and minus the radius times I; ``linear_c``, ``linear_up`` and
    ``linear_down``, of the linear unit. Errors are running maxima.

    Source: thm-ratchet in the book.

    Args:
        config: the mode, the input and the radius.
    """
    dt, beta = 0.1, config.radius
    x = white_noise(1, config.length, dt=dt, seed=config.seed)
    one = torch.ones(1, 1, dtype=DTYPE)
    linear = RNN(-config.rate * one[0], one, one, dt=dt, activation="identity")
    both, eye = pair(config.rate, dt), torch.eye(2, dtype=DTYPE)
    y = _output(both, x)
    state = np.stack([_output(_moved(both, c=row[None]), x) for row in eye])
    start = _output(linear, x)
    table = {"time": dt * np.arange(config.length), "output": y, "apart": y - start,
             "state": state.sum(0),
             "variation": np.abs(np.diff(y, prepend=0.0)).cumsum(),
             "pair_c": beta * np.hypot(*state), "linear_c": beta * np.abs(start)}
    for name, sign in (("up", 1), ("down", -1)):
        for kind, model, rest in (("pair", both, y), ("linear", linear, start)):
            move = sign * beta * (eye if kind == "pair" else one[0])
            other = _moved(model, w=model.w.detach() + move)
            table[f"{kind}_{name}"] = np.abs(_output(other, x) - rest)
    return Table(**{name: np.maximum.accumulate(values)
                    if name.startswith(("pair", "linear")) else values
                    for name, values in table.items()})


def plot(table: Table) -> Figure:
    """Draw what the pair stores, and the errors of pair and unit.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=2.3)
    stored, errors = axes
    red, blue = figures.COLOURS[1], figures.COLOURS[0]
    stored.plot(table["time"], table["state"], color=red, label="state")
    stored.plot(table["time"], table["output"], color=blue, label="output")
    stored.set(title="what the pair stores", xlabel="time", ylabel="size")
    dashes = {"c": "-", "up": "--", "down": ":"}
    for kind, colour in (("pair", red), ("linear", blue)):
        for name, dash in dashes.items():
            errors.plot(table["time"], table[f"{kind}_{name}"], dash, color=colour,
                        label=kind[:6] if name == "c" else None)
    errors.set(title="error of moved weights", xlabel="time", yscale="log",
               ylabel="largest error so far", ylim=(1e-2, 1e2))
    figures.label_lines(*axes)
    return fig


def _output(model: Functional, x: torch.Tensor) -> np.ndarray:
    with torch.no_grad():
        return model(x)[0, :, 0].numpy()


def _moved(model: RNN, **weights: torch.Tensor) -> RNN:
    return model.with_parameters(weights)
