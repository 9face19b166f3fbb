"""Tracks in hindsight: what came later says where a vehicle was before (fixed-interval smoothing).

The states that a tracker showed are taken for those of a Kalman filter with near-constant velocity, and smoothed
backwards (Rauch, Tung and Striebel, Maximum likelihood estimates of linear dynamic systems, AIAA Journal 3(8), 1965).
Only the states with a plot behind them count: between them a filter only foretells.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import InputError
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, geodetic_to_enu
from sidelook.model.columns import Floats, Integers
from sidelook.model.tracks import TrackTable
from sidelook.timescale import NANOSECONDS_PER_SECOND
from sidelook.tracking.motion import acceleration_noise

NOISE = 2.0  # m2/s3, of the acceleration of vehicles that also turn and stop


class NotThereError(InputError):
    """A track is asked for at a time at which it was not held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One track in hindsight.

    Attributes
    ----------
    frame : that places and velocities are in
    time : (N,) of its plots, ns UTC, rising
    filtered, smoothed : (N, 4) east, north, velocity east, velocity north: as known then, and as known now
    filtered_covariance, smoothed_covariance : (N, 4, 4)
    noise : power density of the acceleration, m2/s3
    """

    frame: LocalFrame
    time: Integers
    filtered: Floats
    smoothed: Floats
    filtered_covariance: Floats
    smoothed_covariance: Floats
    noise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where tracks were, and with what error.

    Attributes
    ----------
    latitude, longitude : (T,) rad
    velocity : (T, 2) east, north, m/s
    position_covariance, velocity_covariance : (T, 2, 2) m2, m2/s2
    """

    latitude: Floats
    longitude: Floats
    velocity: Floats
    position_covariance: Floats
    velocity_covariance: Floats


def smooth(track: TrackTable, *, noise: float = NOISE) -> Course:
    """Smooth the states of one track.

    Parameters
    ----------
    track : its states, in any order
    noise : power density of the acceleration, m2/s3

    Raises
    ------
    NotThereError
        where no state has a plot behind it
    """
    supported = track.take(np.flatnonzero(track.supported == track.time))
    if len(supported) == 0:
        message = "no state of this track has a plot behind it: there is nothing to smooth"
        raise NotThereError(message)
    _, first = np.unique(supported.time, return_index=True)
    rows = supported.take(first)
    frame = LocalFrame(latitude=float(rows.latitude[0]), longitude=float(rows.longitude[0]))
    place = geodetic_to_enu(rows.latitude, rows.longitude, np.zeros(len(rows)), frame)[:, :2]
    states = np.column_stack([place, rows.velocity_east, rows.velocity_north])
    covariances = full_covariances(rows)
    smoothed, spread = states.copy(), covariances.copy()
    for k in range(len(rows) - 2, -1, -1):
        dt = (rows.time[k + 1] - rows.time[k]) / NANOSECONDS_PER_SECOND
        smoothed[k], spread[k] = step_back(states[k], covariances[k], dt, (smoothed[k + 1], spread[k + 1]), noise)
    return Course(
        frame=frame,
        time=rows.time,
        filtered=states,
        smoothed=smoothed,
        filtered_covariance=covariances,
        smoothed_covariance=spread,
        noise=noise,
    )


def full_covariances(track: TrackTable) -> Floats:
    """Give the covariances (K, 4, 4) of position and velocity."""
    covariance = np.zeros((len(track), 4, 4))
    covariance[:, :2, :2] = track.position_covariance[:, [[0, 1], [1, 2]]]
    covariance[:, 2:, 2:] = track.velocity_covariance[:, [[0, 1], [1, 2]]]
    covariance[:, :2, 2:] = track.cross_covariance.reshape(-1, 2, 2)
    covariance[:, 2:, :2] = np.swapaxes(covariance[:, :2, 2:], 1, 2)
    return covariance


def step_back(
    state: Floats, covariance: Floats, dt: float, later: tuple[Floats, Floats], noise: float
) -> tuple[Floats, Floats]:
    """Take what is known ``dt`` seconds later (a smoothed state and its covariance) into a filtered state."""
    transition = np.eye(4) + dt * np.eye(4, k=2)
    ahead = transition @ covariance @ transition.T + acceleration_noise(noise, dt)
    gain = np.linalg.solve(ahead, transition @ covariance).T
    return state + gain @ (later[0] - transition @ state), covariance + gain @ (later[1] - ahead) @ gain.T


def whereabouts(course: Course, times: NDArray[np.int64]) -> Whereabouts:
    """Say where a track was at given times, all that came later taken into account.

    Parameters
    ----------
    course : of the track
    times : (T,) ns UTC, from its first plot to its last

    Raises
    ------
    NotThereError
        where a time lies before or after that: nobody is put where nothing says so
    """
    outside = (times < course.time[0]) | (times > course.time[-1])
    if outside.any():
        message = (
            f"{int(outside.sum())} of {len(times)} times lie before the first or after the last of the track's "
            f"{len(course.time)} plots: it is not extrapolated"
        )
        raise NotThereError(message)
    states, covariances = np.empty((len(times), 4)), np.empty((len(times), 4, 4))
    for row, time in enumerate(times):
        states[row], covariances[row] = between(course, int(time))
    places = np.column_stack([states[:, :2], np.zeros(len(times))])
    latitude, longitude, _ = enu_to_geodetic(places, course.frame)
    return Whereabouts(
        latitude=latitude,
        longitude=longitude,
        velocity=states[:, 2:],
        position_covariance=covariances[:, :2, :2],
        velocity_covariance=covariances[:, 2:, 2:],
    )


def between(course: Course, time: int) -> tuple[Floats, Floats]:
    """Give the smoothed state (4,) and its covariance at a time between two plots."""
    k = int(np.searchsorted(course.time, time, side="right")) - 1
    dt = (time - course.time[k]) / NANOSECONDS_PER_SECOND
    if dt == 0.0:
        return course.smoothed[k], course.smoothed_covariance[k]
    transition = np.eye(4) + dt * np.eye(4, k=2)
    state = transition @ course.filtered[k]
    ahead = transition @ course.filtered_covariance[k] @ transition.T + acceleration_noise(course.noise, dt)
    rest = (course.time[k + 1] - time) / NANOSECONDS_PER_SECOND
    return step_back(state, ahead, rest, (course.smoothed[k + 1], course.smoothed_covariance[k + 1]), course.noise)
