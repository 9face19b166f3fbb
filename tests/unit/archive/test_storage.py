"""Full disks, read-only folders, damage: said at once with what to do, and live work goes on."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sidelook.archive import (
    Archive,
    ArchiveDamagedError,
    StorageFullError,
    StorageReadOnlyError,
)
from sidelook.archive.catalog import Seal
from sidelook.archive.errors import storage_errors
from sidelook.errors import StorageError
from sidelook.model.plots import Dwells

BEGIN = 1_700_000_000 * 10**9


def run_in_small_disk(program: str, place: Path) -> str:
    """Run a program whose ``place`` is a file system of 3 MB of its own."""
    mount = f"mount -t tmpfs -o size=3m tmpfs {place}"
    if subprocess.run(["unshare", "-m", "sh", "-c", mount], capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small file system here")
    script = place.parent / "program.py"
    script.write_text(textwrap.dedent(program))
    command = f"{mount} && exec {sys.executable} -W error {script} {place}"
    said = subprocess.run(
        ["unshare", "-m", "sh", "-c", command], capture_output=True, text=True, check=False, timeout=120
    )
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_a_full_disk_is_said_and_keeping_resumes(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    program = """
        import sys
        from pathlib import Path
        import numpy as np
        from sidelook.archive import Archive, StorageFullError
        from sidelook.model.origin import Origin
        from sidelook.model.plots import Dwells, Plots

        disk = Path(sys.argv[1])
        BEGIN = 1_700_000_000 * 10**9
        dwells = Dwells.empty(1, time=np.array([BEGIN]), area_latitude=np.ones(1), area_longitude=np.ones(1),
            plots=Plots.empty(), origins=(Origin(source="a"),))
        nobody = np.zeros(0, np.int64)
        archive = Archive.open(disk / "archive", "write")
        writer = archive.begin_mission("full", kind="live", received=BEGIN)
        writer.append_raw(b"before", BEGIN, "a")
        writer.append_dwells(dwells, nobody)
        writer.seal(b"1")
        ballast = disk / "ballast"
        try:
            with ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        except OSError:
            pass
        failures = 0
        for number in range(20):
            writer.append_raw(b"x" * 10_000, BEGIN + number, "a")
            writer.append_dwells(dwells, nobody)
            for keep in (writer.sync, lambda: writer.seal(b"2")):
                try:
                    keep()
                except StorageFullError as error:
                    failures += 1
                    assert "free space" in str(error), error
        assert failures == 40, failures
        status = writer.status()
        assert status.degraded and "free space" in status.problem, status
        assert status.acknowledged == 1 and status.pending_bytes == 200_000, status
        assert len(archive.dwells(1).dwells) == 21   # live display goes on
        try:
            archive._reader.files.write(disk / "rows", archive._writers[1].unsealed.columns("dwells"), dwells.origins)
        except OSError as error:
            assert error.errno == 28, error  # PyArrow says it too
        ballast.unlink()
        assert writer.sync() == 21
        writer.seal(b"3")
        assert not writer.status().degraded
        archive.close()
        with Archive.open(disk / "archive", "write") as archive:
            assert [len(record.data) for record in archive.raw(1)] == [6] + [10_000] * 20
            assert len(archive.dwells(1).dwells) == 21
            assert archive.resume_mission(1).recover().checkpoint == b"3"
        print("kept", sum(1 for path in disk.rglob("*.parquet")), "files")
    """
    assert run_in_small_disk(program, place) == "kept 2 files\n"


def test_on_a_full_disk_a_day_can_still_be_deleted(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    program = """
        import sys
        from datetime import date
        from pathlib import Path
        from sidelook.archive import Archive, StorageFullError

        disk = Path(sys.argv[1])
        NOON = 19_675 * 86_400 * 10**9
        with Archive.open(disk / "archive", "write") as archive:
            writer = archive.begin_mission("full", kind="recording", received=NOON)
            try:
                for number in range(100):
                    writer.append_raw(bytes(100_000), NOON, "a")
                    writer.sync()
            except StorageFullError:
                pass
            with (disk / "ballast").open("wb", buffering=0) as file:
                try:
                    while True:
                        file.write(bytes(100))
                except OSError:
                    pass
            kept = len(list(archive.raw(1)))
            archive.purge_day(date(2023, 11, 14))
            print(kept > 5, list(archive.raw(1)))
            writer.append_raw(b"goes on", NOON, "a")
            writer.sync()
            print([record.data for record in archive.raw(1)])
    """
    assert run_in_small_disk(program, place) == "True []\n[b'goes on']\n"


def test_a_read_only_disk_can_be_read_and_says_why_not_written(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    program = """
        import subprocess, sys
        from pathlib import Path
        from sidelook.archive import Archive, StorageReadOnlyError

        disk = Path(sys.argv[1])
        archive = Archive.open(disk / "archive", "write")
        writer = archive.begin_mission("kept", kind="live", received=0)
        writer.append_raw(b"bytes", 0, "a")
        writer.seal()
        archive.close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for folder in ("archive", "another"):
            try:
                Archive.open(disk / folder, "write")
            except StorageReadOnlyError as error:
                print("choose another folder" in str(error))
        with Archive.open(disk / "archive") as archive:
            print([mission.name for mission in archive.missions()], [record.data for record in archive.raw(1)])
    """
    assert run_in_small_disk(program, place) == "True\nTrue\n['kept'] [b'bytes']\n"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StorageFullError),
        (errno.EDQUOT, StorageFullError),
        (errno.EFBIG, StorageFullError),
        (errno.EROFS, StorageReadOnlyError),
        (errno.EACCES, StorageReadOnlyError),
        (errno.EIO, StorageError),
    ],
)
def test_errors_of_the_system_are_told_apart(number: int, kind: type[StorageError]) -> None:
    with pytest.raises(StorageError, match=r"keeping bytes in /disk failed .*: \w+") as caught:  # noqa: SIM117
        with storage_errors(Path("/disk"), "keeping bytes"):
            raise OSError(number, os.strerror(number))
    assert type(caught.value) is kind


def test_a_seal_that_fails_halfway_changes_nothing(
    folder: Path, dwells: Callable[..., Dwells], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plots' file is made, the next one is not: the first goes again, the rows stay visible, once."""
    with Archive.open(folder, "write") as archive:
        writer = archive.begin_mission("half", kind="live", received=BEGIN)
        given = dwells()
        writer.append_dwells(given, np.zeros(len(given.plots), np.int64))
        files, made = archive._reader.files, []
        real = files.write

        def failing(path: Path, *rest: object) -> None:
            made.append(path)
            if len(made) > 1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(path, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(files, "write", failing)
        with pytest.raises(StorageFullError):
            writer.seal(b"no")
        assert len(made) == 2
        assert not list(folder.rglob("*.parquet*"))
        writer.append_dwells(dwells(BEGIN + 8 * 10**9), np.zeros(len(given.plots), np.int64))
        assert len(archive.dwells(1).dwells) == 16
        assert writer.status().degraded
        monkeypatch.undo()
        writer.seal(b"yes")
        assert not writer.status().degraded
    with Archive.open(folder) as archive:
        assert len(archive.dwells(1).dwells) == 16


@pytest.mark.parametrize("after", [False, True])
def test_an_interruption_around_the_commit_keeps_each_row_once(
    folder: Path, dwells: Callable[..., Dwells], monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    with Archive.open(folder, "write") as archive:
        writer = archive.begin_mission("interrupted", kind="live", received=BEGIN)
        given = dwells()
        writer.append_dwells(given, np.zeros(len(given.plots), np.int64))
        real = archive._catalog.seal

        def interrupted(seal: Seal) -> None:
            if after:
                real(seal)
            raise KeyboardInterrupt

        monkeypatch.setattr(archive._catalog, "seal", interrupted)
        with pytest.raises(KeyboardInterrupt):
            writer.seal()
        assert len(archive.dwells(1).dwells) == 8
        monkeypatch.undo()
        writer.end(BEGIN)
        assert len(archive.dwells(1).dwells) == 8
        assert archive.check() == ()


def test_memory_is_bounded_where_sealing_keeps_failing(
    archive: Archive, dwells: Callable[..., Dwells], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidelook.archive.writer.LARGEST_UNSEALED", 100)
    writer = archive.begin_mission("much", kind="live", received=BEGIN)

    def failing(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(archive._reader.files, "write", failing)
    for part in range(40):
        if part == 20:  # until then nobody has tried to seal: nothing is dropped for that
            assert writer.status().dropped_rows == 0
            with pytest.raises(StorageFullError):
                writer.seal()
        given = dwells(BEGIN + part * 8 * 10**9)
        writer.append_dwells(given, np.zeros(len(given.plots), np.int64))
    status = writer.status()
    assert status.unsealed_plots <= 100
    assert status.dropped_rows > 0
    newest = archive.dwells(1).dwells
    assert newest.time.max() == BEGIN + (40 * 8 - 1) * 10**9
    assert int(newest.plot_count.sum()) == len(newest.plots) == status.unsealed_plots


def test_damage_is_said_with_what_to_do(folder: Path) -> None:
    Archive.open(folder, "write").close()
    with sqlite3.connect(folder / "catalog.sqlite") as catalog:
        catalog.execute("PRAGMA user_version = 99")
    catalog.close()
    with pytest.raises(ArchiveDamagedError, match="layout 99"):
        Archive.open(folder)
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "catalog.sqlite").write_bytes(b"this is no database, but as long as one" * 100)
    for mode in ("read", "write"):
        with pytest.raises(ArchiveDamagedError, match="restore a copy"):
            Archive.open(folder, mode)  # type: ignore[arg-type]
