"""Tiles of an image: each pixel shows the ground of its own place, at any scale, in decibels."""

import io
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from PIL import Image
from pyproj import Transformer

from sidelook.formats.image_tiles import (
    SIDE,
    STEP_DB,
    ImageTileError,
    Tile,
    draw_tile,
    floor_of,
    greys_of,
    read_amplitudes,
    read_level,
)

WEST, NORTH, STEP = 12.0, 48.1, 1e-5  # degrees: pixels of 0.74 by 1.11 m
ROWS, COLUMNS = 1200, 1600


@pytest.fixture
def raster(tmp_path: Path) -> Path:
    """Write a GeoTIFF with overviews whose decibels rise by one in 40 columns and by one in 100 rows."""
    row, column = np.mgrid[:ROWS, :COLUMNS]
    pixels = (10.0 ** ((column / 40.0 + row / 100.0) / 20.0)).astype(np.float32)
    plain, path = tmp_path / "plain.tif", tmp_path / "image.tif"
    shape = {"height": ROWS, "width": COLUMNS, "count": 1, "dtype": "float32"}
    place = {"crs": "EPSG:4326", "transform": Affine(STEP, 0.0, WEST, 0.0, -STEP, NORTH)}
    with rasterio.open(plain, "w", driver="GTiff", **shape, **place) as file:
        file.write(pixels, 1)
    rasterio.shutil.copy(plain, path, driver="COG", overview_resampling="average")
    return path


def tile_at(zoom: int, latitude: float, longitude: float) -> Tile:
    """Find the tile over a place, degrees, by OpenStreetMap's published formula."""
    side = 1 << zoom
    column = int((longitude + 180.0) / 360.0 * side)
    row = int((1.0 - np.arcsinh(np.tan(np.radians(latitude))) / np.pi) / 2.0 * side)
    return Tile(zoom=zoom, column=column, row=row)


@pytest.mark.parametrize("zoom", [14, 16, 18, 20, 22])
def test_levels_are_those_of_the_ground_below(raster: Path, zoom: int) -> None:
    tile = tile_at(zoom, NORTH - 600.3 * STEP, WEST + 800.7 * STEP)
    with raster.open("rb") as file:
        amplitude = read_amplitudes(file, tile)
    x, y = tile.corner
    centres = (np.arange(SIDE) + 0.5) * tile.width / SIDE
    east, north = np.meshgrid(x + centres, y - centres)
    longitude, latitude = Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True).transform(east, north)
    column, row = (longitude - WEST) / STEP - 0.5, (NORTH - latitude) / STEP - 0.5
    pixel = tile.width / SIDE * np.cos(np.radians(48.0)) / 0.7  # of a tile, in the image's
    edge = max(2.0, 3.0 * pixel)
    inside = (row > edge) & (row < ROWS - edge) & (column > edge) & (column < COLUMNS - edge)
    assert inside.any()
    level = 20.0 * np.log10(amplitude[inside])
    assert level == pytest.approx((column / 40.0 + row / 100.0)[inside], abs=0.06 + 0.012 * pixel)
    outside = (row < -edge) | (row > ROWS + edge) | (column < -edge) | (column > COLUMNS + edge)
    assert (amplitude[outside] == 0.0).all()


def test_greys_are_levels_to_half_a_step() -> None:
    level = np.linspace(-54.0, 7.0, 200)
    greys = greys_of((10.0 ** (level / 20.0)).astype(np.float32), floor_of(0.0))
    assert floor_of(0.0) + greys * STEP_DB == pytest.approx(level, abs=0.5 * STEP_DB + 1e-3)
    ends = greys_of(np.array([0.0, np.nan, 1e-9, 1e9], np.float32), floor_of(0.0))
    assert ends.tolist() == [0, 0, 1, 255]


def test_a_tile_is_a_grey_png_of_256_pixels(raster: Path) -> None:
    with raster.open("rb") as file:
        drawn = draw_tile(file, tile_at(18, NORTH - 600 * STEP, WEST + 800 * STEP), 30.0)
    picture = Image.open(io.BytesIO(drawn))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "L", (SIDE, SIDE))
    assert np.asarray(picture).min() > 0


def test_far_away_there_is_nothing(raster: Path) -> None:
    with raster.open("rb") as file:
        assert not read_amplitudes(file, tile_at(18, 10.0, 10.0)).any()


def test_the_pixel_at_a_place(raster: Path) -> None:
    latitude, longitude = np.radians(NORTH - 300.5 * STEP), np.radians(WEST + 801.5 * STEP)
    with raster.open("rb") as file:
        found = read_level(file, latitude, longitude)
        assert found is not None
        assert found[:2] == (300, 801)
        assert found[2] == pytest.approx(801 / 40 + 3.0, abs=1e-3)
        assert read_level(file, latitude, np.radians(WEST - STEP)) is None


@pytest.mark.parametrize("place", [(-1, 0, 0), (25, 0, 0), (3, 8, 0), (3, 0, -1)])
def test_no_such_tile(place: tuple[int, int, int]) -> None:
    with pytest.raises(ImageTileError):
        Tile(zoom=place[0], column=place[1], row=place[2])


@pytest.mark.parametrize("data", [b"", b"not an image at all", b"II*\x00\x08\x00\x00\x00"])
def test_what_is_no_image_is_said(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(data)
    with path.open("rb") as file, pytest.raises(ImageTileError):
        read_amplitudes(file, Tile(zoom=0, column=0, row=0))
    with path.open("rb") as file, pytest.raises(ImageTileError):
        read_level(file, 0.0, 0.0)
