"""The path of the aircraft that bears the radar: a racetrack."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid

_GRAVITY = 9.80665


@dataclass(frozen=True, slots=True, kw_only=True)
class Racetrack:
    """Two straight legs joined by half circles, flown clockwise seen from above.

    Attributes
    ----------
    frame : whose origin the racetrack lies around; its horizontal plane carries the path's shape
    east, north : of the middle of the racetrack, m
    heading : of the first leg, rad clockwise from north
    leg : length of the legs, m
    radius : of the turns, m
    height : above the ellipsoid, m
    speed : m/s
    start : when the first leg begins, ns UTC
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformStates:
    """Where the aircraft is and how it flies, (K,) each.

    Attributes
    ----------
    latitude, longitude, height : rad, rad, m
    track : direction of flight, rad clockwise from north, 0..2 pi; the nose points there too
    speed : m/s
    roll : rad, right wing down
    """

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    height: NDArray[np.float64]
    track: NDArray[np.float64]
    speed: NDArray[np.float64]
    roll: NDArray[np.float64]


def fly(orbit: Racetrack, times: ArrayLike) -> PlatformStates:
    """Follow a racetrack.

    Parameters
    ----------
    orbit : the racetrack
    times : (K,) ns UTC, before its start too
    """
    leg, radius = orbit.leg, orbit.radius
    round_trip = 2.0 * (leg + np.pi * radius)
    run = np.mod((np.asarray(times, np.int64) - orbit.start) * 1e-9 * orbit.speed, round_trip)
    second = run >= round_trip / 2.0
    run = np.where(second, run - round_trip / 2.0, run)
    turned = np.clip((run - leg) / radius, 0.0, np.pi)
    # The first half, along x with the other leg to its right; the second is the same, seen from behind.
    ahead = np.minimum(run, leg) - leg / 2.0 + radius * np.sin(turned)
    left = radius * np.cos(turned)
    side = np.where(second, -1.0, 1.0)
    sine, cosine = np.sin(orbit.heading), np.cos(orbit.heading)
    east = orbit.east + side * (ahead * sine - left * cosine)
    north = orbit.north + side * (ahead * cosine + left * sine)
    up = Ellipsoid(frame=orbit.frame, above=orbit.height).height(east, north)
    latitude, longitude, height = enu_to_geodetic(np.stack([east, north, up], axis=-1), orbit.frame)
    bank = np.arctan(orbit.speed**2 / (_GRAVITY * radius))
    return PlatformStates(
        latitude=latitude,
        longitude=longitude,
        height=height,
        track=np.mod(orbit.heading + turned + np.pi * second, 2.0 * np.pi),
        speed=np.full(run.shape, orbit.speed),
        roll=np.where((turned > 0.0) & (turned < np.pi), bank, 0.0),
    )
