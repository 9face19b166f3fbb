"""Images from files to files: points where they stand, on the map too, and clear errors before any work."""

import base64
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from scipy.io import savemat

from sidelook.errors import InputError, UsageError
from sidelook.formats.cphd import write_cphd
from sidelook.geometry.frames import LocalFrame
from sidelook.mission.image import ImageOptions, make_image
from sidelook.mission.image_reading import Sayings, read_centre, read_histories
from sidelook.model.echoes import PhaseHistory, UnlikeHistoriesError, concatenate_histories
from sidelook.model.origin import Classification
from sidelook.simulation.phase_history import Scatterers, Waveform, simulate_phase_history, straight_flight

PLACE = (3.0, -8.0, 0.0)
UMASK = os.umask(0)
os.umask(UMASK)
OPTIONS = ImageOptions(size=30.0, spacing=0.15)


# At fewer pulses the point's echo in azimuth, half a wave length by the step of the angle away, would be in the image.
def history(pulses: int = 160, **waveform: float) -> PhaseHistory:
    flight = straight_flight(stand_off=10e3, grazing=np.radians(30.0), aperture=500.0, pulses=pulses, speed=100.0)
    points = Scatterers(places=np.array([PLACE]), amplitudes=np.ones(1, np.complex128))
    return simulate_phase_history(flight, Waveform(**waveform), points, np.random.default_rng(1))


