"""The catalog: what is listed here exists, what is not does not. SQLite in WAL mode, durable when a call returns.

One connection writes, one reads; each behind a lock, so threads may share a catalog. Other processes read
while this one writes.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from sidelook.archive.box import Box
from sidelook.archive.errors import ArchiveDamagedError, NotKeptError, storage_errors
from sidelook.archive.records import AuditEntry, Kind, MissionKind, Segment, Window
from sidelook.errors import UsageError
from sidelook.model.origin import Classification, Origin

VERSION = 2
FILE_NAME = "catalog.sqlite"
BIN = 10 * 10**9
"""Width of the bins that activity is counted in, ns."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS missions (
    mission INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, kind TEXT NOT NULL, begun INTEGER NOT NULL,
    ended INTEGER, sealed_through INTEGER NOT NULL DEFAULT 0, last_dwell INTEGER NOT NULL DEFAULT 0,
    checkpoint BLOB NOT NULL DEFAULT x'', checkpoint_saved INTEGER);
CREATE TABLE IF NOT EXISTS origins (
    mission INTEGER NOT NULL, origin INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (mission, origin)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS segments (
    path TEXT PRIMARY KEY, mission INTEGER NOT NULL, kind TEXT NOT NULL, begin INTEGER, end INTEGER,
    received_first INTEGER NOT NULL, received_last INTEGER NOT NULL, rows INTEGER NOT NULL, size INTEGER NOT NULL,
    digest TEXT NOT NULL, west REAL, south REAL, east REAL, north REAL, classification INTEGER NOT NULL,
    simulated INTEGER NOT NULL, first_number INTEGER NOT NULL, last_number INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS segments_by_time ON segments (mission, kind, begin);
CREATE TABLE IF NOT EXISTS activity (
    mission INTEGER NOT NULL, bin INTEGER NOT NULL, plots INTEGER NOT NULL, dwells INTEGER NOT NULL,
    revisits INTEGER NOT NULL, PRIMARY KEY (mission, bin)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revisits (
    mission INTEGER NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (mission, time)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lives (
    mission INTEGER NOT NULL, track INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    states INTEGER NOT NULL, PRIMARY KEY (mission, track)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS images (
    image INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS doomed (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionRow:
    """A mission as the catalog keeps it; ``checkpoint`` stays in the database until asked for."""

    mission: int
    name: str
    kind: MissionKind
    begun: int
    ended: int | None
    sealed_through: int
    last_dwell: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """All that one seal changes, in one transaction.

    Attributes
    ----------
    segments : new files, and raw files as far as they are written
    origins : all of the mission so far, by number
    activity : of (bin, plots, dwells, revisits) to be added
    lives : of (track, first, last, states) to be widened
    revisits : when revisits ended, ns UTC
    sealed_through, last_dwell, checkpoint, saved : state to go on from
    """

    mission: int
    segments: Sequence[Segment]
    origins: Sequence[Origin]
    activity: Iterable[tuple[int, int, int, int]]
    lives: Iterable[tuple[int, int, int, int]]
    sealed_through: int
    last_dwell: int
    checkpoint: bytes
    saved: int
    revisits: Iterable[int] = ()


class Catalog:
    """The archive's SQLite database.

    Parameters
    ----------
    folder : of the archive
    mode : "write" makes it where there is none; "read" also works on a read-only folder

    Raises
    ------
    StorageError
        The folder cannot be written, or holds no readable catalog.
    UsageError
        There is no archive to read.
    """

    def __init__(self, folder: Path, mode: Literal["write", "read"]) -> None:
        self.folder = folder
        self._path = folder / FILE_NAME
        if mode == "read" and not self._path.exists():
            raise UsageError(_NO_ARCHIVE.format(folder))
        self._read_lock, self._write_lock = threading.RLock(), threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self.scrub_due = False
        if mode == "write":
            with storage_errors(folder, "opening the catalog"):
                self._writer = _connect(f"file:{_quoted(self._path)}")
                _prepare(self._writer)
        with storage_errors(folder, "reading the catalog"):
            self._reader = _connect_reading(self._path)
        self._check_version()

    def close(self) -> None:
        """Let go of the database."""
        self._reader.close()
        if self._writer is not None:
            self._writer.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the one writing connection; everything done with it counts, or nothing.

        Raises
        ------
        StorageError
            Nothing was changed.
        """
        if self._writer is None:
            message = "this archive is open for reading: open it with mode='write'"
            raise UsageError(message)
        with self._write_lock, storage_errors(self.folder, "writing the catalog"):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Hold one moment: all that is queried within shows the catalog as it is at the first query."""
        with self._read_lock, storage_errors(self.folder, "reading the catalog"):
            self._reader.execute("BEGIN")
            try:
                yield
            finally:
                self._reader.execute("COMMIT")

    def query(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a reading statement."""
        with self._read_lock, storage_errors(self.folder, "reading the catalog"):
            return self._reader.execute(statement, values).fetchall()

    # missions

    def begin_mission(self, name: str, kind: MissionKind, begun: int) -> int:
        """Start a mission; gives its number."""
        with self.transaction() as writer:
            text = name.encode(errors="replace").decode()  # a file's name need not be text
            row = writer.execute("INSERT INTO missions (name, kind, begun) VALUES (?, ?, ?)", (text, kind, begun))
            return int(row.lastrowid or 0)

    def end_mission(self, mission: int, ended: int) -> None:
        """Mark a mission as over and forget its checkpoint."""
        with self.transaction() as writer:
            writer.execute(
                "UPDATE missions SET ended = ?, checkpoint = x'', checkpoint_saved = NULL WHERE mission = ?",
                (ended, mission),
            )

    def missions(self) -> tuple[MissionRow, ...]:
        """List all missions in order of their numbers."""
        names = ("mission", "name", "kind", "begun", "ended", "sealed_through", "last_dwell")
        rows = self.query(f"SELECT {', '.join(names)} FROM missions ORDER BY mission")  # noqa: S608 - names above
        return tuple(MissionRow(**dict(zip(names, row, strict=True))) for row in rows)

    def mission(self, mission: int) -> MissionRow:
        """Find one mission, or raise ``NotKeptError``."""
        found = [row for row in self.missions() if row.mission == mission]
        if not found:
            message = f"no mission {mission} is kept: list them first"
            raise NotKeptError(message)
        return found[0]

    def checkpoint(self, mission: int) -> bytes:
        """Give what the last seal was told to remember."""
        rows = self.query("SELECT checkpoint FROM missions WHERE mission = ?", (mission,))
        return bytes(rows[0][0]) if rows else b""

    def last_raw_number(self, mission: int) -> int:
        """Find the number of the last raw record that was ever kept of a mission."""
        rows = self.query("SELECT max(last_number) FROM segments WHERE mission = ? AND kind = 'raw'", (mission,))
        return max(rows[0][0] or 0, self.mission(mission).sealed_through)

    def unsealed_receipt(self, mission: int) -> Window | None:
        """Find when the raw records after the last seal were received: rows decoded from them are as old."""
        ((first, last),) = self.query(
            "SELECT min(received_first), max(received_last) FROM segments"
            " WHERE mission = ? AND kind = 'raw' AND last_number > ?",
            (mission, self.mission(mission).sealed_through),
        )
        return None if first is None else (first, last)

    def origins(self, mission: int) -> tuple[Origin, ...]:
        """Give a mission's origins by number."""
        rows = self.query("SELECT record FROM origins WHERE mission = ? ORDER BY origin", (mission,))
        return tuple(msgspec.convert(json.loads(row[0]), Origin) for row in rows)

    def revisits(self, mission: int, most: int) -> list[int]:
        """Give when the last revisits of a mission ended, ns UTC; a catalog of the first days, only read, has none."""
        if not self.query("SELECT 1 FROM sqlite_schema WHERE name = 'revisits'"):
            return []
        statement = "SELECT time FROM revisits WHERE mission = ? ORDER BY time DESC LIMIT ?"
        return [row[0] for row in self.query(statement, (mission, most))]

    # segments

    def segments(self, mission: int, kind: Kind, window: Window | None = None) -> tuple[Segment, ...]:
        """List a mission's files of a kind that overlap a window, by time."""
        begin, last = (window[0], window[1] - 1) if window else (-(1 << 63), (1 << 63) - 1)
        return self._segments_where(
            "mission = ? AND kind = ? AND begin <= ? AND end >= ? ORDER BY begin, path", (mission, kind, last, begin)
        )

    def raw_after(self, mission: int, number: int) -> tuple[Segment, ...]:
        """List a mission's raw files with records after a number."""
        return self._segments_where("mission = ? AND kind = 'raw' AND last_number > ?", (mission, number))

    def lists(self, path: str) -> bool:
        """Tell whether a file is listed."""
        return bool(self.query("SELECT 1 FROM segments WHERE path = ?", (path,)))

    def all_segments(self) -> tuple[Segment, ...]:
        """List all files."""
        return self._segments_where("1", ())

    def _segments_where(self, condition: str, values: Sequence[Any]) -> tuple[Segment, ...]:
        """List files under a condition of ours (never of a user's)."""
        rows = self.query(f"SELECT {', '.join(_SEGMENT_COLUMNS)} FROM segments WHERE {condition}", values)  # noqa: S608
        return tuple(_segment(row) for row in rows)

    def seal(self, seal: Seal) -> None:
        """Enter all that a seal changes at once."""
        with self.transaction() as writer:
            mission = seal.mission
            enter_segments(writer, seal.segments)
            _enter_origins(writer, mission, seal.origins)
            writer.executemany(
                "INSERT INTO activity VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET plots = plots + excluded.plots,"
                " dwells = dwells + excluded.dwells, revisits = revisits + excluded.revisits",
                ((mission, *row) for row in seal.activity),
            )
            writer.executemany(
                "INSERT OR IGNORE INTO revisits VALUES (?, ?)", ((mission, time) for time in seal.revisits)
            )
            writer.executemany(
                "INSERT INTO lives VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET first = min(first, excluded.first),"
                " last = max(last, excluded.last), states = states + excluded.states",
                ((mission, *row) for row in seal.lives),
            )
            writer.execute(
                "UPDATE missions SET sealed_through = ?, last_dwell = ?, checkpoint = ?, checkpoint_saved = ?"
                " WHERE mission = ?",
                (seal.sealed_through, seal.last_dwell, seal.checkpoint, seal.saved, mission),
            )

    def enter(self, segments: Sequence[Segment]) -> None:
        """List files."""
        with self.transaction() as writer:
            enter_segments(writer, segments)

    def replace(self, old: Sequence[Segment], new: Sequence[Segment], origins: Sequence[Origin] = ()) -> None:
        """Swap files of a mission for others in one transaction; the old ones become doomed.

        ``origins`` are all of the mission by number, where the new files bring some.
        """
        with self.transaction() as writer:
            if origins:
                _enter_origins(writer, new[0].mission, origins)
            enter_segments(writer, new)
            doom_segments(writer, old)

    def doomed(self) -> tuple[str, ...]:
        """Paths that are no longer listed and must be deleted."""
        return tuple(row[0] for row in self.query("SELECT path FROM doomed"))

    def forget_doomed(self, paths: Iterable[str]) -> None:
        """Note that doomed files are gone."""
        with self.transaction() as writer:
            writer.executemany("DELETE FROM doomed WHERE path = ?", ((path,) for path in paths))

    def scrub(self) -> None:
        """Leave no deleted row in the database file or its log, if any was; readers in the way put it off."""
        if self._writer is None or not self.scrub_due:
            return
        with self._write_lock, storage_errors(self.folder, "scrubbing the catalog"):
            self._writer.execute("VACUUM")
            busy, _, _ = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self.scrub_due = bool(busy)

    # notes

    def keep_note(self, name: str, data: bytes) -> None:
        """Keep a small document under a name, in place of the one before."""
        with self.transaction() as writer:
            writer.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, data))

    def note(self, name: str) -> bytes | None:
        """Give the document under a name; a catalog of earlier days, only read, has none."""
        if not self.query("SELECT 1 FROM sqlite_schema WHERE name = 'notes'"):
            return None
        rows = self.query("SELECT data FROM notes WHERE name = ?", (name,))
        return bytes(rows[0][0]) if rows else None

    # audit

    def audit(self, entry: AuditEntry) -> None:
        """Append to the audit log; durable when it returns."""
        detail = json.dumps(dict(entry.detail))
        with self.transaction() as writer:
            writer.execute(
                "INSERT INTO audit (time, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
                (entry.time, entry.actor, entry.action, entry.subject, detail),
            )

    def audit_log(self, limit: int) -> tuple[AuditEntry, ...]:
        """Give the latest entries, newest last."""
        names = ("number", "time", "actor", "action", "subject", "detail")
        rows = self.query(f"SELECT {', '.join(names)} FROM audit ORDER BY number DESC LIMIT ?", (limit,))  # noqa: S608
        return tuple(_audit_entry(dict(zip(names, row, strict=True))) for row in reversed(rows))

    def _check_version(self) -> None:
        """Refuse an archive of a later layout, or a file that is no catalog."""
        version = self.query("PRAGMA user_version")[0][0]
        if version == 0:
            self.close()
            raise UsageError(_NO_ARCHIVE.format(self.folder))
        if version != VERSION:
            self.close()
            message = f"{self._path} has layout {version}, this program reads {VERSION}: update it, or keep them apart"
            raise ArchiveDamagedError(message)


_NO_ARCHIVE = "{} holds no archive: name the folder that a mission was recorded in"
_SEGMENT_COLUMNS = (
    "path", "mission", "kind", "begin", "end", "received_first", "received_last", "rows", "size", "digest",
    "classification", "simulated", "first_number", "last_number", "west", "south", "east", "north",
)  # fmt: skip
_PLACES = ", ".join("?" * len(_SEGMENT_COLUMNS))


def enter_segments(writer: sqlite3.Connection, segments: Iterable[Segment]) -> None:
    """List files; a raw file listed before is described anew, its times only ever widened."""
    statement = (
        f"INSERT INTO segments ({', '.join(_SEGMENT_COLUMNS)}) VALUES ({_PLACES}) ON CONFLICT DO UPDATE SET"  # noqa: S608
        " begin = min(coalesce(begin, excluded.begin), coalesce(excluded.begin, begin)),"
        " end = max(coalesce(end, excluded.end), coalesce(excluded.end, end)),"
        " received_first = excluded.received_first, received_last = excluded.received_last, rows = excluded.rows,"
        " size = excluded.size, digest = excluded.digest, last_number = excluded.last_number,"
        " simulated = max(simulated, excluded.simulated)"
    )
    writer.executemany(statement, (_segment_row(segment) for segment in segments))


def _enter_origins(writer: sqlite3.Connection, mission: int, origins: Sequence[Origin]) -> None:
    """Note the origins of a mission that are not noted yet."""
    writer.executemany(
        "INSERT OR IGNORE INTO origins VALUES (?, ?, ?)",
        ((mission, number, json.dumps(asdict(origin))) for number, origin in enumerate(origins)),
    )


def doom_segments(writer: sqlite3.Connection, segments: Iterable[Segment]) -> None:
    """Take files off the list; they are deleted after the transaction, or at the next start."""
    paths = [(segment.path,) for segment in segments]
    writer.executemany("DELETE FROM segments WHERE path = ?", paths)
    writer.executemany("DELETE FROM images WHERE path = ?", paths)
    writer.executemany("INSERT OR IGNORE INTO doomed VALUES (?)", paths)


def _segment_row(segment: Segment) -> tuple[Any, ...]:
    """Spell a segment as a row."""
    box = segment.box
    edges = (None,) * 4 if box is None else (box.west, box.south, box.east, box.north)
    return (*(getattr(segment, name) for name in _SEGMENT_COLUMNS[:-4]), *edges)


def _segment(row: tuple[Any, ...]) -> Segment:
    """Read a row as a segment."""
    given = dict(zip(_SEGMENT_COLUMNS, row, strict=True))
    edges = {name: given.pop(name) for name in ("west", "south", "east", "north")}
    box = None if edges["west"] is None else Box(**edges)
    given |= {"kind": Kind(given["kind"]), "simulated": bool(given["simulated"])}
    return Segment(**given | {"classification": Classification(given["classification"])}, box=box)


def _audit_entry(row: Mapping[str, Any]) -> AuditEntry:
    """Read a row as an audit entry."""
    return AuditEntry(**{**row, "detail": json.loads(row["detail"])})


def _quoted(path: Path) -> str:
    """Spell a path for an SQLite address."""
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _connect(address: str) -> sqlite3.Connection:
    """Open a connection that leaves transactions to us and zeroes what it deletes."""
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=10.0)
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _connect_reading(path: Path) -> sqlite3.Connection:
    """Open for reading; where the folder forbids even SQLite's shared memory, read the file as it stands."""
    try:
        connection = _connect(f"file:{_quoted(path)}?mode=ro")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        connection = _connect(f"file:{_quoted(path)}?mode=ro&immutable=1")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return connection


def _prepare(writer: sqlite3.Connection) -> None:
    """Choose durability and make the tables of a new catalog."""
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("PRAGMA synchronous = FULL")
    if writer.execute("PRAGMA user_version").fetchone()[0] <= VERSION:
        writer.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
