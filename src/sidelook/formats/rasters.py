"""Georeferenced images of any maker that GDAL reads (GeoTIFF, Cloud-Optimised GeoTIFF, NITF), laid on the map."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import rasterio  # type: ignore[import-untyped]
from rasterio.enums import Resampling  # type: ignore[import-untyped]
from rasterio.errors import RasterioError  # type: ignore[import-untyped]
from rasterio.vrt import WarpedVRT  # type: ignore[import-untyped]
from rasterio.warp import transform_bounds  # type: ignore[import-untyped]

from sidelook.errors import InputError
from sidelook.formats.nitf_letters import classification_of_letter
from sidelook.geometry.frames import LocalFrame
from sidelook.model.image import PlaneGrid, SarImage, TooLargeImageError
from sidelook.model.origin import Origin, read_classification

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN = "Sidelook"
"""In the software's tag of what we wrote; only then the description is taken for a marking."""

PLACE_BANDS = 2  # real and imaginary part, as some NITF files have them


class RasterError(InputError):
    """The file is no georeferenced image that can be read; the text says why."""


def read_raster(file: BinaryIO, *, source: str, most_pixels: int, spacing: float | None = None) -> SarImage:
    """Read an image and lay it on the map: amplitudes, level, rows to the north.

    Parameters
    ----------
    file : open for reading, seekable, at its begin
    source : its name
    most_pixels : that may be held
    spacing : of the map's pixels, m; the image's own where none is given

    Raises
    ------
    RasterError : another kind of file, damaged, or without a place on earth
    TooLargeImageError
    """
    try:
        with rasterio.open(file) as opened:
            latitude, longitude = _middle(opened, source)
            # Distances and directions from the middle are true: within an image's extent, the plane of a local frame.
            local = f"+proj=aeqd +lat_0={latitude!r} +lon_0={longitude!r} +datum=WGS84 +units=m"
            with WarpedVRT(opened, crs=local, resampling=Resampling.bilinear, **_places(opened)) as level:
                return _read(opened, level, source, (latitude, longitude), (most_pixels, spacing))
    except (RasterioError, ValueError) as error:  # of an empty file it is a ValueError
        message = f"{source} is no image that can be read ({error}); give a GeoTIFF, a NITF or phase history"
        raise RasterError(message) from error


def _places(opened: Any) -> dict[str, Any]:  # noqa: ANN401 - rasterio has no types
    points, crs = opened.gcps
    return {"src_crs": crs, "gcps": points} if points and opened.crs is None else {}


def _middle(opened: Any, source: str) -> tuple[float, float]:  # noqa: ANN401 - likewise
    """Give latitude and longitude, degrees, of the middle of an image."""
    points, crs = opened.gcps
    if opened.crs is not None:
        west, south, east, north = transform_bounds(opened.crs, "EPSG:4326", *opened.bounds)
    elif points and crs is not None:
        xs, ys = [point.x for point in points], [point.y for point in points]
        west, south, east, north = transform_bounds(crs, "EPSG:4326", min(xs), min(ys), max(xs), max(ys))
    else:
        message = f"{source} does not say where on earth it lies: it has neither a projection nor control points"
        raise RasterError(message)
    return 0.5 * (south + north), 0.5 * (west + east)


def _read(
    opened: Any,  # noqa: ANN401 - likewise
    level: Any,  # noqa: ANN401 - likewise
    source: str,
    middle: tuple[float, float],
    limits: tuple[int, float | None],
) -> SarImage:
    most_pixels, spacing = limits
    step = spacing or float(abs(level.transform.a))
    shrink = float(abs(level.transform.a)) / step
    rows, columns = max(round(level.height * shrink), 1), max(round(level.width * shrink), 1)
    if rows * columns > most_pixels:
        message = f"{source} makes {rows:,} x {columns:,} pixels, more than the {most_pixels:,} held in memory: "
        raise TooLargeImageError(message + "give a larger --spacing")
    bands = [1, 2] if opened.count == PLACE_BANDS and "NITF" in opened.driver else [1]
    pixels = level.read(bands, out_shape=(len(bands), rows, columns), resampling=Resampling.bilinear)
    amplitude = np.hypot(*pixels) if len(bands) > 1 else np.abs(pixels[0])
    left, top = level.transform.c, level.transform.f
    tags = opened.tags()
    return SarImage(
        pixels=np.ascontiguousarray(np.nan_to_num(amplitude[::-1]), np.float32),
        grid=PlaneGrid(
            first=(left + 0.5 * step, top - (rows - 0.5) * step, 0.0),
            row_spacing=step,
            column_spacing=step,
            shape=(rows, columns),
        ),
        frame=LocalFrame(latitude=float(np.radians(middle[0])), longitude=float(np.radians(middle[1]))),
        begin=_time(tags),
        end=None,
        centre_frequency=np.nan,
        processing=(f"read from {opened.driver}", "laid on the map, level"),
        origin=_origin(tags, source, opened.driver),
    )


def _origin(tags: "Mapping[str, str]", source: str, driver: str) -> Origin:
    """Give the marking that the file bears, as far as it is plain."""
    marking, simulated = classification_of_letter(tags.get("NITF_FSCLAS", "")), False
    if tags.get("TIFFTAG_SOFTWARE") == OWN:
        words = tags.get("TIFFTAG_IMAGEDESCRIPTION", "").split(";")[0]
        marking = read_classification(words.split(",")[0].split("(")[0])
        simulated = "simulated" in words
    return Origin(source=source, classification=marking, version=driver, simulated=simulated)


def _time(tags: "Mapping[str, str]") -> int | None:
    """Give when the image was taken, ns UTC, where a tag says so plainly."""
    for name, form in (("NITF_IDATIM", "%Y%m%d%H%M%S"), ("TIFFTAG_DATETIME", "%Y:%m:%d %H:%M:%S")):
        try:
            return round(datetime.strptime(tags[name], form).replace(tzinfo=UTC).timestamp() * 1e9)
        except (KeyError, ValueError):
            continue
    return None
