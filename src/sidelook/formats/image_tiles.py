"""Radar images as tiles of a web map: decibels as greys, of any part and at any scale of an image larger than memory.

Tiles are the usual ones of web maps (EPSG:3857, 256 pixels to a side, row 0 in the north). A grey is a level: 0 where
nothing was imaged, else ``floor + grey * STEP`` decibels, so that a page can stretch them anew without asking again.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from sidelook.errors import InputError

if TYPE_CHECKING:
    from sidelook.model.columns import Singles

SIDE = 256
"""Pixels of a tile."""
DEEPEST = 24
"""Zoom, 1 cm of ground to a pixel."""
STEP_DB = 0.25
"""Between greys."""
BELOW_WHITE_DB = 55.0
"""Of the first grey; 8 dB above white are left."""
HALF_WORLD = np.pi * 6_378_137.0  # of the map's plane, m
MERCATOR = "EPSG:3857"


class ImageTileError(InputError):
    """The image cannot be read, or there is no such tile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One tile of a web map."""

    zoom: int
    column: int
    row: int

    def __post_init__(self) -> None:
        """Refuse what is no tile."""
        side = 1 << min(max(self.zoom, 0), DEEPEST)
        if not (0 <= self.zoom <= DEEPEST and 0 <= self.column < side and 0 <= self.row < side):
            message = f"there is no tile {self.zoom}/{self.column}/{self.row}: zoom 0 to {DEEPEST}, 2^zoom tiles a side"
            raise ImageTileError(message)

    @property
    def width(self) -> float:
        """Of its side, in metres of the map's plane."""
        return 2.0 * HALF_WORLD / (1 << self.zoom)

    @property
    def corner(self) -> tuple[float, float]:
        """Its north-western one, in the map's plane, m."""
        return self.column * self.width - HALF_WORLD, HALF_WORLD - self.row * self.width


def floor_of(white_db: float) -> float:
    """Level that grey 0 would be, dB, of an image whose brightest are at ``white_db``."""
    return white_db - BELOW_WHITE_DB - STEP_DB


def draw_tile(file: BinaryIO, tile: Tile, white_db: float) -> bytes:
    """Draw a tile of an image.

    Parameters
    ----------
    file : a GeoTIFF of amplitudes, open for reading, seekable; with overviews a tile takes the same time at any scale
    tile : which
    white_db : level that a quick look draws white

    Returns
    -------
    A PNG, one channel of greys.

    Raises
    ------
    ImageTileError
    """
    return _encode(greys_of(read_amplitudes(file, tile), floor_of(white_db)))


def greys_of(amplitude: "Singles", floor_db: float) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Turn amplitudes of any shape into greys; nothing, and what is no number, is 0."""
    seen = amplitude > 0.0
    level = 20.0 * np.log10(np.where(seen, amplitude, 1.0))
    return np.where(seen, np.clip(np.rint((level - floor_db) / STEP_DB), 1, 255), 0).astype(np.uint8)


def read_amplitudes(file: BinaryIO, tile: Tile) -> "Singles":
    """Read the amplitudes under the (256, 256) pixels of a tile, north first; 0 beside the image."""
    import rasterio  # type: ignore[import-untyped]  # noqa: PLC0415 - half a second, where it is wanted
    from rasterio.enums import Resampling  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise
    from rasterio.errors import RasterioError  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise
    from rasterio.vrt import WarpedVRT  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise
    from rasterio.warp import transform_bounds  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise

    from sidelook.formats.stream_file import NAME, StreamFile  # noqa: PLC0415 - likewise

    west, north = tile.corner
    step = tile.width / SIDE
    place = {"transform": rasterio.Affine(step, 0.0, west, 0.0, -step, north), "width": SIDE, "height": SIDE}
    try:
        with rasterio.open(NAME, opener=StreamFile(file)) as opened:
            left, _, right, _ = transform_bounds(opened.crs, MERCATOR, *opened.bounds)
            coarser = _overview(opened.overviews(1), step * opened.width / (right - left))
        with (
            rasterio.open(NAME, opener=StreamFile(file), **coarser) as opened,
            WarpedVRT(opened, crs=MERCATOR, resampling=Resampling.bilinear, src_nodata=0.0, **place) as warped,
        ):
            return np.nan_to_num(np.asarray(warped.read(1), np.float32))
    except (RasterioError, ValueError) as error:
        message = f"the image cannot be read ({error})"
        raise ImageTileError(message) from error


def _overview(factors: list[int], ratio: float) -> dict[str, int]:
    """Choose the coarsest overview that is no coarser than the tile, whose pixel is so many of the image's own."""
    fitting = sum(factor <= ratio for factor in factors)
    return {"overview_level": fitting - 1} if fitting else {}


def read_level(file: BinaryIO, latitude: float, longitude: float) -> tuple[int, int, float] | None:
    """Give row and column of the pixel at a place, north first, and its level, dB; None beside the image.

    Parameters
    ----------
    latitude, longitude : rad
    """
    import rasterio  # noqa: PLC0415 - as above
    from rasterio.errors import RasterioError  # noqa: PLC0415 - likewise
    from rasterio.windows import Window  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise

    from sidelook.formats.stream_file import NAME, StreamFile  # noqa: PLC0415 - likewise

    try:
        with rasterio.open(NAME, opener=StreamFile(file)) as opened:
            row, column = opened.index(np.degrees(longitude), np.degrees(latitude))
            if not (0 <= row < opened.height and 0 <= column < opened.width):
                return None
            amplitude = float(opened.read(1, window=Window(column, row, 1, 1))[0, 0])
    except (RasterioError, ValueError) as error:
        message = f"the image cannot be read ({error})"
        raise ImageTileError(message) from error
    return int(row), int(column), float(20.0 * np.log10(amplitude)) if amplitude > 0.0 else -np.inf


def _encode(greys: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """Write greys as a PNG."""
    from PIL import Image  # noqa: PLC0415 - where it is wanted

    written = BytesIO()
    Image.fromarray(greys).save(written, "PNG", compress_level=1)  # speckle hardly shrinks
    return written.getvalue()
