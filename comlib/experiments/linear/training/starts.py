"""Training curves of many starts, summed up."""

import numpy as np

from comlib import Exponential, Gaussian, Table, time_grid


def over_starts(table: Table) -> Table:
    """Return method, target, delay, level, update, and median, least, most loss.

    The rows are the updates that all starts of a target have. ``level`` is the
    relative loss of a network that has learnt all but the late part: one for an Airy
    function, the share of the bump's square for a bump, zero where nothing is late.

    Args:
        table: what ``run`` returned, or several of them stacked.
    """
    columns = (table[name].tolist() for name in ("method", "target", "delay"))
    parts, keys = [], list(dict.fromkeys(zip(*columns, strict=True)))
    for method, target, delay in keys:
        rows = table.where(method=method, target=target, delay=delay)
        starts = [rows.where(seed=seed) for seed in np.unique(rows["seed"])]
        shared = sorted(set.intersection(*(set(s["update"].tolist()) for s in starts)))
        loss = np.stack([s["loss"][np.isin(s["update"], shared)] for s in starts])
        parts.append(Table(update=shared, median=np.median(loss, 0),
                           least=loss.min(0), most=loss.max(0)))
    methods, targets, delays = zip(*keys, strict=True)
    return Table.stack(parts, method=methods, target=targets, delay=delays,
                       level=[_level(t, D) for t, D in zip(targets, delays)])


def _level(target: str, delay: float) -> float:
    if target == "bump":  # on the grid of the runs, as the losses are
        t, late = time_grid(200, 0.1), Gaussian(delay, 1.0)
        whole = Exponential() + late
        return float(late(t).square().sum() / whole(t).square().sum())
    return float(target == "Airy")
