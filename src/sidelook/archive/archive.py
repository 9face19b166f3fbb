"""The archive: what happened, kept and found again."""

import contextlib
import os
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Literal, Self

from sidelook.archive import engines
from sidelook.archive.box import Box
from sidelook.archive.catalog import Catalog
from sidelook.archive.compaction import Compactor
from sidelook.archive.deletion import EVER, Deleter, start_of
from sidelook.archive.durable import give_up_reserve, hold_lock, make_folder, make_reserve
from sidelook.archive.errors import storage_errors
from sidelook.archive.framing import RawRecord
from sidelook.archive.images import ImageShelf, Write
from sidelook.archive.rawlog import read_records
from sidelook.archive.reader import Reader
from sidelook.archive.records import (
    Activity,
    AuditEntry,
    KeptImage,
    KeptTruth,
    Kind,
    Looks,
    MissionKind,
    MissionSummary,
    Purged,
    RetentionPolicy,
    TrackHistory,
    Window,
)
from sidelook.archive.segments import SegmentMaker, raw_folder
from sidelook.archive.summary import summarise
from sidelook.archive.sweep import check_files, delete_doomed, sweep
from sidelook.archive.tables import cell_columns
from sidelook.archive.unsealed import DTYPES, OriginBook
from sidelook.archive.writer import MissionWriter
from sidelook.errors import UsageError
from sidelook.model.cells import CellCounts
from sidelook.model.formation import FormationTable
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable

if TYPE_CHECKING:
    import pyarrow as pa

LOCK_NAME = "writer.lock"


