"""Writing radar images: a quick look, on the map (GeoTIFF, KMZ), as SICD and as SIDD."""

import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from xml.sax.saxutils import escape

import numpy as np

from sidelook.archive.errors import storage_errors
from sidelook.errors import UsageError
from sidelook.geometry.frames import enu_to_geodetic
from sidelook.mission.reporting import marking_words
from sidelook.model.columns import Floats, Singles
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.release import highest_marking

OWN, FREQUENCY = "Sidelook", "SIDELOOK_CENTRE_FREQUENCY_HZ"  # ``formats.rasters`` looks for them
DYNAMIC_DB = 55.0  # of a quick look, below its brightest pixels
BRIGHT = 99.95  # percentile that is white
FAINTEST = 1e-20
SAMPLED = 8_000_000  # pixels that tell the level of white
BAND = 512  # rows of an image that are written at a time
BANDED_SUFFIXES = (".tif", ".tiff")
SICD_SUFFIXES = (".nitf", ".ntf", ".sicd")
SIDD_SUFFIXES = (".sidd",)


def write_image(image: SarImage, output: Path) -> None:
    """Write an image beside its place first, so that nothing half-written is ever there."""
    with written_beside(output, "writing an image") as written:
        WRITERS[output.suffix.lower()](image, written)


@contextmanager
def written_beside(output: Path, doing: str) -> Iterator[Path]:
    """Give a file to write beside an output; it takes the output's place once it is whole, and is removed if not."""
    with storage_errors(output.parent, doing):
        written = output.with_name(f".{output.name}.{os.getpid()}{output.suffix}")
        try:
            yield written
            written.replace(output)
        except BaseException:
            written.unlink(missing_ok=True)
            raise


def write_quick_look(image: SarImage, path: Path) -> None:
    """Write decibels as greys, north up, with the marking in the file's text."""
    from matplotlib.image import imsave  # noqa: PLC0415 - half a second, where it is wanted

    level, white = decibels(image.amplitude)
    notes = {"Comment": said_of(image), "Software": "Sidelook"}
    imsave(path, level[::-1], cmap="gray", vmin=white - DYNAMIC_DB, vmax=white, metadata=notes)


def decibels(amplitude: Singles) -> tuple[Floats, float]:
    """Give amplitudes in decibels, and the level that is drawn white."""
    level = 20.0 * np.log10(np.maximum(amplitude, FAINTEST, dtype=np.float64))
    return level, float(np.percentile(level, BRIGHT))


def white_of(image: SarImage) -> float:
    """Give the level that is drawn white, dB, from at most a few million pixels of an image larger than memory."""
    every = -(-image.pixels.size // SAMPLED)
    return decibels(np.abs(image.pixels[::every]).astype(np.float32))[1]


def write_geotiff(image: SarImage, path: Path) -> None:
    """Write amplitudes as a Cloud-Optimised GeoTIFF in degrees of WGS-84, band by band, its marking among the tags."""
    import rasterio  # type: ignore[import-untyped]  # noqa: PLC0415 - half a second, where it is wanted
    from rasterio.shutil import copy  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise
    from rasterio.transform import from_gcps  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise
    from rasterio.windows import Window  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise

    rows, columns = image.grid.shape
    corners = np.array([[0, 0], [0, columns - 1], [rows - 1, 0], [rows - 1, columns - 1]])
    points = [
        rasterio.control.GroundControlPoint(row=rows - 1 - row + 0.5, col=column + 0.5, x=place[1], y=place[0])
        for (row, column), place in zip(corners, degrees_of(image, corners), strict=True)
    ]
    shape = {"height": rows, "width": columns, "count": 1, "dtype": "float32"}
    plain = path.with_suffix(".plain.tif")  # a COG is only ever copied: its overviews come before its pixels
    try:
        layout = {"tiled": True, "blockxsize": BAND, "blockysize": BAND, "bigtiff": "if_safer"}
        with rasterio.open(
            plain, "w", driver="GTiff", crs="EPSG:4326", transform=from_gcps(points), **layout, **shape
        ) as file:
            for top in range(0, rows, BAND):
                count = min(BAND, rows - top)
                band = np.abs(image.pixels[rows - top - count : rows - top]).astype(np.float32)
                file.write(band[::-1], 1, window=Window(0, top, columns, count))
            file.update_tags(**tags_of(image))
        packing = {"compress": "deflate", "predictor": "yes", "overview_resampling": "average"}
        copy(plain, path, driver="COG", bigtiff="if_safer", **packing)
    finally:
        plain.unlink(missing_ok=True)


def write_kmz(image: SarImage, path: Path) -> None:
    """Write a quick look as a ground overlay, hung up by its four corners (Google's ``gx:LatLonQuad``)."""
    places = degrees_of(image, corner_pixels(image.grid))
    quad = " ".join(f"{longitude:.9f},{latitude:.9f},0" for latitude, longitude in places)
    name = f"radar image{', simulated' if image.origin.simulated else ''}"
    words = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2" '
        'xmlns:gx="http://www.google.com/kml/ext/2.2"><GroundOverlay>'
        f"<name>{name}</name><description>{escape(said_of(image))}</description><Icon><href>image.png</href></Icon>"
        f"<gx:LatLonQuad><coordinates>{quad}</coordinates></gx:LatLonQuad></GroundOverlay></kml>\n"
    )
    picture = path.with_name(path.name + ".png")
    try:
        write_quick_look(image, picture)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
            packed.writestr("doc.kml", words)
            packed.write(picture, "image.png")
    finally:
        picture.unlink(missing_ok=True)


