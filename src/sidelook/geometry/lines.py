"""Lines of many points: which of them can be left out."""

import numpy as np
from numpy.typing import NDArray


def simplify(line: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    """Drop points that lie within a tolerance of the line without them (Douglas and Peucker 1973).

    Parameters
    ----------
    line : (K, D), the first two columns positions; the others stay with their points
    tolerance : in the units of the positions

    Returns
    -------
    (L, D) some of the points, the ends always
    """
    keep = np.zeros(len(line), bool)
    keep[[0, -1]] = True
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:  # noqa: PLR2004 - nothing lies between
            continue
        inner = line[first + 1 : last, :2] - line[first, :2]
        chord = line[last, :2] - line[first, :2]
        length = np.hypot(*chord)
        off = np.abs(inner[:, 0] * chord[1] - inner[:, 1] * chord[0]) / length if length else np.hypot(*inner.T)
        worst = int(np.argmax(off))
        if off[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return line[keep]
