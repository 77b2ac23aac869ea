"""Where the perturbation error of a wider network overtakes that of a narrower one."""

import math
from collections.abc import Sequence

import numpy as np

from ...arguments import checked
from ...checks import InputError
from ...evidence import Table


@checked
def crossing(
    radii: Sequence[float], wide: Sequence[float], narrow: Sequence[float]
) -> float:
    """Return the first radius from which on the wide network is no longer better.

    Between two radii the curves are straight on logarithmic axes, up to an infinite
    value, at whose radius they cross at the latest. NaN if the wide network is not
    better at first, or better throughout.

    Source: prp-crossings in the book.

    Args:
        radii: the beta > 0, in increasing order.
        wide: E_m(beta) of the wider network, positive.
        narrow: E_m(beta) of the narrower one, positive.

    Raises:
        InputError: lengths that differ, or radii that do not increase.
    """
    beta, one, two = (np.asarray(v, float) for v in (radii, wide, narrow))
    if not len(beta) == len(one) == len(two) or (np.diff(beta) <= 0).any():
        raise InputError("radii", "must increase, with one value of each curve",
                         f"{len(beta)}, {len(one)} and {len(two)} numbers",
                         "take the columns of one table")
    behind = one >= two
    if not len(beta) or behind[0] or not behind.any():
        return math.nan
    k = int(behind.argmax())
    if not np.isfinite([one[k], two[k]]).all():
        return float(beta[k])
    gaps = np.log(one[k - 1:k + 1] / two[k - 1:k + 1])
    share = gaps[0] / (gaps[0] - gaps[1])
    return float(beta[k - 1] ** (1 - share) * beta[k] ** share)


@checked
def crossings(table: Table, wide: str = "found", narrow: str = "found") -> Table:
    """Return where each width of a table is overtaken by the next one.

    With ``wide`` a lower and ``narrow`` an upper bound of E_m the wider network is
    certainly worse there; with the bounds exchanged it is certainly better before.

    Args:
        table: columns ``width``, ``radius`` and bounds of the error, one curve a
            width; rows with radius zero are left out.
        wide: column of the wider network.
        narrow: column of the narrower one.

    Raises:
        InputError: an unknown column.
    """
    for name in ("width", "radius", wide, narrow):
        table[name]
    curves, rows = dict(table.groups("width")), []
    for m, n in zip(list(curves), list(curves)[1:]):
        moved = curves[m]["radius"] > 0
        rows.append((m, n, crossing(curves[m]["radius"][moved], curves[n][wide][moved],
                                    curves[m][narrow][moved])))
    return Table.from_rows(("width", "next", "radius"), rows)
