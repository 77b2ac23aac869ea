"""How many neurons the power law omega (1 + t)^(-1-omega) asks for."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from scipy import integrate, optimize, special

from comlib import Polynomial, Table, hankel_singular_values
from comlib.evidence import figures
from comlib.kernels import trapezoid_sum
from comlib.measures import favard_constant

__all__ = ["Config", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """The memories and the accuracies.

    Args:
        omegas: exponents omega, smaller for longer memory.
        epsilons: relative L1 errors.
    """

    omegas: tuple[float, ...] = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
    epsilons: tuple[float, ...] = (1e-2, 1e-4, 1e-6, 1e-8)


def run(config: Config) -> Table:
    """Return widths for each omega and epsilon, one row a pair.

    Columns: ``proved``, the lower bound of prp-hankel-proved; ``count``, the number of
    Hankel singular values above epsilon; ``phase_space`` and ``law``, what Weyl's law
    says of it, with the exact symbol and to leading order; ``sum``, the width of
    ``trapezoid_sum``; ``log10_route``, the logarithm of the width of prp-counting;
    and ``log10_published``, that of epsilon^(-1/omega).

    Args:
        config: what to compute.
    """
    rows = []
    for omega in config.omegas:
        kernel = Polynomial(1 + omega)
        sigma = hankel_singular_values(omega * kernel, min(config.epsilons) / 2, 1e-4)
        for eps in config.epsilons:
            L = math.log(1 / eps)
            rows.append({
                "omega": omega, "epsilon": eps, "proved": _proved(omega, eps),
                "count": int((sigma > eps).sum()),
                "phase_space": _phase_space(omega, eps),
                "law": L**2 / (2 * math.pi**2 * omega),
                "sum": len(trapezoid_sum(kernel, eps).rates),
                "log10_route": _route(omega, eps),
                "log10_published": L / omega / math.log(10)})
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})


def plot(table: Table) -> Figure:
    """Draw the count as a heat map, with its contours and those of the others.

    Args:
        table: what ``run`` returned.
    """
    shown = table.with_columns(neurons=np.maximum(table["count"], 1))
    fig, ax = figures.heatmap(shown, "omega", "epsilon", "neurons", scale="log",
                              xscale="log", yscale="log", ylabel="error ε",
                              xlabel="ω (the smaller, the longer the memory)",
                              label="N(ε), neurons needed at least")
    across, up = np.unique(table["omega"]), np.unique(table["epsilon"])
    pairs = np.lexsort((table["omega"], table["epsilon"]))
    for name, levels, look in (
            ("count", [5, 10, 20, 50, 100, 200], {"colors": figures.BRIGHT}),
            ("phase_space", [5, 10, 20, 50, 100, 200],
             {"colors": figures.BRIGHT, "linestyles": "--"}),
            ("log10_published", [2, 6, 20, 80], {"colors": figures.DIM,
                                                 "linestyles": ":"})):
        cells = table[name][pairs].reshape(len(up), len(across)).astype(float)
        lines = ax.contour(across, up, cells, levels=levels, linewidths=1.3, **look)
        if name != "phase_space":
            form = {n: f"$10^{{{n}}}$" if name == "log10_published" else f"{n}"
                    for n in levels}
            ax.clabel(lines, fmt=form)
    return fig


def _symbol(omega: float, xi: float | np.ndarray) -> float | np.ndarray:
    """Return log(2^omega b(xi)), b the symbol of prp-hankel-law."""
    modulus = 2 * special.loggamma((1 + omega) / 2 + 1j * xi).real
    return math.log(omega * 2**omega) + modulus - special.gammaln(1 + omega)


def _phase_space(omega: float, eps: float) -> float:
    """Return the area of the phase space where the symbol exceeds eps, over 2 pi."""
    def excess(xi: float) -> float:
        return _symbol(omega, xi) - math.log(eps)

    if excess(0.0) <= 0:
        return 0.0
    end = optimize.brentq(excess, 0.0, 100.0)
    return integrate.quad(excess, 0.0, end)[0] / (math.pi * omega)


def _proved(omega: float, eps: float) -> int:
    """Return the largest whole part of the bound in prp-hankel-proved."""
    xi = np.linspace(0.0, 20.0, 4001)
    logs = _symbol(omega, xi) + math.log(4 / math.pi**2 / eps)
    return max(0, math.floor((xi * logs).max() / (math.pi * omega)))


def _route(omega: float, eps: float) -> float:
    """Return log10 of the least width of prp-counting, over alpha up to 100."""
    a = np.arange(1, 101)
    favard = np.array([favard_constant(int(alpha)) for alpha in a])
    # logarithms throughout: 1 + T and the width leave the range of doubles
    end = (math.log(2 / eps) - special.betaln(omega + 1, a) - np.log(a)) / omega
    ln_beta = np.log((1 + omega) * end) - end - np.log1p(-np.exp(-end))
    ln_gamma = (special.gammaln(omega + a + 1) - special.gammaln(omega)
                - (a + 1) * ln_beta)
    ln_constant = (np.log((a + 1) * favard) - a * math.log(2)
                   + special.gammaln(2 * a + 2) - special.gammaln(a + 2))
    # m (m - 1) ... (m - a + 1) >= (m - a + 1)^a
    factor = (math.log(2 / eps) + ln_constant + ln_gamma) / a
    return float((np.logaddexp(np.log(a), factor) / math.log(10)).min())
