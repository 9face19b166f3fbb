"""Putting an archive in order at start, after whatever ended the last writer."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from sidelook.archive.catalog import Catalog
from sidelook.archive.errors import storage_errors
from sidelook.archive.rawlog import raw_files, repair
from sidelook.archive.records import Kind, Segment
from sidelook.archive.segments import ASIDE, raw_segment
from sidelook.archive.unsealed import DTYPES

BLOCK = 1 << 20  # bytes that are read at once


def sweep(folder: Path, catalog: Catalog) -> None:
    """Bring files and catalog together.

    Half-written and unlisted sealed files go (their rows are still in the raw log), doomed files go, torn
    tails of raw files are cut, and raw files that were never listed are.
    """
    with storage_errors(folder, "putting the archive in order"):
        delete_doomed(folder, catalog)
        for aside in (folder / ASIDE).glob("*"):
            aside.unlink()
        listed = {segment.path: segment for segment in catalog.all_segments()}
        for kind in (*DTYPES, Kind.IMAGES):
            for path in (folder / kind).rglob("*.*"):
                if str(path.relative_to(folder)) not in listed:
                    path.unlink()
        _list_raw_files(folder, catalog, listed)


def delete_doomed(folder: Path, catalog: Catalog) -> None:
    """Delete the files that are off the list, and folders that are empty then."""
    paths = catalog.doomed()
    for path in paths:
        (folder / path).unlink(missing_ok=True)
        for parent in list((folder / path).parents)[:-1]:
            with suppress(OSError):  # not empty: it stays
                if parent != folder:
                    parent.rmdir()
    if paths:
        catalog.forget_doomed(paths)


def check_files(folder: Path, catalog: Catalog) -> tuple[str, ...]:
    """Compare every listed file with its digest; a raw file as far as it was listed."""
    return tuple(filter(None, (_finding(folder, segment) for segment in catalog.all_segments())))


def _finding(folder: Path, segment: Segment) -> str:
    """Say what is wrong with a file, or nothing."""
    try:
        with (folder / segment.path).open("rb") as file:
            whole = _digest(file, segment.size) == segment.digest
    except FileNotFoundError:
        return f"{segment.path}: missing"
    return "" if whole else f"{segment.path}: damaged"


def _digest(file: BinaryIO, size: int) -> str:
    """SHA-256 of the first bytes of a file, which may be larger than memory."""
    digest = hashlib.sha256()
    while size > 0 and (block := file.read(min(size, BLOCK))):
        digest.update(block)
        size -= len(block)
    return digest.hexdigest()


def _list_raw_files(folder: Path, catalog: Catalog, listed: Mapping[str, Segment]) -> None:
    """List the raw files that are new, or not as long as the catalog says."""
    found = []
    for mission_folder in sorted((folder / Kind.RAW).glob("*")):
        for path in raw_files(mission_folder):
            known = listed.get(str(path.relative_to(folder)))
            if known is None or known.size != path.stat().st_size:
                file = repair(path)
                if file is not None:
                    found.append(raw_segment(folder, int(mission_folder.name), file, None))
    if found:
        catalog.enter(found)
