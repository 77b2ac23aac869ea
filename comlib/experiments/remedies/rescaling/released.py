"""Numbers in the released code of "Rescaling the error in time", beside formulas."""

from comlib import Table
from comlib.horizon import lag_weights, power_weights

__all__ = ["against_the_code"]

PICTURE = {0.0: 0.0308, 1.0: 0.0232, 2.0: 0.0206, 10.0: 0.0169}
"""Where the curves of assets/memory_bias.png begin, by power; read off, +-0.0001."""
NOTEBOOK = {0.0: 749.5929, 1.0: 254.6794, 2.0: 153.5164, 10.0: 36.2730}
"""Error of the first lag over that of the last one, stored in demo.ipynb for windows of
1024 points and 16 inputs. Source: github.com/radarFudan/INTEREST, commit 1cdf1d2."""


def against_the_code(length: int = 1024) -> Table:
    """Return the picture's and the notebook's numbers beside two formulas.

    Columns: ``power`` q; ``begin``, where the picture's curve begins, with
    ``outside`` and ``inside``, the formula for a weight t^q outside and inside the
    square; ``ratio``, how much q lowers the notebook's ratio of the first to the last
    lag, with the formulas ``ratio_outside`` and ``ratio_inside``.

    Args:
        length: of the notebook's windows.
    """
    rows = []
    for q, begin in PICTURE.items():
        shares, falls = [], []
        for power in (q, 2 * q):
            share = lag_weights(power_weights(64, power))
            shares.append(float(share[0] / share.sum()))
            # kappa_0 = 1, and the last lag has the last weight
            falls.append(float(1 / (length * power_weights(length, power)[-1])))
        rows.append((q, begin, *shares, NOTEBOOK[q] / NOTEBOOK[0.0], *falls))
    return Table.from_rows(("power", "begin", "outside", "inside", "ratio",
                            "ratio_outside", "ratio_inside"), rows)
