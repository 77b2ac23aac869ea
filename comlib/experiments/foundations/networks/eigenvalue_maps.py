"""The maps from a raw weight to an eigenvalue, and what one step of it does."""

from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from comlib import Direct, Exp, Parameterization, RNN, Softplus, Table, time_grid
from comlib.evidence import figures
from comlib.functional import DTYPE
from comlib.models import InverseQuadratic, ReLU, UnitGain

__all__ = ["Config", "plot", "run"]

_MAPS = {"direct": Direct(), "ReLU": ReLU(), "exp": Exp(), "softplus": Softplus(),
         "inverse quadratic": InverseQuadratic(), "unit gain": UnitGain(Exp())}


@dataclass(frozen=True)
class Config:
    """A mode, and the step that its raw weight makes towards instability.

    Args:
        rate: the mode's rate before the step.
        step: length of the step in the raw weight.
        horizon: the last time of the kernels.
        reach: the maps are drawn for raw weights up to this size.
    """

    rate: float = 0.1
    step: float = 1.0
    horizon: float = 30.0
    reach: float = 4.0


def run(config: Config = Config()) -> Table:
    """Return the maps f(w), panel "map", and kernels exp(-rate t), panel "kernel".

    Each kernel starts from the same mode and is shown after its raw weight has
    moved by ``step`` in the direction in which the eigenvalue grows.

    Args:
        config: what to compute.
    """
    w = torch.linspace(-config.reach, config.reach, 81, dtype=DTYPE)
    t = time_grid(61, config.horizon / 60)
    parts = [("map", name, w, f(w)) for name, f in _MAPS.items() if name != "unit gain"]
    parts += [("kernel", name, t, _kernel(f, config, config.step))
              for name, f in _MAPS.items()]
    parts.append(("kernel", "before", t, _kernel(Direct(), config, 0.0)))
    return Table.stack([Table(x=x, y=y) for _, _, x, y in parts],
                       panel=[p for p, _, _, _ in parts],
                       parameterization=[name for _, name, _, _ in parts])


def _kernel(f: Parameterization, config: Config, step: float) -> torch.Tensor:
    """Return the kernel of a mode with amplitude one before the step."""
    rate, one = torch.tensor([-config.rate], dtype=DTYPE), torch.ones(1, 1, dtype=DTYPE)
    mode = RNN(rate, one / f.input_gain(rate), one, dt=config.horizon / 60,
               activation="identity", parameterization=f, discretisation="exact")
    w = mode.w.detach()
    moved = mode.with_parameters({"w": w + step * f.derivative(w).sign()})
    return moved.kernel_samples(61)[:, 0, 0]


def plot(table: Table) -> Figure:
    """Draw the maps, and the kernels on a logarithmic axis.

    Args:
        table: from ``run``.
    """
    fig, axes = figures.panels(2, height=2.8)
    figures.lines(table.where(panel="map"), "x", "y", by="parameterization",
                  xlabel="raw weight w", ylabel="eigenvalue f(w)", ax=axes[0])
    figures.lines(table.where(panel="kernel"), "x", "y", by="parameterization",
                  yscale="log", xlabel="time", ylabel="kernel after the step",
                  ax=axes[1])
    axes[0].axhspan(0, 1, color=figures.GRID, zorder=0)
    axes[0].text(-3.8, 0.35, "unstable")
    axes[0].set(ylim=(-4, 1), title="the maps")
    axes[1].set(ylim=(1e-2, 1e2), title="a mode, one step later")
    figures.legend_above(axes[0])
    figures.label_lines(axes[1])
    return fig
