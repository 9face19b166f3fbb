"""The reference of the assignment: one dense matrix, solved by SciPy."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from sidelook.model.columns import Indices


def assign_dense(gains: NDArray[np.float64]) -> Indices:
    """Pick the pairs of greatest total gain, each row and column at most once (reference of the compiled pass).

    Parameters
    ----------
    gains : (R, C); pairs of no gain, zero or below, are never picked

    Returns
    -------
    (R,) each row's column, -1 for none
    """
    worth = np.maximum(gains, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    partner = np.full(len(gains), -1, np.int32)
    picked = worth[rows, columns] > 0.0
    partner[rows[picked]] = columns[picked]
    return partner
