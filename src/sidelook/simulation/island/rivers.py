"""Rivers of an island: from the springs of what drains it down to the sea."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sidelook.simulation.island.relief import Relief


@dataclass(frozen=True, slots=True, kw_only=True)
class River:
    """A river from its spring to the sea, or to the greater river that takes it in.

    Attributes
    ----------
    name : invented; empty for a lesser river
    cells : (K,) of the relief's grid, flat, downstream; the last is in the sea or part of the greater river
    course : (K, 2) east and north, m
    drained : (K,) area whose water comes through, km2
    """

    name: str
    cells: NDArray[np.int64]
    course: NDArray[np.float64]
    drained: NDArray[np.float64]


def find_rivers(relief: Relief, least: float) -> list[River]:
    """Follow every stream that drains more than ``least`` km2, the longest first and to the sea.

    Parameters
    ----------
    relief : of the island
    least : area at a spring, km2

    Returns
    -------
    rivers without names, the longest first
    """
    receiver, drained = relief.receiver, relief.drained.ravel()
    channel = (drained > least) & (relief.height.ravel() > 0.0)
    fed = np.zeros(channel.size, bool)
    fed[receiver[channel]] = True
    springs = np.flatnonzero(channel & ~fed)
    ways = [_down(receiver, channel, spring) for spring in springs.tolist()]
    taken: set[int] = set()
    rivers = []
    for way in sorted(ways, key=lambda way: (-len(way), way[0])):
        length = next((k for k, cell in enumerate(way) if cell in taken), len(way) - 1) + 1
        taken.update(way[:length])
        if length > 5:  # noqa: PLR2004 - shorter ones are the ends of valleys
            rivers.append(_river(relief, np.array(way[:length]), drained))
    return rivers


def _down(receiver: NDArray[np.int64], channel: NDArray[np.bool_], spring: int) -> list[int]:
    """Follow the water from a spring to the first cell in the sea."""
    way = [spring]
    while channel[way[-1]]:
        way.append(int(receiver[way[-1]]))
    return way


def _river(relief: Relief, cells: NDArray[np.int64], drained: NDArray[np.float32]) -> River:
    course = relief.place(*np.divmod(cells, relief.height.shape[1]))
    # A river winds within its valley; only the grid makes it turn by half right angles.
    smooth = np.round(ndimage.gaussian_filter1d(course, 1.2, axis=0, mode="nearest"), 3)
    smooth[[0, -1]] = course[[0, -1]]
    through = np.maximum.accumulate(drained[cells].astype(np.float64))
    return River(name="", cells=cells, course=smooth, drained=through)
