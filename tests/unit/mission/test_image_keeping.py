"""Images go to an archive: with the mission that was flown, or as one of their own; never without time and place."""

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio

from sidelook.archive import Archive
from sidelook.errors import UsageError
from sidelook.mission.image import ImageOptions, make_image
from sidelook.mission.image_reading import Sayings
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.timescale import parse_utc

from .test_image import PLACE, history, save

BEGIN = parse_utc("2026-05-04T06:30:00Z")
SAID = Sayings(centre=(12.0, -45.0), begin=BEGIN, marking=Classification.UNCLASSIFIED)
SECOND = 10**9


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [save(tmp_path / "a.mat", history(), slice(None))]


def options(said: Sayings = SAID) -> ImageOptions:
    return ImageOptions(size=30.0, spacing=0.15, said=said)


def fly(folder: Path, begin: int) -> int:
    """Keep a mission of two dwells, ten minutes apart."""
    dwells = Dwells.empty(
        2, time=begin + np.array([0, 600], np.int64) * SECOND, plots=Plots.empty(0), origins=(Origin(source="flight"),)
    )
    with Archive.open(folder, "write") as archive:
        writer = archive.begin_mission("flight", kind="recording", received=begin)
        writer.append_dwells(dwells, np.zeros(0, np.int64))
        writer.end(begin)
        return writer.mission


def test_an_image_lies_in_the_archive_where_it_stands(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_image(files, tmp_path / "missions", options(), as_json=True)
    assert json.loads(capsys.readouterr().out)["kept"] == {"image": 1, "mission": 1, "mission_is_new": True}
    with Archive.open(tmp_path / "missions") as archive:
        (image,) = archive.images()
        (mission,) = archive.missions()
        assert (image.begin, image.shape, image.spacing, image.name) == (BEGIN, (200, 200), (0.15, 0.15), "a.mat")
        assert image.end >= image.begin
        assert (mission.name, mission.begin, mission.live) == ("a.mat", BEGIN, False)
        south, west = np.degrees(np.min(image.corners, axis=0))
        metres = 6_378_137.0 * np.pi / 180.0
        assert (12.0 - south) * metres == pytest.approx(15.0, abs=0.15)
        assert (-45.0 - west) * metres * np.cos(np.radians(12.0)) == pytest.approx(15.0, abs=0.15)
        with archive.open_image(1) as file, rasterio.open(file) as opened:
            row, column = np.unravel_index(opened.read(1).argmax(), (200, 200))
            longitude, latitude = opened.xy(row, column)
    assert (latitude - 12.0) * metres == pytest.approx(PLACE[1], abs=0.3)
    assert (longitude + 45.0) * metres * np.cos(np.radians(12.0)) == pytest.approx(PLACE[0], abs=0.3)


def test_it_joins_the_mission_that_was_flown_then(files: list[Path], tmp_path: Path) -> None:
    fly(tmp_path / "missions", BEGIN - 7200 * SECOND)
    flown = fly(tmp_path / "missions", BEGIN - 60 * SECOND)
    make_image(files, tmp_path / "missions", options())
    with Archive.open(tmp_path / "missions") as archive:
        assert [image.mission for image in archive.images()] == [flown]
        assert len(archive.missions()) == 2


def test_one_that_exists_is_kept_as_well_with_the_time_its_file_says(files: list[Path], tmp_path: Path) -> None:
    make_image(files, tmp_path / "a.tif", options())
    make_image([tmp_path / "a.tif"], tmp_path / "missions", ImageOptions())
    with Archive.open(tmp_path / "missions") as archive:
        (image,) = archive.images()
    assert image.begin == BEGIN
    assert image.origin.classification is Classification.UNCLASSIFIED
    assert image.centre_frequency == pytest.approx(9.6e9)
    assert image.processing[0].startswith("backprojection")


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (Sayings(begin=BEGIN, marking=Classification.UNCLASSIFIED), "--center"),
        (Sayings(centre=(12.0, -45.0), marking=Classification.UNCLASSIFIED), "begin="),
        (Sayings(centre=(12.0, -45.0), begin=BEGIN), "marking="),
    ],
)
def test_what_cannot_be_found_again_is_refused_before_the_work(
    files: list[Path], tmp_path: Path, said: Sayings, word: str
) -> None:
    with pytest.raises(UsageError, match=word):
        make_image(files, tmp_path / "missions", options(said))
    assert not (tmp_path / "missions").exists()


def test_an_image_that_says_too_little_is_refused_and_no_archive_made(files: list[Path], tmp_path: Path) -> None:
    make_image(files, tmp_path / "a.tif", options(Sayings(centre=(12.0, -45.0))))
    with pytest.raises(UsageError, match=r"begin=.* marking="):
        make_image([tmp_path / "a.tif"], tmp_path / "missions", ImageOptions())
    assert not (tmp_path / "missions").exists()


def test_a_folder_of_other_things_is_no_archive(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="other things"):
        make_image(files, tmp_path, options())
    (tmp_path / "plain").write_text("text")
    with pytest.raises(UsageError, match="is a file"):
        make_image(files, tmp_path / "plain", options())
