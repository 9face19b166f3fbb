"""What is made of a mission and kept: counts by cell that retention leaves, and small documents."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sidelook.archive import Archive, AuditEntry, NotKeptError, RetentionPolicy, note_question
from sidelook.errors import UsageError
from sidelook.model.cells import CellCounts
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable

HOUR = 3_600 * 10**9
BEGIN = 19_675 * 24 * HOUR + 12 * HOUR  # noon of 2023-11-14
ORIGIN = Origin(source="flight", classification=Classification.RESTRICTED, simulated=True)


def make_cells(count: int = 4, vehicles: int = 7) -> CellCounts:
    """Count two hours of some cells."""
    number = np.arange(2 * count)
    return CellCounts.empty(
        2 * count,
        begin=BEGIN + (number // count) * HOUR,
        cell=number % count,
        latitude=0.8 + 1e-4 * number,
        longitude=np.full(2 * count, 0.1),
        vehicles=np.full(2 * count, vehicles, np.int32),
        simulated=np.ones(2 * count, np.bool_),
        origins=(ORIGIN,),
    )


@pytest.fixture
def live(archive: Archive, dwells: Callable[..., Dwells], tracks: Callable[..., TrackTable]) -> int:
    """Keep a live mission that is over, with its counts."""
    writer = archive.begin_mission("watch", kind="live", received=BEGIN)
    looks = dwells(BEGIN)
    writer.append_raw(b"bytes", BEGIN, "udp://here")
    writer.append_dwells(looks, np.zeros(len(looks.plots), np.int64))
    writer.append_tracks(tracks(BEGIN))
    writer.end(BEGIN + HOUR)
    archive.keep_cells(writer.mission, make_cells(), BEGIN + HOUR)
    return writer.mission


def test_counts_come_back_and_are_asked_in_sql(archive: Archive, live: int) -> None:
    found = archive.cells(live)
    assert len(found) == 8
    assert found.vehicles.tolist() == [7] * 8
    assert [found.origins[row] for row in np.unique(found.origin)] == [ORIGIN]
    assert len(archive.cells(live, (BEGIN, BEGIN + HOUR))) == 4
    rows = archive.sql("SELECT sum(vehicles) AS n, any_value(origin_classification) AS level FROM cells").to_pylist()
    assert rows == [{"n": 56, "level": "RESTRICTED"}]
    assert archive.check() == ()


def test_counts_do_not_change_when_a_mission_was(archive: Archive, live: int) -> None:
    summary = next(one for one in archive.missions() if one.mission == live)
    assert (summary.begin, summary.simulated) == (BEGIN, True)
    assert summary.plots > 0


def test_new_counts_take_the_place_of_the_old(archive: Archive, folder: Path, live: int) -> None:
    archive.keep_cells(live, make_cells(2, vehicles=9), BEGIN + HOUR)
    assert archive.cells(live).vehicles.tolist() == [9] * 4
    assert len(list((folder / "cells").rglob("*.parquet"))) == 2


def test_retention_deletes_the_tracks_and_leaves_the_counts(archive: Archive, live: int) -> None:
    archive.enforce(RetentionPolicy(live_hours=1.0), BEGIN + 3 * HOUR)
    assert len(archive.tracks(live)) == len(archive.footprints(live)) == 0
    assert len(archive.cells(live)) == 8
    found = archive.cells(live)
    assert {found.origins[row] for row in found.origin} == {ORIGIN}


@pytest.mark.parametrize("whole", [True, False])
def test_deletion_takes_the_counts_too(archive: Archive, folder: Path, live: int, *, whole: bool) -> None:
    if whole:
        archive.purge_mission(live)
        with pytest.raises(NotKeptError):
            archive.cells(live)
    else:
        archive.purge_day(date(2023, 11, 14))
        assert len(archive.cells(live)) == 0
    assert not list(folder.rglob("*.parquet"))


def test_compaction_keeps_counts(archive: Archive, live: int) -> None:
    before = archive.cells(live)
    archive.compact()
    np.testing.assert_array_equal(archive.cells(live).cell, before.cell)


def test_a_mission_that_goes_on_has_no_counts_yet(archive: Archive) -> None:
    mission = archive.begin_mission("on", kind="live", received=BEGIN).mission
    with pytest.raises(UsageError, match="not over"):
        archive.keep_cells(mission, make_cells(), BEGIN)


def test_footprints_are_the_dwells_without_their_plots(archive: Archive, live: int) -> None:
    looks = archive.dwells(live, brief=True).dwells
    found = archive.footprints(live)
    assert len(found.plots) == 0
    assert found.time.tolist() == looks.time.tolist()
    assert found.area_latitude.tolist() == looks.area_latitude.tolist()
    assert found.origins == looks.origins


def test_documents_are_kept_by_name(archive: Archive, folder: Path) -> None:
    assert archive.note("places") is None
    archive.keep_note("places", b"first")
    archive.keep_note("places", b"second")
    assert archive.note("places") == b"second"
    with Archive.open(folder) as reading:
        assert reading.note("places") == b"second"
        with pytest.raises(UsageError, match="open for reading"):
            reading.keep_note("places", b"third")


def test_a_question_is_noted_beside_the_one_who_writes(archive: Archive, folder: Path) -> None:
    note_question(folder, AuditEntry(time=1, actor="operator", action="query", subject="flow"))
    assert [entry.subject for entry in archive.audit_log()] == ["flow"]
