"""The raw log: bytes as received, in append-only files that never hold half a record.

A record is acknowledged once ``sync`` has returned its number: it is then on the disk. What is not yet
acknowledged waits in memory, so a full disk loses nothing until the buffer is full too, and what was
written half is cut off before the next attempt.
"""

import contextlib
import hashlib
import os
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sidelook.archive.durable import flush_folder, make_folder
from sidelook.archive.errors import storage_errors
from sidelook.archive.framing import SOURCE_NAME, RawRecord, Scan, pack, scan

HOUR = 3_600 * 10**9
LARGEST_FILE = 64 << 20
LARGEST_BUFFER = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """One file of the raw log.

    Attributes
    ----------
    path : of the file
    first_number, last_number : of its records
    received_first, received_last : ns UTC
    records, size : count, bytes
    digest : SHA-256, hexadecimal
    """

    path: Path
    first_number: int
    last_number: int
    received_first: int
    received_last: int
    records: int
    size: int
    digest: str


@dataclass(slots=True, kw_only=True)
class _OpenFile:
    """The file being appended to; ``size`` counts acknowledged bytes only."""

    path: Path
    descriptor: int
    first: RawRecord
    last: RawRecord
    records: int = 0
    size: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def facts(self) -> RawFile:
        """Describe the file as far as it is acknowledged."""
        return RawFile(
            path=self.path,
            first_number=self.first.number,
            last_number=self.last.number,
            received_first=self.first.received,
            received_last=self.last.received,
            records=self.records,
            size=self.size,
            digest=self.digest.hexdigest(),
        )


