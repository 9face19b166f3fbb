"""Small files become one where their hour is over, and only files that age together."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sidelook.archive import Archive, MissionWriter, StorageFullError, compaction
from sidelook.model.plots import Dwells

HOUR = 3600 * 10**9
BEGIN = 472_222 * HOUR

MakeDwells = Callable[..., Dwells]


def seal(writer: MissionWriter, dwells: Dwells, received: int) -> None:
    """Seal some dwells as if received at a time."""
    writer.append_raw(b"", received, "a")
    writer.append_dwells(dwells, np.zeros(len(dwells.plots), np.int64))
    writer.seal()


@pytest.fixture
def writer(archive: Archive) -> MissionWriter:
    return archive.begin_mission("test", kind="live", received=BEGIN)


def test_an_open_hour_waits_until_it_is_closed(archive: Archive, writer: MissionWriter, dwells: MakeDwells) -> None:
    for part in range(3):
        seal(writer, dwells(BEGIN + part * 10**10), BEGIN + part)
    assert archive.compact() == 0
    seal(writer, dwells(BEGIN + HOUR + compaction.SETTLED), BEGIN + 9)
    assert archive.compact() == 6  # three of dwells, three of plots
    assert len(archive.dwells(writer.mission).dwells) == 32


def test_an_open_hour_with_many_files_does_not_wait(
    archive: Archive, writer: MissionWriter, dwells: MakeDwells
) -> None:
    for part in range(compaction.MANY):
        seal(writer, dwells(BEGIN + part * 10**10), BEGIN + part)
    assert archive.compact() == 2 * compaction.MANY
    assert len(archive.dwells(writer.mission).dwells) == 8 * compaction.MANY


def test_what_was_received_in_another_hour_stays_apart(
    archive: Archive, writer: MissionWriter, dwells: MakeDwells
) -> None:
    """Else one late record would make a whole hour too old to keep, or keep it too long."""
    for part in range(4):
        seal(writer, dwells(BEGIN + part * 10**10), BEGIN + (part % 2) * 5 * HOUR)
    writer.end(BEGIN)
    assert archive.compact() == 8
    assert {(item.received_first, item.rows) for item in archive._catalog.all_segments() if item.kind == "dwells"} == {
        (BEGIN, 16),
        (BEGIN + 5 * HOUR, 16),
    }


def test_a_merge_that_fails_leaves_all_as_it_was(
    archive: Archive, writer: MissionWriter, dwells: MakeDwells, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in range(3):
        seal(writer, dwells(BEGIN + part * 10**10), BEGIN)
    writer.end(BEGIN)
    before = sorted(folder.rglob("*.parquet"))

    def full(*_: object) -> None:
        raise StorageFullError

    monkeypatch.setattr(archive._catalog, "replace", full)
    with pytest.raises(StorageFullError):
        archive.compact()
    assert sorted(folder.rglob("*.parquet")) == before
    assert len(archive.dwells(writer.mission).dwells) == 24


def test_merged_files_have_a_bound(
    archive: Archive, writer: MissionWriter, dwells: MakeDwells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "LARGEST", 20)
    for part in range(5):
        seal(writer, dwells(BEGIN + part * 10**10), BEGIN)
    writer.end(BEGIN)
    archive.compact()
    assert sorted(item.rows for item in archive._catalog.all_segments() if item.kind == "dwells") == [8, 16, 16]
    assert len(archive.dwells(writer.mission).dwells) == 40
