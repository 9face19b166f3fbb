"""Deleting is real: neither files nor the catalog keep what was deleted."""

import contextlib
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sidelook.archive import Archive, MissionWriter, RetentionPolicy
from sidelook.archive.catalog import Catalog
from sidelook.errors import UsageError
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable

DAY = 86_400 * 10**9
HOUR = DAY // 24
FIRST = 19_675 * DAY + 12 * HOUR  # noon of 2023-11-14
FIRST_DAY, SECOND_DAY = date(2023, 11, 14), date(2023, 11, 15)
SECRET = b"bytes-nobody-may-find-again"

Make = Callable[..., Dwells]
MakeTracks = Callable[..., TrackTable]


def fill(writer: MissionWriter, begin: int, dwells: Dwells, tracks: TrackTable, word: bytes) -> None:
    """Write and seal a little of everything, recognisable by a word."""
    origin = Origin(source=f"udp://{word.decode()}", classification=Classification.UNCLASSIFIED)
    dwells = Dwells(
        **{name: getattr(dwells, name) for name in Dwells.DTYPES} | {"origin": dwells.origin * 0},
        plots=dwells.plots,
        origins=(origin,),
    )
    writer.append_raw(word * 3, begin, f"udp://{word.decode()}")
    writer.append_dwells(dwells, np.ones(len(dwells.plots), np.int64))
    writer.append_tracks(tracks)
    writer.seal(word)


def bytes_held(folder: Path) -> bytes:
    """Read every byte of every file of the archive."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def ends_of_revisits(folder: Path) -> list[int]:
    """Read them from the catalog."""
    with contextlib.closing(sqlite3.connect(folder / "catalog.sqlite")) as catalog:
        return [row[0] for row in catalog.execute("SELECT time FROM revisits")]


@pytest.fixture
def two_days(archive: Archive, dwells: Make, tracks: MakeTracks) -> MissionWriter:
    """Fill two days of one mission."""
    writer = archive.begin_mission("two days", kind="live", received=FIRST)
    fill(writer, FIRST, dwells(FIRST), tracks(FIRST), SECRET)
    fill(writer, FIRST + DAY, dwells(FIRST + DAY), tracks(FIRST + DAY), b"second-day")
    return writer


def test_a_day_is_gone_and_the_next_is_there(archive: Archive, two_days: MissionWriter, folder: Path) -> None:
    assert SECRET in bytes_held(folder)
    purged = archive.purge_day(FIRST_DAY)
    assert (purged.files, purged.raw_records, purged.rows) == (4, 1, 8 + 6 + archive.missions()[0].plots)
    mission = two_days.mission
    assert [record.number for record in archive.raw(mission)] == [2]
    assert (archive.dwells(mission).dwells.time >= FIRST + DAY - 12 * HOUR).all()
    assert len(archive.dwells(mission).dwells) == 8
    assert len(archive.tracks(mission)) == 6
    assert archive.activity(mission, 10).dwells.sum() == 8
    assert archive.missions()[0].begin == FIRST + DAY
    assert {time >= FIRST + DAY - 12 * HOUR for time in ends_of_revisits(folder)} == {True}
    assert not list((folder / "plots").rglob("d=20231114"))


@pytest.mark.parametrize("sealed", [False, True])
def test_a_day_decoded_again_after_a_stop_is_deleted_with_its_bytes(
    folder: Path, dwells: Make, *, sealed: bool
) -> None:
    with Archive.open(folder, "write") as archive:
        archive.begin_mission("stopped", kind="live", received=FIRST).append_raw(SECRET, FIRST + 30 * DAY, "any")
    with Archive.open(folder, "write") as archive:
        writer = archive.resume_mission(1)
        assert [record.data for record in writer.recover().records] == [SECRET]
        given = dwells(FIRST)
        writer.append_dwells(given, np.zeros(len(given.plots), np.int64))
        if sealed:
            writer.seal()
        archive.purge_day(FIRST_DAY)
        assert list(archive.raw(1)) == []
    assert SECRET not in bytes_held(folder)


def test_no_byte_of_a_purged_mission_is_left(archive: Archive, two_days: MissionWriter, folder: Path) -> None:
    with pytest.raises(UsageError, match="end it first"):
        archive.purge_mission(two_days.mission)
    two_days.end(FIRST)
    archive.purge_mission(two_days.mission)
    held = bytes_held(folder)
    for word in (SECRET, b"second-day", b"two days"):
        assert word not in held
    assert archive.missions() == ()
    assert ends_of_revisits(folder) == []


def test_a_day_with_all_there_was_leaves_no_byte(archive: Archive, two_days: MissionWriter, folder: Path) -> None:
    """The raw bytes, the source's name in the catalog, and the checkpoint all go."""
    archive.purge_before(SECOND_DAY)
    archive.purge_day(SECOND_DAY)
    held = bytes_held(folder)
    assert SECRET not in held
    assert b"second-day" not in held
    assert archive.missions()[0].tracks == 0
    fill(two_days, FIRST, Dwells.empty(0, plots=archive.dwells(1).dwells.plots, origins=()), archive.tracks(1), b"on")
    assert [record.number for record in archive.raw(two_days.mission)] == [3]


