"""Elevation tiles read into grids of heights: SRTM (HGT), GeoTIFF and DTED.

Bytes or an open binary stream in, heights above the ellipsoid out. What heights in a tile are counted from is an
argument, because most formats do not say; voids stay unknown. GeoTIFF and DTED are read by GDAL, through rasterio;
which of its drivers may look at the bytes is decided here, by their first ones, so that no file can send it elsewhere.
"""

import re
import warnings
from enum import Enum
from pathlib import PurePath
from typing import BinaryIO, TypeAlias

import numpy as np
import rasterio  # type: ignore[import-untyped]  # it ships neither types nor stubs
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError  # type: ignore[import-untyped]  # as above

from sidelook.errors import InputError
from sidelook.geometry.geoid import undulation_on_grid
from sidelook.geometry.terrain import HeightGrid

Source: TypeAlias = bytes | BinaryIO

LARGEST_FILE = 1 << 30  # bytes
LARGEST_GRID = 150_000_000  # heights: 0.6 GB of them
HGT_SIZES = (1201, 3601)
_HGT_VOID = -32768
_HGT_NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_DTED = (b"UHL1", b"VOL1", b"HDR1")
WGS84 = 4326  # EPSG's number of latitude and longitude on it
_METRES = ("m", "metre", "metres", "meter", "meters")
_SQUARE = 1e-9  # of a step: how far a raster may be turned and still be rows of parallels
_HIGHEST = 9_500.0  # m: what is beyond Everest and the trenches is no height
_DEEPEST = -12_000.0


class Datum(Enum):
    """What the heights of a tile are counted from."""

    EGM96 = "egm96"  # SRTM, DTED
    EGM2008 = "egm2008"  # Copernicus GLO-30; converted as EGM96, 0.6 m root mean square from it
    ELLIPSOID = "ellipsoid"


class TileError(InputError):
    """Bytes that are no elevation tile we can use."""


class TruncatedTileError(TileError):
    """The bytes end before the tile does, or go on after it.

    Attributes
    ----------
    had : bytes that are there
    """

    def __init__(self, had: int, wanted: str) -> None:
        super().__init__(f"the tile has {had} bytes where {wanted}: fetch it again")
        self.had = had


class AlienTileError(TileError):
    """The bytes or the name are of another kind than elevation tiles are."""


class ProjectionError(TileError):
    """The raster is not on latitude and longitude of WGS 84."""


class TileTooLargeError(TileError):
    """More heights than are read at once.

    Attributes
    ----------
    wanted : heights
    """

    def __init__(self, wanted: int) -> None:
        super().__init__(f"{wanted} heights are more than the {LARGEST_GRID} taken at once: cut or thin the tiles")
        self.wanted = wanted


def read_tile(source: Source, name: str, datum: Datum) -> HeightGrid:
    """Read an elevation tile of any kind; the kind is told by the name (``.hgt``) or by the first bytes.

    Parameters
    ----------
    source : the file's bytes, or an open binary stream
    name : of the file; an HGT tile has its corner there and nowhere else
    datum : what its heights are counted from

    Raises
    ------
    TileError : truncated, alien, empty, too large, or on another projection
    """
    if PurePath(name).suffix.lower() == ".hgt":
        return read_hgt(source, name, datum)
    return read_raster(source, datum)


def read_hgt(source: Source, name: str, datum: Datum = Datum.EGM96) -> HeightGrid:
    """Read an SRTM tile: 1201 or 3601 big-endian rows from north to south over one degree.

    Parameters
    ----------
    source : the file's bytes, or an open binary stream
    name : with the south-west corner in it, as ``N42E001.hgt``
    datum : what its heights are counted from

    Raises
    ------
    TileError : as for ``read_tile``
    """
    south, west = _corner(name)
    sizes = [2 * side * side for side in HGT_SIZES]
    data = _take(source, max(sizes))
    if len(data) not in sizes:
        raise TruncatedTileError(len(data), f"{sizes[0]} or {sizes[1]} are an SRTM tile")
    side = HGT_SIZES[sizes.index(len(data))]
    raw = np.frombuffer(data, ">i2").reshape(side, side)[::-1]
    heights = np.where(raw == _HGT_VOID, np.nan, raw).astype(np.float32)
    step = np.radians(1.0) / (side - 1)
    return _above_ellipsoid(heights, (south, west), (step, step), datum)


def read_raster(source: Source, datum: Datum) -> HeightGrid:
    """Read a GeoTIFF or DTED raster of one band in degrees of WGS 84, north up.

    Parameters
    ----------
    source : the file's bytes, or an open binary stream
    datum : what its heights are counted from; DTED's are over EGM96

    Raises
    ------
    TileError : as for ``read_tile``
    """
    data = _take(source, LARGEST_FILE)
    driver = _driver(data)
    try:
        with warnings.catch_warnings(), rasterio.MemoryFile(data) as memory:
            # A raster that is nowhere is refused below, with a sentence of ours.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with memory.open(driver=driver) as raster:
                return _from_raster(raster, datum)
    except RasterioError as error:
        message = f"GDAL cannot read the tile, which is damaged or cut short: {error}"
        raise AlienTileError(message) from error


