"""Closed lines where a gridded field crosses a level: marching squares, then smoothing."""

import numpy as np
from numpy.typing import NDArray

# Per cell, by which corners (SW 1, SE 2, NE 4, NW 8) lie above: from which edge to which the line runs with the high
# ground on its left. Edges: 0 south, 1 east, 2 north, 3 west. Saddles (5, 10) keep their high corners apart.
_CROSSINGS = {
    1: ((0, 3),),
    2: ((1, 0),),
    3: ((1, 3),),
    4: ((2, 1),),
    5: ((0, 3), (2, 1)),
    6: ((2, 0),),
    7: ((2, 3),),
    8: ((3, 2),),
    9: ((0, 2),),
    10: ((1, 0), (3, 2)),
    11: ((1, 2),),
    12: ((3, 1),),
    13: ((0, 1),),
    14: ((3, 0),),
}


def trace_rings(field: NDArray[np.float64], level: float) -> list[NDArray[np.float64]]:
    """Trace the closed lines at a level.

    Parameters
    ----------
    field : (R, C), below the level all along its border
    level : of the lines

    Returns
    -------
    of (K, 2) row and column, in cells, open (the last point joins the first); anticlockwise around high ground

    Raises
    ------
    ValueError : the field is above the level on its border, where a line would not close
    """
    above = field > level
    if above[[0, -1]].any() or above[:, [0, -1]].any():
        message = "the field must be below the level on its border; pad it"
        raise ValueError(message)
    columns = field.shape[1]
    case = above[:-1, :-1] * 1 + above[:-1, 1:] * 2 + above[1:, 1:] * 4 + above[1:, :-1] * 8
    following: dict[int, int] = {}
    for kind, crossings in _CROSSINGS.items():
        row, column = np.nonzero(case == kind)
        for start, end in crossings:
            following.update(
                zip(
                    _edge_number(row, column, start, columns).tolist(),
                    _edge_number(row, column, end, columns).tolist(),
                    strict=True,
                )
            )
    return [_crossing_points(ring, field, level) for ring in _rings(following)]


def _edge_number(row: NDArray[np.intp], column: NDArray[np.intp], side: int, columns: int) -> NDArray[np.intp]:
    """Give the grid edge on a side of cells as twice its west or south node, plus one where it runs north."""
    node = (row + (side == 2)) * columns + column + (side == 1)  # noqa: PLR2004 - sides as numbered above
    return 2 * node + (side % 2)


def _rings(following: dict[int, int]) -> list[list[int]]:
    rings = []
    while following:
        start, current = following.popitem()
        ring = [start]
        while current != start:
            ring.append(current)
            current = following.pop(current)
        rings.append(ring)
    return rings


def _crossing_points(ring: list[int], field: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    node, northward = np.divmod(np.array(ring), 2)
    row, column = np.divmod(node, field.shape[1])
    near, far = field[row, column], field[row + northward, column + 1 - northward]
    share = (level - near) / (far - near)
    return np.stack([row + share * northward, column + share * (1 - northward)], axis=-1)


def smooth_ring(ring: NDArray[np.float64], rounds: int = 1) -> NDArray[np.float64]:
    """Cut the corners of a closed line (Chaikin 1974); each round doubles the points.

    Parameters
    ----------
    ring : (K, 2)
    rounds : of cutting

    Returns
    -------
    (K 2**rounds, 2)
    """
    for _ in range(rounds):
        following = np.roll(ring, -1, axis=0)
        ring = np.stack([0.75 * ring + 0.25 * following, 0.25 * ring + 0.75 * following], axis=1).reshape(-1, 2)
    return ring


def smooth_line(line: NDArray[np.float64], rounds: int = 2) -> NDArray[np.float64]:
    """Cut the corners of an open line and keep its ends.

    Parameters
    ----------
    line : (K, 2)
    rounds : of cutting

    Returns
    -------
    (L, 2)
    """
    for _ in range(rounds):
        cut = np.stack([0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]], axis=1)
        line = np.concatenate([line[:1], cut.reshape(-1, 2)[1:-1], line[-1:]])
    return line
