"""The archive as its users see it."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sidelook.archive import Archive, ArchiveDamagedError, ArchiveLockedError, AuditEntry, Box, MissionWriter
from sidelook.errors import UsageError
from sidelook.model.formation import FormationTable
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots, concatenate_dwells
from sidelook.model.tracks import TrackTable
from sidelook.model.truth import TruthLooks

BEGIN = 1_700_000_000 * 10**9
SECOND = 10**9
HOUR = 3600 * SECOND

MakeDwells = Callable[..., Dwells]
Same = Callable[[Dwells, Dwells], None]


def tracks_of(dwells: Dwells, first: int = 1) -> np.ndarray:
    """Give every plot a track of its own."""
    return np.arange(first, first + len(dwells.plots), dtype=np.int64)


@pytest.fixture
def writer(archive: Archive) -> MissionWriter:
    return archive.begin_mission("test", kind="live", received=BEGIN)


def test_rows_are_the_same_unsealed_sealed_and_in_another_process(
    archive: Archive, writer: MissionWriter, dwells: MakeDwells, same_dwells: Same, folder: Path
) -> None:
    given = dwells()
    writer.append_dwells(given, tracks_of(given))
    for _ in ("unsealed", "sealed"):
        found = archive.dwells(writer.mission)
        same_dwells(found.dwells, given)
        np.testing.assert_array_equal(found.plot_track, tracks_of(given))
        writer.seal()
    program = (
        "import sys; from pathlib import Path; from sidelook.archive import Archive\n"
        "with Archive.open(Path(sys.argv[1])) as archive:\n"
        "    print(len(archive.dwells(1).dwells), archive.dwells(1).plot_track.sum())\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.split() == ["8", str(tracks_of(given).sum())]


def test_every_row_is_seen_once_through_seals_and_merges(
    archive: Archive, writer: MissionWriter, dwells: MakeDwells, same_dwells: Same
) -> None:
    parts = [dwells(BEGIN + part * 8 * SECOND, seed=part) for part in range(6)]
    for part in parts:
        writer.append_dwells(part, tracks_of(part))
        writer.seal()
    before = archive.dwells(writer.mission)
    writer.end(BEGIN)
    assert archive.compact() == 12  # six of plots, six of dwells
    assert archive.compact() == 0
    after = archive.dwells(writer.mission)
    same_dwells(before.dwells, concatenate_dwells(parts))
    same_dwells(after.dwells, concatenate_dwells(parts))


def test_data_that_come_late_are_put_in_order(
    archive: Archive, writer: MissionWriter, dwells: MakeDwells, same_dwells: Same
) -> None:
    early, late = dwells(BEGIN, seed=1), dwells(BEGIN + 8 * SECOND, seed=2)
    writer.append_dwells(late, tracks_of(late))
    writer.seal()
    writer.append_dwells(early, tracks_of(early))
    same_dwells(archive.dwells(writer.mission).dwells, concatenate_dwells([early, late]))


def test_window_and_box_give_what_is_inside(archive: Archive, writer: MissionWriter, dwells: MakeDwells) -> None:
    given = dwells(count=60, step=2 * 60 * SECOND)  # two hours: several files
    writer.append_dwells(given, tracks_of(given))
    writer.seal()
    window = (int(given.time[10]), int(given.time[40]))
    box = Box(west=0.10, east=0.11, south=0.80, north=0.805)
    found = archive.dwells(writer.mission, window, box)
    expected = given.take(slice(10, 40))
    inside = box.contains(expected.plots.longitude, expected.plots.latitude)
    assert 0 < inside.sum() < len(inside)
    assert found.dwells.time.tolist() == expected.time.tolist()
    assert found.dwells.plots.latitude.tolist() == expected.plots.latitude[inside].tolist()
    assert found.dwells.plot_count.sum() == inside.sum()
    brief = archive.dwells(writer.mission, window, box, brief=True)
    assert brief.dwells.plots.latitude.tolist() == found.dwells.plots.latitude.tolist()
    assert brief.dwells.plots.dwell.tolist() == found.dwells.plots.dwell.tolist()
    assert np.isnan(brief.dwells.plots.rcs_dbsm).all()


def test_tracks_by_time_and_their_whole_life(
    archive: Archive, writer: MissionWriter, dwells: MakeDwells, tracks: Callable[..., TrackTable]
) -> None:
    given = dwells()
    plot_track = np.arange(len(given.plots)) % 3
    writer.append_dwells(given, plot_track)
    writer.append_tracks(tracks())
    writer.seal()
    later = tracks(BEGIN + 100 * SECOND, seed=9)
    writer.append_tracks(later)
    assert len(archive.tracks(writer.mission)) == 12
    assert len(archive.tracks(writer.mission, (BEGIN + 2 * SECOND, BEGIN + 101 * SECOND))) == 5
    history = archive.track_history(writer.mission, 2)
    assert set(history.tracks.track.tolist()) == {2}
    assert len(history.tracks) == 4
    assert (np.diff(history.tracks.time) > 0).all()
    assert history.looks.dwells.plots.latitude.tolist() == given.plots.latitude[plot_track == 2].tolist()
    assert set(history.looks.dwells.time.tolist()) == set(given.time[given.plots.dwell[plot_track == 2]].tolist())
    nobody = archive.track_history(writer.mission, 999)
    assert (len(nobody.tracks), len(nobody.looks.dwells)) == (0, 0)


def test_formations_by_time_sealed_and_not(
    archive: Archive, writer: MissionWriter, formations: Callable[..., FormationTable]
) -> None:
    given = formations()
    writer.append_formations(given)
    writer.seal()
    writer.append_formations(formations(BEGIN + 100 * SECOND, seed=9))
    found = archive.formations(writer.mission)
    assert len(found) == 12
    for name in ("formation", "count_high", "extent", "position_covariance", "event", "probability"):
        np.testing.assert_array_equal(getattr(found, name)[:6], getattr(given, name))
    assert found.simulated[found.origin == 1].all()  # of simulated origin: the flag is sticky
    assert len(archive.formations(writer.mission, (BEGIN + 2 * SECOND, BEGIN + 101 * SECOND))) == 5
    counted = archive.sql("SELECT formation, count(*) FROM formations GROUP BY ALL ORDER BY 1").to_pydict()
    assert list(counted.values()) == [[1, 2], [3, 3]]


def test_truth_by_time_and_place_all_of_it_simulated(
    archive: Archive, writer: MissionWriter, truth: Callable[..., TruthLooks]
) -> None:
    origin = Origin(source="truth.parquet", classification=Classification.SECRET, simulated=True)
    given = truth()
    writer.append_truth(given, origin)
    writer.seal()
    writer.append_truth(truth(BEGIN + 100 * SECOND, seed=9), origin)
    found = archive.truth(writer.mission)
    assert len(found.looks) == 12
    for name in ("entity", "latitude", "speed", "detected", "formation", "target_class"):
        np.testing.assert_array_equal(getattr(found.looks, name)[:6], getattr(given, name))
    assert {found.origins[row] for row in found.origin} == {origin}
    assert len(archive.truth(writer.mission, (BEGIN + 2 * SECOND, BEGIN + 101 * SECOND)).looks) == 5
    answer = archive.sql("SELECT entity, count(*), bool_and(simulated) FROM truth GROUP BY ALL ORDER BY 1").to_pydict()
    assert list(answer.values()) == [[1, 2], [3, 3], [True, True]]
    (mission,) = archive.missions()
    assert (mission.truth_rows, mission.begin, mission.simulated) == (12, None, True)


def test_a_mission_without_truth_has_none(archive: Archive, writer: MissionWriter) -> None:
    assert len(archive.truth(writer.mission).looks) == 0


def test_truth_goes_with_its_mission(
    archive: Archive, writer: MissionWriter, truth: Callable[..., TruthLooks], folder: Path
) -> None:
    writer.append_truth(truth(), Origin(source="truth.parquet", simulated=True))
    writer.end(BEGIN)
    assert list((folder / "truth").rglob("*.parquet"))
    assert archive.purge_mission(writer.mission).rows == 6
    assert not list(folder.rglob("*.parquet"))


def test_activity_counts_sealed_and_unsealed(archive: Archive, writer: MissionWriter, dwells: MakeDwells) -> None:
    for part in range(3):
        given = dwells(BEGIN + part * 60 * SECOND)
        writer.append_dwells(given, tracks_of(given))
        if part < 2:
            writer.seal()
    found = archive.activity(writer.mission, 3, (BEGIN, BEGIN + 180 * SECOND))
    assert found.dwells.tolist() == [8, 8, 8]
    assert found.plots.tolist() == [len(given.plots)] * 3
    assert (found.begin, found.width) == (BEGIN, 60 * SECOND)
    assert archive.activity(writer.mission, 50).dwells.sum() == 24


def test_missions_say_what_is_held(
    archive: Archive, writer: MissionWriter, dwells: MakeDwells, tracks: Callable[..., TrackTable]
) -> None:
    other = archive.begin_mission("other", kind="recording", received=BEGIN)
    given = dwells()
    writer.append_dwells(given, tracks_of(given))
    (unsealed, empty) = archive.missions()
    writer.append_tracks(tracks())
    writer.seal()
    other.end(BEGIN)
    (mission, ended) = archive.missions()
    assert (unsealed.plots, unsealed.box) == (mission.plots, mission.box)
    assert (empty.begin, empty.box, empty.live) == (None, None, True)
    assert (ended.kind, ended.live) == ("recording", False)
    assert (mission.name, mission.dwells, mission.plots, mission.track_rows) == ("test", 8, len(given.plots), 6)
    assert (mission.begin, mission.end) == (BEGIN, BEGIN + 7 * SECOND)
    assert mission.simulated
    assert mission.classification is Classification.SECRET
    assert (empty.origins, unsealed.origins) == ((), given.origins)
    assert set(mission.origins) == {*given.origins, *tracks().origins}
    assert mission.box is not None
    assert mission.box.contains(given.plots.longitude, given.plots.latitude).all()


def test_the_time_between_revisits_is_the_same_whenever_asked(folder: Path, dwells: MakeDwells) -> None:
    told = []
    with Archive.open(folder, "write") as archive:
        writer = archive.begin_mission("test", kind="recording", received=BEGIN)
        for begin in (0, 240, 4_000, 4_240):  # an hour without a look is no revisit
            given = dwells(BEGIN + begin * SECOND, 8, step=30 * SECOND)
            given = replace(given, last_of_revisit=np.ones(8, np.bool_))
            writer.append_dwells(given, tracks_of(given))
            told += [archive.missions()[0].revisit]
            writer.seal()
            told += [archive.missions()[0].revisit]
    with Archive.open(folder) as archive:
        assert [*told, archive.missions()[0].revisit] == [30.0] * 9
    with Archive.open(folder, "write") as archive:
        archive.purge_mission(1)
        assert archive.missions() == ()


def test_a_catalog_that_kept_no_ends_of_revisits_is_still_read(folder: Path) -> None:
    with Archive.open(folder, "write") as archive:
        archive.begin_mission("test", kind="recording", received=BEGIN)
    with contextlib.closing(sqlite3.connect(folder / "catalog.sqlite")) as catalog:
        catalog.execute("DROP TABLE revisits")
    with Archive.open(folder) as archive:
        assert archive.missions()[0].revisit is None
    with Archive.open(folder, "write") as archive:
        archive.purge_before(date(2030, 1, 1))


def test_the_tail_is_handed_back_after_a_stop(folder: Path, dwells: MakeDwells) -> None:
    with Archive.open(folder, "write") as archive:
        writer = archive.begin_mission("test", kind="live", received=BEGIN)
        writer.append_raw(b"covered", BEGIN, "udp://a")
        number = writer.append_raw(b"received, not yet decoded", BEGIN + 1, "udp://a")
        writer.append_dwells(dwells(), tracks_of(dwells()))
        writer.seal(b"state", through=number - 1)
        writer.append_dwells(dwells(BEGIN + HOUR), tracks_of(dwells()))
        writer.append_raw(b"later", BEGIN + 2, "udp://a")
        writer.sync()
    with Archive.open(folder, "write") as archive:
        assert len(archive.dwells(1).dwells) == 8
        writer = archive.resume_mission(1)
        tail = writer.recover()
        assert writer.append_raw(b"new", BEGIN + 3, "udp://a") == 4
        writer.sync()
        assert [record.data for record in tail.records] == [b"received, not yet decoded", b"later"]
        assert (tail.checkpoint, tail.sealed_through) == (b"state", 1)
        writer.append_dwells(dwells(BEGIN + HOUR), tracks_of(dwells()))
        writer.end(BEGIN)
        assert [record.number for record in archive.raw(1)] == [1, 2, 3, 4]
        with pytest.raises(UsageError, match="over"):
            archive.resume_mission(1)
    with Archive.open(folder) as archive:
        assert len(archive.dwells(1).dwells) == 16


def test_a_reader_meets_a_merge_in_between(
    archive: Archive, writer: MissionWriter, dwells: MakeDwells, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files a reader has listed are merged and deleted before it opens them."""
    for part in range(2):
        writer.append_dwells(dwells(BEGIN + part * 8 * SECOND), tracks_of(dwells()))
        writer.seal()
    writer.end(BEGIN)
    with Archive.open(folder) as reading:
        listed = reading._reader.snapshot
        merged = []

        def merging(*arguments: object) -> object:
            found = listed(*arguments)  # type: ignore[arg-type]
            if not merged:
                merged.append(archive.compact())
            return found

        monkeypatch.setattr(reading._reader, "snapshot", merging)
        assert len(reading.dwells(1).dwells) == 16
        assert merged == [4]