def save(path: Path, made: PhaseHistory, pulses: slice) -> Path:
    """Write pulses as AFRL's MATLAB files have them."""
    frequency = made.frequency_start + made.frequency_step * np.arange(made.samples.shape[1])
    row = {name: made.transmit[pulses, k][None, :] for k, name in enumerate("xyz")}
    nothing = np.zeros((1, len(made.samples[pulses])))
    solution = {"r_correct": nothing, "ph_correct": nothing}
    data = {"fp": made.samples[pulses].T, "freq": frequency[:, None], "r0": made.reference_range[pulses][None, :]}
    savemat(path, {"data": {**data, **row, "af": solution}})
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Write a flight in two parts."""
    made = history()
    return [save(tmp_path / "a.mat", made, slice(0, 80)), save(tmp_path / "b.mat", made, slice(80, None))]


def test_a_point_lies_where_it_stands_and_north_is_up(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_image(files, tmp_path / "out.png", OPTIONS, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert report["pulses"] == 160
    assert (report["strongest"]["east_m"], report["strongest"]["north_m"]) == pytest.approx(PLACE[:2], abs=0.02)
    grey = np.asarray(Image.open(tmp_path / "out.png").convert("L"), int)
    row, column = (np.median(place) for place in np.nonzero(grey == grey.max()))
    assert grey.shape == (200, 200)
    assert (99.5 - row) * 0.15 == pytest.approx(PLACE[1], abs=0.2)
    assert (column - 99.5) * 0.15 == pytest.approx(PLACE[0], abs=0.2)


def test_on_the_map_it_lies_there_too_with_its_marking(files: list[Path], tmp_path: Path) -> None:
    options = ImageOptions(size=30.0, spacing=0.15, said=Sayings(centre=(40.0, -84.0)))
    make_image(files, tmp_path / "out.tif", options)
    with rasterio.open(tmp_path / "out.tif") as file:
        pixels = file.read(1)
        row, column = np.unravel_index(int(pixels.argmax()), pixels.shape)
        longitude, latitude = file.xy(row, column)
        assert "MARKING NOT READ" in file.tags()["TIFFTAG_IMAGEDESCRIPTION"]
        assert file.crs.to_epsg() == 4326
    metres = 6_378_137.0 * np.pi / 180.0
    assert (latitude - 40.0) * metres == pytest.approx(PLACE[1], abs=0.3)
    assert (longitude + 84.0) * metres * np.cos(np.radians(40.0)) == pytest.approx(PLACE[0], abs=0.3)


def test_joined_echoes_bear_the_highest_marking_and_none_is_talked_away(tmp_path: Path) -> None:
    made = replace(history(), frame=LocalFrame(latitude=0.7, longitude=0.1), begin=10**18)
    paths = []
    for level in (Classification.UNCLASSIFIED, Classification.SECRET, Classification.RESTRICTED):
        paths.append(tmp_path / f"{level.name}.cphd")
        with paths[-1].open("wb") as file:
            write_cphd(replace(made, origin=replace(made.origin, classification=level)), file)
    unread = paths[0].read_bytes().replace(b"<Classification>UNCLASSIFIED<", b"<Classification>UNCLASSIFYED<")
    paths[0].write_bytes(unread)
    joined = read_histories(paths, Sayings(marking=Classification.UNCLASSIFIED), autofocus=True)
    assert joined.origin.classification is Classification.SECRET
    assert joined.origin.simulated
    assert read_histories(paths, Sayings(), autofocus=True).origin.classification is Classification.UNREAD


def test_a_page_says_how_good_it_is_in_figures_and_pictures(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "quality.html"
    make_image(files, out, replace(OPTIONS, window="none"), as_json=True)
    report = json.loads(capsys.readouterr().out)
    # A point of a flat band and aperture is as wide as theory has it.
    strongest = report["strongest"]
    assert strongest["north_south"]["width"] == pytest.approx(report["expected_north_south_m"], rel=0.02)
    assert strongest["east_west"]["width"] == pytest.approx(report["expected_east_west_m"], rel=0.02)
    page = out.read_text()
    assert f"{strongest['east_west']['width']:.3f} m" in page
    assert "MARKING NOT READ" in page
    assert "http" not in page, "it needs nothing of another host"
    picture = Image.open(io.BytesIO(base64.b64decode(page.partition("base64,")[2].partition('"')[0])))
    assert min(picture.size) > 500
    assert list(tmp_path.glob(".quality*")) == []
    assert out.stat().st_mode & 0o444 == 0o444 & ~UMASK


def test_the_phase_gradient_says_what_it_did(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_image(files, tmp_path / "out.png", ImageOptions(size=30.0, spacing=0.15, focus="gradient"))
    assert "phase gradient" in capsys.readouterr().out


def test_sharpness_says_what_it_did_and_finds_nothing_in_a_sharp_image(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_image(files, tmp_path / "out.png", ImageOptions(size=30.0, spacing=0.15, focus="sharpness"), as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert "sharpness, 0.0" in report["focus"]
    assert "settled; entropy" in report["focus"]
    assert (report["strongest"]["east_m"], report["strongest"]["north_m"]) == pytest.approx(PLACE[:2], abs=0.03)


def test_what_cannot_be_done_is_said_and_nothing_is_written(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--center"):
        make_image(files, tmp_path / "out.tif", OPTIONS)
    with pytest.raises(UsageError, match="write to"):
        make_image(files, tmp_path / "out.jpg", OPTIONS)
    with pytest.raises(UsageError, match="no folder"):
        make_image(files, tmp_path / "none" / "out.png", OPTIONS)
    with pytest.raises(InputError, match=r"nothing.mat cannot be read"):
        make_image([tmp_path / "nothing.mat"], tmp_path / "out.png", OPTIONS)
    with pytest.raises(UsageError, match="at once"):
        ImageOptions(size=200.0, spacing=0.001)
    with pytest.raises(UsageError, match=r"write a \.tif"):
        make_image([], tmp_path / "large.png", ImageOptions(size=100.0, spacing=0.002))
    with pytest.raises(UsageError, match="no sense"):
        ImageOptions(size=1.0, spacing=2.0)
    (tmp_path / "there.png").write_bytes(b"kept")
    with pytest.raises(UsageError, match="--overwrite"):
        make_image(files, tmp_path / "there.png", OPTIONS)
    assert (tmp_path / "there.png").read_bytes() == b"kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mat", "b.mat", "there.png"]


@pytest.mark.parametrize("text", ["1", "1,2,3", "91,0", "0,181", "nan,0", "a,b"])
def test_a_centre_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--center"):
        read_centre(text)


def test_only_pulses_of_one_radar_are_joined() -> None:
    one, other = history(8), history(8, bandwidth=3e8)
    with pytest.raises(UnlikeHistoriesError, match="one by one"):
        concatenate_histories([one, other])
    with pytest.raises(UnlikeHistoriesError, match="no phase history"):
        concatenate_histories([])
    both = concatenate_histories([one, one])
    assert len(both) == 16
    assert both.transmit is both.receive
