"""How far a linear network and its scaled convolution come apart, by width."""

from dataclasses import dataclass

from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.wide import (
    Variances,
    WideNetwork,
    convolution_path,
    descent_path,
    finite_width_kernel,
    kernel_path,
    scale_factors,
)

from .task import Task, teacher_task

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The networks and the task.

    Args:
        recurrent: variances nu_W; those of U and c are one.
        widths: of the networks.
        draws: of the start, for each width.
        updates: of gradient descent; the largest deviation comes early.
        length: window T.
        count: sequences for the training, and as many for the test.
        decibels: signal to noise ratio.
        pace: the rate times the largest curvature.
        seed: of teacher and data.
    """

    recurrent: tuple[float, ...] = (0.3, 0.8, 1.0)
    widths: tuple[int, ...] = (100, 200, 400, 800, 1600)
    draws: tuple[int, ...] = (48, 48, 32, 16, 8)
    updates: int = 40
    length: int = 10
    count: int = 50
    decibels: float = 20.0
    pace: float = 0.5
    seed: int = 1


RECORDS = {"deviation": Config()}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return one row for each variance, width and draw.

    Columns: largest Euclidean distance of the impulse responses along the path over
    |L^0 - L*|, from network to convolution (``total``), from linearised network to
    convolution (``start``) and from network to linearised network (``movement``);
    ``first``, the distance after one update; the largest ``entry`` and the largest
    distance of the ``outputs`` on the test inputs, in the same units; and ``final``
    after the last update.

    Args:
        config: what to compute.
    """
    task = teacher_task(config.length, config.count, config.decibels, config.seed)
    keys = [(nu, m, draw) for nu in config.recurrent
            for m, draws in zip(config.widths, config.draws, strict=True)
            for draw in range(draws)]
    rows = [{"variance": nu, "width": m, "draw": draw,
             **_one(config, task, nu, m, draw)} for nu, m, draw in keys]
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw the deviation by width, and its two parts for the first variance.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(2, height=3.0)
    variances = table.values("variance")
    for k, nu in enumerate(variances):
        _bars(axes[0], table.where(variance=nu), "total", f"variance {nu:g}", k)
    for k, part in enumerate(("start", "movement")):
        _bars(axes[1], table.where(variance=variances[0]), part, part, k)
    widths = table.values("width")
    for ax, exponent, part in ((axes[0], -0.5, "total"), (axes[1], -1.0, "movement")):
        first = table.where(variance=variances[0], width=widths[0])[part].mean()
        figures.slope(ax, widths[0], 0.3 * first, exponent, f"slope {exponent:g}",
                      x1=widths[-1])
    axes[0].set_title("network and convolution")
    axes[1].set_title(f"its two parts, variance {variances[0]:g}")
    figures.label_lines(*axes)
    return fig


def _one(config: Config, task: Task, nu: float, m: int, draw: int) -> dict[str, float]:
    V, at = Variances(W=nu), range(config.updates + 1)
    r = scale_factors(V, config.length)
    network = WideNetwork.random(m, V, seed=1000 * draw + m)
    L0 = network.kernel_samples(config.length).detach()
    eta, unit = config.pace / task.train.curvature(r), (L0 - task.teacher).norm()
    full = descent_path(network, task.train, rate=eta, updates=at).kernels
    linear = kernel_path(task.train, finite_width_kernel(network, config.length),
                         rate=eta, updates=at, start=L0)
    convolved = convolution_path(task.train, r, rate=eta, updates=at, start=L0)
    gap = full - convolved
    seen = (gap * task.test.applied(gap)).flatten(1).sum(1).sqrt()
    found = {"total": _size(gap, unit).max(),
             "start": _size(linear - convolved, unit).max(),
             "movement": _size(full - linear, unit).max(),
             "first": _size(gap, unit)[1], "entry": gap.abs().max() / unit,
             "outputs": seen.max() / unit / config.length**0.5,
             "final": _size(gap, unit)[-1]}
    return {name: float(value) for name, value in found.items()}


def _size(path: Tensor, unit: Tensor) -> Tensor:
    return path.flatten(1).norm(dim=1) / unit


def _bars(ax, rows: Table, name: str, label: str, k: int) -> None:
    widths = rows.values("width")
    samples = [rows.where(width=m)[name] for m in widths]
    errors = [s.std(ddof=1) / len(s) ** 0.5 if len(s) > 1 else 0.0 for s in samples]
    ax.errorbar(widths, [s.mean() for s in samples], yerr=errors, marker="o",
                color=figures.COLOURS[k], linestyle="-", linewidth=1.2, label=label)
    ax.plot(widths[-1:], [samples[-1].mean()], color=figures.COLOURS[k], label=label)
    ax.set(xscale="log", yscale="log", xlabel="width m",
           ylabel="largest distance along the path")