def test_what_is_not_sealed_goes_too(archive: Archive, dwells: Make, tracks: MakeTracks, folder: Path) -> None:
    """Data of an old day, received today: the raw file is found by the time of what was decoded from it."""
    writer = archive.begin_mission("replay", kind="recording", received=FIRST + 300 * DAY)
    writer.append_raw(SECRET, FIRST + 300 * DAY, "udp://a")
    writer.append_dwells(dwells(FIRST), np.zeros(len(dwells().plots), np.int64))
    writer.append_tracks(tracks(FIRST))
    writer.append_dwells(dwells(FIRST + DAY), np.zeros(len(dwells().plots), np.int64))
    writer.sync()
    purged = archive.purge_day(FIRST_DAY)
    assert purged.raw_records == 1
    assert SECRET not in bytes_held(folder)
    assert archive.dwells(writer.mission).dwells.time.min() == FIRST + DAY
    writer.seal()
    assert len(archive.dwells(writer.mission).dwells) == 8


def test_days_of_data_have_raw_files_of_their_own(archive: Archive, dwells: Make, tracks: MakeTracks) -> None:
    """A recording of several days, read within minutes: each day can be deleted without the others."""
    now = FIRST + 300 * DAY
    writer = archive.begin_mission("replay", kind="recording", received=now)
    for day in range(3):
        writer.append_raw(b"%d" % day, now + day, "file")
        writer.append_dwells(dwells(FIRST + day * DAY), np.zeros(len(dwells().plots), np.int64))
        writer.append_tracks(tracks(FIRST + day * DAY))
        writer.seal()
    archive.purge_day(SECOND_DAY)
    # The first record of a new day still lands in the file of the day before: at most one seal's worth.
    assert [record.data for record in archive.raw(writer.mission)] == [b"2"]
    assert sorted(set(archive.dwells(writer.mission).dwells.time // DAY)) == [FIRST // DAY, FIRST // DAY + 2]


def test_live_sources_are_kept_72_hours_and_counts_remain(
    archive: Archive, two_days: MissionWriter, folder: Path, dwells: Make, tracks: MakeTracks
) -> None:
    recording = archive.begin_mission("brought", kind="recording", received=FIRST)
    fill(recording, FIRST, dwells(FIRST), tracks(FIRST), b"the-users-own")
    policy = RetentionPolicy()
    assert archive.enforce(policy, FIRST + 72 * HOUR).files == 0
    assert archive.enforce(policy, FIRST + 72 * HOUR + 1).files == 4
    assert archive.enforce(policy, FIRST + 72 * HOUR + 1).files == 0
    assert SECRET * 3 not in bytes_held(folder)
    assert len(archive.dwells(two_days.mission).dwells) == 8
    assert archive.activity(two_days.mission, 2).dwells.tolist() == [8, 8]
    assert archive.enforce(policy, FIRST + 1000 * HOUR).files == 4
    assert len(archive.track_history(two_days.mission, 1).tracks) == 0
    held = bytes_held(folder)
    assert b"second-day" not in held
    assert b"the-users-own" in held
    assert archive.activity(two_days.mission, 2).dwells.tolist() == [8, 8]


def test_lives_of_tracks_are_trimmed(archive: Archive, two_days: MissionWriter, folder: Path) -> None:
    archive.purge_day(FIRST_DAY)
    catalog = Catalog(folder, "read")
    firsts = [row[0] for row in catalog.query("SELECT first FROM lives WHERE mission = ?", (two_days.mission,))]
    catalog.close()
    assert min(firsts) >= (FIRST // DAY + 1) * DAY


def test_a_deletion_cut_short_is_finished_at_the_next_start(
    folder: Path, dwells: Make, tracks: MakeTracks, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Archive.open(folder, "write") as archive:
        writer = archive.begin_mission("cut", kind="live", received=FIRST)
        fill(writer, FIRST, dwells(FIRST), tracks(FIRST), SECRET)
        writer.end(FIRST)

        def power_cut(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("sidelook.archive.deletion.delete_doomed", power_cut)
        with pytest.raises(KeyboardInterrupt):
            archive.purge_day(FIRST_DAY)
    assert SECRET in bytes_held(folder)
    with Archive.open(folder, "write") as archive:
        assert list(archive.raw(1)) == []
    assert not list(folder.rglob("seg-*"))
    assert SECRET * 3 not in bytes_held(folder)


def test_a_silent_live_source_is_deleted_too(archive: Archive, folder: Path) -> None:
    """Nothing was ever sealed, and the raw file is still open."""
    writer = archive.begin_mission("silent", kind="live", received=FIRST)
    writer.append_raw(SECRET, FIRST, "a")
    writer.sync()
    assert archive.enforce(RetentionPolicy(live_hours=1), FIRST + HOUR).files == 0
    assert archive.enforce(RetentionPolicy(live_hours=1), FIRST + HOUR + 1).raw_records == 1
    assert SECRET not in bytes_held(folder)
    writer.append_raw(b"goes on", FIRST + 2 * HOUR, "a")
    writer.sync()
    assert [record.number for record in archive.raw(writer.mission)] == [2]


def test_rows_decoded_again_are_as_old_as_their_bytes(folder: Path, dwells: Make) -> None:
    """A live source whose clock is years behind: receipt counts, also after a crash."""
    now = FIRST + 3000 * DAY
    with Archive.open(folder, "write") as archive:
        writer = archive.begin_mission("behind", kind="live", received=now)
        writer.append_raw(SECRET, now, "a")
        writer.sync()
    with Archive.open(folder, "write") as archive:
        writer = archive.resume_mission(1)
        assert [record.received for record in writer.recover().records] == [now]
        writer.append_dwells(dwells(FIRST), np.zeros(len(dwells().plots), np.int64))
        writer.seal()
        assert archive.enforce(RetentionPolicy(), now + HOUR).files == 0
        assert len(archive.dwells(1).dwells) == 8
        assert archive.enforce(RetentionPolicy(), now + 73 * HOUR).files == 3
        assert len(archive.dwells(1).dwells) == 0


def test_scrubbing_is_made_up_for_when_a_reader_was_in_the_way(
    archive: Archive, two_days: MissionWriter, folder: Path
) -> None:
    """A reader that holds the catalog keeps old pages alive; the next task scrubs them."""
    two_days.end(FIRST)
    archive._catalog._writer.execute("PRAGMA busy_timeout = 50")  # type: ignore[union-attr]
    other = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM origins").fetchone()
    archive.purge_mission(two_days.mission)
    assert SECRET in bytes_held(folder)
    other.execute("COMMIT")
    other.close()
    archive.enforce(RetentionPolicy(), FIRST)
    assert SECRET not in bytes_held(folder)


@pytest.mark.parametrize("hours", [0, -1, float("nan")])
def test_a_policy_needs_a_time(hours: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        RetentionPolicy(live_hours=hours)
