"""The chain every source goes through: bytes to dwells, dwells to tracks. Each stage knows only its own records."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from sidelook.archive import Looks
from sidelook.console.rows import Rows, join
from sidelook.errors import InputError
from sidelook.formats.stanag4607 import DwellAssembler, SensorErrors, StreamDecoder
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ellipsoid
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable, concatenate_tracks
from sidelook.timescale import NANOSECONDS_PER_SECOND
from sidelook.tracking.bridge import look_from_dwells, mission_frame, track_table
from sidelook.tracking.settings import TrackerSettings
from sidelook.tracking.state import TrackerState, state_from_arrays, state_to_arrays
from sidelook.tracking.tracker import Tracker

STEP = NANOSECONDS_PER_SECOND
"""Dwells this close in time go to the tracker together: each track is then shown at most once a second."""


class CheckpointError(InputError):
    """A saved state of a tracker cannot be read; tracking starts anew after it."""


@dataclass(slots=True, kw_only=True)
class Dwelling:
    """Bytes to dwells: the first half of the chain.

    Attributes
    ----------
    source : name of the stream or file, for the origins
    datagrams : True where every piece received holds whole packets
    errors : what the sensor can do where its reports do not say
    """

    source: str
    datagrams: bool = False
    errors: SensorErrors = field(default_factory=SensorErrors)
    decoder: StreamDecoder = field(default_factory=StreamDecoder)
    assembler: DwellAssembler = field(init=False)

    def __post_init__(self) -> None:
        """Begin without knowing a mission day."""
        self.assembler = DwellAssembler(source=self.source, errors=self.errors)

    def feed(self, pieces: Sequence[bytes]) -> Dwells:
        """Take pieces in the order received; give the dwells that are whole."""
        if self.datagrams:
            return self.assembler.assemble(self.decoder.feed_datagrams(pieces))
        return self.assembler.assemble(self.decoder.feed(b"".join(pieces)))

    def pause(self) -> Dwells:
        """Give a dwell held back in case it goes on: nothing has come for a while."""
        return self.assembler.flush()

    def cut(self) -> Iterator[Dwells]:
        """End the stream, or a connection of it: what is incomplete will not be continued."""
        yield self.assembler.assemble(self.decoder.flush())
        yield self.assembler.flush()


@dataclass(slots=True, kw_only=True)
class Tracking:
    """Dwells to tracks: the second half of the chain.

    Attributes
    ----------
    settings : of the tracker
    frame, tracker, state : from the first dwell on
    """

    settings: TrackerSettings = field(default_factory=TrackerSettings)
    frame: LocalFrame | None = None
    tracker: Tracker | None = None
    state: TrackerState | None = None

    def begin(self, frame: LocalFrame, state: TrackerState | None = None) -> None:
        """Begin in a frame, anew or from a saved state."""
        self.frame = frame
        self.tracker = Tracker(settings=self.settings, ground=Ellipsoid(frame=frame))
        self.state = state or self.tracker.init()

    def follow(self, dwells: Dwells) -> Rows:
        """Track dwells, about a second of them at a time."""
        if not len(dwells):
            return Rows.empty()
        if self.frame is None:
            self.begin(mission_frame(dwells))
        return join([self.step(dwells.take(part)) for part in steps(dwells)])

    def step(self, dwells: Dwells) -> Rows:
        """Track dwells that go together; give them with the tracks they changed."""
        frame, tracker, state = self.frame, self.tracker, self.state
        if frame is None or tracker is None or state is None:
            return Rows(
                looks=Looks(dwells=dwells, plot_track=np.zeros(len(dwells.plots), np.int64)), tracks=no_tracks()
            )
        look = look_from_dwells(dwells, frame, tracker.ground, tracker.settings)
        self.state, result = tracker.step(state, look)
        table = track_table(self.state, result.rows, frame, tracker.ground)
        return Rows(looks=Looks(dwells=dwells, plot_track=result.assigned), tracks=table)

    def save(self) -> bytes:
        """Write down frame, origins and state; empty before the first dwell."""
        if self.frame is None or self.state is None:
            return b""
        place = [self.frame.latitude, self.frame.longitude, self.frame.height]
        head = msgspec.json.encode({"frame": place, "origins": self.state.origins})
        packed = io.BytesIO()
        arrays: dict[str, Any] = {"head": np.frombuffer(head, np.uint8), **state_to_arrays(self.state)}
        np.savez(packed, **arrays)
        return packed.getvalue()

    def load(self, saved: bytes) -> None:
        """Go on from what was written down; from nothing, begin anew.

        Raises
        ------
        CheckpointError
            Where it cannot be read.
        """
        if not saved:
            return
        try:
            with np.load(io.BytesIO(saved)) as arrays:
                columns = dict(arrays)
            head = msgspec.json.decode(columns.pop("head").tobytes(), type=Head)
            self.begin(LocalFrame(**head.place), state_from_arrays(columns, head.origins))
        except (OSError, ValueError, KeyError, InputError, msgspec.MsgspecError) as error:
            message = f"the tracker's saved state cannot be read: {error}"
            raise CheckpointError(message) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What goes with the arrays of a saved state: latitude, longitude (rad) and height (m) of the frame; origins."""

    frame: tuple[float, float, float]
    origins: tuple[Origin, ...]

    @property
    def place(self) -> dict[str, float]:
        """The frame's origin by name."""
        return dict(zip(("latitude", "longitude", "height"), self.frame, strict=True))


@dataclass(slots=True, kw_only=True)
class Chain:
    """Bytes to rows of the picture, for one mission and one thread at a time."""

    dwelling: Dwelling
    tracking: Tracking = field(default_factory=Tracking)

    def feed(self, pieces: Sequence[bytes]) -> Rows:
        """Take pieces in the order received."""
        return self.tracking.follow(self.dwelling.feed(pieces))

    def pause(self) -> Rows:
        """Let go of what is held back: nothing has come for a while."""
        return self.tracking.follow(self.dwelling.pause())

    def cut(self) -> Rows:
        """End the stream or a connection of it."""
        return join([self.tracking.follow(dwells) for dwells in self.dwelling.cut()])


def steps(dwells: Dwells) -> Iterator[slice]:
    """Cut dwells into runs that begin within ``STEP``."""
    time = np.maximum.accumulate(dwells.time)
    start = 0
    while start < len(time):
        stop = int(np.searchsorted(time, time[start] + STEP))
        yield slice(start, stop)
        start = stop


def no_tracks() -> TrackTable:
    """Make a table of no tracks."""
    return concatenate_tracks([])
