"""From curves to verdicts: how far a network bears perturbation, and how sure that is.

The rule is calibrated on linear networks fitted exactly, whose verdicts are known.
"""

import functools
import itertools
import math

import numpy as np
from scipy import stats

from comlib import Table

from .oracle import limit_curve
from .protocols import LENGTH, zero_error

_GRID = tuple(float(r) for r in np.geomspace(1e-4, 1.5, 400))


def over_seeds(table: Table, column: str = "sampled") -> Table:
    """Return width, radius, and geometric mean, least and most error of the seeds.

    Args:
        table: rows of one combination.
        column: "sampled" or "found".
    """
    rows = []
    for m, some in table.groups("width"):
        for radius, same in some.groups("radius"):
            if radius and not np.isnan(same[column]).any():
                logs = np.log(np.maximum(same[column], 1e-300))
                rows.append((m, radius, *np.exp([logs.mean(), logs.min(), logs.max()])))
    return Table.from_rows(("width", "radius", "error", "least", "most"), rows)


def parts(table: Table, name: str) -> list[tuple[str, Table]]:
    """Return each value of a column and its rows; "all" rows if it is not there.

    Args:
        table: of one configuration, or of several.
        name: of a column that only several have.
    """
    return list(table.groups(name)) if name in table.columns else [("all", table)]


def reach(radii: np.ndarray, errors: np.ndarray, level: float) -> float:
    """Return the radius at which a curve reaches a level, between points in logarithms.

    The last radius if it never does, the first if it always has.

    Args:
        radii: the beta > 0, increasing.
        errors: at these radii; their running maximum counts.
        level: > 0.
    """
    logs = np.log(np.maximum(np.maximum.accumulate(errors), 1e-300))
    above = np.flatnonzero(logs >= math.log(level))
    if not len(above):
        return float(radii[-1])
    k = int(above[0])
    if k == 0:
        return float(radii[0])
    part = (math.log(level) - logs[k - 1]) / (min(logs[k], 700.0) - logs[k - 1])
    return float(math.exp(np.interp(part, [0, 1], np.log(radii[k - 1 : k + 1]))))


def reaches(table: Table, target: str, column: str = "sampled") -> Table:
    """Return width, seed and the radius that makes a network half as bad as none.

    Args:
        table: rows of one combination.
        target: "exp" or "pol".
        column: "sampled" or "found".
    """
    level, rows = 0.5 * zero_error(target), []
    for m, some in table.groups("width"):
        for seed, one in some.groups("seed"):
            use = (one["radius"] > 0) & ~np.isnan(one[column])
            rows.append((m, seed, reach(one["radius"][use], one[column][use], level)))
    return Table.from_rows(("width", "seed", "reach"), rows)


@functools.cache
def limit_reach(target: str, length: int = LENGTH) -> float:
    """Return the reach of the target's own limit.

    Args:
        target: "exp" or "pol".
        length: number of time points.
    """
    errors = limit_curve(target, _GRID, length)["limit"]
    return reach(np.array(_GRID), errors, 0.5 * zero_error(target, length))


def threshold(oracle: Table, column: str = "sampled") -> float:
    """Return the radius between the two verdicts, from the first half of the seeds.

    The geometric mean of the median reaches of both targets.

    Args:
        oracle: linear networks fitted exactly, with a column ``target``.
        column: "sampled" or "found".
    """
    medians = []
    for target, rows in oracle.groups("target"):
        known = reaches(rows, target, column)
        medians.append(np.median(known["reach"][known["seed"] < _half(known)]))
    return float(np.exp(np.log(medians).mean()))


def verdict(reached: np.ndarray, limit: float) -> str:
    """Return "stable", "unstable", or "open" from the reaches of some seeds.

    Stable if the lower end of a one-sided 95% t interval for the mean logarithm lies
    above that of the limit; unstable if the upper end lies below.

    Args:
        reached: at least two.
        limit: the radius between the verdicts.
    """
    logs = np.log(reached) - math.log(limit)
    spread = logs.std(ddof=1) / math.sqrt(len(logs))
    half = stats.t.ppf(0.95, len(logs) - 1) * spread
    if logs.mean() - half > 0:
        return "stable"
    return "unstable" if logs.mean() + half < 0 else "open"


def trend(table: Table) -> tuple[float, float]:
    """Return the factor of the reach per doubling of the width, and its 95% error.

    The half width of the interval is that of the logarithm to base 2.

    Args:
        table: what ``reaches`` returned, of at least two widths.
    """
    fit = stats.linregress(np.log2(table["width"]), np.log2(table["reach"]))
    half = stats.t.ppf(0.975, len(table) - 2) * fit.stderr
    return float(2**fit.slope), float(half)


def error_rates(oracle: Table, count: int = 3, column: str = "sampled") -> Table:
    """Return how often each verdict falls on networks that it was not calibrated on.

    Over all widths and all choices of ``count`` from the second half of the seeds.

    Args:
        oracle: as for ``threshold``.
        count: seeds of one verdict.
        column: "sampled" or "found".
    """
    limit, rows = threshold(oracle, column), []
    for target, part in oracle.groups("target"):
        known, found = reaches(part, target, column), []
        for _, some in known.groups("width"):
            new = some["reach"][some["seed"] >= _half(known)].tolist()
            found += [verdict(np.array(chosen), limit)
                      for chosen in itertools.combinations(new, count)]
        rows.append((target, *(found.count(name) / len(found)
                               for name in ("stable", "unstable", "open"))))
    return Table.from_rows(("target", "stable", "unstable", "open"), rows)


def _half(table: Table) -> float:
    return (table["seed"].max() + 1) / 2