def write_nitf(image: SarImage, path: Path) -> None:
    """Write a SICD."""
    from sidelook.formats.sicd import write_sicd  # noqa: PLC0415 - a second, where it is wanted

    with path.open("wb") as file:
        write_sicd(image, file)


def write_derived(image: SarImage, path: Path) -> None:
    """Write a SIDD."""
    from sidelook.formats.sidd import write_sidd  # noqa: PLC0415 - a second, where it is wanted

    with path.open("wb") as file:
        write_sidd(image, file, now=datetime.now(UTC))


def corner_pixels(grid: PlaneGrid) -> Floats:
    """Give (4, 2) rows and columns of the edges of the outer pixels, from that of pixel (0, 0) on along the columns."""
    rows, columns = grid.shape
    return np.array([[-0.5, -0.5], [-0.5, columns - 0.5], [rows - 0.5, columns - 0.5], [rows - 0.5, -0.5]])


def degrees_of(image: SarImage, pixels: Floats) -> Floats:
    """Give (N, 2) latitude and longitude, degrees, of (N, 2) rows and columns, whole or not."""
    if image.frame is None:
        message = "an image without a place on earth has none on a map"
        raise UsageError(message)
    latitude, longitude, _ = enu_to_geodetic(image.grid.positions(pixels[:, 0], pixels[:, 1]), image.frame)
    return np.degrees(np.stack([latitude, longitude], axis=-1))


def tags_of(image: SarImage) -> dict[str, str]:
    """Give what a GeoTIFF is to say of an image besides its pixels; ``formats.rasters`` reads it again."""
    tags = {"TIFFTAG_IMAGEDESCRIPTION": said_of(image), "TIFFTAG_SOFTWARE": OWN}
    if image.begin is not None:
        tags["TIFFTAG_DATETIME"] = time_tag(image.begin)
    if np.isfinite(image.centre_frequency):
        tags[FREQUENCY] = repr(float(image.centre_frequency))
    return tags


def time_tag(time: int) -> str:
    """Spell a time, ns UTC, as TIFF does: to the second."""
    return datetime.fromtimestamp(time // 10**9, UTC).strftime("%Y:%m:%d %H:%M:%S")


def said_of(image: SarImage) -> str:
    """Say marking, lineage and processing of an image, for the text in its file."""
    marking = marking_words(highest_marking([image.origin]).text, simulated=image.origin.simulated)
    return f"{marking}; source {image.origin.source}; {'; '.join(image.processing)}"


WRITERS: Mapping[str, Callable[[SarImage, Path], None]] = MappingProxyType(
    {
        ".png": write_quick_look,
        **dict.fromkeys(BANDED_SUFFIXES, write_geotiff),
        ".kmz": write_kmz,
        **dict.fromkeys(SICD_SUFFIXES, write_nitf),
        **dict.fromkeys(SIDD_SUFFIXES, write_derived),
    }
)