class Archive:
    """A folder of missions: bytes as received, plots, dwells and tracks.

    Build it with ``Archive.open``. One process may write; any number may read, in the same process or
    others, while it writes. Threads may share an archive.
    """

    def __init__(self, folder: Path, catalog: Catalog, lock: int | None) -> None:
        self.folder = folder
        self._catalog, self._lock = catalog, lock
        self._writers: dict[int, MissionWriter] = {}
        self._reader = Reader(folder, catalog, self._writers)
        self._shelf = ImageShelf(folder=folder, catalog=catalog)
        self._care = threading.Lock()

    @classmethod
    def open(cls, folder: Path, mode: Literal["write", "read"] = "read") -> Self:
        """Open an archive; for writing it is made where there is none, and put in order where there is one.

        Raises
        ------
        ArchiveLockedError
            Another process writes to it.
        StorageError
            The folder is full, read-only or damaged.
        UsageError
            There is no archive to read.
        """
        if mode == "read":
            return cls(folder, Catalog(folder, mode), None)
        with storage_errors(folder, "making the archive"):
            make_folder(folder)
        lock = hold_lock(folder / LOCK_NAME)
        try:
            catalog = Catalog(folder, mode)
            sweep(folder, catalog)
            make_reserve(folder)
        except BaseException:
            os.close(lock)
            raise
        return cls(folder, catalog, lock)

    def close(self) -> None:
        """Sync the raw logs and let go; rows not sealed are decoded again from them next time."""
        try:
            for writer in self._writers.values():
                writer.close()
        finally:
            self._catalog.close()
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def __enter__(self) -> Self:
        """Give the archive."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the archive."""
        self.close()

    # writing

    def begin_mission(self, name: str, *, kind: MissionKind, received: int) -> MissionWriter:
        """Start a mission.

        Parameters
        ----------
        kind : "live" data fall under the retention policy, "recording" and "simulation" do not
        received : now, ns UTC
        """
        return self._writer(self._catalog.begin_mission(name, kind, received))

    def resume_mission(self, mission: int) -> MissionWriter:
        """Go on with a mission that has not ended; then ``recover`` what was not sealed."""
        row = self._catalog.mission(mission)
        if mission in self._writers or row.ended is not None:
            message = f"mission {mission} is {'over' if row.ended is not None else 'being written'}: begin another"
            raise UsageError(message)
        return self._writer(mission)

    def keep_image(self, image: KeptImage, *, received: int, write: Write) -> int:
        """Keep an image with a mission, which may be over; gives its number.

        Parameters
        ----------
        image : what is known of it
        received : now, ns UTC
        write : told the path to write the file at: amplitudes, a Cloud-Optimised GeoTIFF

        Raises
        ------
        StorageError
            Nothing is kept.
        """
        return self._shelf.keep(image, received, write)

    def _writer(self, mission: int) -> MissionWriter:
        """Make the writer of a mission."""
        maker = SegmentMaker(folder=self.folder, files=self._reader.files, mission=mission)
        writer = MissionWriter(self._catalog, maker, self._reader.view)
        with self._reader.view:
            self._writers[mission] = writer
        return writer

    # reading

    def missions(self) -> tuple[MissionSummary, ...]:
        """List the missions and what is held of each, unsealed rows included."""
        with self._reader.view, self._catalog.moment():
            return summarise(self._catalog, self._writers, self._shelf.all())

    def dwells(
        self, mission: int, window: Window | None = None, box: Box | None = None, *, brief: bool = False
    ) -> Looks:
        """Read dwells and their plots, in order of time.

        Parameters
        ----------
        window : of time, half open; all by default
        box : of plots. Every dwell of the window is given, for where nothing was seen counts as well;
            ``plot_count`` counts the plots given
        brief : leave columns that a map does not show unread (NaN or zero)
        """
        return self._reader.looks(mission, window, box, brief=brief)

    def footprints(self, mission: int, window: Window | None = None) -> Dwells:
        """Read where was looked, in order of time: dwells without their plots, and only the columns a map shows."""
        return self._reader.footprints(mission, window)

    def tracks(
        self, mission: int, window: Window | None = None, box: Box | None = None, *, brief: bool = False
    ) -> TrackTable:
        """Read states of tracks, in order of time; ``brief`` leaves out what a map does not show."""
        return self._reader.tracks(mission, window, box, brief=brief)

    def formations(self, mission: int, window: Window | None = None, box: Box | None = None) -> FormationTable:
        """Read states of formations, in order of time."""
        return self._reader.formations(mission, window, box)

    def truth(self, mission: int, window: Window | None = None, box: Box | None = None) -> KeptTruth:
        """Read the truth that was kept with a simulated recording, in order of time; empty where there is none."""
        return self._reader.truth(mission, window, box)

    def cells(self, mission: int, window: Window | None = None) -> CellCounts:
        """Read the counts by cell and hour that were kept of a mission; empty where there are none."""
        return self._reader.cells(mission, window)

    def has_cells(self, mission: int) -> bool:
        """Tell whether counts by cell were kept of a mission."""
        return bool(self._catalog.segments(mission, Kind.CELLS))

    def track_history(self, mission: int, track: int) -> TrackHistory:
        """Read all states of one track and the plots behind it; empty where there is no such track."""
        return self._reader.history(mission, track)

    def images(self) -> tuple[KeptImage, ...]:
        """List the images of all missions, by the time they were taken."""
        return self._shelf.all()

    def open_image(self, number: int) -> BinaryIO:
        """Open the file of an image; its reader closes it."""
        return self._shelf.open(number)

    def activity(self, mission: int, bins: int, window: Window | None = None) -> Activity:
        """Count plots and dwells over time, from sums kept in the catalog (in bins of 10 s)."""
        return self._reader.activity(mission, bins, window)

    def raw(self, mission: int, first: int = 0) -> Iterator[RawRecord]:
        """Yield the bytes of a mission as received, from record number ``first`` on."""
        self._catalog.mission(mission)
        return read_records(raw_folder(self.folder, mission), first)

    def sql(self, query: str, *, mission: int | None = None, window: Window | None = None) -> "pa.Table":
        """Run an SQL query (DuckDB) over views of sealed files.

        The views are ``plots``, ``dwells``, ``tracks``, ``formations``, ``truth`` and ``cells``.
        Times are UTC timestamps, and exact in ``time_ns``; angles are radians, and degrees in ``latitude_deg``
        and the like. Whole files are taken: those
        that overlap the window. Rows that are not sealed yet are left out.

        Examples
        --------
        ``SELECT mission, track, count(*) FROM plots WHERE latitude_deg > 52 GROUP BY ALL``
        """
        with self._catalog.moment():
            missions = [row.mission for row in self._catalog.missions() if mission in {None, row.mission}]
            listed = {kind: [self._catalog.segments(one, kind, window) for one in missions] for kind in DTYPES}
        files = {kind: [self.folder / item.path for part in parts for item in part] for kind, parts in listed.items()}
        return engines.sql_engine().run(query, files)

    # what is made of it, and kept

    def keep_cells(self, mission: int, table: CellCounts, now: int) -> None:
        """Keep counts by cell of a mission in place of those before; retention leaves them, deletion does not.

        Parameters
        ----------
        mission : that is over
        table : not empty
        now : ns UTC

        Raises
        ------
        UsageError
            The mission is not over.
        """
        if self._catalog.mission(mission).ended is None:
            message = f"mission {mission} is not over: its counts would miss what comes"
            raise UsageError(message)
        old = self._catalog.segments(mission, Kind.CELLS)
        known = self._writers.get(mission)  # a mission that was written in this process is read by its writer's book
        book = OriginBook.of(self._catalog.origins(mission)) if known is None else known.unsealed.origins
        columns = cell_columns(table, book.renumber(table.origins, table.origin))
        maker = SegmentMaker(folder=self.folder, files=self._reader.files, mission=mission)
        with self._care, storage_errors(self.folder, "keeping counts"):
            new = list(maker.make(Kind.CELLS, columns, book.all(), (now, now)))
            self._catalog.replace(old, new, book.all())
            delete_doomed(self.folder, self._catalog)

    def keep_note(self, name: str, data: bytes) -> None:
        """Keep a small document, such as the places that are watched, under a name."""
        self._catalog.keep_note(name, data)

    def note(self, name: str) -> bytes | None:
        """Give the document that is kept under a name; None where there is none."""
        return self._catalog.note(name)

    # care

    def compact(self) -> int:
        """Merge small files; call it every minute or so. Gives how many were merged."""
        with self._care:
            return Compactor(folder=self.folder, catalog=self._catalog, files=self._reader.files).compact()

    def purge_day(self, day: date, mission: int | None = None) -> Purged:
        """Delete a day for good: its data, raw bytes received on it, counts, checkpoints. Of one mission or all."""
        return self._purge((start_of(day), start_of(day + timedelta(days=1))), mission)

    def purge_before(self, day: date, mission: int | None = None) -> Purged:
        """Delete everything before a day for good."""
        return self._purge((-EVER, start_of(day)), mission)

    def purge_mission(self, mission: int) -> Purged:
        """Delete a mission for good, its name included."""
        if mission in self._writers and not self._writers[mission].closed:
            message = f"mission {mission} is being written: end it first"
            raise UsageError(message)
        with self._care:
            self._writers.pop(mission, None)
            return self._deleter().purge_mission(mission)

    def enforce(self, policy: RetentionPolicy, now: int) -> Purged:
        """Delete what live sources gave longer ago than the policy allows; call it every few minutes."""
        with self._care:
            cut = now - policy.live
            for writer in self._writers.values():
                since = writer.raw.open_since()
                if since is not None and since < cut:
                    writer.settle()
            return self._deleter().enforce(cut)

    def check(self) -> tuple[str, ...]:
        """Compare every sealed file with its digest; one line for each that is missing or damaged.

        Raw files that are still being written are looked at as far as the catalog knows them.
        """
        return check_files(self.folder, self._catalog)

    def audit(self, entry: AuditEntry) -> None:
        """Append to the audit log; durable when it returns."""
        self._catalog.audit(entry)

    def audit_log(self, *, limit: int = 1000) -> tuple[AuditEntry, ...]:
        """Give the latest entries of the audit log, newest last."""
        return self._catalog.audit_log(limit)

    def _purge(self, window: Window, mission: int | None) -> Purged:
        """Delete whole days, in memory as well."""
        with self._care:
            give_up_reserve(self.folder)  # on a full disk, deleting is what helps, and needs a little room itself
            for number, writer in self._writers.items():
                if mission in {None, number}:
                    writer.settle(forget=window)
            return self._deleter().purge_window(window, mission)

    def _deleter(self) -> Deleter:
        """Make the one that deletes."""
        return Deleter(folder=self.folder, catalog=self._catalog)


def note_question(folder: Path, entry: AuditEntry) -> None:
    """Append to the audit log of an archive that another process may be writing; durable when it returns.

    Raises
    ------
    StorageError
        The catalog cannot be written.
    """
    with contextlib.closing(Catalog(folder, "write")) as catalog:
        catalog.audit(entry)
