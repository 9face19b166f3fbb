import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.testing import assert_allclose
from rasterio import Affine

from sidelook.geography import tiles
from sidelook.geography.tiles import (
    AlienTileError,
    Datum,
    ProjectionError,
    TileError,
    TileTooLargeError,
    TruncatedTileError,
    read_hgt,
    read_raster,
    read_tile,
)
from sidelook.geometry.geoid import undulation


def from_origin(west: float, north: float, width: float, height: float) -> Affine:
    """Place the corner of a raster; rasterio's own function of this name warns about its arithmetic."""
    return Affine(width, 0.0, west, 0.0, -height, north)


def srtm(side: int = 1201) -> np.ndarray:
    """Heights from north to south, each its own place: 10 a row, 1 a column, with a void."""
    heights = (10 * np.arange(side)[:, None] % 5000 + np.arange(side)[None, :] % 10).astype(">i2")
    heights[3, 4] = -32768
    return heights


def raster(heights: np.ndarray, driver: str = "GTiff", crs: str | None = "EPSG:4326", **options: object) -> bytes:
    """Write a raster whose first pixel's middle is at 43 north, 1 east, with 100 pixels a degree."""
    place = options.pop("transform", from_origin(1.0 - 0.005, 43.0 + 0.005, 0.01, 0.01))
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver=driver,
            height=heights.shape[-2],
            width=heights.shape[-1],
            count=1 if heights.ndim == 2 else len(heights),
            dtype=heights.dtype,
            crs=crs,
            transform=place,
            **options,
        ) as data:
            data.write(heights if heights.ndim == 3 else heights[None])
        return bytes(memory.read())


def hundred() -> np.ndarray:
    return (100.0 + 7.0 * np.arange(51)[:, None] + np.arange(101)[None, :]).astype(np.float32)


@pytest.mark.parametrize("side", [1201, 3601])
def test_hgt_rows_run_from_north_to_south(side: int) -> None:
    heights = srtm(side)
    grid = read_hgt(heights.tobytes(), "somewhere/N42E001.hgt", Datum.ELLIPSOID)
    assert grid.heights.shape == (side, side)
    assert np.degrees([grid.south, grid.north, grid.west, grid.west + grid.width]) == pytest.approx([42, 43, 1, 2])
    assert_allclose(grid.height_at(np.radians(43.0), np.radians([1.0, 2.0])), heights[0, [0, -1]], atol=1e-6)
    assert_allclose(
        grid.height_at(np.radians(43.0 - 5 / (side - 1)), np.radians(1.0 + 7 / (side - 1))), heights[5, 7], atol=1e-3
    )
    assert np.isnan(grid.heights).sum() == 1
    assert np.isnan(grid.heights[side - 4, 4])


def test_southern_and_western_corners() -> None:
    grid = read_hgt(io.BytesIO(srtm().tobytes()), "s07w180.hgt", Datum.ELLIPSOID)
    assert np.degrees([grid.south, grid.west]) == pytest.approx([-7.0, -180.0])


def test_heights_over_the_geoid_come_out_over_the_ellipsoid() -> None:
    data = np.zeros((1201, 1201), ">i2").tobytes()
    grid = read_hgt(data, "N42E001.hgt")
    latitude, longitude = np.radians([42.0, 42.5, 43.0]), np.radians([1.0, 1.58, 2.0])
    assert_allclose(grid.height_at(latitude, longitude), undulation(latitude, longitude), atol=1e-3)
    assert grid.height_at(np.radians(42.5), np.radians(1.5)) == pytest.approx(53.0, abs=1.5)
    assert np.all(read_hgt(data, "N42E001.hgt", Datum.ELLIPSOID).heights == 0.0)


@pytest.mark.parametrize("cut", [1, 2, 1201, 2 * 1201 * 1201 - 1, 2 * 1201 * 1201 + 2])
def test_a_cut_hgt_is_refused(cut: int) -> None:
    with pytest.raises(TruncatedTileError, match=r"fetch it again") as caught:
        read_hgt(bytes(cut), "N42E001.hgt")
    assert caught.value.had == cut


@pytest.mark.parametrize("name", ["", "tile.hgt", "N99E001.hgt", "N42E181.hgt", "N90E000.hgt", "N4xE001.hgt"])
def test_a_name_without_a_corner_is_refused(name: str) -> None:
    with pytest.raises(AlienTileError, match=r"corner"):
        read_hgt(srtm().tobytes(), name)


@pytest.mark.parametrize("name", ["N42E001.hgt", "area.tif", "n42.dt1"])
@pytest.mark.parametrize("data", [b"", io.BytesIO(b"")])
def test_nothing_is_refused(name: str, data: bytes | io.BytesIO) -> None:
    with pytest.raises(TruncatedTileError, match="0 bytes"):
        read_tile(data, name, Datum.EGM96)


def test_more_than_a_tile_is_not_even_read() -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            assert size > 0
            self.taken += size
            return bytes(size)

    endless = Endless()
    with pytest.raises(TruncatedTileError):
        read_hgt(endless, "N42E001.hgt")  # type: ignore[arg-type]
    assert endless.taken < 3 * 3601**2


