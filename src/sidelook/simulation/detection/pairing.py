"""Which entities are in the footprints of which dwells.

Footprints are the sectors of STANAG 4607 D24 to D27, as ``sensing.coverage`` has them. Dwells are taken in blocks and
groups that lie close in time: where everything is in the middle of a block gives what its groups may see, where that is
in the middle of a group, sorted by bearing, the few candidates of each dwell, and only for those is it worked out where
they are at the time of the dwell itself.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.wgs84 import wrap_longitude
from sidelook.model.plots import Dwells
from sidelook.sensing.location import bearing_and_distance
from sidelook.simulation.trajectories import States

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]
_BLOCK, _GROUP = 32_000_000_000, 4_000_000_000  # ns
_FEW = 1_000
_MARGIN = 1.01  # of footprints, for what the shape of the earth does to bearings


class Moving(Protocol):
    """Interface of things whose places can be asked for."""

    def at(self, vehicle: NDArray[np.integer], time: NDArray[np.int64]) -> States:
        """Tell where the things of (K,) rows are at (K,) times, ns UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What is looked for where.

    Attributes
    ----------
    dwells : M of them
    things : asked where they are
    frame : their positions' local frame
    fastest : none of them is faster, m/s
    """

    dwells: Dwells
    things: Moving
    frame: LocalFrame
    fastest: float


def pair(dwells: Dwells, things: Moving, frame: LocalFrame, rows: Rows, fastest: float) -> tuple[Rows, Rows, States]:
    """Find which things are in which footprints.

    Parameters
    ----------
    dwells : M of them, in order of time
    things : asked where they are
    frame : their positions' local frame
    rows : (V,) of the things, those to look for
    fastest : none of them is faster, m/s

    Returns
    -------
    dwell, row : (K,) each, in order of dwells, then rows
    states : of each at its dwell's time
    """
    search = _Search(dwells=dwells, things=things, frame=frame, fastest=fastest)
    pairs = [(np.zeros(0, np.intp), np.zeros(0, np.intp))]
    for block in _groups(dwells.time, 0, _BLOCK) if len(rows) else ():
        pairs += [_candidates(search, group, near) for group, near in _divided(search, block, rows)]
    dwell, row = (np.concatenate([part[index] for part in pairs]) for index in (0, 1))
    states = things.at(row, dwells.time[dwell])
    inside = np.flatnonzero(states.present & _inside(dwells, dwell, states.position, frame))
    inside = inside[np.lexsort((row[inside], dwell[inside]))]
    kept = States(present=states.present[inside], position=states.position[inside], velocity=states.velocity[inside])
    return dwell[inside], row[inside], kept


def _groups(time: NDArray[np.int64], start: int, length: int) -> list[slice]:
    """Cut dwells, the first of which is row ``start``, where the clock passes a multiple of a length, ns."""
    cuts = np.flatnonzero(np.diff(time // length)) + 1
    bounds = [0, *cuts.tolist(), len(time)]
    return [slice(start + i, start + k) for i, k in itertools.pairwise(bounds) if k > i]


def _bearings(search: _Search, group: slice, rows: Rows) -> tuple[Floats, Floats, Floats]:
    """Give where things, (V,), and footprints, (G,), lie in the middle of a group, and how wide to search around them.

    All are bearings at the sensor, rad.
    """
    dwells, middle = search.dwells, (group.start + group.stop) // 2
    states = search.things.at(rows, np.full(len(rows), dwells.time[middle]))
    latitude, longitude, _ = enu_to_geodetic(states.position, search.frame)
    sensor = dwells.sensor_latitude[middle], dwells.sensor_longitude[middle]
    bearing, _ = bearing_and_distance(*sensor, latitude, longitude)
    toward, distance = bearing_and_distance(*sensor, dwells.area_latitude[group], dwells.area_longitude[group])
    # Between the middle and the dwell, platform and thing pass one another by no more than this.
    fastest = float(np.nan_to_num(dwells.speed[group]).max()) + search.fastest
    passed = fastest * np.abs(dwells.time[group] - dwells.time[middle]) * 1e-9
    nearest = np.maximum(distance - dwells.range_half_extent[group] - passed, 1.0)
    half = dwells.angle_half_extent[group] * _MARGIN + passed / nearest
    return bearing, toward, np.minimum(half, np.pi)


def _divided(search: _Search, block: slice, rows: Rows) -> Iterator[tuple[slice, Rows]]:
    """Cut a block into groups, each with the things that it may see at all; a few things are not worth it."""
    if len(rows) <= _FEW:
        yield block, rows
        return
    bearing, toward, half = _bearings(search, block, rows)
    for group in _groups(search.dwells.time[block], block.start, _GROUP):
        inside = slice(group.start - block.start, group.stop - block.start)
        centre = toward[inside][0]
        reach = np.max(np.abs(wrap_longitude(toward[inside] - centre)) + half[inside])
        yield group, rows[np.abs(wrap_longitude(bearing - centre)) <= reach]


def _candidates(search: _Search, group: slice, rows: Rows) -> tuple[Rows, Rows]:
    """Pair the dwells of a group with the things that may be in their footprints."""
    if not len(rows):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    bearing, toward, half = _bearings(search, group, rows)
    # What is nowhere has no bearing, and would break the order of the ring.
    there = np.isfinite(bearing)
    rows, bearing = rows[there], bearing[there]
    order = np.argsort(bearing, kind="stable")
    turned = bearing[order]
    ring = np.concatenate([turned - 2.0 * np.pi, turned, turned + 2.0 * np.pi])
    first = np.searchsorted(ring, toward - half, side="left")
    count = np.minimum(np.searchsorted(ring, toward + half, side="right") - first, len(rows))
    dwell = np.repeat(np.arange(len(toward)), count)
    inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return group.start + dwell, rows[order[(first[dwell] + inside) % max(len(rows), 1)]]


def _inside(dwells: Dwells, dwell: Rows, position: NDArray[np.float64], frame: LocalFrame) -> NDArray[np.bool_]:
    """Tell which positions are in the footprints of their dwells."""
    latitude, longitude, _ = enu_to_geodetic(position, frame)
    toward, middle = bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )
    bearing, distance = bearing_and_distance(
        dwells.sensor_latitude[dwell], dwells.sensor_longitude[dwell], latitude, longitude
    )
    off = np.abs(wrap_longitude(bearing - toward[dwell]))
    return (off <= dwells.angle_half_extent[dwell]) & (
        np.abs(distance - middle[dwell]) <= dwells.range_half_extent[dwell]
    )