def _from_raster(raster: rasterio.DatasetReader, datum: Datum) -> HeightGrid:
    _check(raster)
    place, rows = raster.transform, raster.height
    read = raster.read(1, masked=True).astype(np.float32).filled(np.nan)[::-1]
    heights = read * np.float32(raster.scales[0]) + np.float32(raster.offsets[0])
    # Heights stand at the middles of pixels, whichever way the file counts them.
    south, west = place.f + (rows - 0.5) * place.e, place.c + 0.5 * place.a
    steps = (float(np.radians(-place.e)), float(np.radians(place.a)))
    return _above_ellipsoid(heights, (float(np.radians(south)), float(np.radians(west))), steps, datum)


def _check(raster: rasterio.DatasetReader) -> None:
    """Refuse what cannot be read as heights in metres on parallels and meridians, before any of it is."""
    rows, columns = raster.shape
    if rows * columns > LARGEST_GRID:
        raise TileTooLargeError(rows * columns)
    complaint = None
    if raster.count != 1 or np.dtype(raster.dtypes[0]).kind not in "iuf":
        complaint = f"the raster has {raster.count} bands of {raster.dtypes[0]}: give it one, of real numbers"
    elif (raster.units[0] or "m").lower() not in _METRES:
        complaint = f"the raster's heights are in {raster.units[0]!r}: turn them into metres"
    elif min(rows, columns) < 2:  # noqa: PLR2004 - a cell has two sides
        complaint = f"a raster of {rows} by {columns} has no cell"
    if complaint:
        raise AlienTileError(complaint)
    place = raster.transform
    turned = max(abs(place.b), abs(place.d)) > _SQUARE * abs(place.a)
    if raster.crs is None or raster.crs.to_epsg() != WGS84 or turned or place.a <= 0.0 or place.e >= 0.0:
        message = f"the raster is on {raster.crs or 'no projection'}, or not north up: gdalwarp -t_srs EPSG:{WGS84}"
        raise ProjectionError(message)


def _above_ellipsoid(
    heights: NDArray[np.float32], corner: tuple[float, float], steps: tuple[float, float], datum: Datum
) -> HeightGrid:
    """Build the grid, with heights over the ellipsoid and what can be no height unknown."""
    with np.errstate(invalid="ignore"):
        known = np.where((heights > _DEEPEST) & (heights < _HIGHEST), heights, np.float32(np.nan))
    south, west = corner[0], (corner[1] + np.pi) % (2.0 * np.pi) - np.pi
    if datum is not Datum.ELLIPSOID:
        latitude = np.clip(south + np.arange(heights.shape[0]) * steps[0], -np.pi / 2, np.pi / 2)
        known += undulation_on_grid(latitude, west + np.arange(heights.shape[1]) * steps[1]).astype(np.float32)
    try:
        return HeightGrid(
            south=south, west=west, latitude_step=steps[0], longitude_step=steps[1], heights=np.asarray(known)
        )
    except ValueError as error:
        message = f"the tile is not on the earth: {error}"
        raise AlienTileError(message) from error


def _corner(name: str) -> tuple[float, float]:
    """Read the south-west corner, rad, off the name of an SRTM tile."""
    found = _HGT_NAME.match(PurePath(name).name)
    if found is None:
        message = f"{name!r} does not begin with the tile's south-west corner, as N42E001.hgt does"
        raise AlienTileError(message)
    latitude = int(found[2]) * (1 if found[1] in "Nn" else -1)
    longitude = int(found[4]) * (1 if found[3] in "Ee" else -1)
    if not (-90 <= latitude < 90 and -180 <= longitude < 180):  # noqa: PLR2004 - degrees
        message = f"{name!r} names a corner that is not on the earth"
        raise AlienTileError(message)
    return float(np.radians(latitude)), float(np.radians(longitude))


def _take(source: Source, most: int) -> bytes:
    """Take all the bytes, if they are not more than some."""
    data = source if isinstance(source, bytes) else source.read(most + 1)
    if not data:
        raise TruncatedTileError(0, "a tile has some")
    if len(data) > most:
        raise TruncatedTileError(len(data), f"{most} are the most")
    return data


def _driver(data: bytes) -> str:
    if data[:4] in _TIFF:
        return "GTiff"
    if data[:4] in _DTED:
        return "DTED"
    message = f"the bytes begin with {data[:4]!r}, as neither GeoTIFF nor DTED does; an SRTM tile is named .hgt"
    raise AlienTileError(message)
