"""Change between images that exist: what came is bright, what went dark, whoever made them and on whatever pixels."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from sidelook.cli import app
from sidelook.geometry.frames import LocalFrame
from sidelook.mission.image_writing import write_image
from sidelook.model.image import centred_grid
from sidelook.model.origin import Classification, Origin
from sidelook.simulation.ground_image import Imager, park_vehicles, simulate_image
from sidelook.timescale import parse_utc

CAME, WENT, STAYED = (-20.0, 15.0, 0.0), (25.0, -10.0, 0.0), (0.0, 30.0, 0.0)
LANDMARKS = np.random.default_rng(9).uniform(-55.0, 55.0, (12, 3)) * np.array([1.0, 1.0, 0.0])


def write(
    path: Path, cars: list[tuple[float, float, float]], seed: int, marking: Classification, spacing: float
) -> str:
    """Image ground of uneven brightness with buildings and cars, and write it as a GeoTIFF."""
    rng = np.random.default_rng(seed)
    pixels = round(140.0 / spacing)
    grid = centred_grid((pixels, pixels), spacing)
    ground = np.full(grid.shape, 10**-1.5)
    for east, north, _ in LANDMARKS:
        row, column = (round((way + 70.0) / spacing) for way in (north, east))
        ground[row : row + round(4 / spacing), column : column + round(6 / spacing)] = 1.0
    points = park_vehicles(np.array(cars), np.zeros(len(cars)), (6.0, 2.4), 20.0, rng, each=24)
    image = simulate_image(Imager(grid=grid, resolution=1.0), ground, points, rng)
    origin = Origin(source="made", classification=marking, simulated=True)
    fields = {name: getattr(image, name) for name in ("pixels", "grid", "end", "centre_frequency", "processing")}
    frame = LocalFrame(latitude=0.7, longitude=0.2)
    write_image(type(image)(**fields, begin=parse_utc("2026-05-04T06:30:00Z"), frame=frame, origin=origin), path)
    return str(path)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """One car goes, one comes, one stays; the second image is finer and more protected."""
    folder = tmp_path_factory.mktemp("days")
    first = write(folder / "first.tif", [WENT, STAYED], 1, Classification.UNCLASSIFIED, 0.5)
    return first, write(folder / "second.tif", [CAME, STAYED], 2, Classification.RESTRICTED, 0.35)


def call(*words: str) -> dict[str, object]:
    """Run the command, and read its answer."""
    done = CliRunner().invoke(app, ["change", *words, "--json"])
    assert done.exit_code == 0, done.output
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_what_came_and_went_is_told_apart(days: tuple[str, str], tmp_path: Path) -> None:
    report = call(*days, "-o", str(tmp_path / "change.png"))
    assert report["compared"] == "brightness"
    assert report["coherence"] is None
    assert 0.0 < float(str(report["brighter"])) < 0.1
    assert report["marking"] == "RESTRICTED"
    assert report["simulated"] is True
    picture = np.asarray(Image.open(tmp_path / "change.png").convert("RGB"), int)
    size = len(picture)

    def at(place: tuple[float, float, float]) -> np.ndarray:
        row, column = size / 2 - place[1] / 0.5, size / 2 + place[0] / 0.5
        return picture[round(row) - 2 : round(row) + 3, round(column) - 2 : round(column) + 3].mean(axis=(0, 1))

    came, went, stayed = at(CAME), at(WENT), at(STAYED)
    assert came[0] > came[2] + 50  # orange
    assert went[2] > went[0] + 30  # blue
    assert abs(stayed[0] - stayed[2]) < 1


def test_the_ratio_lies_on_the_map(days: tuple[str, str], tmp_path: Path) -> None:
    call(*days, "-o", str(tmp_path / "ratio.tif"))
    import rasterio  # noqa: PLC0415 - half a second

    with rasterio.open(tmp_path / "ratio.tif") as file:
        ratio = file.read(1)
        assert "RESTRICTED" in file.tags()["TIFFTAG_IMAGEDESCRIPTION"]
    assert np.median(ratio[ratio > 0]) == pytest.approx(1.0, abs=0.02)


def test_an_image_and_echoes_are_not_compared(days: tuple[str, str], tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["change", days[0], "echoes.cphd", "-o", str(tmp_path / "change.png")])
    assert "two of a kind" in str(done.exception)
