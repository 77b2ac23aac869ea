"""Slopes of the distances against the width, with their errors."""

from collections.abc import Sequence

import numpy as np

from comlib import Table

PARTS = ("total", "start", "movement")


def slopes(
    table: Table, columns: Sequence[str] = PARTS, draws: int = 400,
) -> Table:
    """Return the slopes of log mean against log width, with standard errors.

    The errors are from resampling the draws of each width (bootstrap, seed 0).

    Args:
        table: what ``run`` returned.
        columns: those whose means are fitted.
        draws: of the bootstrap.
    """
    rows, rng = [], np.random.default_rng(0)
    for nu, part in table.groups("variance"):
        groups = list(part.groups("width"))
        x = np.log([m for m, _ in groups])
        row = {"variance": nu}
        for name in columns:
            samples = [rows_[name] for _, rows_ in groups]
            again = [[rng.choice(s, len(s)).mean() for s in samples]
                     for _ in range(draws)]
            row[name] = np.polyfit(x, np.log([s.mean() for s in samples]), 1)[0]
            row[f"{name}_error"] = np.polyfit(x, np.log(again).T, 1)[0].std(ddof=1)
        rows.append(row)
    return Table(**{name: [row[name] for row in rows] for name in rows[0]})