class RawLog:
    """Writer of one mission's raw log; appending and syncing may happen in different threads.

    Parameters
    ----------
    folder : of the mission's raw files
    last_number : of the record before the first one to come
    """

    def __init__(self, folder: Path, last_number: int) -> None:
        self._folder = folder
        self._waiting: deque[RawRecord] = deque()
        self._waiting_lock = threading.Lock()
        self._file_lock = threading.RLock()
        self._open: _OpenFile | None = None
        self._closed: list[RawFile] = []
        self.last_number = self.acknowledged = last_number
        self.pending_bytes = self.lost = 0

    def append(self, data: bytes, received: int, source: str) -> int:
        """Take a record; it waits in memory until the next ``sync``.

        Returns
        -------
        Its number. Where the buffer is full the record is lost, counted, and leaves a gap in the numbers.
        """
        with self._waiting_lock:
            self.last_number += 1
            if self.pending_bytes + len(data) > LARGEST_BUFFER:
                self.lost += 1
            else:
                self._waiting.append(
                    RawRecord(number=self.last_number, received=received, source=source, data=bytes(data))
                )
                self.pending_bytes += len(data)
            return self.last_number

    def sync(self) -> int:
        """Put all waiting records on the disk.

        Returns
        -------
        Number of the last acknowledged record.

        Raises
        ------
        StorageError
            Nothing is lost: the records wait for the next call.
        """
        with self._file_lock:
            with self._waiting_lock:
                records = tuple(self._waiting)
            if records:
                with storage_errors(self._folder, "keeping the bytes received"):
                    self._write(self._file_for(records[0]), records)
                self._acknowledge(records)
            return self.acknowledged

    def rotate(self) -> None:
        """Close the file being written; the next record starts another."""
        with self._file_lock:
            if self._open is not None:
                os.close(self._open.descriptor)
                if self._open.records:
                    self._closed.append(self._open.facts())
                self._open = None

    def open_since(self) -> int | None:
        """Tell when the file being written began to receive, ns UTC; None without one."""
        with self._file_lock:
            return None if self._open is None else self._open.first.received

    def changed_files(self) -> tuple[RawFile, ...]:
        """Describe the files written since ``forget_closed``, the one being written included."""
        with self._file_lock:
            written = [self._open.facts()] if self._open is not None and self._open.records else []
            return (*self._closed, *written)

    def forget_closed(self, files: tuple[RawFile, ...]) -> None:
        """Note that these files are in the catalog."""
        with self._file_lock:
            self._closed = [file for file in self._closed if file not in files]

    def _file_for(self, record: RawRecord) -> _OpenFile:
        """Give the file the record belongs to: one an hour of reception, of bounded size."""
        now = self._open
        if now is not None and (now.size > LARGEST_FILE or now.first.received // HOUR != record.received // HOUR):
            self.rotate()
        if self._open is None:
            path = self._folder / day_of(record.received) / f"seg-{record.number:012d}.raw"
            make_folder(path.parent)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
            flush_folder(path.parent)
            self._open = _OpenFile(path=path, descriptor=descriptor, first=record, last=record)
        return self._open

    def _write(self, file: _OpenFile, records: tuple[RawRecord, ...]) -> None:
        """Append the records after the acknowledged bytes and flush; on failure cut them off again."""
        sources = dict(file.sources)
        blob = b"".join(_frames(records, sources))
        try:
            _write_at(file.descriptor, blob, file.size)
            os.fdatasync(file.descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(file.descriptor, file.size)
            raise
        file.sources, file.last = sources, records[-1]
        file.size += len(blob)
        file.records += len(records)
        file.digest.update(blob)

    def _acknowledge(self, records: tuple[RawRecord, ...]) -> None:
        """Forget the records that are safe now."""
        with self._waiting_lock:
            for _ in records:
                self.pending_bytes -= len(self._waiting.popleft().data)
            self.acknowledged = records[-1].number


def day_of(time: int) -> str:
    """UTC day of a time in ns, as ``YYYYMMDD``."""
    return datetime.fromtimestamp(time // 10**9, UTC).strftime("%Y%m%d")


def raw_files(folder: Path) -> list[Path]:
    """List a mission's raw files in order of their records."""
    return sorted(folder.glob("*/seg-*.raw"), key=lambda path: path.name)


def first_number(path: Path) -> int:
    """Read the number of a raw file's first record from its name."""
    return int(path.stem.removeprefix("seg-"))


def read_records(folder: Path, first: int = 0) -> Iterator[RawRecord]:
    """Yield a mission's raw records from number ``first`` on; a file that is being written may be read.

    Files that vanish meanwhile (deleted by the owner) are left out, and damage is skipped: both show as
    gaps in the numbers.
    """
    files = raw_files(folder)
    beyond = [first_number(path) for path in files[1:]]
    # A file ends where the next one begins: those that end before `first` need no reading.
    for path in files[sum(number <= first for number in beyond) :]:
        with contextlib.suppress(FileNotFoundError):
            yield from (record for record in scan(path.read_bytes()).records if record.number >= first)


def repair(path: Path) -> RawFile | None:
    """Cut the torn tail of a raw file that nobody writes, and describe what is left; None if it is empty."""
    data = path.read_bytes()
    found = scan(data)
    if found.whole < len(data):
        os.truncate(path, found.whole)
    if not found.records:
        path.unlink()
        return None
    return _describe(path, data[: found.whole], found)


def _describe(path: Path, data: bytes, found: Scan) -> RawFile:
    """Describe a file from its content."""
    received = [record.received for record in found.records]
    return RawFile(
        path=path,
        first_number=found.records[0].number,
        last_number=found.records[-1].number,
        received_first=min(received),
        received_last=max(received),
        records=len(found.records),
        size=len(data),
        digest=hashlib.sha256(data).hexdigest(),
    )


def _frames(records: tuple[RawRecord, ...], sources: dict[str, int]) -> Iterator[bytes]:
    """Frame records, naming each source before its first use in the file."""
    for record in records:
        if record.source not in sources:
            sources[record.source] = len(sources)
            name = record.source.encode(errors="replace")  # a file's name need not be text
            yield pack(record.number, record.received, sources[record.source], name, kind=SOURCE_NAME)
        yield pack(record.number, record.received, sources[record.source], record.data)


def _write_at(descriptor: int, data: bytes, offset: int) -> None:
    """Write all bytes at an offset; a short write is followed by the rest or by the error that explains it."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
