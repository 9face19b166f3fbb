"""Streams that GDAL reads by parts, and images with and without transparency read through them."""

import io
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint

from sidelook.errors import InputError
from sidelook.formats.rasters import read_raster
from sidelook.formats.stream_file import NAME, StreamFile
from sidelook.model.image import Chip, OutsideImageError, Wanted

SIDE, STEP = 1000, 1e-5
PLACED = {"crs": "EPSG:4326", "transform": Affine(STEP, 0.0, 12.0, 0.0, -STEP, 48.0)}


class CountedStream(io.BytesIO):
    """Bytes that count how many of them are read, and that may break."""

    count = 0
    good = 10**6

    def read(self, size: int | None = -1) -> bytes:
        """Count."""
        self.good -= 1
        if self.good < 0:
            message = "the line is cut"
            raise InputError(message)
        data = super().read(size)
        self.count += len(data)
        return data


def raster(folder: Path, bands: int = 1, **more: object) -> CountedStream:
    shape = {"height": SIDE, "width": SIDE, "count": bands, "dtype": "uint8", "tiled": True, "blockxsize": 128}
    with rasterio.open(folder / "a.tif", "w", driver="GTiff", blockysize=128, **shape, **more) as file:
        file.write(np.full((bands, SIDE, SIDE), 200, np.uint8))
    return CountedStream((folder / "a.tif").read_bytes())


def part(latitude: float, longitude: float) -> Wanted:
    place = float(np.radians(latitude)), float(np.radians(longitude))
    return Wanted(chip=Chip(place=place, size=100.0), most_pixels=10**6)


def test_only_what_is_needed_is_read_and_the_stream_stays_open(tmp_path: Path) -> None:
    stream = raster(tmp_path, **PLACED)
    image = read_raster(stream, source="a", wanted=part(47.995, 12.005))
    assert (image.amplitude == 200).all()
    assert stream.count < 0.3 * len(stream.getvalue())
    assert not stream.closed


@pytest.mark.parametrize("kind", ["bare", "nodata", "alpha", "points"])
def test_what_lies_outside_is_told_from_what_lies_inside(tmp_path: Path, kind: str) -> None:
    corners = [(0, 0), (0, SIDE), (SIDE, 0), (SIDE, SIDE)]
    points = [GroundControlPoint(row=r, col=c, x=12 + c * STEP, y=48 - r * STEP) for r, c in corners]
    kinds = {
        "bare": PLACED,
        "nodata": {**PLACED, "nodata": 7},
        "alpha": {**PLACED, "bands": 4, "photometric": "RGB", "alpha": "yes"},
        "points": {"crs": "EPSG:4326", "gcps": points},
    }
    stream = raster(tmp_path, **kinds[kind])  # type: ignore[arg-type]
    image = read_raster(stream, source="a", wanted=part(48.0, 12.005))
    assert image.processing[-1].startswith(("49.", "50.", "51."))
    with pytest.raises(OutsideImageError):
        read_raster(stream, source="a", wanted=part(48.01, 12.005))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_what_a_stream_raises_is_said_as_it_says_it(tmp_path: Path) -> None:
    stream = raster(tmp_path, **PLACED)
    for good in (0, 2, 4):  # reads; what GDAL raises of it would end the process
        stream.good, stream.count = good, 0
        with pytest.raises(InputError, match="the line is cut"):
            read_raster(stream, source="a", wanted=part(47.995, 12.005))


def test_there_is_one_file_and_it_is_read_only() -> None:
    files = StreamFile(io.BytesIO(b"0123456789"))
    view = files.open(NAME, "rb")
    view.seek(-3, io.SEEK_END)
    assert view.read(2) == b"78"
    view.seek(-1, io.SEEK_CUR)
    assert (view.read(), view.tell(), files.size(NAME), files.ls("/")) == (b"89", 10, 10, [NAME])
    assert not files.isdir("/")
    for path, mode in (("image.aux.xml", "rb"), (NAME, "w")):
        with pytest.raises(FileNotFoundError):
            files.open(path, mode)
    with pytest.raises(PermissionError):
        files.rm(NAME)
