"""The tangent kernel of a tanh network, by the size of its input."""

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure
from torch import Tensor

from comlib import Table
from comlib.evidence import figures
from comlib.wide import Variances, WideNetwork, finite_width_kernel

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """One draw of weights, and the inputs: pulses of different sizes.

    Args:
        width: m.
        length: number of lags.
        nu: nu_W; nu_U and nu_c are one.
        scales: sizes of the pulse.
        seed: of the draw.
    """

    width: int = 150
    length: int = 9
    nu: float = 0.8
    scales: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1.0)
    seed: int = 0


def run(config: Config) -> Table:
    """Return one row for each scale and lag.

    Columns: ``ratio``, Theta_jj of the responses divided by the scale, by that of the
    linear network with the same weights; ``departure``, the relative Frobenius
    distance of the two kernels, the same for all lags of a scale.

    Args:
        config: what to compute.
    """
    T = config.length
    H = WideNetwork.random(config.width, Variances(config.nu, 1.0, 1.0),
                           seed=config.seed)
    weights = tuple(p.detach() for p in H.parameters())
    linear, tables = finite_width_kernel(H, T)[:, 0, 0, :, 0, 0], []
    for scale in config.scales:
        def responses(W: Tensor, U: Tensor, c: Tensor, s: float = scale) -> Tensor:
            h = [torch.tanh(s * U)]
            for _ in range(T - 1):
                h.append(torch.tanh(W @ h[-1] / math.sqrt(len(W))))
            return torch.stack([c @ one for one in h]).flatten() / math.sqrt(len(W)) / s

        parts = torch.func.jacrev(responses, argnums=(0, 1, 2))(*weights)
        J = torch.cat([part.flatten(1) for part in parts], 1)
        kernel = J @ J.mT
        tables.append(Table(
            lag=range(T), ratio=kernel.diagonal() / linear.diagonal(),
            departure=[float((kernel - linear).norm() / linear.norm())] * T))
    return Table.stack(tables, scale=list(config.scales))


def plot(table: Table) -> Figure:
    """Draw the departure against the scale, and the diagonal against the lag.

    Args:
        table: what ``run`` returned.
    """
    fig, (whole, own) = figures.panels(2, height=2.8)
    first = table.where(lag=0)
    figures.lines(first, "scale", "departure", ax=whole, marker="o", xscale="log",
                  yscale="log", xlabel="size of the pulse", labels=["measured"],
                  ylabel="distance from the linear kernel")
    figures.slope(whole, first["scale"][0], 2 * first["departure"][0], 2.0, "slope 2")
    labels = [f"{s:g}" for s in table.values("scale")]
    figures.lines(table, "lag", "ratio", by="scale", ax=own, xlabel="lag j",
                  ylabel="tanh / linear", labels=labels)
    whole.set_title("departure")
    own.set_title("diagonal, by size of the pulse")
    figures.label_lines(own)
    whole.get_legend().remove()
    return fig
