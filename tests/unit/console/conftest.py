"""A small picture that never changes: three dwells, five plots, two tracks over two minutes."""

from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
import pytest

from sidelook.archive import (
    Activity,
    Box,
    KeptImage,
    KeptTruth,
    Looks,
    MissionSummary,
    NotKeptError,
    TrackHistory,
    Window,
)
from sidelook.console.rows import Rows
from sidelook.model.formation import FormationTable
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.model.tracks import TrackTable
from sidelook.model.truth import TruthLooks

SECOND = 1_000_000_000
BEGIN = 1_700_000_000 * SECOND
OPEN = Origin(source="test", classification=Classification.UNCLASSIFIED, simulated=True)
UNMARKED = Origin(source="test")


def make_dwells(times: list[float], counts: list[int], origin: Origin = OPEN) -> Dwells:
    """Dwells at seconds after ``BEGIN``, 100 km south of their plots."""
    plots = Plots.empty(
        sum(counts),
        dwell=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        latitude=np.full(sum(counts), np.radians(50.0)),
        longitude=np.radians(10.0 + 0.01 * np.arange(sum(counts))),
    )
    return Dwells.empty(
        len(times),
        time=BEGIN + (np.array(times) * SECOND).astype(np.int64),
        plot_count=np.array(counts, np.int32),
        sensor_latitude=np.full(len(times), np.radians(49.1)),
        sensor_longitude=np.full(len(times), np.radians(10.0)),
        sensor_height=np.full(len(times), 10_000.0),
        plots=plots,
        origins=(origin,),
    )


def make_tracks(rows: list[tuple[float, int, int]], origin: Origin = OPEN) -> TrackTable:
    """States (seconds after ``BEGIN``, track, state)."""
    times, tracks, states = zip(*rows, strict=True) if rows else ((), (), ())
    time = BEGIN + (np.array(times, np.float64) * SECOND).astype(np.int64)
    return TrackTable.empty(
        len(rows),
        time=time,
        supported=time,
        track=np.array(tracks, np.int64),
        state=np.array(states, np.uint8),
        latitude=np.full(len(rows), np.radians(50.0)),
        longitude=np.full(len(rows), np.radians(10.0)),
        position_covariance=np.tile(np.array([4.0, 1.0, 9.0], np.float32), (len(rows), 1)),
        velocity_covariance=np.ones((len(rows), 3), np.float32),
        origins=(origin,),
    )


def make_looks(times: list[float], counts: list[int], origin: Origin = OPEN) -> Looks:
    """Dwells whose first plot each is of track 1."""
    dwells = make_dwells(times, counts, origin)
    plot_track = np.zeros(sum(counts), np.int64)
    plot_track[np.cumsum([0, *counts[:-1]])[np.array(counts) > 0]] = 1
    return Looks(dwells=dwells, plot_track=plot_track)


def make_rows(times: list[float], tracks: list[tuple[float, int, int]], origin: Origin = OPEN) -> Rows:
    """Dwells of one plot each, and states of tracks."""
    return Rows(looks=make_looks(times, [1] * len(times), origin), tracks=make_tracks(tracks, origin))


def make_formations(rows: list[tuple[float, int, int]], origin: Origin = OPEN) -> FormationTable:
    """States (seconds after ``BEGIN``, formation, state) of columns of seven vehicles, nine at most."""
    times, formations, states = zip(*rows, strict=True) if rows else ((), (), ())
    return FormationTable.empty(
        len(rows),
        time=BEGIN + (np.array(times, np.float64) * SECOND).astype(np.int64),
        formation=np.array(formations, np.int64),
        state=np.array(states, np.uint8),
        latitude=np.full(len(rows), np.radians(50.0)),
        longitude=np.full(len(rows), np.radians(10.0)),
        kind=np.full(len(rows), 1, np.uint8),
        event=np.full(len(rows), 2, np.uint8),
        other=np.full(len(rows), 5, np.int64),
        target_class=np.full(len(rows), 18, np.uint8),
        count=np.full(len(rows), 7, np.int32),
        count_high=np.full(len(rows), 9, np.int32),
        origins=(origin,),
    )


