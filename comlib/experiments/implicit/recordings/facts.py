"""What the recording and its generated stand-in are like."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from comlib import Table
from comlib.evidence import figures

from .task import recording

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The recording and the lags.

    Args:
        recording: "s1", "eeg" or "surrogate".
        lags: of the autocorrelation of the output, in time points.
        length: bins of a surrogate.
        neurons: of a surrogate.
    """

    recording: str = "surrogate"
    lags: tuple[int, ...] = (0, 1, 2, 3, 4, 6, 8, 10)
    length: int = 35129
    neurons: int = 52


RECORDS = {"facts": Config("s1")}
"""The stored runs: name in the chapter and configuration."""


def run(config: Config) -> Table:
    """Return the autocorrelation of the output by lag, and counts beside each.

    Columns: ``lag``, ``autocorrelation`` (mean over the outputs, pairs across breaks
    left out); ``points``, ``inputs``, ``breaks``; ``rate``, the inputs' mean per
    second; ``source``.

    Args:
        config: what to compute.
    """
    data = recording(config.recording, config.length, config.neurons)
    y, n = (data.y - data.y.mean(0)) / data.y.std(0, correction=0), len(data)
    rows = []
    for lag in config.lags:
        whole = _unbroken(data.breaks, n, lag)
        product = (y[lag:] * y[: n - lag])[whole].mean()
        rows.append((lag, float(product), n, data.x.shape[1], len(data.breaks),
                     float(data.x.mean()) / data.dt, data.source))
    return Table.from_rows(("lag", "autocorrelation", "points", "inputs", "breaks",
                            "rate", "source"), rows)


def plot(table: Table) -> Figure:
    """Draw the autocorrelation against the lag.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = figures.panels(1)
    figures.lines(table, "lag", "autocorrelation", marker="o", ax=axes[0],
                  labels=[table["source"][0].split(",")[0].split(" (")[0]])
    axes[0].set_title("output")
    figures.label_lines(*axes)
    return fig


def _unbroken(breaks: tuple[int, ...], length: int, lag: int) -> list[int]:
    """Return the k for which no break lies in (k, k + lag]."""
    ends = [0, *breaks, length]
    return [k for a, b in zip(ends, ends[1:]) for k in range(a, b - lag)]
