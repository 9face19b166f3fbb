"""Images that exist, as any maker's, and images written as others read them."""

import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image
from rasterio.control import GroundControlPoint
from typer.testing import CliRunner

from sidelook.cli import app
from sidelook.errors import InputError, UsageError
from sidelook.geometry.frames import enu_to_geodetic
from sidelook.mission.image import ImageOptions, make_image
from sidelook.mission.image_reading import Sayings, aperture_of, read_image, read_sayings
from sidelook.model.image import Wanted
from sidelook.model.origin import Classification
from sidelook.timescale import parse_utc

from .test_image import history, save

WHOLE = Wanted(most_pixels=10**8)
WEST, NORTH, STEP = 12.0, 48.1, 1e-5  # degrees
BRIGHT = (30, 70)  # row, column


def raster(path: Path, *, driver: str = "GTiff", **more: object) -> Path:
    pixels = np.full((100, 120), 3.0, np.float32)
    pixels[BRIGHT[0] - 2 : BRIGHT[0] + 3, BRIGHT[1] - 2 : BRIGHT[1] + 3] = 30.0
    pixels[BRIGHT] = 50.0
    shape = {"height": 100, "width": 120, "count": 1, "dtype": "float32"}
    with rasterio.open(path, "w", driver=driver, **shape, **more) as file:
        file.write(pixels, 1)
    return path


def place_of_brightest(path: Path) -> tuple[float, float]:
    image = read_image([path], Sayings(), WHOLE)
    row, column = np.unravel_index(image.amplitude.argmax(), image.grid.shape)
    assert image.frame is not None
    latitude, longitude, _ = enu_to_geodetic(image.grid.positions(np.array(row), np.array(column)), image.frame)
    return float(np.degrees(latitude)), float(np.degrees(longitude))


EXPECTED = NORTH - (BRIGHT[0] + 0.5) * STEP, WEST + (BRIGHT[1] + 0.5) * STEP
PLACED = {"crs": "EPSG:4326", "transform": Affine(STEP, 0.0, WEST, 0.0, -STEP, NORTH)}


def test_a_geotiff_lies_where_it_says(tmp_path: Path) -> None:
    latitude, longitude = place_of_brightest(raster(tmp_path / "a.tif", **PLACED))
    assert (latitude, longitude) == pytest.approx(EXPECTED, abs=STEP)


def test_so_does_one_with_control_points(tmp_path: Path) -> None:
    corners = [(0, 0), (0, 120), (100, 0), (100, 120)]
    points = [GroundControlPoint(row=r, col=c, x=WEST + c * STEP, y=NORTH - r * STEP) for r, c in corners]
    path = raster(tmp_path / "b.tif", gcps=points, crs="EPSG:4326")
    assert place_of_brightest(path) == pytest.approx(EXPECTED, abs=1.5 * STEP)


def test_so_does_a_nitf_that_is_no_sicd_with_its_marking(tmp_path: Path) -> None:
    points = {"ICORDS": "G", "crs": "EPSG:4326", "transform": Affine(STEP, 0.0, WEST, 0.0, -STEP, NORTH), "FSCLAS": "S"}
    path = raster(tmp_path / "c.ntf", driver="NITF", **points)
    image = read_image([path], Sayings(), WHOLE)
    assert image.origin.classification is Classification.SECRET
    assert place_of_brightest(path) == pytest.approx(EXPECTED, abs=40 * STEP)  # its corners are cut to whole seconds


def test_what_we_wrote_keeps_marking_and_simulated(tmp_path: Path) -> None:
    made = history()
    files = [save(tmp_path / "a.mat", made, slice(None))]
    said = read_sayings(["40.0,-84.0", "marking=UNCLASSIFIED"])
    make_image(files, tmp_path / "out.tif", ImageOptions(size=30.0, spacing=0.15, said=said))
    again = read_image([tmp_path / "out.tif"], Sayings(), WHOLE)
    assert again.origin.classification is Classification.UNCLASSIFIED
    other = raster(tmp_path / "other.tif", **PLACED)
    with rasterio.open(other, "r+") as file:
        file.update_tags(TIFFTAG_IMAGEDESCRIPTION="SECRET, simulated; source x", TIFFTAG_SOFTWARE="Sidelook")
    marked = read_image([other], Sayings(marking=Classification.UNCLASSIFIED), WHOLE)
    assert marked.origin.simulated
    assert marked.origin.classification is Classification.SECRET, "what is read is not talked away"


@pytest.mark.parametrize("data", [b"", b"II*\x00 and nothing more", b"NITF01.10 and nothing more"])
def test_what_is_no_image_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.tif"
    path.write_bytes(data)
    with pytest.raises(InputError, match="no image that can be read"):
        read_image([path], Sayings(), WHOLE)


def test_an_image_without_a_place_and_one_too_large_are_refused(tmp_path: Path) -> None:
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        path = raster(tmp_path / "nowhere.tif")
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning), pytest.raises(InputError, match="where on earth"):
        read_image([path], Sayings(), WHOLE)
    placed = raster(tmp_path / "placed.tif", **PLACED)
    with pytest.raises(UsageError, match="held in memory"):
        read_image([placed], Sayings(), Wanted(most_pixels=100))
    assert read_image([placed], Sayings(), Wanted(spacing=50.0, most_pixels=100)).grid.row_spacing == 50.0
    with pytest.raises(UsageError, match="one at a time"):
        read_image([placed, placed], Sayings(), WHOLE)
    with pytest.raises(InputError, match="cannot be read"):
        read_image([tmp_path / "none.tif"], Sayings(), WHOLE)


