"""The greatest heights of blocks of a grid, and of blocks of blocks: what a ray clears at one look.

Maximum mipmaps (Tevs, Ihrke and Seidel, Maximum mipmaps for fast, accurate, and scalable dynamic height field
rendering, 2008).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 4  # a block is so many of the next finer level long and wide
_ROUNDING = 1e-6  # of the greatest size of a height: between nodes, interpolated in float32, ground may come out higher


@dataclass(frozen=True, slots=True, kw_only=True)
class Pyramid:
    """What is highest in blocks of cells, the levels one after another, the finest first.

    A block of level 0 has 4 x 4 cells, with the nodes on all its sides; one of the next 4 x 4 of these; the last is
    the whole grid.

    Attributes
    ----------
    tops : (B,) float32, m, which ground in a block does not exceed, interpolated or not; -inf where none is known
    voids : (B,) whether some height in it is not known
    levels : (L, 2) first block of each level, and its blocks from west to east
    """

    tops: NDArray[np.float32]
    voids: NDArray[np.bool_]
    levels: NDArray[np.int64]


def build_pyramid(heights: NDArray[np.float32]) -> Pyramid:
    """Look for what is highest in the blocks of (R, C) heights, m, two rows and columns or more."""
    finite = np.isfinite(heights)
    tops, voids = [_gather(np.fmax, heights, 1)], [_gather(np.logical_or, ~finite, 1)]
    while tops[-1].size > 1:
        tops.append(_gather(np.fmax, tops[-1], 0))
        voids.append(_gather(np.logical_or, voids[-1], 0))
    size = np.max(np.abs(heights), where=finite, initial=0.0)
    flat = np.concatenate([level.reshape(-1) for level in tops])
    first = np.cumsum([0] + [level.size for level in tops[:-1]])
    return Pyramid(
        tops=np.where(np.isnan(flat), -np.inf, flat + _ROUNDING * size).astype(np.float32),
        voids=np.concatenate([level.reshape(-1) for level in voids]),
        levels=np.stack([first, [level.shape[1] for level in tops]], axis=-1).astype(np.int64),
    )


def _gather(into: np.ufunc, values: NDArray[Any], shared: int) -> NDArray[Any]:
    """Join values over squares of SIDE rows and columns, and of ``shared`` more that belong to the next as well."""
    for axis in range(2):
        count = values.shape[axis]
        first = np.arange(0, count - shared, SIDE)
        joined = values.take(first, axis)
        for k in range(1, SIDE + shared):
            # The last square ends where the values do: its last row counts more than once.
            joined = into(joined, values.take(np.minimum(first + k, count - 1), axis))
        values = joined
    return values
