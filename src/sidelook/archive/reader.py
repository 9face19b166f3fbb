"""Reading by time, box, mission and track: listed files that overlap, and what is not sealed yet."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from sidelook.archive import engines
from sidelook.archive.box import Box
from sidelook.archive.catalog import BIN, Catalog
from sidelook.archive.errors import ArchiveDamagedError
from sidelook.archive.records import Activity, KeptTruth, Kind, Looks, Segment, TrackHistory, Window
from sidelook.archive.sums import activity_of
from sidelook.archive.tables import (
    BRIEF_DWELLS,
    BRIEF_PLOTS,
    BRIEF_TRACKS,
    Columns,
    blank_columns,
    cells_from,
    formations_from,
    join,
    looks_from,
    select,
    tracks_from,
    truth_from,
)
from sidelook.archive.unsealed import DTYPES
from sidelook.archive.writer import MissionWriter
from sidelook.model.cells import CellCounts
from sidelook.model.columns import Integers
from sidelook.model.formation import FormationTable
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable

if TYPE_CHECKING:
    from sidelook.archive.parquet import ParquetFiles

ATTEMPTS = 5
"""Files may be merged or deleted between listing and opening; the list is then read again."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What there is of a mission at one moment: each row exactly once.

    Attributes
    ----------
    segments : listed files of each kind
    unsealed : rows in memory of each kind
    origins : of the mission, by number
    """

    segments: Mapping[Kind, tuple[Segment, ...]]
    unsealed: Mapping[Kind, Columns]
    origins: tuple[Origin, ...]


class Reader:
    """Reads an archive; ``writers`` are the missions being written in this process."""

    def __init__(self, folder: Path, catalog: Catalog, writers: Mapping[int, MissionWriter]) -> None:
        self._folder, self._catalog, self._writers = folder, catalog, writers
        self.view = threading.RLock()

    @cached_property
    def files(self) -> "ParquetFiles":
        """The engine for Parquet, loaded when first needed."""
        return engines.parquet_files()

    def looks(self, mission: int, window: Window | None, box: Box | None, *, brief: bool) -> Looks:
        """Read dwells and plots; see ``Archive.dwells``."""
        dwell_names = BRIEF_DWELLS if brief else tuple(DTYPES[Kind.DWELLS])
        plot_names = BRIEF_PLOTS if brief else tuple(DTYPES[Kind.PLOTS])

        def read(snapshot: Snapshot) -> Looks:
            dwells = self._rows(snapshot, Kind.DWELLS, dwell_names, window)
            plots = self._rows(snapshot, Kind.PLOTS, plot_names, window, box)
            return looks_from(dwells, plots, snapshot.origins)

        return self._consistently(mission, (Kind.DWELLS, Kind.PLOTS), window, read)

    def footprints(self, mission: int, window: Window | None) -> Dwells:
        """Read dwells without their plots; see ``Archive.footprints``."""
        names = BRIEF_DWELLS

        def read(snapshot: Snapshot) -> Dwells:
            rows = self._rows(snapshot, Kind.DWELLS, names, window)
            return looks_from(rows, blank_columns(DTYPES[Kind.PLOTS]), snapshot.origins).dwells

        return self._consistently(mission, (Kind.DWELLS,), window, read)

    def cells(self, mission: int, window: Window | None) -> CellCounts:
        """Read counts by cell; see ``Archive.cells``."""
        names = tuple(DTYPES[Kind.CELLS])

        def read(snapshot: Snapshot) -> CellCounts:
            return cells_from(self._rows(snapshot, Kind.CELLS, names, window), snapshot.origins)

        return self._consistently(mission, (Kind.CELLS,), window, read)

    def tracks(self, mission: int, window: Window | None, box: Box | None, *, brief: bool) -> TrackTable:
        """Read states of tracks; see ``Archive.tracks``."""
        names = BRIEF_TRACKS if brief else tuple(DTYPES[Kind.TRACKS])

        def read(snapshot: Snapshot) -> TrackTable:
            rows = self._rows(snapshot, Kind.TRACKS, names, window, box)
            return tracks_from(rows, snapshot.origins)

        return self._consistently(mission, (Kind.TRACKS,), window, read)

    def formations(self, mission: int, window: Window | None, box: Box | None) -> FormationTable:
        """Read states of formations; see ``Archive.formations``."""
        names = tuple(DTYPES[Kind.FORMATIONS])

        def read(snapshot: Snapshot) -> FormationTable:
            rows = self._rows(snapshot, Kind.FORMATIONS, names, window, box)
            return formations_from(rows, snapshot.origins)

        return self._consistently(mission, (Kind.FORMATIONS,), window, read)

    def truth(self, mission: int, window: Window | None, box: Box | None) -> KeptTruth:
        """Read truth; see ``Archive.truth``."""
        names = tuple(DTYPES[Kind.TRUTH])

        def read(snapshot: Snapshot) -> KeptTruth:
            return truth_from(self._rows(snapshot, Kind.TRUTH, names, window, box), snapshot.origins)

        return self._consistently(mission, (Kind.TRUTH,), window, read)

    def history(self, mission: int, track: int) -> TrackHistory:
        """Read the life of one track; see ``Archive.track_history``."""
        kinds = (Kind.TRACKS, Kind.PLOTS, Kind.DWELLS)
        life = self._life(mission, track)
        return self._consistently(mission, kinds, life, lambda found: self._history(found, life, track))

    def activity(self, mission: int, bins: int, window: Window | None) -> Activity:
        """Count plots and dwells over time; see ``Archive.activity``."""
        self._catalog.mission(mission)
        with self.view:
            rows = self._catalog.query("SELECT bin, plots, dwells FROM activity WHERE mission = ?", (mission,))
            fresh = self._unsealed(mission, (Kind.DWELLS,))[Kind.DWELLS]
        rows += [row[:3] for row in activity_of(fresh)]
        return bin_activity(np.array(rows, np.int64).reshape(-1, 3), bins, window)

    def snapshot(self, mission: int, kinds: Iterable[Kind], window: Window | None) -> Snapshot:
        """List what there is, files and memory at the same moment."""
        kinds = tuple(kinds)
        with self.view, self._catalog.moment():
            writer = self._writers.get(mission)
            return Snapshot(
                segments={kind: self._catalog.segments(mission, kind, window) for kind in kinds},
                unsealed=self._unsealed(mission, kinds),
                origins=self._catalog.origins(mission) if writer is None else writer.unsealed.origins.all(),
            )

    def _unsealed(self, mission: int, kinds: Sequence[Kind]) -> dict[Kind, Columns]:
        """Give the rows in memory."""
        writer = self._writers.get(mission)
        if writer is None:
            return {kind: blank_columns(DTYPES[kind]) for kind in kinds}
        return {kind: writer.unsealed.columns(kind) for kind in kinds}

    def _consistently(
        self, mission: int, kinds: Sequence[Kind], window: Window | None, read: Callable[[Snapshot], Result]
    ) -> Result:
        """Read from a snapshot; from a newer one where its files are merged or deleted meanwhile."""
        self._catalog.mission(mission)
        for _ in range(ATTEMPTS):
            try:
                return read(self.snapshot(mission, kinds, window))
            except FileNotFoundError as error:
                missing = error.filename or error
        message = f"{missing} is listed but missing: restore the archive from a copy, or decode its raw files again"
        raise ArchiveDamagedError(message)

    def _rows(
        self,
        snapshot: Snapshot,
        kind: Kind,
        names: Sequence[str],
        window: Window | None,
        box: Box | None = None,
    ) -> Columns:
        """Read the rows of a kind within a window and a box."""
        parts = [
            _within(self.files.read(self._folder / segment.path, names, window), window, box)
            for segment in snapshot.segments[kind]
            if box is None or segment.box is None or box.overlaps(segment.box)
        ]
        fresh = {name: snapshot.unsealed[kind][name] for name in names}
        return join([*parts, _within(fresh, window, box)], names)

    def _life(self, mission: int, track: int) -> Window:
        """Find when a track lived, its unsealed rows included."""
        with self.view:
            rows = self._catalog.query(
                "SELECT first, last FROM lives WHERE mission = ? AND track = ?", (mission, track)
            )
            fresh = self._unsealed(mission, (Kind.TRACKS, Kind.PLOTS))
        times = [time for row in rows for time in row]
        times += [time for table in fresh.values() for time in table["time"][table["track"] == track].tolist()]
        return (min(times), max(times) + 1) if times else (0, 0)

    def _history(self, snapshot: Snapshot, life: Window, track: int) -> TrackHistory:
        """Read one track's states, plots and their dwells."""
        own = np.array([track])
        tracks = self._matching(snapshot, Kind.TRACKS, life, own, tuple(DTYPES[Kind.TRACKS]))
        plots = self._matching(snapshot, Kind.PLOTS, life, own, BRIEF_PLOTS)
        wanted = np.unique(plots["dwell_id"])
        dwells = self._matching(snapshot, Kind.DWELLS, life, wanted, BRIEF_DWELLS)
        looks = looks_from(dwells, plots, snapshot.origins)
        return TrackHistory(tracks=tracks_from(tracks, snapshot.origins), looks=looks)

    def _matching(
        self, snapshot: Snapshot, kind: Kind, window: Window, wanted: Integers, names: Sequence[str]
    ) -> Columns:
        """Read the rows of the tracks, or of the dwells, that are wanted."""
        key = "dwell_id" if kind is Kind.DWELLS else "track"
        parts = [
            self.files.read_matching(self._folder / segment.path, names, key, wanted, window)
            for segment in snapshot.segments[kind]
        ]
        fresh = snapshot.unsealed[kind]
        return join([*parts, select(fresh, np.isin(fresh[key], wanted))], names)


