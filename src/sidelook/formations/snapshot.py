"""All tracks at one moment, on a plane: what formations are looked for in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import LocalFrame, geodetic_to_enu
from sidelook.model.columns import Flags, Floats, Integers
from sidelook.model.tracks import TrackState, TrackTable

SECOND = 1e9  # ns
LONGEST_STEP = 45.0  # s, a revisit and a half: no vehicle is put farther ahead than that


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Tracks at one moment.

    Attributes
    ----------
    time : ns UTC
    track : (K,) identities, rising
    place, velocity : (K, 2) east, north in the frame, m, m/s
    place_error, velocity_error : (K, 2, 2) their covariances
    supported : (K,) time of the last plot, ns UTC
    standing : (K,) the track stands
    row : (K,) in the table of tracks that this was made of
    """

    time: int
    track: Integers
    place: Floats
    velocity: Floats
    place_error: Floats
    velocity_error: Floats
    supported: Integers
    standing: Flags
    row: NDArray[np.intp]

    def __len__(self) -> int:
        """Count the tracks."""
        return len(self.track)


def take_snapshot(tracks: TrackTable, time: int, frame: LocalFrame, stale: float) -> Snapshot:
    """Bring the last state of each track to one moment.

    Parameters
    ----------
    tracks : one row a track
    time : ns UTC
    frame : to lay them out in; velocities are taken over as they are, which neighbours share the error of
    stale : tracks that move and had no plot for so long are left out, s
    """
    standing = tracks.state == TrackState.STOPPED
    silent = (time - tracks.supported) / SECOND
    live = (tracks.state != TrackState.LOST) & (tracks.state != TrackState.TENTATIVE)
    rows = np.flatnonzero(live & (standing | (silent < stale)))
    rows = rows[np.argsort(tracks.track[rows], kind="stable")]
    place = geodetic_to_enu(tracks.latitude[rows], tracks.longitude[rows], np.zeros(len(rows)), frame)[:, :2]
    velocity = np.stack([tracks.velocity_east[rows], tracks.velocity_north[rows]], axis=-1).astype(np.float64)
    age = np.clip((time - tracks.time[rows]) / SECOND, 0.0, LONGEST_STEP)
    place_error, velocity_error = full(tracks.position_covariance[rows]), full(tracks.velocity_covariance[rows])
    return Snapshot(
        time=time,
        track=tracks.track[rows],
        place=place + age[:, None] * velocity,
        velocity=velocity,
        place_error=place_error + age[:, None, None] ** 2 * velocity_error,
        velocity_error=velocity_error,
        supported=tracks.supported[rows],
        standing=standing[rows],
        row=rows,
    )


def full(upper: NDArray[np.float32]) -> Floats:
    """Turn (K, 3) east-east, east-north, north-north into (K, 2, 2)."""
    return upper[:, [[0, 1], [1, 2]]].astype(np.float64)
