"""Prediction by a wide network, update by update, beside its scaled convolution."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures
from comlib.wide import (ScaledConvolution, Variances, WideNetwork, descent_path)

from .task import factors, recording, splits

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The recording, the delay and the network.

    Args:
        recording: "s1", "eeg" or "surrogate".
        delay: in time points.
        recurrent: nu_W.
        readout: nu_c.
        width: m.
        window: number of lags.
        updates: after how many updates of descent both are compared.
        seed: of the network.
        length: bins of a surrogate.
        neurons: of a surrogate.
    """

    recording: str = "surrogate"
    delay: int = 10
    recurrent: float = 0.3
    readout: float = 0.01
    width: int = 60
    window: int = 20
    updates: tuple[int, ...] = (10, 20, 50, 100)
    seed: int = 0
    length: int = 6000
    neurons: int = 20


RECORDS = {
    "widths": tuple(
        Config("s1", width=m, seed=s, updates=(5, 10, 20) + (40, 100) * (m <= 500))
        for m, seeds in ((250, 3), (500, 3), (1000, 1), (2000, 1))
        for s in range(seeds)),
    "networks": tuple(
        Config("s1", delay, nu, width=500, updates=(20, 100, 200))
        for nu, delay in ((0.3, 0), (0.3, 10), (0.8, 10))),
}
"""The stored runs: name in the chapter and configurations."""


def run(config: Config) -> Table:
    """Return what the network and the scaled convolution explain, and how they part.

    Columns: ``updates``; ``network`` and ``matched``, the R^2 on the test part, mean
    over the outputs, of the network and of the scaled convolution from its start;
    ``apart``, the distance of their impulse responses over that which the convolution
    has gone from the start; ``source`` of the recording.

    Args:
        config: what to compute.
    """
    data = recording(config.recording, config.length, config.neurons)
    split = splits(data, config.window, config.delay)[0]
    moments = split.moments
    r = factors(config.recurrent, config.readout, config.window)
    rate = 0.5 / moments.curvature(r)
    network = WideNetwork.random(
        config.width, Variances(config.recurrent, 1.0, config.readout),
        d_in=data.x.shape[1], d_out=data.y.shape[1], seed=config.seed)
    start = network.kernel_samples(config.window).detach()
    found, wanted = (descent_path(model, moments, rate=rate, updates=config.updates)
                     for model in (network, ScaledConvolution(r, start)))
    gone = (wanted.kernels - start).flatten(1).norm(dim=1)
    return Table(
        updates=config.updates,
        network=split.explained(found.kernels).mean(-1),
        matched=split.explained(wanted.kernels).mean(-1),
        apart=(found.kernels - wanted.kernels).flatten(1).norm(dim=1) / gone,
        source=[split.source] * len(config.updates))


def plot(table: Table) -> Figure:
    """Draw R^2 and the distance against the updates, a line a width if there are some.

    Args:
        table: what ``run`` returned, or a sweep over widths.
    """
    fig, axes = figures.panels(2, height=2.9)
    look = {"xscale": "log", "marker": "o", "xlabel": "updates"}
    if "width" in table.columns:
        table = table.where(seed=0)
        names = [f"m = {m}" for m in table.values("width")]
        figures.lines(table, "updates", "network", by="width", labels=names,
                      ylabel="R² on the test part", ax=axes[0], **look)
        widest = table.where(width=max(table["width"]))
        figures.lines(widest, "updates", "matched", labels=["scaled"], ax=axes[0],
                      ylabel="R² on the test part", **look | {"marker": None})
        figures.lines(table, "updates", "apart", by="width", labels=names,
                      ylabel="distance", yscale="log", ax=axes[1], **look)
    else:
        figures.lines(table, "updates", ["network", "matched"],
                      labels=["network", "scaled"], ylabel="R² on the test part",
                      ax=axes[0], **look)
        figures.lines(table, "updates", "apart", labels=["apart"], yscale="log",
                      ylabel="distance", ax=axes[1], **look)
    axes[0].set_title("what is explained")
    axes[1].set_title("network to scaled convolution")
    figures.label_lines(*axes)
    return fig
