"""Where vehicles truly are: sampled paths, asked at any time, and traffic that gives them window by window."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Columnar, Floats, Indices, Integers
from sidelook.model.truth import Entities

SECOND = 1_000_000_000  # ns
OVERLAP = 60  # windows may go back so far, s

State = TypeVar("State")


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
    present : (K,) False before a vehicle's first sample and after its last; what follows is then of its nearest end,
        and NaN for a vehicle without samples
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
        time = trajectories.time
        self._begin = int(time.min()) if len(time) else 0
        self._span = (int(time.max()) if len(time) else 0) - self._begin + 1
        self._key = self._keys(trajectories.row, time)
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
        known = self._last[vehicle] > self._first[vehicle]
        if known.all():
            return self._at(vehicle, time)
        states = States(
            present=np.zeros(len(vehicle), bool),
            position=np.full((len(vehicle), 3), np.nan),
            velocity=np.full((len(vehicle), 3), np.nan),
        )
        if known.any():
            found = self._at(vehicle[known], time[known])
            for name in ("present", "position", "velocity"):
                getattr(states, name)[known] = getattr(found, name)
        return states

    def _at(self, vehicle: NDArray[np.integer], time: NDArray[np.int64]) -> States:
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


class Traffic(Protocol):
    """Interface of what moves: asked window by window, forward in time."""

    @property
    def entities(self) -> Entities:
        """Who they are; the same rows in every window."""
        ...

    @property
    def frame(self) -> LocalFrame:
        """Frame of the positions."""
        ...

    def between(self, begin: int, end: int) -> Trajectories:
        """Give samples that cover a window for every entity that is there.

        Parameters
        ----------
        begin, end : ns UTC; windows go forward in time and may overlap by a minute

        Returns
        -------
        trajectories; entities that are not there have no samples
        """
        ...


class Stepper(Protocol[State]):
    """Interface of a model of traffic: an explicit state, moved on by whole seconds."""

    @property
    def start(self) -> int:
        """Time of second 0, ns UTC."""
        ...

    @property
    def entities(self) -> Entities:
        """Who they are."""
        ...

    @property
    def frame(self) -> LocalFrame:
        """Frame of the positions."""
        ...

    @property
    def first(self) -> State:
        """State at the start."""
        ...

    def step(self, state: State, seconds: int, kept: int) -> tuple[State, NDArray[np.float64]]:
        """Let seconds pass; give the state then and where all are at the end of the last ``kept``, (kept, 3, V) m."""
        ...

    def places(self, state: State) -> NDArray[np.float64]:
        """Give where all are, (3, V) m."""
        ...


class Streamed(Generic[State]):
    """Traffic of a model, window by window; only the last minute is kept.

    Parameters
    ----------
    model : what moves
    """

    def __init__(self, model: Stepper[State]) -> None:
        self._model = model
        self._state = model.first
        self._now = 0
        self._oldest = 0
        self._track = [model.places(model.first)[None]]
        self._rows = np.zeros(0, np.int32)

    @property
    def entities(self) -> Entities:
        """Who they are."""
        return self._model.entities

    @property
    def frame(self) -> LocalFrame:
        """Frame of the positions."""
        return self._model.frame

    def between(self, begin: int, end: int) -> Trajectories:
        """Give samples every second that cover a window, as far as it lies after the model's start.

        Parameters
        ----------
        begin, end : ns UTC

        Raises
        ------
        UsageError : the window ends before it begins, or begins more than a minute before the last one's end
        """
        if end < begin:
            message = f"a window cannot end ({end}) before it begins ({begin})"
            raise UsageError(message)
        first = max((begin - self._model.start) // SECOND, 0)
        last = -((self._model.start - end) // SECOND)
        if last < 0:
            return Trajectories.empty(frame=self.frame, entities=self.entities)
        last = max(last, first + 1)
        if first < self._oldest:
            message = f"traffic was asked {self._oldest - first} s farther back than it keeps, {OVERLAP} s; ask forward"
            raise UsageError(message)
        self._advance(first, last)
        return self._cut(first, last)

    def _advance(self, first: int, last: int) -> None:
        """Go on to second ``last`` and keep what is from ``first``, and the last minute."""
        keep = min(first, max(self._now, last) - OVERLAP)
        if last > self._now:
            seconds = last - self._now
            kept = min(seconds, last - keep + 1)
            self._state, track = self._model.step(self._state, seconds, kept)
            # What is older than the new track joins it without a gap, or is not needed.
            self._track = [*self._track, track] if kept == seconds else [track]
            self._now = last
        while len(self._track) > 1 and self._now - sum(len(part) for part in self._track[1:]) < keep:
            self._track.pop(0)
        self._oldest = self._now - sum(len(part) for part in self._track) + 1

    def _cut(self, first: int, last: int) -> Trajectories:
        seconds, count = last - first + 1, len(self.entities)
        places = np.empty((3, count, seconds))
        begin = self._oldest - first
        for part in self._track:
            inside = part[max(-begin, 0) : max(seconds - begin, 0)]
            for axis in range(3):
                places[axis, :, max(begin, 0) : max(begin, 0) + len(inside)] = inside[:, axis].T
            begin += len(part)
        if len(self._rows) != count * seconds:
            self._rows = np.repeat(np.arange(count, dtype=np.int32), seconds)
        return Trajectories(
            row=self._rows,
            time=np.tile(self._model.start + np.arange(first, last + 1) * SECOND, count),
            east=places[0].ravel(),
            north=places[1].ravel(),
            up=places[2].ravel(),
            frame=self.frame,
            entities=self.entities,
        )


class Recorded:
    """Traffic that was recorded: a table of all samples, handed out by slices.

    Parameters
    ----------
    trajectories : all
    """

    def __init__(self, trajectories: Trajectories) -> None:
        self._all = trajectories
        self._offset = trajectories.offset
        there = self._offset[1:] > self._offset[:-1]
        self._row = np.flatnonzero(there)
        self._start, self._stop = self._offset[:-1][there], self._offset[1:][there]

    @property
    def entities(self) -> Entities:
        """Who they are."""
        return self._all.entities

    @property
    def frame(self) -> LocalFrame:
        """Frame of the positions."""
        return self._all.frame

    def between(self, begin: int, end: int) -> Trajectories:
        """Give the samples of a window and, for each entity that is there, the nearest on either side.

        Parameters
        ----------
        begin, end : ns UTC, in any order of windows

        Raises
        ------
        UsageError : the window ends before it begins
        """
        if end < begin:
            message = f"a window cannot end ({end}) before it begins ({begin})"
            raise UsageError(message)
        time = self._all.time
        there = (time[self._start] <= end) & (time[self._stop - 1] >= begin)
        start, stop = self._start[there], self._stop[there]
        low = _search(time, start, stop, begin, after=True)
        high = _search(time, start, stop, end, after=False)
        low = np.minimum(np.maximum(low - 1, start), stop - 2)
        high = np.maximum(np.minimum(high + 1, stop), low + 2)
        count = high - low
        inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return self._all.take(np.repeat(low, count) + inside)


def _search(
    time: NDArray[np.int64], start: NDArray[np.int64], stop: NDArray[np.int64], wanted: int, *, after: bool
) -> NDArray[np.int64]:
    """Find in each sorted stretch the first sample later than a time (``after``) or not earlier, all at once."""
    low, high = start.copy(), stop.copy()
    while (low < high).any():
        middle = np.minimum((low + high) // 2, len(time) - 1)
        below = (time[middle] <= wanted) if after else (time[middle] < wanted)
        low, high = np.where(below & (low < high), middle + 1, low), np.where(below, high, np.minimum(high, middle))
        high = np.maximum(high, low)
    return low


class Together:
    """Several kinds of traffic as one; their rows follow one another.

    Where numbers of entities or formations of a later one are taken, all of its are moved up.

    Parameters
    ----------
    parts : one or more, in one frame

    Raises
    ------
    UsageError : there is none, or their frames differ
    """

    def __init__(self, parts: Sequence[Traffic]) -> None:
        if not parts or any(part.frame != parts[0].frame for part in parts):
            message = f"traffic can be joined only in one frame; {len(parts)} given"
            raise UsageError(message)
        self._parts = tuple(parts)
        self.frame = parts[0].frame
        self.entities = _join([part.entities for part in parts])

    def between(self, begin: int, end: int) -> Trajectories:
        """Give the samples of all in a window; see ``Traffic``."""
        windows = [part.between(begin, end) for part in self._parts]
        shift = np.cumsum([0, *(len(part.entities) for part in self._parts[:-1])])
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(window, name) for window in windows])
            for name in ("time", "east", "north", "up")
        }
        row = np.concatenate([window.row + step for window, step in zip(windows, shift, strict=True)])
        return Trajectories(row=row.astype(np.int32), **columns, frame=self.frame, entities=self.entities)


def _join(parts: Sequence[Entities]) -> Entities:
    """Join entities so that nobody shares a number."""
    entity, formation = parts[0].entity, parts[0].formation
    for part in parts[1:]:
        taken = np.isin(part.entity, entity).any()
        entity = np.concatenate([entity, part.entity + (entity.max() if taken else 0)])
        known = part.formation >= 0
        clash = np.isin(part.formation[known], formation).any()
        moved = part.formation + np.where(known & clash, formation.max(initial=-1) + 1, 0).astype(np.int32)
        formation = np.concatenate([formation, moved])
    named = any(part.names for part in parts)
    return Entities(
        entity=entity,
        target_class=np.concatenate([part.target_class for part in parts]),
        formation=formation.astype(np.int32),
        length=np.concatenate([part.length for part in parts]),
        names=sum((part.names or ("",) * len(part) for part in parts), ()) if named else (),
    )
