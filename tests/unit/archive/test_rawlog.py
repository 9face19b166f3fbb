"""The raw log: acknowledged is on the disk, failures lose nothing, gaps show."""

import errno
import os
from pathlib import Path

import pytest

from sidelook.archive import rawlog
from sidelook.archive.errors import StorageFullError
from sidelook.archive.rawlog import HOUR, RawLog, raw_files, read_records, repair
from sidelook.errors import StorageError

START = 400_000 * HOUR


def numbers(folder: Path, first: int = 0) -> list[int]:
    """Read the numbers of all records."""
    return [record.number for record in read_records(folder, first)]


def test_waits_until_synced(tmp_path: Path) -> None:
    log = RawLog(tmp_path, 0)
    assert [log.append(b"one", START, "a"), log.append(b"two", START + 1, "b")] == [1, 2]
    assert (numbers(tmp_path), log.acknowledged, log.pending_bytes) == ([], 0, 6)
    assert log.sync() == 2
    assert [(r.received, r.source, r.data) for r in read_records(tmp_path)] == [
        (START, "a", b"one"),
        (START + 1, "b", b"two"),
    ]
    assert log.pending_bytes == 0


def test_another_hour_is_another_file_that_names_its_sources(tmp_path: Path) -> None:
    log = RawLog(tmp_path, 0)
    for hour in range(3):
        log.append(b"x", START + hour * HOUR, "same")
        log.sync()
    assert len(raw_files(tmp_path)) == 3
    assert {record.source for record in read_records(tmp_path)} == {"same"}
    assert numbers(tmp_path, first=2) == [2, 3]


def test_a_failing_disk_loses_nothing_and_leaves_no_half_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = RawLog(tmp_path, 0)
    log.append(b"before", START, "a")
    log.sync()
    size = raw_files(tmp_path)[0].stat().st_size

    def full(descriptor: int, data: memoryview, offset: int) -> int:
        if offset == size:
            return real(descriptor, data[:7], offset)  # a short write first, as a filling disk gives
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", full)
    log.append(b"while full", START, "new source")
    for _ in range(2):
        with pytest.raises(StorageFullError, match="free space"):
            log.sync()
    assert raw_files(tmp_path)[0].stat().st_size == size
    assert log.acknowledged == 1
    monkeypatch.undo()
    log.append(b"after", START, "a")
    assert log.sync() == 3
    assert [record.data for record in read_records(tmp_path)] == [b"before", b"while full", b"after"]
    assert list(read_records(tmp_path))[1].source == "new source"


def test_a_failed_flush_is_not_believed_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed flush the system may have dropped the pages: the bytes must be written again."""
    log = RawLog(tmp_path, 0)
    log.append(b"first", START, "a")

    def failing(descriptor: int) -> None:
        os.ftruncate(descriptor, 0)  # what was written is gone
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fdatasync", failing)
    with pytest.raises(StorageError, match="check the disk"):
        log.sync()
    monkeypatch.undo()
    assert log.sync() == 1
    assert [record.data for record in read_records(tmp_path)] == [b"first"]


def test_a_full_buffer_is_counted_and_leaves_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rawlog, "LARGEST_BUFFER", 10)
    log = RawLog(tmp_path, 0)
    for data in (b"12345678", b"too much", b"9"):
        log.append(data, START, "a")
    log.sync()
    assert log.lost == 1
    assert numbers(tmp_path) == [1, 3]


def test_repair_cuts_the_torn_tail_and_nothing_else(tmp_path: Path) -> None:
    log = RawLog(tmp_path, 0)
    log.append(b"good", START, "a")
    log.append(b"good too", START + 5, "a")
    log.sync()
    log.rotate()
    path = raw_files(tmp_path)[0]
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:20])
    found = repair(path)
    assert found is not None
    assert path.read_bytes() == whole
    assert (found.first_number, found.last_number, found.records, found.size) == (1, 2, 2, len(whole))
    assert (found.received_first, found.received_last) == (START, START + 5)
    assert found.digest == log.changed_files()[0].digest


def test_repair_removes_a_file_without_a_whole_record(tmp_path: Path) -> None:
    path = tmp_path / "seg-000000000001.raw"
    path.write_bytes(b"SLRW torn")
    assert repair(path) is None
    assert not path.exists()
