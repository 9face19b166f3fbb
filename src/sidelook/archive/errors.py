"""What can go wrong where things are kept; each error says what to do."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sidelook.errors import StorageError, UsageError


class StorageFullError(StorageError):
    """No space is left; the caller can go on, and the archive recovers when there is space again."""


class StorageReadOnlyError(StorageError):
    """The folder may be read but not written."""


class ArchiveLockedError(StorageError):
    """Another process writes to this archive."""


class ArchiveDamagedError(StorageError):
    """Files are not what the catalog or their checksums say."""


class NotKeptError(UsageError):
    """Nothing of that number is kept: a mission or track that never was, or was deleted."""


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_SQLITE_KINDS = {
    sqlite3.SQLITE_FULL: StorageFullError,
    sqlite3.SQLITE_READONLY: StorageReadOnlyError,
    sqlite3.SQLITE_CORRUPT: ArchiveDamagedError,
    sqlite3.SQLITE_NOTADB: ArchiveDamagedError,
    sqlite3.SQLITE_BUSY: ArchiveLockedError,
}
_ADVICE: dict[type[StorageError], str] = {
    StorageFullError: "free space or move the archive; live display goes on, and keeping resumes by itself",
    StorageReadOnlyError: "give this user write access, or choose another folder for the archive",
    ArchiveDamagedError: "keep the folder as it is and restore a copy; the raw bytes in it can be decoded again",
    ArchiveLockedError: "stop the other process that uses this archive, or choose another folder",
    StorageError: "check the disk",
}


@contextmanager
def storage_errors(place: Path, doing: str) -> Iterator[None]:
    """Turn what the operating system and SQLite raise into errors that say what to do.

    Raises
    ------
    StorageError
        The subclass that fits, naming ``place`` and what was being done.
    """
    try:
        yield
    except OSError as error:
        raise _explain(_kind_of(error), place, doing, error) from error
    except sqlite3.Error as error:
        kind = _SQLITE_KINDS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, StorageError)
        raise _explain(kind, place, doing, error) from error


def _kind_of(error: OSError) -> type[StorageError]:
    """Tell a full disk from a read-only folder from the rest."""
    if error.errno in _FULL:
        return StorageFullError
    return StorageReadOnlyError if error.errno in _READ_ONLY else StorageError


def _explain(kind: type[StorageError], place: Path, doing: str, cause: Exception) -> StorageError:
    """Build the error whose text says what failed, why, and what to do."""
    return kind(f"{doing} in {place} failed ({cause}): {_ADVICE[kind]}")
