"""Where to fly so that the radar sees the most road: racetracks around an area, tried one by one.

What an orbit is worth is the length of road that the antenna can look at, in range, in the field of view and not
hidden, on the average of the time flown; what a turn blinds counts as nothing. All candidates are valued by geometry
alone on coarse cells first, then the best of them on finer ones and by what terrain hides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.wgs84 import wrap_longitude
from sidelook.model.columns import Flags, Floats
from sidelook.model.radar import Radar
from sidelook.sensing.coverage_map import Visibility
from sidelook.sensing.equal_area import grid_over
from sidelook.sensing.location import bearing_and_distance
from sidelook.simulation.antenna import Mount, can_look, steady, swath
from sidelook.simulation.orbit import Racetrack, fly
from sidelook.simulation.schedule.areas import Polygon, contains


@dataclass(frozen=True, slots=True, kw_only=True)
class Roads:
    """Roads as points, (N,) each.

    Attributes
    ----------
    latitude, longitude : rad
    length : of road that each point stands for, m
    """

    latitude: Floats
    longitude: Floats
    length: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class OrbitSearch:
    """Which racetracks are tried.

    Attributes
    ----------
    bearings : from the middle of the roads to that of the racetrack, so many around
    stand_offs : distances between the two, m
    headings : of the legs, rad off a right angle to the line between the two
    like : leg, radius, height, speed, rate of roll and start of all racetracks; its place and heading do not matter
    keep_out : the aircraft does not fly over it; None is over nothing
    moments : around the racetrack at which an orbit is valued
    shortlist : of orbits that are valued on finer cells and with what is hidden
    coarse, cell : sides of the cells into which roads are gathered, first and for the shortlist, m
    """

    like: Racetrack
    bearings: int = 24
    stand_offs: tuple[float, ...] = (70e3, 100e3, 130e3, 160e3)
    headings: tuple[float, ...] = (0.0,)
    keep_out: Polygon | None = None
    moments: int = 24
    shortlist: int = 12
    coarse: float = 6_000.0
    cell: float = 2_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrbitValue:
    """What an orbit is worth.

    Attributes
    ----------
    orbit : the racetrack
    mean_km : of road that can be looked at, on the average of the time, km
    seen_km : that can be looked at some time, km
    total_km : that there is
    """

    orbit: Racetrack
    mean_km: float
    seen_km: float
    total_km: float


def plan_orbit(
    roads: Roads,
    radar: Radar,
    search: OrbitSearch,
    visible: Visibility | None = None,
    mount: Mount | None = None,
) -> list[OrbitValue]:
    """Find the orbits that see the most road.

    Parameters
    ----------
    roads : to be seen
    radar, mount : that looks; None is the usual mount
    search : which racetracks are tried
    visible : what hides; None hides nothing

    Returns
    -------
    the shortlist, best first; equally good ones in the order in which they were tried

    Raises
    ------
    UsageError : there are no roads, or no racetrack stays clear of what is to be kept out of
    """
    coarse, base = gather(roads, max(search.coarse, search.cell)), mount or Mount()
    tried = [value_orbit(orbit, coarse, radar, base, search.moments) for orbit in candidates(coarse, search)]
    if not tried:
        message = "every racetrack crosses what is to be kept out of: allow larger stand-offs or other headings"
        raise UsageError(message)
    chosen = sorted(tried, key=_worth)[: search.shortlist]
    fine = gather(roads, search.cell)
    best = [value_orbit(each.orbit, fine, radar, base, search.moments, visible) for each in chosen]
    return sorted(best, key=_worth)


def _worth(value: OrbitValue) -> float:
    return -value.mean_km


def gather(roads: Roads, cell: float) -> Roads:
    """Gather roads into the middles of cells, which is all that a beam can tell apart.

    Raises
    ------
    UsageError : there are no roads
    """
    if not (len(roads.length) and np.isfinite(roads.length).all() and roads.length.sum() > 0.0):
        message = "an orbit is planned for roads, and there are none"
        raise UsageError(message)
    grid = grid_over(roads.latitude, roads.longitude, cell)
    cells, row = np.unique(grid.cells_at(roads.latitude, roads.longitude), return_inverse=True)
    length = np.bincount(row, roads.length, len(cells)).astype(np.float64)
    latitude, longitude = grid.places(cells)
    return Roads(latitude=latitude, longitude=longitude, length=length)


def candidates(roads: Roads, search: OrbitSearch) -> Iterator[Racetrack]:
    """Lay racetracks around the middle of roads, weighted by length; those that cross what is kept out are left out."""
    frame = _middle(roads)
    for stand_off in search.stand_offs:
        for number in range(search.bearings):
            bearing = 2.0 * np.pi * number / search.bearings
            for heading in search.headings:
                orbit = replace(
                    search.like,
                    frame=frame,
                    east=float(stand_off * np.sin(bearing)),
                    north=float(stand_off * np.cos(bearing)),
                    heading=float(bearing + np.pi / 2.0 + heading),
                )
                if search.keep_out is None or not _crosses(orbit, search.keep_out):
                    yield orbit


def value_orbit(
    orbit: Racetrack,
    roads: Roads,
    radar: Radar,
    mount: Mount,
    moments: int = 24,
    visible: Visibility | None = None,
) -> OrbitValue:
    """Tell what an orbit is worth.

    Parameters
    ----------
    orbit : to be flown
    roads : to be seen
    radar, mount : that looks
    moments : evenly spaced in time around the orbit
    visible : what hides, asked once for each moment; None hides nothing
    """
    flown = fly(orbit, _moments(orbit, moments))
    near, far = swath(radar, orbit.height)
    looked: Flags = np.zeros(len(roads.length), bool)
    seen_time = np.zeros(len(roads.length))
    for row in np.flatnonzero(steady(mount, flown.roll)).tolist():
        at = float(flown.latitude[row]), float(flown.longitude[row])
        bearing, distance = bearing_and_distance(*at, roads.latitude, roads.longitude)
        inside = (distance >= near) & (distance <= far)
        inside &= can_look(radar.antenna, mount, flown.track[row], flown.roll[row], bearing)
        if visible is not None and inside.any():
            sensor = (*at, float(flown.height[row]))
            inside[inside] = visible(roads.latitude[inside], roads.longitude[inside], sensor)
        looked |= inside
        seen_time += inside
    return OrbitValue(
        orbit=orbit,
        mean_km=float(seen_time @ roads.length) / moments * 1e-3,
        seen_km=float(roads.length[looked].sum()) * 1e-3,
        total_km=float(roads.length.sum()) * 1e-3,
    )


def _moments(orbit: Racetrack, count: int) -> NDArray[np.int64]:
    share = (np.arange(count) + 0.5) / count
    return orbit.start + np.rint(share * orbit.course().period * 1e9).astype(np.int64)


def _crosses(orbit: Racetrack, area: Polygon) -> bool:
    flown = fly(orbit, _moments(orbit, 100))
    return bool(contains(area, flown.latitude, flown.longitude).any())


def _middle(roads: Roads) -> LocalFrame:
    off = wrap_longitude(roads.longitude - roads.longitude[0])
    weight = roads.length / roads.length.sum()
    return LocalFrame(
        latitude=float(roads.latitude @ weight),
        longitude=float(wrap_longitude(roads.longitude[0] + off @ weight)),
    )
