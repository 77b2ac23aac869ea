"""The two-unit tanh network whose memory at one input is periodic."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from scipy.integrate import solve_ivp

from comlib import Table
from comlib.evidence.figures import legend_above, lines, panels


@dataclass(frozen=True)
class Config:
    """Constant inputs that start on, inside and outside the periodic orbit.

    With z = W h + U x one has z' = W tanh(z), and a constant input x starts at
    z = U x. U is the point where the orbit crosses v_1 = 0 upwards.

    Args:
        W: the recurrent weights, row by row.
        inputs: the x; 1 is on the orbit.
        periods: how many periods are shown.
        samples: points of a period.
        tolerance: of the integration, relative.
    """

    W: tuple[tuple[float, float], ...] = ((1.0, 1.0), (-4.0, -3.0))
    inputs: tuple[float, ...] = (0.97, 1.0, 1.03)
    periods: int = 3
    samples: int = 100
    tolerance: float = 1e-12


def run(config: Config) -> Table:
    """Return input, time, z_1, z_2, v_1 and v_2, v = tanh(z) = dh/dt.

    Source: "Inverse Approximation Theory", App. I.1 and Fig. 11b; that the orbit is
    unstable, so found by integrating backwards, is ours.

    Args:
        config: the network and its inputs.
    """
    start, period = _orbit(config)
    t = np.arange(config.periods * config.samples + 1) * period / config.samples
    tables = []
    for x in config.inputs:
        z = _solve(config, x * start, t[-1], t_eval=t).y
        v = np.tanh(z)
        tables.append(Table(time=t, z1=z[0], z2=z[1], v1=v[0], v2=v[1]))
    return Table.stack(tables, input=config.inputs)


def _orbit(config: Config) -> tuple[np.ndarray, float]:
    """A point of the orbit, which attracts as time runs backwards, and the period."""
    def upwards(_: float, z: np.ndarray) -> float:
        return z[0]

    upwards.direction = -1  # upwards as time runs forwards
    back = _solve(config, np.array([0.3, -0.3]), -300.0, events=upwards)
    return back.y_events[0][-1], float(back.t_events[0][-2] - back.t_events[0][-1])


def _solve(config: Config, z0: np.ndarray, end: float, **options):
    W = np.array(config.W)
    return solve_ivp(lambda _, z: W @ np.tanh(z), (0.0, end), z0, method="DOP853",
                     rtol=config.tolerance, atol=config.tolerance, **options)


def plot(table: Table) -> Figure:
    """Draw the phase portrait of v, and the memory at each input against time.

    Args:
        table: what ``run`` returned.
    """
    fig, axes = panels(2, height=2.9)
    inputs = table.values("input")
    labels = [f"x = {x:g}" for x in inputs]
    lines(table, "v1", "v2", by="input", labels=labels, linewidth=1.2,
          xlabel="$v_1$", ylabel="$v_2$", ax=axes[0])
    memory = table.with_columns(slope=abs(table["v1"]) / table["input"])
    lines(memory, "time", "slope", by="input", labels=labels, linewidth=1.2,
          xlabel="time $t$", ylabel="$|dH_t(u^x)/dt| \\, / \\, |x|$", ax=axes[1])
    for ax, title in zip(axes, ("Velocity", "Slope of the output"), strict=True):
        ax.set_title(title)
    legend_above(*axes, cols=3)
    return fig