def bin_activity(rows: Integers, bins: int, window: Window | None) -> Activity:
    """Gather counts into bins.

    Parameters
    ----------
    rows : (R, 3) of (bin of the catalog, plots, dwells), bins in any order, repeated or not
    bins : how many to make, at least 1
    window : to cover; by default all rows
    """
    if window is None:
        first, last = (rows[:, 0].min(), rows[:, 0].max() + 1) if len(rows) else (0, 1)
        window = int(first) * BIN, int(last) * BIN
    width = max(-(-(window[1] - window[0]) // max(bins, 1)), 1)
    place = (rows[:, 0] * BIN + BIN // 2 - window[0]) // width
    inside = (place >= 0) & (place < bins)
    plots, dwells = (
        np.bincount(place[inside], rows[inside, column], minlength=bins).astype(np.int64) for column in (1, 2)
    )
    return Activity(begin=window[0], width=width, plots=plots, dwells=dwells)


def _within(columns: Columns, window: Window | None, box: Box | None) -> Columns:
    """Keep the rows inside a window and a box."""
    keep = np.ones(len(columns["time"]), np.bool_)
    if window is not None:
        keep &= (columns["time"] >= window[0]) & (columns["time"] < window[1])
    if box is not None:
        keep &= box.contains(columns["longitude"], columns["latitude"])
    return columns if keep.all() else select(columns, keep)