def test_a_listed_file_that_is_missing_is_an_error_with_advice(
    archive: Archive, writer: MissionWriter, dwells: MakeDwells, folder: Path
) -> None:
    writer.append_dwells(dwells(), tracks_of(dwells()))
    writer.seal()
    for path in (folder / "plots").rglob("*.parquet"):
        path.unlink()
    with pytest.raises(ArchiveDamagedError, match="restore"):
        archive.dwells(writer.mission)


def test_one_process_writes(archive: Archive, folder: Path) -> None:
    with pytest.raises(ArchiveLockedError, match="another process"):
        Archive.open(folder, "write")
    archive.close()
    Archive.open(folder, "write").close()


def test_there_must_be_something_to_read(tmp_path: Path, archive: Archive, folder: Path) -> None:
    with pytest.raises(UsageError, match="holds no archive"):
        Archive.open(tmp_path / "nothing")
    with pytest.raises(UsageError, match="no mission 5"):
        archive.dwells(5)
    with Archive.open(folder) as reading, pytest.raises(UsageError, match="mode='write'"):
        reading.begin_mission("x", kind="live", received=0)


def test_audit_entries_are_kept_in_order(archive: Archive, folder: Path) -> None:
    entries = [
        AuditEntry(time=BEGIN + n, actor="operator", action="query", subject="tracks", detail={"rows": n})
        for n in range(3)
    ]
    for entry in entries:
        archive.audit(entry)
    with Archive.open(folder) as reading:
        found = reading.audit_log(limit=2)
    assert [(entry.number, entry.time, entry.detail) for entry in found] == [
        (2, BEGIN + 1, {"rows": 1}),
        (3, BEGIN + 2, {"rows": 2}),
    ]


