"""Where vehicles truly are: sampled paths, asked at any time."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Columnar, Floats, Indices, Integers
from sidelook.model.truth import Entities


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectories(Columnar):
    """Samples of vehicles' paths, sorted by row, then time; a vehicle is there from its first sample to its last.

    Attributes
    ----------
    row : (N,) row of ``entities``; each has two samples or more
    time : (N,) ns UTC
    east, north, up : (N,) in ``frame``, m
    frame : the local frame
    entities : who they are
    """

    row: Indices
    time: Integers
    east: Floats
    north: Floats
    up: Floats
    frame: LocalFrame
    entities: Entities

    DTYPES: ClassVar = {
        "row": np.int32,
        "time": np.int64,
        "east": np.float64,
        "north": np.float64,
        "up": np.float64,
    }

    @property
    def offset(self) -> Integers:
        """(V + 1,) where each vehicle's samples begin, and the end."""
        return np.searchsorted(self.row, np.arange(len(self.entities) + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """Where vehicles were at moments.

    Attributes
    ----------
    present : (K,) False before a vehicle's first sample and after its last; what follows is then of its nearest end
    position : (K, 3) east, north, up, m
    velocity : (K, 3) m/s
    """

    present: NDArray[np.bool_]
    position: NDArray[np.float64]
    velocity: NDArray[np.float64]


class Timetable:
    """Answers where vehicles are; built once for trajectories and asked many times.

    Parameters
    ----------
    trajectories : the samples; between two of them a vehicle moves uniformly
    """

    def __init__(self, trajectories: Trajectories) -> None:
        self.trajectories = trajectories
        self._begin = int(trajectories.time.min())
        self._span = int(trajectories.time.max()) - self._begin + 1
        self._key = self._keys(trajectories.row, trajectories.time)
        offset = trajectories.offset
        self._first, self._last = offset[:-1], offset[1:] - 1

    def _keys(self, vehicle: NDArray[np.integer], time: NDArray[np.int64]) -> NDArray[np.float64]:
        """Order by vehicle and then time in one number; doubles hold it to nanoseconds."""
        inside = np.clip(time - self._begin, 0, self._span - 1) / self._span
        return np.asarray(vehicle, np.float64) + inside

    def at(self, vehicle: NDArray[np.integer], time: NDArray[np.int64]) -> States:
        """Tell where vehicles are.

        Parameters
        ----------
        vehicle : (K,) rows of the trajectories' vehicles
        time : (K,) ns UTC, one for each
        """
        t = self.trajectories
        first, last = self._first[vehicle], self._last[vehicle]
        after = np.clip(np.searchsorted(self._key, self._keys(vehicle, time), side="right"), first + 1, last)
        before = after - 1
        whole = (t.time[after] - t.time[before]) * 1e-9
        start = np.stack([t.east[before], t.north[before], t.up[before]], axis=-1)
        velocity = (np.stack([t.east[after], t.north[after], t.up[after]], axis=-1) - start) / whole[:, None]
        present = (time >= t.time[first]) & (time <= t.time[last])
        elapsed = np.clip((time - t.time[before]) * 1e-9, 0.0, whole)
        return States(present=present, position=start + velocity * elapsed[:, None], velocity=velocity)
