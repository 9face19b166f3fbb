"""Writing images on the ground: on the map (GeoTIFF, with what each pixel can be), and as a picture, hatched."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from sidelook.mission.image_writing import BAND, DYNAMIC_DB, decibels, written_beside
from sidelook.model.columns import Floats, Octets, Singles
from sidelook.model.geocoded import DegreeGrid, GroundFlag
from sidelook.sar.geocoding.forming import Band

# Okabe and Ito, Color Universal Design, 2008: orange and sky blue.
LAYOVER, SHADOW = (0.902, 0.624, 0.0), (0.337, 0.706, 0.914)
HATCH_EVERY, HATCH_WIDE = 9, 2  # pixels
TINT, HATCH = 0.18, 0.85  # of the colour over the picture, between the lines and on them
NAMES = ("amplitude", ", ".join(f"{flag.value} {flag.name.lower()}" for flag in GroundFlag))

Told = Callable[[Band], None]


def write_ground(bands: Iterable[Band], grid: DegreeGrid, said: str, output: Path, told: Told) -> None:
    """Write an image on the ground, beside its place first.

    Parameters
    ----------
    bands : its rows, from south to north
    said : marking, lineage and processing, for the text in the file
    output : .png, .tif or .tiff
    told : what is called with each band that is done
    """
    writer = _write_picture if output.suffix.lower() == ".png" else _write_map
    with written_beside(output, "writing an image") as written:
        writer(bands, grid, said, written, told)


def paint(amplitude: Singles, flags: Octets) -> Floats:
    """Give (R, C, 4) colours, 0 to 1: decibels as greys, layover and shadow tinted and hatched, outside transparent."""
    inside = flags != GroundFlag.OUTSIDE
    colours = np.zeros((*amplitude.shape, 4))
    if not inside.any():
        return colours
    level, _ = decibels(amplitude)
    _, white = decibels(amplitude[inside])
    colours[inside, :3] = np.clip((level[inside] - white) / DYNAMIC_DB + 1.0, 0.0, 1.0)[:, None]
    colours[inside, 3] = 1.0
    row, column = np.ogrid[: amplitude.shape[0], : amplitude.shape[1]]
    for flag, colour, lines in ((GroundFlag.LAYOVER, LAYOVER, row + column), (GroundFlag.SHADOW, SHADOW, row - column)):
        there = flags == flag
        share = np.where(lines % HATCH_EVERY < HATCH_WIDE, HATCH, TINT)[there][:, None]
        colours[there, :3] += share * (np.array(colour) - colours[there, :3])
    return colours


def _write_picture(bands: Iterable[Band], grid: DegreeGrid, said: str, path: Path, told: Told) -> None:
    from matplotlib.image import imsave  # noqa: PLC0415 - half a second, where it is wanted

    amplitude, flags = np.zeros(grid.shape, np.float32), np.zeros(grid.shape, np.uint8)
    for band in bands:
        rows = slice(band.top, band.top + len(band.flags))
        amplitude[rows], flags[rows] = band.amplitude, band.flags
        told(band)
    imsave(path, paint(amplitude, flags)[::-1], metadata={"Comment": said, "Software": "Sidelook"})


def _write_map(bands: Iterable[Band], grid: DegreeGrid, said: str, path: Path, told: Told) -> None:
    """Write a Cloud-Optimised GeoTIFF in degrees of WGS-84: amplitudes, and a second band of what pixels can be."""
    import rasterio  # type: ignore[import-untyped]  # noqa: PLC0415 - half a second, where it is wanted
    from rasterio.shutil import copy  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise
    from rasterio.windows import Window  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise

    rows, columns = grid.shape
    step_north, step_east = np.degrees([grid.latitude_step, grid.longitude_step])
    west = float(np.degrees(grid.west) - 0.5 * step_east)
    north = float(np.degrees(grid.south) + (rows - 0.5) * step_north)
    place = rasterio.Affine(float(step_east), 0.0, west, 0.0, -float(step_north), north)
    shape = {"height": rows, "width": columns, "count": 2, "dtype": "float32"}
    layout = {"tiled": True, "blockxsize": BAND, "blockysize": BAND, "bigtiff": "if_safer"}
    plain = path.with_suffix(".plain.tif")  # a COG is only ever copied: its overviews come before its pixels
    try:
        with rasterio.open(plain, "w", driver="GTiff", crs="EPSG:4326", transform=place, **layout, **shape) as file:
            for band in bands:
                window = Window(0, rows - band.top - len(band.flags), columns, len(band.flags))
                file.write(np.stack([band.amplitude, band.flags.astype(np.float32)])[:, ::-1], window=window)
                told(band)
            file.descriptions = NAMES
            file.update_tags(TIFFTAG_IMAGEDESCRIPTION=said, TIFFTAG_SOFTWARE="Sidelook")
        # The mean of two flags is no flag.
        copy(plain, path, driver="COG", compress="deflate", bigtiff="if_safer", overview_resampling="nearest")
    finally:
        plain.unlink(missing_ok=True)