READER = """
import sys, time
from pathlib import Path
import numpy as np
from sidelook.archive import Archive
looked = most = 0
with Archive.open(Path(sys.argv[1])) as archive:
    print("reading", flush=True)
    while most < int(sys.argv[2]):
        found = archive.dwells(1)
        expected = np.arange(len(found.dwells))
        assert (found.dwells.revisit == expected).all(), "rows missing, doubled or out of order"
        assert len(found.plot_track) == (expected % 3).sum(), "plots of another moment"
        assert len(expected) >= most, "rows vanished"
        looked, most = looked + 1, len(expected)
print(looked)
"""


def numbered(begin: int, count: int) -> Dwells:
    """Make dwells that carry their number as revisit, with 0 to 2 plots each."""
    number = np.arange(begin, begin + count)
    plots = Plots.empty(int((number % 3).sum()), dwell=np.repeat(np.arange(count), number % 3).astype(np.int32))
    return Dwells.empty(
        count,
        time=BEGIN + number * 30 * SECOND,
        revisit=number.astype(np.int32),
        area_latitude=np.ones(count),
        area_longitude=np.ones(count),
        plot_count=(number % 3).astype(np.int32),
        plots=plots,
        origins=(Origin(source="a"),),
    )


def test_others_read_while_this_process_writes_seals_and_merges(
    archive: Archive, writer: MissionWriter, folder: Path
) -> None:
    """Another process and another thread look again and again: each row once, none ever vanishes."""
    total, part = 400, 20
    command = [sys.executable, "-W", "error", "-c", READER, str(folder), str(total)]
    problems: list[BaseException] = []

    def look() -> None:
        try:
            while not done.is_set():
                found = archive.dwells(writer.mission).dwells.revisit
                assert (found == np.arange(len(found))).all()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test must know
            problems.append(error)

    done, thread = threading.Event(), threading.Thread(target=look)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
        thread.start()
        for begin in range(0, total, part):
            fresh = numbered(begin, part)
            writer.append_dwells(fresh, np.zeros(len(fresh.plots), np.int64))
            writer.seal()
            if begin % (6 * part) == 0:
                archive.compact()
        done.set()
        thread.join()
        said, _ = reader.communicate(timeout=60)
    assert reader.returncode == 0
    assert int(said) > 1
    assert problems == []


