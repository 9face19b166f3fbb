"""Images in the archive: whole or not at all, found by time, and deleted for good."""

import contextlib
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sidelook.archive import Archive, KeptImage, NotKeptError, RetentionPolicy
from sidelook.errors import StorageError
from sidelook.model.origin import Classification, Origin

from .conftest import BEGIN, SECOND, make_dwells

HOUR = 3600 * SECOND
ORIGIN = Origin(source="a-radar-of-that-name", classification=Classification.RESTRICTED, simulated=True)
PIXELS = b"pixels-nobody-may-find-again"
SQUARE = tuple((float(lat), float(lon)) for lat, lon in np.radians([[50, 10], [50, 10.1], [50.1, 10.1], [50.1, 10]]))


def make_image(mission: int, begin: int = BEGIN) -> KeptImage:
    """Know of an image what an archive must."""
    return KeptImage(
        mission=mission,
        name="lot.cphd",
        begin=begin,
        end=begin + 12 * SECOND,
        corners=SQUARE,
        shape=(400, 300),
        spacing=(0.5, 0.25),
        centre_frequency=9.6e9,
        processing=("backprojection", "multilook"),
        white_db=-3.5,
        origin=ORIGIN,
    )


def keep(archive: Archive, image: KeptImage, data: bytes = PIXELS) -> int:
    """Keep an image of any bytes."""
    return archive.keep_image(image, received=BEGIN, write=lambda path: path.write_bytes(data) and None)


def begin_mission(archive: Archive, name: str = "flight", *, kind: str = "recording") -> int:
    """Make a mission that is over."""
    writer = archive.begin_mission(name, kind=kind, received=BEGIN)  # type: ignore[arg-type]
    writer.end(BEGIN)
    return writer.mission


def test_an_image_comes_back_as_it_was_given(tmp_path: Path) -> None:
    with Archive.open(tmp_path, "write") as archive:
        image = make_image(begin_mission(archive))
        number = keep(archive, image)
    with Archive.open(tmp_path) as archive:
        assert archive.images() == (replace(image, number=number),)
        with archive.open_image(number) as file:
            assert file.read() == PIXELS
        assert archive.check() == ()


def test_images_are_listed_by_the_time_they_were_taken(tmp_path: Path) -> None:
    with Archive.open(tmp_path, "write") as archive:
        missions = begin_mission(archive), begin_mission(archive, "another")
        late, early = keep(archive, make_image(missions[0], BEGIN + HOUR)), keep(archive, make_image(missions[1]))
        assert [image.number for image in archive.images()] == [early, late]


def test_a_mission_of_images_alone_has_their_time_place_and_marking(tmp_path: Path) -> None:
    with Archive.open(tmp_path, "write") as archive:
        keep(archive, make_image(begin_mission(archive)))
        (mission,) = archive.missions()
    assert (mission.begin, mission.end) == (BEGIN, BEGIN + 12 * SECOND)
    assert mission.images == 1
    assert mission.simulated
    assert mission.classification is Classification.RESTRICTED
    assert mission.origins == (ORIGIN,)
    assert mission.box is not None
    assert np.degrees([mission.box.west, mission.box.north]) == pytest.approx([10.0, 50.1])


def test_plots_alone_say_where_a_mission_was(tmp_path: Path) -> None:
    dwells = make_dwells()
    with Archive.open(tmp_path, "write") as archive:
        writer = archive.begin_mission("flight", kind="recording", received=BEGIN)
        writer.append_dwells(dwells, np.zeros(len(dwells.plots), np.int64))
        writer.end(BEGIN)
        before = archive.missions()[0].box
        keep(archive, make_image(writer.mission))
        assert archive.missions()[0].box == before
        assert archive.compact() == 0  # images are no rows to be merged


def test_one_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_bytes(PIXELS)
        raise OSError(28, "No space left on device")

    with Archive.open(tmp_path, "write") as archive:
        image = make_image(begin_mission(archive))
        with pytest.raises(StorageError):
            archive.keep_image(image, received=BEGIN, write=fail)
        assert archive.images() == ()
    assert not any(PIXELS in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_what_a_stopped_writer_left_unlisted_goes_at_the_next_start(tmp_path: Path) -> None:
    with Archive.open(tmp_path, "write") as archive:
        keep(archive, make_image(begin_mission(archive)))
    (kept,) = (tmp_path / "images").rglob("*.tif")
    stray = kept.with_name("stray.tif")
    stray.write_bytes(PIXELS)
    with Archive.open(tmp_path, "write"):
        pass
    assert kept.exists()
    assert not stray.exists()


def test_damage_is_found(tmp_path: Path) -> None:
    with Archive.open(tmp_path, "write") as archive:
        keep(archive, make_image(begin_mission(archive)))
        (kept,) = (tmp_path / "images").rglob("*.tif")
        kept.write_bytes(PIXELS[::-1])
        assert archive.check() == (f"{kept.relative_to(tmp_path)}: damaged",)
        kept.unlink()
        assert archive.check() == (f"{kept.relative_to(tmp_path)}: missing",)
        with pytest.raises(StorageError):
            archive.open_image(1)


@pytest.mark.parametrize("how", ["mission", "day", "before"])
def test_deleting_leaves_neither_pixels_nor_words(tmp_path: Path, how: str) -> None:
    with Archive.open(tmp_path, "write") as archive:
        mission = begin_mission(archive)
        keep(archive, make_image(mission))
        day = date(2023, 11, 14)
        {
            "mission": lambda: archive.purge_mission(mission),
            "day": lambda: archive.purge_day(day),
            "before": lambda: archive.purge_before(date(2023, 11, 15)),
        }[how]()
        assert archive.images() == ()
        with pytest.raises(NotKeptError):
            archive.open_image(1)
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert PIXELS not in held
    assert ORIGIN.source.encode() not in held
    assert b"lot.cphd" not in held


def test_images_of_live_sources_are_kept_no_longer_than_the_rest(tmp_path: Path) -> None:
    with Archive.open(tmp_path, "write") as archive:
        live, recording = begin_mission(archive, kind="live"), begin_mission(archive, "recording")
        keep(archive, make_image(live))
        kept = keep(archive, make_image(recording))
        policy = RetentionPolicy(live_hours=72.0)
        archive.enforce(policy, BEGIN + 71 * HOUR)
        assert len(archive.images()) == 2
        archive.enforce(policy, BEGIN + 73 * HOUR)
        assert [image.number for image in archive.images()] == [kept]


def test_an_archive_of_before_there_were_images_has_none(tmp_path: Path) -> None:
    with Archive.open(tmp_path, "write") as archive:
        begin_mission(archive)
    with contextlib.closing(sqlite3.connect(tmp_path / "catalog.sqlite")) as catalog:
        catalog.execute("DROP TABLE images")
        catalog.commit()
    with Archive.open(tmp_path) as archive:
        assert archive.images() == ()
        assert archive.missions()[0].images == 0
        with pytest.raises(NotKeptError):
            archive.open_image(1)
    with Archive.open(tmp_path, "write") as archive:
        assert keep(archive, make_image(1)) == 1


def test_no_mission_no_image(tmp_path: Path) -> None:
    with Archive.open(tmp_path, "write") as archive, pytest.raises(NotKeptError):
        keep(archive, make_image(9))
