"""Files that survive: written aside, flushed to the disk, renamed, their folder flushed too."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sidelook.archive.errors import ArchiveLockedError, storage_errors

RESERVE = "reserve"
RESERVED = 1 << 20
"""Bytes kept free for deleting on a full disk."""


def flush_folder(folder: Path) -> None:
    """Make the names in a folder durable (a rename is not until its folder is flushed)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents durably."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    flush_folder(folder.parent)


def publish(aside: Path, final: Path) -> None:
    """Give a file written aside its final name, so that it appears whole or not at all."""
    descriptor = os.open(aside, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    make_folder(final.parent)
    aside.rename(final)
    flush_folder(final.parent)


@contextmanager
def writing_aside(final: Path, folder: Path) -> Iterator[Path]:
    """Hand out a path to write to; publish it as ``final`` on success, remove it on failure."""
    aside = folder / f"{final.name}.partial"
    try:
        yield aside
        publish(aside, final)
    finally:
        aside.unlink(missing_ok=True)


def make_reserve(folder: Path) -> None:
    """Keep a little room for the day the disk is full; without room for it, do without."""
    with suppress(OSError):
        path = folder / RESERVE
        if not path.exists():
            path.write_bytes(secrets.token_bytes(RESERVED))  # not compressible


def give_up_reserve(folder: Path) -> None:
    """Free the room that was kept."""
    with suppress(OSError):
        (folder / RESERVE).unlink(missing_ok=True)


def hold_lock(path: Path) -> int:
    """Take the archive's one writer's place; the system gives it back when the process ends.

    Returns
    -------
    The open descriptor that holds the lock; close it to let go.

    Raises
    ------
    ArchiveLockedError
        Another process (or another ``Archive`` here) holds it.
    """
    with storage_errors(path.parent, "opening the archive for writing"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        message = f"{path.parent} is being written by another process: stop it, or choose another folder"
        raise ArchiveLockedError(message) from error
    return descriptor
