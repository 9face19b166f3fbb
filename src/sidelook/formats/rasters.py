"""Georeferenced images of any maker that GDAL reads (GeoTIFF, Cloud-Optimised GeoTIFF, NITF), laid on the map."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import rasterio  # type: ignore[import-untyped]
from rasterio.enums import ColorInterp, Resampling  # type: ignore[import-untyped]
from rasterio.errors import RasterioError  # type: ignore[import-untyped]
from rasterio.transform import from_origin  # type: ignore[import-untyped]
from rasterio.vrt import WarpedVRT  # type: ignore[import-untyped]
from rasterio.warp import transform_bounds  # type: ignore[import-untyped]

from sidelook.errors import InputError
from sidelook.formats.laying import LAID, outside_words, refuse_too_large, share_words
from sidelook.formats.nitf_letters import classification_of_letter
from sidelook.formats.stream_file import NAME, StreamFile
from sidelook.geometry.frames import LocalFrame
from sidelook.model.image import OutsideImageError, PlaneGrid, SarImage, Wanted
from sidelook.model.origin import Origin, read_classification

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN, FREQUENCY = "Sidelook", "SIDELOOK_CENTRE_FREQUENCY_HZ"
"""In the software's tag of what we wrote; only then the description is taken for a marking."""

PLACE_BANDS = 2  # real and imaginary part, as some NITF files have them


class RasterError(InputError):
    """The file is no georeferenced image that can be read; the text says why."""


def read_raster(file: BinaryIO, *, source: str, wanted: Wanted) -> SarImage:
    """Read an image, or the part of it that is wanted, and lay it on the map: amplitudes, level, rows to the north.

    Parameters
    ----------
    file : open for reading, seekable, at its begin
    source : its name
    wanted : of it

    Raises
    ------
    RasterError : another kind of file, damaged, or without a place on earth
    TooLargeImageError, OutsideImageError
    """
    files = StreamFile(file)
    try:
        with rasterio.open(NAME, opener=files) as opened:
            image = _read(opened, source, wanted)
    except (RasterioError, ValueError, RasterError) as error:
        if files.failure is not None:  # of a server: it says where
            raise files.failure from error
        if isinstance(error, RasterError):
            raise
        message = f"{source} is no image that can be read ({error}); give a GeoTIFF, a NITF or phase history"
        raise RasterError(message) from error
    if files.failure is not None:
        raise files.failure
    return image


def _places(opened: Any) -> dict[str, Any]:  # noqa: ANN401 - rasterio has no types
    points, crs = opened.gcps
    return {"src_crs": crs, "gcps": points} if points and opened.crs is None else {}


def _bounds(opened: Any, source: str) -> tuple[float, float, float, float]:  # noqa: ANN401 - likewise
    """Give west, south, east and north, degrees, of an image."""
    points, crs = opened.gcps
    if opened.crs is not None:
        bounds = transform_bounds(opened.crs, "EPSG:4326", *opened.bounds)
    elif points and crs is not None:
        xs, ys = [point.x for point in points], [point.y for point in points]
        bounds = transform_bounds(crs, "EPSG:4326", min(xs), min(ys), max(xs), max(ys))
    else:
        message = f"{source} does not say where on earth it lies: it has neither a projection nor control points"
        raise RasterError(message)
    west, south, east, north = bounds
    return west, south, east, north


