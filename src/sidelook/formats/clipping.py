"""Cutting lines and rings by a strip between two parallels to an axis."""

import numpy as np
from numpy.typing import NDArray


def clip_line(line: NDArray[np.float64], axis: int, low: float, high: float) -> list[NDArray[np.float64]]:
    """Keep what of a line lies in a strip.

    Parameters
    ----------
    line : (K, 2)
    axis : 0 where the strip bounds the first coordinate, 1 where the second
    low, high : of the strip

    Returns
    -------
    of (L, 2), the pieces in order
    """
    along = line[:, axis]
    if along.min() >= low and along.max() <= high:
        return [line]
    start, end = along[:-1], along[1:]
    rise = np.where(end == start, 1.0, end - start)
    bounds = np.stack([(low - start) / rise, (high - start) / rise])
    enter, leave = np.clip(bounds.min(axis=0), 0.0, 1.0), np.clip(bounds.max(axis=0), 0.0, 1.0)
    inside = np.where(end == start, (start >= low) & (start <= high), enter < leave)
    enter, leave = np.where(end == start, 0.0, enter), np.where(end == start, 1.0, leave)
    kept = np.flatnonzero(inside)
    if not len(kept):
        return []
    step = line[1:] - line[:-1]
    first, last = line[:-1] + enter[:, None] * step, line[:-1] + leave[:, None] * step
    broken = (np.diff(kept) > 1) | (leave[kept[:-1]] < 1.0) | (enter[kept[1:]] > 0.0)
    runs = np.split(kept, np.flatnonzero(broken) + 1)
    return [np.concatenate([first[run[:1]], last[run]]) for run in runs]


def clip_ring(ring: NDArray[np.float64], axis: int, low: float, high: float) -> list[NDArray[np.float64]]:
    """Keep what of a ring lies in a strip (Sutherland and Hodgman 1974); parts stay joined along the strip's edge.

    Parameters
    ----------
    ring : (K, 2), open or closed
    axis, low, high : as for ``clip_line``

    Returns
    -------
    none, or one ring, (L, 2), open
    """
    along = ring[:, axis]
    if along.min() >= low and along.max() <= high:
        return [ring]
    for bound, sign in ((low, 1.0), (high, -1.0)):
        if len(ring):
            ring = _cut_off(ring, sign * (ring[:, axis] - bound))
    return [ring] if len(ring) > 2 else []  # noqa: PLR2004 - a ring has three corners


def _cut_off(ring: NDArray[np.float64], above: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep where ``above``, (K,), is not negative, with the points where the ring crosses zero."""
    following, then = np.roll(ring, -1, axis=0), np.roll(above, -1)
    crosses = (above >= 0.0) != (then >= 0.0)
    share = above / np.where(crosses, above - then, 1.0)
    crossing = ring + share[:, None] * (following - ring)
    both = np.stack([ring, crossing], axis=1).reshape(-1, 2)
    kept: NDArray[np.float64] = both[np.stack([above >= 0.0, crosses], axis=1).ravel()]
    return kept


def ring_area(ring: NDArray[np.int64]) -> float:
    """Give the area of a ring, (K, 2) open, positive where it runs clockwise with the second axis downward."""
    x, y = ring.T
    return 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