def test_geotiff_heights_stand_at_the_middles_of_pixels() -> None:
    heights = hundred()
    grid = read_tile(raster(heights), "area.tif", Datum.ELLIPSOID)
    assert_allclose(grid.heights[::-1], heights)
    assert np.degrees([grid.south, grid.north, grid.west]) == pytest.approx([42.5, 43.0, 1.0])
    assert_allclose(grid.height_at(np.radians(42.9), np.radians(1.2)), 100.0 + 70.0 + 20.0, rtol=1e-6)


def test_no_data_and_what_is_no_height_are_not_known() -> None:
    heights = hundred()
    heights[0, 0], heights[1, 1], heights[2, 2], heights[3, 3] = -9999.0, 20_000.0, np.nan, -1e30
    grid = read_raster(raster(heights, nodata=-9999.0), Datum.EGM96)
    assert np.isnan(grid.heights[::-1][range(4), range(4)]).all()
    assert np.isnan(grid.heights).sum() == 4


def test_dted_is_read() -> None:
    heights = (np.arange(121)[:, None] * 3 + np.arange(121)[None, :]).astype(np.int16)
    step = 1.0 / 120.0
    data = raster(heights, "DTED", transform=from_origin(1.0 - step / 2, 43.0 + step / 2, step, step))
    grid = read_tile(data, "n42.dt0", Datum.ELLIPSOID)
    assert_allclose(grid.heights[::-1], heights)
    assert np.degrees([grid.south, grid.west]) == pytest.approx([42.0, 1.0])


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:32631", from_origin(500_000.0, 4_700_000.0, 30.0, 30.0)),
        (None, from_origin(1.0, 43.0, 0.01, 0.01)),
        ("EPSG:4326", Affine(0.01, 0.001, 1.0, 0.0, -0.01, 43.0)),
        ("EPSG:4326", Affine(0.01, 0.0, 1.0, 0.0, 0.01, 43.0)),
    ],
    ids=["UTM", "none", "turned", "south up"],
)
def test_other_projections_are_refused_with_what_to_do(crs: str | None, transform: Affine) -> None:
    with pytest.raises(ProjectionError, match="gdalwarp"):
        read_raster(raster(hundred(), crs=crs, transform=transform), Datum.EGM96)


def test_rasters_that_are_no_heights_are_refused() -> None:
    with pytest.raises(AlienTileError, match="3 bands"):
        read_raster(raster(np.zeros((3, 9, 9), np.uint8)), Datum.EGM96)
    with pytest.raises(AlienTileError, match="no cell"):
        read_raster(raster(np.zeros((1, 9), np.float32)), Datum.EGM96)
    with pytest.raises(AlienTileError, match="not on the earth"):
        read_raster(raster(hundred(), transform=from_origin(0.0, 120.0, 0.01, 0.01)), Datum.ELLIPSOID)


@pytest.mark.parametrize("data", [b"PK\x03\x04" + bytes(99), b"<VRTDataset/>", b"UHL1", b"II*\0" + bytes(50)])
def test_other_bytes_are_refused(data: bytes) -> None:
    """Among them a virtual raster, which could make GDAL open other files."""
    with pytest.raises(TileError):
        read_raster(data, Datum.EGM96)


def test_cut_and_damaged_rasters_are_refused_or_read_but_never_more() -> None:
    data = raster(hundred(), compress="deflate")
    rng = np.random.default_rng(7)
    for cut in rng.integers(1, len(data), 40):
        with pytest.raises(TileError):
            read_raster(data[:cut], Datum.EGM96)
    refused = 0
    for _ in range(150):
        damaged = bytearray(data)
        for place in rng.integers(4, len(data), 3):
            damaged[place] = rng.integers(256)
        try:
            read_raster(bytes(damaged), Datum.ELLIPSOID)
        except TileError:
            refused += 1
    assert refused > 20


def test_a_huge_raster_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "LARGEST_GRID", 5000)
    with pytest.raises(TileTooLargeError, match="5151 heights") as caught:
        read_raster(raster(hundred()), Datum.EGM96)
    assert caught.value.wanted == 5151


def test_a_real_tile_and_the_raster_made_of_it_agree(shared_data: Path) -> None:
    with zipfile.ZipFile(shared_data / "terrain" / "N42E001.hgt.zip") as packed:
        hgt = read_tile(packed.read("N42E001.hgt"), "N42E001.hgt", Datum.EGM96)
    with (shared_data / "terrain" / "andorra_N41-43_E001.tif").open("rb") as stream:
        tif = read_tile(stream, "andorra_N41-43_E001.tif", Datum.EGM96)
    assert np.isnan(hgt.heights).sum() == 7652
    latitude, longitude = np.radians([42.5078, 42.3, 42.9]), np.radians([1.5211, 1.1, 1.9])
    assert_allclose(tif.height_at(latitude, longitude), hgt.height_at(latitude, longitude), atol=0.01)
    # From 349 to 3 100 m over the sea, which lies some 53 m over the ellipsoid there.
    assert [np.nanmin(hgt.heights), hgt.highest] == pytest.approx([349.0 + 52.0, 3100.0 + 53.0], abs=2.0)
