"""The second half of the chain: dwells to tracks, tracks to formations.

It needs Numba, so ``chain`` imports it with the first dwell.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np

from sidelook.archive import Looks
from sidelook.console.rows import Rows, join
from sidelook.errors import InputError
from sidelook.formations.group_tracker import FormationsKnown, FormationTracker, membership
from sidelook.formations.state import known_from_arrays, known_to_arrays
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ellipsoid
from sidelook.mission.checkpoint import Checkpoint, CheckpointError, pack, unpack
from sidelook.mission.roads import load_roads
from sidelook.model.formation import FormationTable
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable
from sidelook.timescale import NANOSECONDS_PER_SECOND
from sidelook.tracking.bridge import look_from_dwells, mission_frame, track_table
from sidelook.tracking.roads.network import no_roads, road_map_in_frame
from sidelook.tracking.state import TrackerState, state_from_arrays, state_to_arrays
from sidelook.tracking.tracker import Tracker

STEP = NANOSECONDS_PER_SECOND
"""Dwells this close in time go to the tracker together: each track is then shown at most once a second."""
LOOK_INTERVAL = 30 * NANOSECONDS_PER_SECOND
"""Formations are looked for no more often than this."""
KNOWN = "formations_"


@dataclass(slots=True, kw_only=True)
class Tracking:
    """Tracks one mission.

    Attributes
    ----------
    frame : mission-local
    tracker : over the ellipsoid
    formations : looks for formations among the tracks
    state : after the last dwell
    known : of formations
    """

    frame: LocalFrame
    tracker: Tracker
    formations: FormationTracker = field(init=False)
    state: TrackerState = field(init=False)
    known: FormationsKnown = field(init=False)

    def __post_init__(self) -> None:
        """Begin without tracks."""
        self.formations = FormationTracker(frame=self.frame)
        self.state, self.known = self.tracker.init(), self.formations.init()

    @classmethod
    def begin(cls, dwells: Dwells, roads: Path | None = None) -> Self:
        """Begin to track amid the areas of the first dwells; RoadsFileError or InputError where roads are at fault."""
        return cls.over(mission_frame(dwells), roads)

    @classmethod
    def go_on(cls, saved: bytes, roads: Path | None = None) -> tuple[Self, bool]:
        """Go on from what was written down; True where a dwell was held back then.

        Raises
        ------
        CheckpointError
            Where it cannot be read.
        """
        checkpoint = unpack(saved)
        latitude, longitude, height = checkpoint.frame
        tracking = cls.over(LocalFrame(latitude=latitude, longitude=longitude, height=height), roads)
        try:
            tracking.state = state_from_arrays(checkpoint.arrays, checkpoint.origins)
            known = {name.removeprefix(KNOWN): part for name, part in checkpoint.arrays.items() if KNOWN in name}
            tracking.known = known_from_arrays(known, checkpoint.origins)
        except InputError as error:
            raise CheckpointError(str(error)) from error
        return tracking, checkpoint.holding

    @classmethod
    def over(cls, frame: LocalFrame, roads: Path | None = None) -> Self:
        """Track in a frame, over the ellipsoid, on the roads of a file if there are some."""
        known = road_map_in_frame(load_roads(roads), frame) if roads else no_roads()
        return cls(frame=frame, tracker=Tracker(ground=Ellipsoid(frame=frame), roads=known))

    def follow(self, dwells: Dwells) -> Rows:
        """Track dwells, about a second of them at a time."""
        return join([self.step(dwells.take(part)) for part in steps(dwells)])

    def step(self, dwells: Dwells) -> Rows:
        """Track dwells that go together; give them with the tracks they changed, and formations when it is time."""
        ground = self.tracker.ground
        look = look_from_dwells(dwells, self.frame, ground, self.tracker.settings)
        self.state, result = self.tracker.step(self.state, look)
        table = track_table(self.state, result.rows, self.frame, ground)
        table, formations = self.look(table, self.state.clock)
        return Rows(looks=Looks(dwells=dwells, plot_track=result.assigned), tracks=table, formations=formations)

    def look(self, tracks: TrackTable, now: int) -> tuple[TrackTable, FormationTable]:
        """Show tracks to the tracker of formations; give them with the formation each is in, and the formations."""
        self.known, formations = self.formations.take(self.known, tracks), FormationTable.empty(origins=())
        if now - self.known.pairs.time >= LOOK_INTERVAL:
            self.known, seen = self.formations.look(self.known, now)
            formations = seen.table
        identity = np.array([group.identity for group in self.known.groups] + [0], np.int64)
        return replace(tracks, formation=identity[membership(self.known, tracks.track)]), formations

    def save(self, *, holding: bool) -> bytes:
        """Write down what is needed to go on, and whether a dwell is held back."""
        frame = (self.frame.latitude, self.frame.longitude, self.frame.height)
        known = known_to_arrays(self.known, self.state.origins)
        arrays = state_to_arrays(self.state) | {KNOWN + name: part for name, part in known.items()}
        return pack(Checkpoint(frame=frame, origins=self.state.origins, holding=holding, arrays=arrays))


def steps(dwells: Dwells) -> Iterator[slice]:
    """Cut dwells into runs that begin within ``STEP``."""
    time = np.maximum.accumulate(dwells.time)
    start = 0
    while start < len(time):
        stop = int(np.searchsorted(time, time[start] + STEP))
        yield slice(start, stop)
        start = stop