def test_importing_the_archive_loads_no_heavy_engine() -> None:
    program = (
        "import sys, sidelook.archive, sidelook.release\n"
        "print(sorted({'numba', 'scipy', 'pyarrow', 'duckdb', 'pandas', 'starlette'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "[]"


def test_sealing_and_reading_do_not_import_pandas(folder: Path) -> None:
    """PyArrow's own conversions import it where it is installed: a second of CPU at the first seal."""
    program = """
import sys
from pathlib import Path
import numpy as np
from sidelook.archive import Archive
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots
one = np.ones(1)
with Archive.open(Path(sys.argv[1]), "write") as archive:
    writer = archive.begin_mission("lean", kind="live", received=0)
    plots = Plots.empty(1)
    dwells = Dwells.empty(1, area_latitude=one, area_longitude=one, plot_count=np.ones(1, np.int32), plots=plots,
        origins=(Origin(source="a"),))
    writer.append_dwells(dwells, np.ones(1, np.int64))
    writer.seal()
    print(len(archive.dwells(1).plot_track), len(archive.track_history(1, 1).looks.plot_track))
print(sorted({"pandas", "numba", "scipy", "duckdb"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", program, str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == ["1", "1", "[]"]


def test_names_that_are_no_text_and_odd_numbers_are_kept(folder: Path, dwells: MakeDwells) -> None:
    """A file's name may hold bytes that are no UTF-8, and damaged data any time and place."""
    odd = "recording-\udcff.4607"
    given = dwells()
    extreme = np.array([-(1 << 63), (1 << 63) - 1, 0, -1, 1, BEGIN, BEGIN, BEGIN])
    columns = {name: getattr(given, name) for name in Dwells.DTYPES} | {
        "time": extreme,
        "area_latitude": np.array([np.nan, np.inf, -np.inf, 9.0, -9.0, 1.0, 1.0, 1.0]),
        "origin": given.origin * 0,
    }
    with Archive.open(folder, "write") as archive:
        writer = archive.begin_mission(odd, kind="recording", received=BEGIN)
        writer.append_raw(b"bytes", BEGIN, odd)
        strange = Dwells(**columns, plots=given.plots, origins=(Origin(source=odd),))
        writer.append_dwells(strange, tracks_of(given))
        writer.seal()
        archive.compact()
    with Archive.open(folder) as archive:
        assert archive.missions()[0].name == "recording-?.4607"
        assert next(archive.raw(1)).source == "recording-?.4607"
        found = archive.dwells(1).dwells
        assert sorted(found.time.tolist()) == sorted(extreme.tolist())
        assert found.origins == (Origin(source=odd),)


def test_plot_tracks_must_fit(writer: MissionWriter, dwells: MakeDwells) -> None:
    with pytest.raises(ValueError, match="needs one track"):
        writer.append_dwells(dwells(), np.zeros(1, np.int64))
