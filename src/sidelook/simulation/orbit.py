"""The path of the aircraft that bears the radar: a racetrack, a circle or waypoints.

Every path is level, flown at one speed, and made of pieces in each of which the roll is constant or changes at one
rate; what turns the aircraft is its bank alone, at the rate ``g tan(roll) / speed`` of a coordinated turn. So position,
track, speed and roll are continuous and agree with one another. Paths are laid out in the horizontal plane of a local
frame and carried by the surface at one height over the ellipsoid; track and speed are those over the earth.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, local_axes
from sidelook.geometry.ground import Ellipsoid
from sidelook.simulation.course import Course, bank_for_radius, circle, fly_by, reversal

# Pieces of the paths in use: a mission has one.
_PATHS_KEPT = 16


class FlightPath(Protocol):
    """Interface of a path: a frozen, hashable record that can be laid out."""

    def __hash__(self) -> int:
        """Tell paths apart: what was laid out once is kept."""
        ...

    @property
    def frame(self) -> LocalFrame:
        """The frame whose horizontal plane carries the path's shape."""
        ...

    @property
    def height(self) -> float:
        """Above the ellipsoid, m."""
        ...

    @property
    def speed(self) -> float:
        """In the plane, m/s."""
        ...

    @property
    def start(self) -> int:
        """When the course begins, ns UTC."""
        ...

    def course(self) -> Course:
        """Lay the path out as pieces."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Racetrack:
    """Two straight legs joined by turns through half a circle, flown clockwise seen from above.

    Attributes
    ----------
    frame : whose origin the racetrack lies around; its horizontal plane carries the path's shape
    east, north : of the middle of the racetrack, m
    heading : of the first leg, rad clockwise from the frame's north
    leg : length of the legs, m
    radius : of the turns, m; the bank is ``arctan(speed^2 / (g radius))``
    height : above the ellipsoid, m
    speed : m/s
    start : when the first leg begins, ns UTC
    roll_rate : at which the aircraft banks, rad/s; infinite for turns that are circles from end to end, into which it
        rolls in no time
    """

    frame: LocalFrame
    east: float
    north: float
    heading: float
    leg: float = 90_000.0
    radius: float = 10_000.0
    height: float = 12_000.0
    speed: float = 200.0
    start: int = 0
    roll_rate: float = float(np.radians(5.0))

    def course(self) -> Course:
        """Lay the path out as pieces."""
        turn = reversal(self.speed, bank_for_radius(self.speed, self.radius), self.roll_rate)
        across = 0.5 * turn.sideways
        sine, cosine = np.sin(self.heading), np.cos(self.heading)
        begin = (
            self.east - 0.5 * self.leg * sine - across * cosine,
            self.north - 0.5 * self.leg * cosine + across * sine,
        )
        straight = [(self.leg / self.speed, 0.0, 0.0)]
        return Course.of_pieces((straight + list(turn.pieces)) * 2, begin, self.heading, self.speed, closed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CircularOrbit:
    """A circle around a place.

    Attributes
    ----------
    frame : its horizontal plane carries the path's shape
    east, north : of the centre, m
    radius : m; the bank is ``arctan(speed^2 / (g radius))``
    bearing : from the centre to where the circle begins, rad clockwise from the frame's north
    clockwise : seen from above
    height : above the ellipsoid, m
    speed : m/s
    start : when the circle begins, ns UTC
    """

    frame: LocalFrame
    east: float
    north: float
    radius: float = 40_000.0
    bearing: float = 0.0
    clockwise: bool = True
    height: float = 12_000.0
    speed: float = 200.0
    start: int = 0

    def course(self) -> Course:
        """Lay the path out as pieces."""
        side = 1.0 if self.clockwise else -1.0
        begin = (
            self.east + self.radius * np.sin(self.bearing),
            self.north + self.radius * np.cos(self.bearing),
        )
        pieces = circle(self.speed, side * bank_for_radius(self.speed, self.radius))
        return Course.of_pieces(pieces, begin, self.bearing + side * np.pi / 2.0, self.speed, closed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waypoints:
    """Straight legs between points, the corners cut by turns that touch both legs.

    Before its start and after its end an open path goes straight on.

    Attributes
    ----------
    frame : its horizontal plane carries the path's shape
    places : (east, north) of two points or more, m; three or more where the path is closed
    bank : of the turns, rad; gentle corners are flown with less
    roll_rate : at which the aircraft banks, rad/s
    closed : from the last point back to the first, for ever
    height : above the ellipsoid, m
    speed : m/s
    start : when the path begins, ns UTC: at the first point, or where it is closed halfway along the first leg

    Raises
    ------
    UsageError : from ``course`` and ``fly``: too few points, or a leg too short for the turns at its ends
    """

    frame: LocalFrame
    places: tuple[tuple[float, float], ...]
    bank: float = float(np.radians(20.0))
    roll_rate: float = float(np.radians(5.0))
    closed: bool = False
    height: float = 12_000.0
    speed: float = 200.0
    start: int = 0

    def course(self) -> Course:
        """Lay the path out as pieces."""
        places = np.asarray(self.places, np.float64).reshape(-1, 2)
        return fly_by(places, self.speed, self.bank, self.roll_rate, closed=self.closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformStates:
    """Where the aircraft is and how it flies, (K,) each.

    Attributes
    ----------
    latitude, longitude, height : rad, rad, m
    track : direction of flight, rad clockwise from true north, 0..2 pi; the nose points there too
    speed : over the earth at its height, m/s
    roll : rad, right wing down
    """

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    height: NDArray[np.float64]
    track: NDArray[np.float64]
    speed: NDArray[np.float64]
    roll: NDArray[np.float64]


def fly(path: FlightPath, times: ArrayLike) -> PlatformStates:
    """Follow a path.

    Parameters
    ----------
    path : a racetrack, a circle, waypoints or another
    times : (K,) ns UTC, before its start too

    Raises
    ------
    UsageError : the path cannot be flown
    """
    frame = path.frame
    seconds = np.asarray((np.asarray(times, np.int64) - path.start) * 1e-9, np.float64)
    at = _course(path).at(seconds)
    up = Ellipsoid(frame=frame, above=path.height).height(at.east, at.north)
    latitude, longitude, height = enu_to_geodetic(np.stack([at.east, at.north, up], axis=-1), frame)
    # From the frame's axes to those at the place; level flight climbs in the frame as its normal leans.
    turn = local_axes(latitude, longitude) @ frame.axes.T
    along = path.speed * np.stack([np.sin(at.heading), np.cos(at.heading)], axis=-1)
    climb = -np.sum(turn[..., 2, :2] * along, axis=-1) / turn[..., 2, 2]
    velocity = np.einsum("...ij,...j->...i", turn, np.concatenate([along, climb[..., None]], axis=-1))
    return PlatformStates(
        latitude=latitude,
        longitude=longitude,
        height=height,
        track=np.mod(np.arctan2(velocity[..., 0], velocity[..., 1]), 2.0 * np.pi),
        speed=np.hypot(velocity[..., 0], velocity[..., 1]),
        roll=at.roll,
    )


@lru_cache(maxsize=_PATHS_KEPT)
def _course(path: FlightPath) -> Course:
    return path.course()
