"""Writing one mission: raw bytes to the log at once, rows to memory, and both into sealed files now and then."""

import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import numpy as np

from sidelook.archive.catalog import Catalog, Seal
from sidelook.archive.errors import storage_errors
from sidelook.archive.rawlog import RawFile, RawLog, day_of, read_records
from sidelook.archive.records import Kind, Segment, Tail, Window, WriterStatus
from sidelook.archive.segments import SegmentMaker, describe, raw_folder, raw_segment
from sidelook.archive.sums import activity_of, lives_of, revisits_of
from sidelook.archive.tables import Columns
from sidelook.archive.unsealed import DTYPES, OriginBook, Unsealed
from sidelook.errors import StorageError
from sidelook.model.columns import Integers
from sidelook.model.formation import FormationTable
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable
from sidelook.model.truth import TruthLooks

LARGEST_UNSEALED = 2_000_000
"""Plots held in memory, about 250 MB, where sealing keeps failing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """What one seal is to keep."""

    tables: dict[Kind, Columns]
    origins: tuple[Origin, ...]
    last_dwell: int
    window: Window | None
    received: Window | None
    through: int
    checkpoint: bytes


class MissionWriter:
    """Writer of one mission; got from ``Archive.begin_mission`` or ``resume_mission``.

    Appending, syncing and sealing may be called from different threads. Give ``through`` to ``seal`` where
    raw bytes are appended by another thread than the rows.
    """

    def __init__(self, catalog: Catalog, maker: SegmentMaker, view: threading.RLock) -> None:
        self.mission = maker.mission
        self.view = view
        self._catalog, self._maker = catalog, maker
        row = catalog.mission(self.mission)
        self._folder = raw_folder(maker.folder, self.mission)
        self._sealed_through = row.sealed_through
        self.raw = RawLog(self._folder, catalog.last_raw_number(self.mission))
        self.unsealed = Unsealed(OriginBook.of(catalog.origins(self.mission)), row.last_dwell)
        self.seal_lock = threading.RLock()
        self.closed = False
        self._received = catalog.unsealed_receipt(self.mission)
        self._span_lock = threading.Lock()
        self._problems: dict[str, str] = {}
        self._dropped = 0
        self._day = ""

    def append_raw(self, data: bytes, received: int, source: str) -> int:
        """Take bytes as received; they are safe once ``sync`` returns their number.

        Parameters
        ----------
        received : ns UTC
        source : name of the stream or file they came by

        Returns
        -------
        Number of the record in the mission, from 1.
        """
        with self._span_lock:
            self._received = _union(self._received, (received, received))
        return self.raw.append(data, received, source)

    def sync(self) -> int:
        """Put the bytes received on the disk; call it at least once a second.

        Returns
        -------
        Number of the last acknowledged record: nothing up to it can be lost any more.

        Raises
        ------
        StorageError
            Full, read-only or failing: at once, and nothing is lost yet. Go on, and call again.
        """
        with self._noting("sync"):
            return self.raw.sync()

    def append_dwells(self, dwells: Dwells, plot_track: Integers) -> None:
        """Take dwells and their plots, ``plot_track`` (N,) saying whose plot each is (0 nobody's).

        They stay in memory until sealed; where sealing fails, the oldest are dropped (and counted) beyond a bound.
        """
        with self.view:
            self.unsealed.add_dwells(dwells, plot_track)
            if self.unsealed.count(Kind.PLOTS) > LARGEST_UNSEALED and "seal" in self._problems:
                self._drop_older_half()

    def append_tracks(self, table: TrackTable) -> None:
        """Take states of tracks."""
        with self.view:
            self.unsealed.add_tracks(table)

    def append_formations(self, table: FormationTable) -> None:
        """Take states of formations."""
        with self.view:
            self.unsealed.add_formations(table)

    def append_truth(self, looks: TruthLooks, origin: Origin) -> None:
        """Take truth of a simulation; what is not sealed is lost with the process, no raw bytes tell it again."""
        with self.view:
            self.unsealed.add_truth(looks, origin)

    def seal(self, checkpoint: bytes = b"", *, through: int | None = None) -> None:
        """Put the rows so far into files and list them, in one step that happens whole or not at all.

        Parameters
        ----------
        checkpoint : state to go on from after a restart, opaque here
        through : number of the last raw record that the rows and the checkpoint cover; by default the last appended

        Raises
        ------
        StorageError
            The rows stay in memory, and visible. Go on, and call again.
        """
        with self.seal_lock, self._noting("seal"):
            batch = self._begin(checkpoint, self.raw.last_number if through is None else through)
            made: list[Segment] = []
            try:
                self.raw.sync()
                with storage_errors(self._maker.folder, "sealing"):
                    made.extend(self._make(batch))
                self._commit(batch, made)
            except BaseException:
                self._give_up(batch, made)
                raise
            self._rotate_with_the_day(batch)

    def end(self, ended: int) -> None:
        """Seal for the last time and close the mission; no checkpoint is kept."""
        self.seal()
        self._catalog.end_mission(self.mission, ended)
        self.close()

    def close(self) -> None:
        """Sync and let go of the raw file; rows not sealed are decoded again after ``resume_mission``."""
        try:
            self.raw.sync()
        finally:
            self.raw.rotate()
            self.closed = True

    def settle(self, forget: Window | None = None) -> None:
        """List the raw files as they stand and begin another; drop unsealed rows within ``forget``.

        What was decoded from a raw file but not sealed is told to the catalog as well, so that a deletion
        by day finds the file.
        """
        with self.seal_lock:
            with suppress(StorageError):  # deleting is what helps when the disk is full
                self.sync()
            self.raw.rotate()
            files = self.raw.changed_files()
            with self.view:
                window = _span([self.unsealed.columns(kind) for kind in DTYPES])
            self._catalog.enter(self._raw_segments(files, window))
            self.raw.forget_closed(files)
            if forget is not None:
                with self.view:
                    self._dropped += sum(self.unsealed.drop(kind, forget) for kind in DTYPES)

    def unsealed_segments(self) -> list[Segment]:
        """Describe the rows in memory as if they were in files; the caller holds ``view``."""
        origins = self.unsealed.origins.all()
        tables = {kind: self.unsealed.columns(kind) for kind in DTYPES}
        return [
            describe("", self.mission, kind, table, origins) for kind, table in tables.items() if len(table["time"])
        ]

    def recover(self) -> Tail:
        """Give what the last writer kept but did not seal: decode it again, then go on.

        The records are read as they are asked for; appending may begin meanwhile.
        """
        sealed, last = self._sealed_through, self.raw.last_number
        records = itertools.takewhile(lambda record: record.number <= last, read_records(self._folder, sealed + 1))
        return Tail(checkpoint=self._catalog.checkpoint(self.mission), sealed_through=sealed, records=records)

    def status(self) -> WriterStatus:
        """Tell how the writing goes."""
        return WriterStatus(
            degraded=bool(self._problems),
            problem="; ".join(self._problems.values()),
            acknowledged=self.raw.acknowledged,
            pending_bytes=self.raw.pending_bytes,
            lost_records=self.raw.lost,
            unsealed_plots=self.unsealed.count(Kind.PLOTS),
            dropped_rows=self._dropped,
            free_bytes=self._free_bytes(),
        )

    @contextmanager
    def _noting(self, task: str) -> Iterator[None]:
        """Remember whether a task last failed."""
        try:
            yield
        except StorageError as error:
            self._problems[task] = str(error)
            raise
        self._problems.pop(task, None)

    def _begin(self, checkpoint: bytes, through: int) -> _Batch:
        """Set aside what is to be sealed."""
        with self._span_lock:
            received, self._received = self._received, None
        with self.view:
            tables = self.unsealed.begin_seal()
            window = _span(list(tables.values()))
            return _Batch(
                tables=tables,
                origins=self.unsealed.origins.all(),
                last_dwell=self.unsealed.last_dwell,
                window=window,
                received=received or window,
                through=through,
                checkpoint=checkpoint,
            )

    def _make(self, batch: _Batch) -> Iterator[Segment]:
        """Write the files of a batch."""
        for kind, table in batch.tables.items():
            if batch.received is not None and len(table["time"]):
                yield from self._maker.make(kind, table, batch.origins, batch.received)

    def _commit(self, batch: _Batch, made: list[Segment]) -> None:
        """List the files and let the rows in memory go, so that no reader misses a row or sees it twice."""
        files = self.raw.changed_files()
        seal = Seal(
            mission=self.mission,
            segments=[*made, *self._raw_segments(files, batch.window)],
            origins=batch.origins,
            activity=activity_of(batch.tables[Kind.DWELLS]),
            lives=lives_of(batch.tables),
            revisits=revisits_of(batch.tables[Kind.DWELLS]).tolist(),
            sealed_through=batch.through,
            last_dwell=batch.last_dwell,
            checkpoint=batch.checkpoint,
            saved=(batch.received or (0, 0))[1],
        )
        with self.view:
            self._catalog.seal(seal)
            self.unsealed.end_seal(sealed=True)
        self.raw.forget_closed(files)
        self._sealed_through = batch.through

    def _raw_segments(self, files: tuple[RawFile, ...], window: Window | None) -> list[Segment]:
        """Describe raw files that rows of a window were decoded from: changed ones, and older ones not sealed yet.

        The older ones may be of the writer before this one, whose tail was decoded again.
        """
        changed = [raw_segment(self._maker.folder, self.mission, file, window) for file in files]
        if window is None:
            return changed
        known = {segment.path for segment in changed}
        older = self._catalog.raw_after(self.mission, self._sealed_through)
        return changed + [replace(item, begin=window[0], end=window[1]) for item in older if item.path not in known]

    def _give_up(self, batch: _Batch, made: list[Segment]) -> None:
        """Put the rows back and remove files that were not listed.

        An interruption may come just after the catalog has taken them: then they stay, and the rows go.
        """
        listed = bool(made) and self._catalog.lists(made[0].path)
        with self.view:
            self.unsealed.end_seal(sealed=listed)
        if listed:
            self._sealed_through = batch.through
            return
        if batch.received is not None:
            with self._span_lock:
                self._received = _union(self._received, batch.received)
        for segment in made:
            with suppress(OSError):
                (self._maker.folder / segment.path).unlink(missing_ok=True)

    def _rotate_with_the_day(self, batch: _Batch) -> None:
        """Start another raw file when the data come to another day, so that days can be deleted apart."""
        if batch.window is not None:
            day = day_of(batch.window[1])
            if self._day not in {"", day}:
                self.raw.rotate()
            self._day = day

    def _drop_older_half(self) -> None:
        """Make room in memory; the raw log still has what is dropped."""
        middle = int(np.median(self.unsealed.columns(Kind.PLOTS)["time"]))
        self._dropped += sum(self.unsealed.drop(kind, (-(1 << 63), middle + 1)) for kind in DTYPES)

    def _free_bytes(self) -> int:
        """Space left for us, or -1."""
        try:
            space = os.statvfs(self._maker.folder)
        except OSError:
            return -1
        return space.f_bavail * space.f_frsize


def _span(tables: list[Columns]) -> Window | None:
    """First and last time in tables; None without rows."""
    times = [table["time"] for table in tables if len(table["time"])]
    return (min(int(t.min()) for t in times), max(int(t.max()) for t in times)) if times else None


def _union(one: Window | None, other: Window) -> Window:
    """Span both, each given as first and last."""
    return other if one is None else (min(one[0], other[0]), max(one[1], other[1]))