def test_a_kmz_hangs_the_picture_up_by_its_corners(tmp_path: Path) -> None:
    raster(tmp_path / "a.tif", **PLACED)
    make_image([tmp_path / "a.tif"], tmp_path / "a.kmz", ImageOptions())
    with zipfile.ZipFile(tmp_path / "a.kmz") as packed:
        picture = Image.open(packed.open("image.png")).convert("L")
        tree = ET.fromstring(packed.read("doc.kml"))  # noqa: S314 - our own
    quad = next(element for element in tree.iter() if element.tag.endswith("LatLonQuad"))
    corners = np.array([[float(n) for n in word.split(",")[:2]] for word in "".join(quad.itertext()).split()])
    expected = [[WEST, NORTH - 100 * STEP], [WEST + 120 * STEP, NORTH - 100 * STEP]]
    np.testing.assert_allclose(corners[:2], expected, atol=2 * STEP)
    assert (corners[2:, 1] > corners[:2, 1]).all(), "against the clock from the lower left"
    grey = np.asarray(picture, int)
    row, column = (float(np.mean(place)) for place in np.nonzero(grey > 0.9 * grey.max()))
    assert row / grey.shape[0] == pytest.approx(BRIGHT[0] / 100, abs=0.03)
    assert column / grey.shape[1] == pytest.approx(BRIGHT[1] / 120, abs=0.03)


def test_sicd_from_the_command_line_and_back_on_the_map(tmp_path: Path) -> None:
    files = [str(save(tmp_path / "a.mat", history(), slice(None)))]
    run, out = CliRunner(), str(tmp_path / "out.nitf")
    options = ["--size", "30", "--spacing", "0.25", "--center", "40,-84"]
    refused = run.invoke(app, ["image", *files, "-o", out, *options])
    assert "--say begin=" in str(refused.exception)
    assert "--say marking=" in str(refused.exception)
    said = ["--say", "begin=2026-05-04T06:30:00Z", "--say", "marking=UNCLASSIFIED"]
    assert run.invoke(app, ["image", *files, "-o", out, *options, *said]).exit_code == 0
    answer = run.invoke(app, ["image", out, "-o", str(tmp_path / "out.png"), "--json"])
    report = json.loads(answer.stdout)
    assert (report["marking"], report["pulses"]) == ("UNCLASSIFIED", 0)
    assert report["rows"] == pytest.approx(120, abs=2)
    assert report["centre_frequency_ghz"] == pytest.approx(9.6, abs=0.01)


def test_gotcha_to_cphd_to_the_map(tmp_path: Path) -> None:
    files = [str(save(tmp_path / "a.mat", history(), slice(None)))]
    run, out = CliRunner(), str(tmp_path / "out.cphd")
    refused = run.invoke(app, ["image", *files, "-o", out])
    assert "a CPHD must: add --say begin=" in str(refused.exception)
    said = ["--say", "begin=2026-05-04T06:30:00Z", "--say", "marking=UNCLASSIFIED", "--json"]
    nowhere = json.loads(run.invoke(app, ["image", *files, "-o", out, *said]).stdout)
    assert (nowhere["latitude"], nowhere["placed"], nowhere["pulses"]) == (0.0, "nowhere: not said", 160)
    again = json.loads(run.invoke(app, ["image", *files, "-o", out, *said, "--say", "40,-84", "--overwrite"]).stdout)
    assert (again["latitude"], again["longitude"], again["marking"]) == (40.0, -84.0, "UNCLASSIFIED")
    made = run.invoke(app, ["image", out, "-o", str(tmp_path / "out.tif"), "--size", "30", "--json"])
    report = json.loads(made.stdout)
    assert (report["strongest"]["east_m"], report["strongest"]["north_m"]) == pytest.approx((3.0, -8.0), abs=0.02)
    assert (report["pulses"], report["marking"]) == (160, "UNCLASSIFIED")
    some = run.invoke(app, ["image", out, "-o", str(tmp_path / "b.png"), "--say", "pulses=20:120", "--json"])
    assert json.loads(some.stdout)["pulses"] == 100
    broken = tmp_path / "broken.cphd"
    broken.write_bytes(Path(out).read_bytes()[:5000])
    failed = run.invoke(app, ["image", str(broken), "-o", str(tmp_path / "c.png")])
    assert "broken.cphd" in str(failed.exception)
    assert not (tmp_path / "c.png").exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["39.78,-84.10"], Sayings(centre=(39.78, -84.1))),
        (["center=1,2", "marking=secret"], Sayings(centre=(1.0, 2.0), marking=Classification.SECRET)),
        (["begin=2026-05-04T06:30:00Z"], Sayings(begin=parse_utc("2026-05-04T06:30:00Z"))),
        (["marking=TOP SECRET"], Sayings(marking=Classification.TOP_SECRET)),
        (["channel=HV", "pulses=10:20"], Sayings(channel="HV", pulses=(10, 20))),
        (["pulses=500:"], Sayings(pulses=(500, None))),
        ([], Sayings()),
    ],
)
def test_what_the_input_does_not_say(words: list[str], expected: Sayings) -> None:
    assert read_sayings(words) == expected


@pytest.mark.parametrize(
    "word", ["begin=yesterday", "pulses=7", "pulses=9:3", "marking=UNREAD", "marking=PRIVATE", "colour=red", "91,0"]
)
def test_sayings_that_mean_nothing_are_refused(word: str) -> None:
    with pytest.raises(UsageError):
        read_sayings([word])


def test_an_aperture_without_times_is_flown_at_an_even_speed() -> None:
    made = history()
    aperture = aperture_of(made)
    assert np.diff(aperture.time) == pytest.approx(np.diff(aperture.time)[0])
    assert aperture.band[0] == made.frequency_start
    assert aperture.band[1] - aperture.band[0] == pytest.approx(made.bandwidth - made.frequency_step)
