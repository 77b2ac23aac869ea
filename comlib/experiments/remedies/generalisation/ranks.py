"""Rank correlations."""

import numpy as np
from scipy.stats import rankdata

__all__ = ["rank_correlation"]


def rank_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Return Spearman's rank correlation.

    Args:
        x: values.
        y: as many.
    """
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])