def expect_seventh(mission: int) -> None:
    """Know no other mission."""
    if mission != 7:
        message = f"no mission {mission} is kept"
        raise NotKeptError(message)


@dataclass(frozen=True)
class FakePicture:
    """One mission held in memory."""

    looks: Looks
    table: TrackTable
    true: TruthLooks = field(default_factory=TruthLooks.empty, kw_only=True)
    true_origin: Origin = field(default=OPEN, kw_only=True)
    groups: FormationTable = field(default_factory=lambda: FormationTable.empty(origins=()), kw_only=True)

    def missions(self) -> tuple[MissionSummary, ...]:
        """List the one mission."""
        known: dict[str, Any] = {"mission": 7, "name": "flight", "kind": "recording", "live": True, "simulated": True}
        counts: dict[str, Any] = {
            "plots": 5,
            "dwells": 3,
            "tracks": 2,
            "track_rows": 4,
            "truth_rows": 3,
            "images": 0,
            "revisit": 30.0,
        }
        where = Box(west=np.radians(9.0), south=np.radians(49.0), east=np.radians(11.0), north=np.radians(51.0))
        marking = Classification.UNCLASSIFIED
        end = BEGIN + 120 * SECOND
        return (
            MissionSummary(**known, **counts, begin=BEGIN, end=end, box=where, classification=marking, origins=(OPEN,)),
        )

    def dwells(
        self, mission: int, window: Window | None = None, box: Box | None = None, *, brief: bool = False
    ) -> Looks:
        """Dwells of the window."""
        expect_seventh(mission)
        assert brief
        assert box is None or box.west < box.east
        begin, end = window or (0, 1 << 62)
        kept = (self.looks.dwells.time >= begin) & (self.looks.dwells.time < end)
        plot_track = self.looks.plot_track[kept[self.looks.dwells.plots.dwell]]
        return Looks(dwells=self.looks.dwells.take(kept), plot_track=plot_track)

    def tracks(
        self, mission: int, window: Window | None = None, box: Box | None = None, *, brief: bool = False
    ) -> TrackTable:
        """States of the window."""
        expect_seventh(mission)
        assert brief
        assert box is None or box.west < box.east
        begin, end = window or (0, 1 << 62)
        return self.table.take((self.table.time >= begin) & (self.table.time < end))

    def formations(self, mission: int, window: Window | None = None, box: Box | None = None) -> FormationTable:
        """States of the window."""
        expect_seventh(mission)
        assert box is None or box.west < box.east
        begin, end = window or (0, 1 << 62)
        return self.groups.take((self.groups.time >= begin) & (self.groups.time < end))

    def truth(self, mission: int, window: Window | None = None, box: Box | None = None) -> KeptTruth:
        """Truth of the window."""
        expect_seventh(mission)
        assert box is None
        begin, end = window or (0, 1 << 62)
        looks = self.true.take((self.true.time >= begin) & (self.true.time < end))
        return KeptTruth(looks=looks, origin=np.zeros(len(looks), np.int32), origins=(self.true_origin,))

    def track_history(self, mission: int, track: int) -> TrackHistory:
        """Everything of one track."""
        expect_seventh(mission)
        looks = self.looks if track == 1 else make_looks([], [])
        return TrackHistory(tracks=self.table.take(self.table.track == track), looks=looks)

    def images(self) -> tuple[KeptImage, ...]:
        """None."""
        return ()

    def open_image(self, number: int) -> BinaryIO:
        """None."""
        raise NotKeptError(str(number))

    def activity(self, mission: int, bins: int, window: Window | None = None) -> Activity:
        """Count the same in every bin."""
        expect_seventh(mission)
        assert window is None
        return Activity(begin=BEGIN, width=SECOND, plots=np.full(bins, 5), dwells=np.full(bins, 3))


@pytest.fixture
def picture() -> FakePicture:
    """Three dwells of two, zero and three plots; track 1 is lost in the end, track 2 is not."""
    looks = make_looks([0, 60, 119], [2, 0, 3])
    return FakePicture(looks, make_tracks([(0, 1, 1), (0, 2, 0), (60, 1, 4), (60, 2, 1)]))
