"""How much each choice changes, from the runs of the chapter."""

import math

import numpy as np

from comlib import Table
from comlib.training import growing_weights

_RADIUS = 0.032


def _mean(rows: Table) -> float:
    return float(np.exp(np.log(rows["sampled"]).mean()))


def dead_starts(starts: Table) -> Table:
    """Return dead modes and errors of both starts, and the ratio of the errors.

    Args:
        starts: what ``dead_starts.run`` returned.
    """
    rows = []
    for target, part in starts.where(radius=_RADIUS).groups("target"):
        for m, some in part.groups("width"):
            relu, size = (some.where(start=s) for s in ("max(w, 0)", "|w|"))
            rows.append((target, m, relu["dead"].mean(), size["dead"].mean(),
                         _mean(relu), _mean(size), _mean(relu) / _mean(size)))
    return Table.from_rows(("target", "width", "dead", "dead_size", "relu", "size",
                            "factor"), rows)


def lifts(runs: Table) -> np.ndarray:
    """Return by how much a running maximum lifts each network's curve at most.

    Args:
        runs: of the grid.
    """
    curves = runs["sampled"].reshape(-1, len(runs.values("radius")))
    return (np.maximum.accumulate(curves, 1) / curves).max(1)


def searched(runs: Table, radius: float, protocol: str) -> np.ndarray:
    """Return found in the ball over sampled in the box, of all networks.

    Args:
        runs: of the grid.
        radius: a radius at which there was a search.
        protocol: "authors" or "clean".
    """
    rows = runs.where(radius=radius, protocol=protocol)
    return rows["found"] / rows["sampled"]


def beyond_euler(m: int) -> float:
    """Return the chance that one of m rates max(w, 0), w normal, exceeds 2.

    Args:
        m: width.
    """
    return 1 - ((1 + math.erf(math.sqrt(2))) / 2) ** m


def lessons(starts: Table, boxes: Table, same: Table, runs: Table) -> Table:
    """Return what was done, what it changes, by which factor, and the cure.

    Args:
        starts: what ``dead_starts.run`` returned.
        boxes: what ``box_or_ball.run`` returned.
        same: what ``same_network.run`` returned.
        runs: of the grid.
    """
    exp = dead_starts(starts).where(target="exp")["factor"]
    way = {w: rows.where(radius=_RADIUS)["sampled"][0]
           for w, rows in same.groups("way")}
    still = runs.where(radius=0.0, width=8, target="pol")
    stop = _mean(still.where(protocol="authors")) / _mean(still.where(protocol="clean"))
    late = [float(growing_weights(100, p)[-10:].sum()) for p in (2.0, 4.0)]
    error, widest = f"error at β = {_RADIUS:g}", boxes["width"][-1]
    exact = boxes["exact"][-1]
    rows = [
        ("half of the modes dead at the start", f"{error}, exp",
         math.sqrt(exp[0] * exp[-1]), "start with |w|, or spread the rates"),
        (f"box instead of ball, m = {widest}", f"worst {error}",
         boxes["found_box"][-1] / exact, "norms of whole weights"),
        (f"30 draws instead of a search, m = {widest}", f"{error}, ball",
         boxes["sampled_ball"][-1] / exact, "search from several starts"),
        ("softplus weights move, not rates", error, way["softplus"] / way["rates"],
         "say what moves, show both"),
        ("all rates down, not at random", error,
         way["all rates by -beta"] / way["rates"], "show both, and the search"),
        ("LRU gain from a - 1", error, way["gain a - 1"] / way["gain a"],
         "test that modes have norm one"),
        ("start and stop rule, m = 8", "error at β = 0, pol", stop,
         "train every width alike"),
        ("weights squared twice", "weight of the last tenth", late[1] / late[0],
         "test on a constant error"),
        ("no Euler limit, m = 64", "chance of a rate above 2", beyond_euler(64),
         "check 0 < rate dt < 2"),
        ("running maximum", "a curve, at most", float(lifts(runs).max()),
         "plot what was measured")]
    return Table.from_rows(("done", "changes", "factor", "cure"), rows)
