"""Parts of images that exist, and SIDD from files to files."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from typer.testing import CliRunner

from sidelook.cli import app
from sidelook.errors import UsageError
from sidelook.geometry.frames import enu_to_geodetic
from sidelook.mission.image import ImageOptions, make_image
from sidelook.mission.image_reading import Sayings, read_image, read_sayings
from sidelook.mission.remote import Remote
from sidelook.model.image import Chip, OutsideImageError, SarImage, Wanted
from sidelook.model.origin import Classification

from .test_image import history, save
from .test_remote import SENT, Server, server  # noqa: F401 - a fixture

WEST, NORTH, STEP = 12.0, 48.1, 1e-5  # degrees
SIDE = 2000
BRIGHT = (1500, 600)
PLACE = NORTH - (BRIGHT[0] + 0.5) * STEP, WEST + (BRIGHT[1] + 0.5) * STEP
AFFINE = Affine(STEP, 0.0, WEST, 0.0, -STEP, NORTH)
LAYOUT = {"height": SIDE, "width": SIDE, "count": 1, "dtype": "float32", "tiled": True}
SAID = ["--center", "40,-84", "--say", "begin=2026-05-04T06:30:00Z", "--say", "marking=UNCLASSIFIED"]


def raster(path: Path, **more: object) -> Path:
    pixels = np.full((SIDE, SIDE), 3.0, np.float32)
    pixels[BRIGHT[0] - 2 : BRIGHT[0] + 3, BRIGHT[1] - 2 : BRIGHT[1] + 3] = 30.0
    with rasterio.open(path, "w", driver="GTiff", **LAYOUT, **more) as file:
        file.write(pixels, 1)
    return path


def part(place: tuple[float, float] | None, size: float, **more: float) -> Wanted:
    where = None if place is None else (float(np.radians(place[0])), float(np.radians(place[1])))
    return Wanted(chip=Chip(place=where, size=size), most_pixels=10**6, **more)  # type: ignore[arg-type]


def place_of_brightest(image: SarImage) -> tuple[float, float]:
    rows, columns = np.nonzero(image.amplitude > 20.0)
    assert image.frame is not None
    middle = image.grid.positions(rows.mean(), columns.mean())
    latitude, longitude, _ = enu_to_geodetic(middle, image.frame)
    return float(np.degrees(latitude)), float(np.degrees(longitude))


@pytest.mark.parametrize("pointed", [False, True])
def test_a_part_of_a_raster_lies_where_it_says(tmp_path: Path, *, pointed: bool) -> None:
    corners = [(0, 0), (0, SIDE), (SIDE, 0), (SIDE, SIDE)]
    points = [GroundControlPoint(row=r, col=c, x=WEST + c * STEP, y=NORTH - r * STEP) for r, c in corners]
    placed = {"gcps": points} if pointed else {"transform": AFFINE}
    path = raster(tmp_path / "a.tif", crs="EPSG:4326", **placed)
    image = read_image([path], Sayings(), part(PLACE, 60.0))
    assert max(image.grid.shape) < 100, "of 2,000"
    assert place_of_brightest(image) == pytest.approx(PLACE, abs=STEP)
    assert len(image.processing) == 2, "all of it is inside"
    middle = read_image([path], Sayings(), part(None, 100.0, spacing=10.0))
    assert middle.grid.shape == (10, 10)
    assert middle.frame is not None
    assert np.degrees(middle.frame.latitude) == pytest.approx(NORTH - 0.5 * SIDE * STEP, abs=STEP)


def test_beside_a_raster_there_is_nothing_and_on_its_edge_a_part(tmp_path: Path) -> None:
    for name, more in (("a.tif", {}), ("b.tif", {"nodata": 0.0})):
        path = raster(tmp_path / name, crs="EPSG:4326", transform=AFFINE, **more)
        with pytest.raises(
            OutsideImageError, match=r"about 50\.00000,12\.00000: it spans 48\.08000,12\.00000 to 48\.1"
        ):
            read_image([path], Sayings(), part((50.0, 12.0), 60.0))
        image = read_image([path], Sayings(), part((NORTH, WEST + 0.01), 60.0))
        assert image.processing[-1].startswith(("49.", "50.", "51."))
        assert image.processing[-1].endswith("of it inside the image, nothing beyond")


def test_of_an_image_on_a_server_only_the_part_travels(
    tmp_path: Path,
    server: str,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = raster(tmp_path / "a.tif", crs="EPSG:4326", transform=AFFINE)
    monkeypatch.setattr(Server, "data", path.read_bytes())
    image = read_image([Remote(f"{server}/a.tif")], Sayings(), part(PLACE, 60.0))
    assert place_of_brightest(image) == pytest.approx(PLACE, abs=STEP)
    assert sum(SENT) < 0.25 * len(Server.data)


def test_place_and_size_say_what_part() -> None:
    centre = read_sayings(["48.1,12.0"])
    assert ImageOptions().chip is None
    assert ImageOptions(size=30.0).chip == Chip(size=30.0)
    assert ImageOptions(said=centre).chip == Chip(place=(np.radians(48.1), np.radians(12.0)), size=100.0)
    assert ImageOptions().side == 100.0
    with pytest.raises(UsageError, match="makes no sense"):
        ImageOptions(size=0.0)


@pytest.mark.parametrize("word", ["image=0", "image=-1", "image=two", "image="])
def test_an_image_has_a_number(word: str) -> None:
    with pytest.raises(UsageError, match="from 1 on"):
        read_sayings([word])


def test_only_a_sidd_has_several_images(tmp_path: Path) -> None:
    path = raster(tmp_path / "a.tif", crs="EPSG:4326", transform=AFFINE)
    read_image([path], Sayings(image=1), part(PLACE, 60.0))
    with pytest.raises(UsageError, match="holds one image, not 2"):
        read_image([path], Sayings(image=2), part(PLACE, 60.0))


def run(*words: str | Path) -> dict[str, object]:
    answer = CliRunner().invoke(app, ["image", *map(str, words), "--json"])
    if answer.exception is not None:
        raise answer.exception
    return dict(json.loads(answer.stdout))


def refused(words: Sequence[str | Path], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        run(*words)


def test_sidd_from_the_command_line_and_back_on_the_map(tmp_path: Path) -> None:
    echoes, out = save(tmp_path / "a.mat", history(), slice(None)), tmp_path / "out.sidd"
    formed = [echoes, "-o", out, "--size", "30", "--spacing", "0.25"]
    refused([*formed, "--center", "40,-84"], r"what a SIDD must: add --say begin=.* --say marking=.* --say owner=DEU")
    refused([*formed, *SAID, "--say", "owner=XYZ"], "XYZ is no code")
    assert not out.exists()
    run(*formed, *SAID, "--say", "owner=nld")
    report = run(out, "-o", tmp_path / "out.tif")
    assert (report["marking"], report["rows"]) == ("UNCLASSIFIED", pytest.approx(120, abs=2))
    assert "told back" in str(report["method"])
    chip = run(out, "-o", tmp_path / "chip.png", "--center", "40,-84", "--size", "10")
    assert chip["rows"] == pytest.approx(40, abs=1)
    assert not list(tmp_path.glob(".*")), "nothing half-written is left"


def test_a_sicd_becomes_a_sidd_without_its_phase(tmp_path: Path) -> None:
    echoes, complex_image, out = (
        save(tmp_path / "a.mat", history(), slice(None)),
        tmp_path / "a.sicd",
        tmp_path / "b.sidd",
    )
    run(echoes, "-o", complex_image, "--size", "30", "--spacing", "0.25", *SAID)
    refused([complex_image, "-o", out], "whose marking UNCLASSIFIED is: add --say owner=DEU")
    assert not out.exists()
    run(complex_image, "-o", out, "--say", "owner=NLD")
    before, after = (read_image([path], Sayings(), Wanted(most_pixels=10**6)) for path in (complex_image, out))
    assert after.origin.classification is Classification.UNCLASSIFIED
    assert (before.begin, after.origin.nationality) == (after.begin, "NLD")
    tops = [np.degrees(np.stack(enu_to_geodetic(*place_and_frame(image)))[:2]) for image in (before, after)]
    np.testing.assert_allclose(*tops, atol=4e-6)
    refused([out, "-o", tmp_path / "c.sidd"], "the path of its antenna")


def place_and_frame(image: SarImage) -> tuple[object, object]:
    row, column = np.unravel_index(image.amplitude.argmax(), image.grid.shape)
    return image.grid.positions(np.array(row), np.array(column)), image.frame


@pytest.mark.parametrize("share", [0.02, 0.7, 0.8, 0.999])
@pytest.mark.parametrize("suffix", [".sidd", ".nitf"])
def test_a_nitf_cut_short_is_never_read_as_another_kind(tmp_path: Path, share: float, suffix: str) -> None:
    """Without its description a product would be read by its corners, and forget that it is simulated."""
    echoes, whole = save(tmp_path / "a.mat", history(20), slice(None)), tmp_path / f"whole{suffix}"
    make = ["--size", "10", "--spacing", "0.25", *SAID, "--say", "owner=NLD"]
    run(echoes, "-o", whole, *make)
    data = whole.read_bytes()
    (tmp_path / "cut.nitf").write_bytes(data[: round(share * len(data))])
    answer = CliRunner().invoke(app, ["image", str(tmp_path / "cut.nitf"), "-o", str(tmp_path / "cut.png")])
    assert "is cut short" in str(answer.exception)


def test_nothing_is_written_where_nothing_is(tmp_path: Path) -> None:
    path = raster(tmp_path / "a.tif", crs="EPSG:4326", transform=AFFINE)
    with pytest.raises(OutsideImageError):
        make_image([path], tmp_path / "b.png", ImageOptions(said=Sayings(centre=(50.0, 12.0))))
    assert [file.name for file in tmp_path.iterdir()] == ["a.tif"]
