"""How long an image takes, and when the geometry allows it.

A strip of flight that subtends enough angle: for a cross-range resolution rho at range R and angle theta from
broadside the synthetic aperture is ``lam R / (2 rho cos(theta))`` long, flown in that over v (Cumming and Wong,
Digital Processing of Synthetic Aperture Radar Data, chapter 4).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.geometry.viewing import EARTH_RADIUS, slant_range
from sidelook.model.collection import CollectionObstacle, Corner
from sidelook.sensing.location import bearing_and_distance
from sidelook.simulation.antenna import flanks, off_broadside, steady, swath
from sidelook.simulation.orbit import fly
from sidelook.simulation.schedule.areas import middle_frame
from sidelook.simulation.schedule.jobs import Job
from sidelook.simulation.schedule.views import FINE, STEP, Setting, View

LONGEST_APERTURE = 240.0
"""s; nothing flies straight for longer than is worth one image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingLimits:
    """What images the radar can take.

    Attributes
    ----------
    squint : greatest angle from broadside, from the beginning of the aperture to its end, rad
    finest : resolution, m
    """

    squint: float = float(np.radians(45.0))
    finest: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Aperture:
    """One image, as it can or cannot be taken: where its centre lies from the radar, and for how long it takes.

    Attributes
    ----------
    latitude, longitude : of the centre, rad
    slant_range : at the beginning, m
    squint : from broadside at the beginning, forward above zero, rad
    duration : s
    obstacle : that is in the way, or none
    """

    latitude: float
    longitude: float
    slant_range: float
    squint: float
    duration: float
    obstacle: CollectionObstacle


def aperture_time(
    wavelength: float, distance: ArrayLike, speed: ArrayLike, resolution: float, squint: ArrayLike
) -> NDArray[np.float64]:
    """Give how long to fly for an image.

    Parameters
    ----------
    wavelength : m
    distance : (...) slant range, m
    speed : (...) m/s
    resolution : across the line of sight, m
    squint : (...) from broadside, rad

    Returns
    -------
    (...) s
    """
    along = 2.0 * resolution * np.asarray(speed, np.float64) * np.cos(np.asarray(squint, np.float64))
    time: NDArray[np.float64] = wavelength * np.asarray(distance, np.float64) / along
    return time


def plan_aperture(setting: Setting, limits: ImagingLimits, job: Job, time: int) -> Aperture:
    """See what an image that begins at a time, ns UTC, would take, and what is in its way."""
    latitude, longitude = _centre(setting, job)
    begin = fly(setting.path, [time])
    bearing, ground = bearing_and_distance(begin.latitude, begin.longitude, latitude, longitude)
    flank, squint = off_broadside(begin.track, bearing)
    distance = slant_range(begin.height, ground, EARTH_RADIUS)
    taken = aperture_time(setting.radar.waveform.wavelength, distance, begin.speed, job.resolution, squint)
    duration = float(taken[0])
    return Aperture(
        latitude=latitude,
        longitude=longitude,
        slant_range=float(distance[0]),
        squint=float(squint[0]),
        duration=duration,
        obstacle=_obstacle(setting, limits, job, (time, duration), (int(flank[0]), float(ground[0]), float(squint[0]))),
    )


def _obstacle(
    setting: Setting, limits: ImagingLimits, job: Job, when: tuple[int, float], where: tuple[int, float, float]
) -> CollectionObstacle:
    (time, duration), (flank, ground, squint) = when, where
    near, far = swath(setting.radar, setting.path.height)
    for stands, obstacle in (
        (not near <= ground <= far, CollectionObstacle.RANGE),
        (flank not in flanks(setting.radar.antenna), CollectionObstacle.FLANK),
        (abs(squint) > limits.squint, CollectionObstacle.SQUINT),
        (duration > LONGEST_APERTURE, CollectionObstacle.APERTURE_TOO_LONG),
    ):
        if stands:
            return obstacle
    return _on_the_way(setting, limits, job, (time, duration), flank)


def _on_the_way(
    setting: Setting, limits: ImagingLimits, job: Job, when: tuple[int, float], flank: int
) -> CollectionObstacle:
    """Follow an aperture to its end: turns, and what it comes to see too obliquely."""
    time, duration = when
    moments = time + np.append(np.arange(0, round(duration * 1e9), FINE), round(duration * 1e9))
    flown = fly(setting.path, moments)
    if not steady(setting.mount, flown.roll).all():
        return CollectionObstacle.TURNING
    bearing, _ = bearing_and_distance(flown.latitude, flown.longitude, *_centre(setting, job))
    side, angle = off_broadside(flown.track, bearing)
    oblique = (side != flank).any() or np.abs(angle).max() > limits.squint
    return CollectionObstacle.SQUINT if oblique else CollectionObstacle.NONE


def _centre(setting: Setting, job: Job) -> Corner:
    """Give latitude and longitude of the middle of a job's area, rad."""
    frame = middle_frame(job.area) if job.area is not None else setting.path.frame
    return frame.latitude, frame.longitude


def possible_starts(setting: Setting, limits: ImagingLimits, job: Job, seen: View) -> NDArray[np.bool_]:
    """Tell at which moments of a view, (G,), an image may begin, turns aside.

    The answer is coarse: an aperture is planned in full before it is flown. At the end of the view, where an aperture
    would reach beyond it, the answer is no.
    """
    count = len(seen.seen)
    squint = np.arcsin(seen.low)
    distance = slant_range(setting.path.height, seen.near, EARTH_RADIUS)
    time = aperture_time(setting.radar.waveform.wavelength, distance, setting.path.speed, job.resolution, squint)
    possible: NDArray[np.bool_] = seen.seen & (np.abs(squint) <= limits.squint) & (time <= LONGEST_APERTURE)
    last = np.arange(count) + np.ceil(np.minimum(time, LONGEST_APERTURE) * 1e9 / STEP).astype(np.int64)
    end = np.minimum(last, count - 1)
    through: NDArray[np.bool_] = possible & (last < count) & possible[end] & (seen.flank == seen.flank[end])
    return through
