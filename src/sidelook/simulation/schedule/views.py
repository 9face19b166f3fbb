"""What of a job's area the antenna sees in the course of time.

Worked out on a grid of moments that is fixed in time, block by block, so that it does not matter in which steps a
timeline is followed; between two moments all is interpolated. Over five seconds bearings to what is 50 km away bend by
less than 1e-4 rad; where another corner of an area becomes the outermost one, it is taken a little too wide.
"""

from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import LocalFrame, ecef_to_enu
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.model.columns import Flags, Floats
from sidelook.model.radar import Radar
from sidelook.sensing.location import bearing_and_distance, locate_ground
from sidelook.simulation.antenna import Mount, field_of_view, flanks, off_broadside, steady, swath
from sidelook.simulation.orbit import FlightPath, PlatformStates, fly
from sidelook.simulation.schedule.areas import middle_frame, outline_count, points_of
from sidelook.simulation.schedule.jobs import Job

STEP = 5_000_000_000
"""Between moments, ns."""
FINE = 500_000_000
"""Between moments at which the roll is looked at, ns."""
_BLOCK = 120
_KEPT = 2_048
# To a place that shows where the nose points, m.
_AHEAD = 1_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A job's area as the antenna sees it, at G moments ``STEP`` apart.

    Attributes
    ----------
    begin : the first moment, ns UTC
    flank : (G,) on which the area lies, 1 right, -1 left, 0 on none of the antenna's
    low, high : (G,) sines of the angles from broadside between which it lies; for an image both are its centre's
    near, far : (G,) ground ranges between which it lies, m
    place : (G,) of the aircraft in the horizontal plane of the area's middle, north + i east, m; 0 for the whole field
    heading : (G,) of its nose in that plane, of length 1; the flank for the whole field, which flies along
    seen : (G,) some of it can be looked at, roll aside
    """

    begin: int
    flank: NDArray[np.int8]
    low: Floats
    high: Floats
    near: Floats
    far: Floats
    place: NDArray[np.complex128]
    heading: NDArray[np.complex128]
    seen: Flags

    def between(self, times: NDArray[np.int64]) -> "Window":
        """Interpolate to (K,) times within the grid, ns UTC."""
        cell, rest = np.divmod(times - self.begin, STEP)
        share = rest / STEP
        columns = {name: _mix(getattr(self, name), cell, share) for name in ("low", "high", "near", "far")}
        return Window(flank=self.flank[cell], **columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What to look at, at (K,) times: as in ``View``."""

    flank: NDArray[np.int8]
    low: Floats
    high: Floats
    near: Floats
    far: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The radar in the air: what does not change while jobs come and go.

    Attributes
    ----------
    path : that the aircraft flies
    radar : it bears
    mount : of its array
    """

    path: FlightPath
    radar: Radar
    mount: Mount = field(default_factory=Mount)


def view(setting: Setting, job: Job, begin: int, end: int) -> View:
    """See a job's area at all moments from before ``begin`` until after ``end``, ns UTC."""
    blocks = range(begin // (_BLOCK * STEP), end // (_BLOCK * STEP) + 2)
    parts = [_view_block(setting, job, block) for block in blocks]
    names = [f.name for f in fields(View) if f.name != "begin"]
    joined: dict[str, NDArray[Any]] = {name: np.concatenate([getattr(p, name) for p in parts]) for name in names}
    return View(begin=parts[0].begin, **joined)


def steady_moments(setting: Setting, begin: int, end: int) -> tuple[int, Flags]:
    """Tell when the array can compensate the roll.

    Returns
    -------
    first : moment of the answer, ns UTC, at or before ``begin``
    steady : (F,) at moments ``FINE`` apart, until after ``end``
    """
    blocks = range(begin // (_BLOCK * STEP), end // (_BLOCK * STEP) + 2)
    return blocks[0] * _BLOCK * STEP, np.concatenate([_steady_block(setting, block) for block in blocks])


@lru_cache(maxsize=_KEPT)
def _steady_block(setting: Setting, block: int) -> Flags:
    moments = block * _BLOCK * STEP + FINE * np.arange(_BLOCK * STEP // FINE)
    return steady(setting.mount, fly(setting.path, moments).roll)


@lru_cache(maxsize=_KEPT)
def _view_block(setting: Setting, job: Job, block: int) -> View:
    begin = block * _BLOCK * STEP
    if job.area is None:
        return _whole_field(setting, job, begin)
    platform = fly(setting.path, begin + STEP * np.arange(_BLOCK))
    centre = middle_frame(job.area)
    if job.images:
        latitude, longitude = np.array([centre.latitude]), np.array([centre.longitude])
    else:
        latitude, longitude = points_of(job.area)
    bearing, distance = bearing_and_distance(
        platform.latitude[:, None], platform.longitude[:, None], latitude, longitude
    )
    side, angle = off_broadside(platform.track[:, None], bearing)
    near, far = (edge[:, None] for edge in swath(setting.radar, platform.height))
    outline = slice(0, 0 if job.images else outline_count(job.area))
    reached = (distance >= near) & (distance <= far)
    flank = _flank(setting, side, reached)
    there = side == flank[:, None]
    sine, limit = np.sin(angle), np.sin(field_of_view(setting.radar.antenna))
    ends, cut = _cuts(distance[:, outline], sine[:, outline], (near, far), there[:, outline])
    among = np.concatenate([there & reached, cut], axis=1)
    low, high = (_extreme(np.concatenate([sine, ends], axis=1), among, sign) for sign in (-1.0, 1.0))
    nearest, farthest = (_extreme(distance, there, sign)[:, None] for sign in (-1.0, 1.0))
    fits = (low <= limit) & (high >= -limit)
    place, heading = _in_plane(platform, centre)
    return View(
        begin=begin,
        flank=flank,
        low=np.clip(low, -limit, limit),
        high=np.clip(high, -limit, limit),
        near=np.clip(nearest, near, far)[:, 0],
        far=np.clip(farthest, near, far)[:, 0],
        place=place,
        heading=heading,
        seen=(flank != 0) & fits,
    )


def _whole_field(setting: Setting, job: Job, begin: int) -> View:
    platform = fly(setting.path, begin + STEP * np.arange(_BLOCK))
    has = flanks(setting.radar.antenna)
    flank = np.full(_BLOCK, has[0], np.int8)
    if job.toward is not None and len(has) > 1:
        bearing, _ = bearing_and_distance(platform.latitude, platform.longitude, *job.toward)
        flank, _ = off_broadside(platform.track, bearing)
    limit = np.full(_BLOCK, np.sin(field_of_view(setting.radar.antenna)))
    near, far = swath(setting.radar, platform.height)
    return View(
        begin=begin,
        flank=flank,
        low=-limit,
        high=limit,
        near=near,
        far=far,
        place=np.zeros(_BLOCK, np.complex128),
        # As if it turned on the spot: where the flank changes, what was forward is aft.
        heading=flank.astype(np.complex128),
        seen=far > near,
    )


def _in_plane(platform: PlatformStates, frame: LocalFrame) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Give place and heading in the horizontal plane of a frame, (G,) north + i east."""
    ahead = locate_ground(platform.latitude, platform.longitude, platform.track, np.full(len(platform.track), _AHEAD))
    places = []
    for latitude, longitude in ((platform.latitude, platform.longitude), ahead):
        local = ecef_to_enu(geodetic_to_ecef(latitude, longitude, 0.0), frame)
        places.append(local[:, 1] + 1j * local[:, 0])
    nose = places[1] - places[0]
    return places[0], nose / np.abs(nose)


def _flank(setting: Setting, side: NDArray[np.int8], reached: Flags) -> NDArray[np.int8]:
    """Choose the flank on which more of the area lies, of those that the antenna has; 0 where it lies on none."""
    antenna = setting.radar.antenna
    right = np.count_nonzero(reached & (side > 0), axis=1) * antenna.right
    left = np.count_nonzero(reached & (side < 0), axis=1) * antenna.left
    flank: NDArray[np.int8] = np.where(right + left == 0, 0, np.where(right >= left, 1, -1)).astype(np.int8)
    return flank


def _cuts(distance: Floats, sine: Floats, limits: tuple[Floats, Floats], there: Flags) -> tuple[Floats, Flags]:
    """Find where the outline, (G, P), leaves the swath: the sines there, (G, 2 P), and which of them there are."""
    following, onward = np.roll(distance, -1, axis=1), np.roll(sine, -1, axis=1)
    sines, cut = [], []
    for limit in limits:
        crosses = (distance < limit) != (following < limit)
        share = (limit - distance) / np.where(crosses, following - distance, 1.0)
        sines.append(sine + share * (onward - sine))
        cut.append(crosses & there & np.roll(there, -1, axis=1))
    return np.concatenate(sines, axis=1), np.concatenate(cut, axis=1)


def _extreme(values: Floats, among: Flags, sign: float) -> Floats:
    """Give the least (sign -1) or greatest (sign 1) of the chosen (G, P) values; 0 where none is chosen."""
    best = np.max(np.where(among, sign * values, -np.inf), axis=1)
    return np.where(np.isfinite(best), sign * best, 0.0)


def _mix(values: Floats, cell: NDArray[np.int64], share: Floats) -> Floats:
    mixed: Floats = values[cell] + share * (values[cell + 1] - values[cell])
    return mixed
