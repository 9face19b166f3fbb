"""Deleting for good: by day, by mission, by age since receipt.

A deletion is one transaction of the catalog; then the files go, then the database is scrubbed, so that
neither a file nor a freed page of the catalog keeps what was deleted. What the medium itself keeps of
deleted files (copies a solid-state disk made, backups) is outside a program's reach: encrypt the disk.
"""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sidelook.archive.catalog import BIN, Catalog, doom_segments
from sidelook.archive.durable import give_up_reserve, make_reserve
from sidelook.archive.errors import StorageFullError, storage_errors
from sidelook.archive.records import Kind, Purged, Segment, Window
from sidelook.archive.sweep import delete_doomed

EVER = 1 << 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleter:
    """Deletes from an archive, beside its readers."""

    folder: Path
    catalog: Catalog

    def purge_window(self, window: Window, mission: int | None) -> Purged:
        """Delete the files that touch a window of whole days: by time of data; raw files by receipt, too.

        Sealed files never reach over midnight. Raw files do, by the records of one seal.
        """

        def chosen(segment: Segment) -> bool:
            return mission in {None, segment.mission} and _touches(segment, window)

        missions = [row.mission for row in self.catalog.missions() if mission in {None, row.mission}]
        return self._delete(chosen, lambda writer: _forget_window(writer, missions, window))

    def purge_mission(self, mission: int) -> Purged:
        """Delete all that is kept of a mission, its name included."""
        self.catalog.mission(mission)

        def forget(writer: sqlite3.Connection) -> None:
            for table in ("missions", "origins", "activity", "revisits", "lives"):
                writer.execute(f"DELETE FROM {table} WHERE mission = ?", (mission,))  # noqa: S608 - names above

        return self._delete(lambda segment: segment.mission == mission, forget)

    def enforce(self, cut: int) -> Purged:
        """Delete what live sources gave before ``cut``, ns UTC; counts over time and by cell remain.

        A file goes as soon as its oldest row is too old; files hold at most an hour of reception, so rows
        live between an hour less than the policy says and what it says.
        """
        live = {row.mission for row in self.catalog.missions() if row.kind == "live"}

        def chosen(segment: Segment) -> bool:
            return segment.mission in live and segment.received_first < cut and segment.kind is not Kind.CELLS

        return self._delete(chosen, lambda writer: _forget_old(writer, live, cut))

    def _delete(self, chosen: Callable[[Segment], bool], forget: Callable[[sqlite3.Connection], None]) -> Purged:
        """Take files off the list and forget the rest in one transaction, then remove every trace."""
        segments = [segment for segment in self.catalog.all_segments() if chosen(segment)]
        try:
            self._unlist(segments, forget)
        except StorageFullError:
            give_up_reserve(self.folder)
            self._unlist(segments, forget)
        with storage_errors(self.folder, "deleting"):
            delete_doomed(self.folder, self.catalog)
        self.catalog.scrub()
        make_reserve(self.folder)
        return _summary(segments)

    def _unlist(self, segments: list[Segment], forget: Callable[[sqlite3.Connection], None]) -> None:
        """Change the catalog."""
        with self.catalog.transaction() as writer:
            before = writer.total_changes
            doom_segments(writer, segments)
            forget(writer)
            self.catalog.scrub_due |= writer.total_changes > before


def _summary(segments: Iterable[Segment]) -> Purged:
    """Count what was in files."""
    segments = tuple(segments)
    return Purged(
        files=len(segments),
        size=sum(segment.size for segment in segments),
        rows=sum(segment.rows for segment in segments if segment.kind is not Kind.RAW),
        raw_records=sum(segment.rows for segment in segments if segment.kind is Kind.RAW),
    )


def _touches(segment: Segment, window: Window) -> bool:
    """Tell whether a file holds something of a window."""
    if segment.begin is not None and segment.end is not None and segment.begin < window[1] and segment.end >= window[0]:
        return True
    return segment.kind is Kind.RAW and segment.received_first < window[1] and segment.received_last >= window[0]


def _forget_window(writer: sqlite3.Connection, missions: Iterable[int], window: Window) -> None:
    """Forget counts, lives of tracks and checkpoints within a window."""
    for mission in missions:
        values = (mission, *window)
        writer.execute(
            "DELETE FROM activity WHERE mission = ? AND bin >= ? AND bin < ?",
            (mission, window[0] // BIN, window[1] // BIN),
        )
        writer.execute("DELETE FROM revisits WHERE mission = ? AND time >= ? AND time < ?", values)
        trim_lives(writer, mission, window)
        writer.execute(
            "UPDATE missions SET checkpoint = x'', checkpoint_saved = NULL WHERE mission = ?"
            " AND (checkpoint_saved BETWEEN ? AND ? OR NOT EXISTS (SELECT 1 FROM segments WHERE mission = ?))",
            (*values, mission),
        )
        _forget_unused_origins(writer, mission)


def _forget_old(writer: sqlite3.Connection, missions: Iterable[int], cut: int) -> None:
    """Forget lives of tracks that no file tells of any more, and checkpoints from before ``cut``."""
    for mission in missions:
        row = writer.execute(
            "SELECT min(begin) FROM segments WHERE mission = ? AND kind IN ('plots', 'tracks')", (mission,)
        ).fetchone()
        trim_lives(writer, mission, (-EVER, EVER - 1 if row[0] is None else row[0]))
        writer.execute(
            "UPDATE missions SET checkpoint = x'', checkpoint_saved = NULL WHERE mission = ? AND checkpoint_saved < ?",
            (mission, cut),
        )
        _forget_unused_origins(writer, mission)


def trim_lives(writer: sqlite3.Connection, mission: int, window: Window) -> None:
    """Cut a window out of the lives of tracks; a life wholly inside is forgotten."""
    values = {"mission": mission, "begin": window[0], "end": window[1]}
    writer.execute("DELETE FROM lives WHERE mission = :mission AND first >= :begin AND last < :end", values)
    writer.execute(
        "UPDATE lives SET first = :end WHERE mission = :mission AND first >= :begin AND first < :end", values
    )
    writer.execute(
        "UPDATE lives SET last = :begin - 1 WHERE mission = :mission AND last >= :begin AND last < :end", values
    )


def _forget_unused_origins(writer: sqlite3.Connection, mission: int) -> None:
    """Forget where the data came from once no file of the mission is left."""
    writer.execute(
        "DELETE FROM origins WHERE mission = ?1 AND NOT EXISTS (SELECT 1 FROM segments WHERE mission = ?1)",
        (mission,),
    )


def start_of(day: date) -> int:
    """Midnight a day begins with, ns UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 10**9