def _read(opened: Any, source: str, wanted: Wanted) -> SarImage:  # noqa: ANN401 - likewise
    west, south, east, north = _bounds(opened, source)
    middle = 0.5 * (south + north), 0.5 * (west + east)
    if wanted.chip is not None and wanted.chip.place is not None:
        middle = float(np.degrees(wanted.chip.place[0])), float(np.degrees(wanted.chip.place[1]))
    # Distances and directions from the middle are true: within an image's extent, the plane of a local frame.
    local = f"+proj=aeqd +lat_0={middle[0]!r} +lon_0={middle[1]!r} +datum=WGS84 +units=m"
    with WarpedVRT(opened, crs=local, resampling=Resampling.bilinear, **_places(opened)) as whole:
        native = whole.transform, whole.height, whole.width
        step = wanted.spacing or float(abs(native[0].a))
        shape, corner = _extent(native, step, wanted)
        refuse_too_large(source, shape, wanted)
        map_of = {"transform": from_origin(*corner, step, step), "height": shape[0], "width": shape[1]}
        # Control points count only while the map is left to GDAL, so such an image is warped twice.
        warped = whole if opened.gcps[0] and opened.crs is None else opened
        alpha = warped.nodata is None and ColorInterp.alpha not in warped.colorinterp
        with WarpedVRT(warped, crs=local, resampling=Resampling.bilinear, add_alpha=alpha, **map_of) as level:
            share = _share(level) if wanted.chip is not None else 1.0
            if share == 0.0:
                raise OutsideImageError(outside_words(source, wanted, np.array([south, west]), np.array([north, east])))
            bands = [1, 2] if opened.count == PLACE_BANDS and "NITF" in opened.driver else [1]
            pixels = level.read(bands)
    amplitude = np.hypot(*pixels) if len(bands) > 1 else np.abs(pixels[0])
    tags = opened.tags()
    return SarImage(
        pixels=np.ascontiguousarray(np.nan_to_num(amplitude[::-1]), np.float32),
        grid=PlaneGrid(
            first=(corner[0] + 0.5 * step, corner[1] - (shape[0] - 0.5) * step, 0.0),
            row_spacing=step,
            column_spacing=step,
            shape=shape,
        ),
        frame=LocalFrame(latitude=float(np.radians(middle[0])), longitude=float(np.radians(middle[1]))),
        begin=_time(tags),
        end=None,
        centre_frequency=_frequency(tags),
        processing=(*_history(tags), f"read from {opened.driver}", LAID, *share_words(share)),
        origin=_origin(tags, source, opened.driver),
    )


def _share(level: Any) -> float:  # noqa: ANN401 - likewise
    """Give the share of the map that an image has anything of."""
    # The last band is the alpha band that it has, or was given, where no value stands for nothing.
    mask = level.read(level.count) if level.nodata is None else level.read_masks(1)
    return float((mask > 0).mean())


def _extent(native: tuple[Any, int, int], step: float, wanted: Wanted) -> tuple[tuple[int, int], tuple[float, float]]:
    """Give rows and columns of the map, and west and north of its upper left corner, m from the frame."""
    transform, height, width = native
    if wanted.chip is not None:
        side = max(round(wanted.chip.size / step), 1)
        return (side, side), (-0.5 * side * step, 0.5 * side * step)
    shrink = float(abs(transform.a)) / step
    return (max(round(height * shrink), 1), max(round(width * shrink), 1)), (transform.c, transform.f)


def _origin(tags: "Mapping[str, str]", source: str, driver: str) -> Origin:
    """Give the marking that the file bears, as far as it is plain."""
    marking, simulated = classification_of_letter(tags.get("NITF_FSCLAS", "")), False
    if tags.get("TIFFTAG_SOFTWARE") == OWN:
        words = tags.get("TIFFTAG_IMAGEDESCRIPTION", "").split(";")[0]
        marking = read_classification(words.split(",")[0].split("(")[0])
        simulated = "simulated" in words
    return Origin(source=source, classification=marking, version=driver, simulated=simulated)


def _history(tags: "Mapping[str, str]") -> tuple[str, ...]:
    """Give what was done to an image of ours before it was written."""
    if tags.get("TIFFTAG_SOFTWARE") != OWN:
        return ()
    _, _, *done = tags.get("TIFFTAG_IMAGEDESCRIPTION", "").split("; ")
    return tuple(done)


def _frequency(tags: "Mapping[str, str]") -> float:
    """Give the middle of the band, Hz; NaN where it is not said."""
    try:
        frequency = float(tags.get(FREQUENCY, ""))
    except ValueError:
        return np.nan
    return frequency if 0.0 < frequency < np.inf else np.nan


def _time(tags: "Mapping[str, str]") -> int | None:
    """Give when the image was taken, ns UTC, where a tag says so plainly."""
    for name, form in (("NITF_IDATIM", "%Y%m%d%H%M%S"), ("TIFFTAG_DATETIME", "%Y:%m:%d %H:%M:%S")):
        try:
            return round(datetime.strptime(tags[name], form).replace(tzinfo=UTC).timestamp() * 1e9)
        except (KeyError, ValueError):
            continue
    return None
