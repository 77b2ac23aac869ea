"""From perturbation errors to a filter, and how well it knows exponential memory."""

import numpy as np
import torch

from comlib import Table
from comlib.experiments.inverse.nonlinear.verdicts import reach
from comlib.functional import DTYPE

from .teachers import EXPONENTIAL, Classroom, teachers

APPROXIMABLE = 0.1
"""Largest error of a student that approximates; the zero functional has one."""
LEVEL = 0.5
"""The error at which a perturbed student is half as bad as none."""
_GRID = tuple(float(r) for r in np.geomspace(1e-4, 1.0, 300))


def threshold(limits: np.ndarray, truth: np.ndarray) -> float:
    """Return beta_c, the geometric mean of the median limits of the two classes.

    Known from the teachers alone, before any student is trained.

    Args:
        limits: one for each teacher.
        truth: whether its memory decays exponentially.
    """
    return float(np.sqrt(np.median(limits[truth]) * np.median(limits[~truth])))


def judged(runs: Table, least: float) -> Table:
    """Return teacher, family, exponential, size, error, reach, and both verdicts.

    Args:
        runs: of one width.
        least: beta_c, the reach from which on a student counts as stable.
    """
    rows = []
    for k, one in runs.groups("teacher"):
        family, moved = str(one["family"][0]), one["radius"] > 0
        error = float(one["error"][~moved][0])
        reached = reach(one["radius"][moved], one["error"][moved], LEVEL)
        rows.append((k, family, family in EXPONENTIAL, float(one["size"][0]), error,
                     reached, error <= APPROXIMABLE, reached >= least))
    return Table.from_rows(("teacher", "family", "exponential", "size", "error",
                            "reach", "approximable", "stable"), rows)


def remaining(judgement: Table) -> Table:
    """Return for each family how many teachers pass each part of the filter.

    Args:
        judgement: what ``judged`` returned.
    """
    rows = []
    for family, part in judgement.groups("family"):
        near, safe = part["approximable"], part["stable"]
        rows.append((family, len(part), int(near.sum()), int(safe.sum()),
                     int((near & safe).sum())))
    return Table.from_rows(("family", "teachers", "approximable", "stable",
                            "remain"), rows)


def limits(each: int, length: int = 60) -> np.ndarray:
    """Return the reach of the target's own limit for every teacher's odd kernel.

    Source: prp-horizon-limit in the book, with weights 1/T.

    Args:
        each: teachers in each family.
        length: number of time points T.
    """
    room = Classroom([teacher.functional for teacher in teachers(each)], length)
    rho = room.kernels(length)
    s = torch.arange(length, dtype=DTYPE)
    kappa, lag = (length - s) / length, s[:, None] - s
    k = lag.clamp(min=0)
    logs = torch.lgamma(s[:, None] + 1) - torch.lgamma(k + 1) - torch.lgamma(
        s[:, None] - k + 1)
    shares = []
    for beta in _GRID:
        B = torch.where(lag >= 0, torch.exp(logs + k * np.log(beta)), 0.0)
        moved = (kappa * (rho @ B.T - rho).square()).sum(-1)
        shares.append(moved / (kappa * rho.square()).sum(-1))
    curves = torch.stack(shares, -1).numpy()
    return np.array([reach(np.array(_GRID), curve, LEVEL) for curve in curves])


def late_rates(memories: Table) -> np.ndarray:
    """Return the slope of -log impulse memory on the second half of the horizon.

    Args:
        memories: what ``memories.run`` returned.
    """
    found = []
    for _, one in memories.groups("teacher"):
        use = (one["time"] >= one["time"].max() / 2) & (one["impulse"] > 0)
        found.append(-np.polyfit(one["time"][use], np.log(one["impulse"][use]), 1)[0])
    return np.array(found)


def area(scores: np.ndarray, truth: np.ndarray) -> float:
    """Return P(score of a true one > score of a false one), ties count half.

    That is the area under the ROC curve.

    Args:
        scores: one for each teacher.
        truth: whether its memory decays exponentially.
    """
    gap = scores[truth][:, None] - scores[~truth]
    return float((gap > 0).mean() + (gap == 0).mean() / 2)


def interval(scores: np.ndarray, truth: np.ndarray, draws: int = 2000,
             seed: int = 0) -> tuple[float, float]:
    """Return the 95% percentile interval of the area, teachers drawn again by class.

    Args:
        scores: as for ``area``.
        truth: as for ``area``.
        draws: of the bootstrap.
        seed: of the local generator.
    """
    rng, (yes, no) = np.random.default_rng(seed), (scores[truth], scores[~truth])
    labels = np.repeat([True, False], [len(yes), len(no)])
    found = [area(np.concatenate([rng.choice(yes, len(yes)), rng.choice(no, len(no))]),
                  labels) for _ in range(draws)]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def roc(scores: np.ndarray, truth: np.ndarray) -> Table:
    """Return ``false`` and ``true``, the shares that pass as the threshold falls.

    Args:
        scores: as for ``area``.
        truth: as for ``area``.
    """
    limits = [np.inf, *np.unique(scores)[::-1]]
    return Table(false=[float((scores[~truth] >= s).mean()) for s in limits],
                 true=[float((scores[truth] >= s).mean()) for s in limits])
