"""``sidelook geocode``: a radar image laid onto terrain, with what is laid over and what is in shadow."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidelook.errors import UsageError
from sidelook.geography.tiles import Datum
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.terrain import HeightGrid
from sidelook.mission.forming import discard_parts
from sidelook.mission.ground_writing import write_ground
from sidelook.mission.image import MOST_HELD, MOST_PIXELS, ImageOptions, check_output, exists, form_of, read
from sidelook.mission.image_reading import laid_in, read_histories
from sidelook.mission.image_writing import said_of
from sidelook.mission.remote import Source
from sidelook.mission.reporting import answer, marking_words, progress
from sidelook.mission.terrain import part_datum, read_terrain
from sidelook.model.geocoded import GroundFlag
from sidelook.model.image import SarImage
from sidelook.release import highest_marking
from sidelook.sar.geocoding import geocode_bands, plan_geocoding
from sidelook.sar.geocoding.forming import Band, NoPlaceError
from sidelook.sar.looking import look_of

KNOWN = (".tif", ".tiff", ".png")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundReport:
    """What came out.

    Attributes
    ----------
    output : the file; ``rows``, ``columns`` : of its pixels; ``spacing_m`` : between them
    imaged : share of the pixels that are in the image and whose height is known
    layover, shadow : shares of those
    doubtful : share of those that ground of unknown height may hide; they count as seen
    simulated, marking : as of the input
    """

    output: str
    rows: int
    columns: int
    spacing_m: float
    imaged: float
    layover: float
    shadow: float
    doubtful: float
    simulated: bool
    marking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """Elevation tiles.

    Attributes
    ----------
    place : a file, or a folder of them
    datum : what their heights are counted from
    """

    place: Path
    datum: Datum = Datum.EGM96

    def read(self, frame: LocalFrame) -> HeightGrid:
        """Read those near a scene."""
        return read_terrain(self.place, frame, self.datum)


def relief_of(place: Path | None, words: Sequence[str]) -> Relief | None:
    """Give elevation tiles as named, with what is said of their heights, and nothing else."""
    rest, datum = part_datum(words)
    if rest:
        message = f"--say {rest[0]}: only heights=DATUM is asked for here"
        raise UsageError(message)
    return None if place is None else Relief(place=place, datum=datum)


def report_geocoding(
    inputs: Sequence[Source],
    output: Path,
    relief: Relief,
    options: ImageOptions,
    *,
    overwrite: bool = False,
    as_json: bool = False,
) -> None:
    """Lay an image, or one formed of echoes, onto terrain, and say how much of it is layover and shadow.

    Parameters
    ----------
    inputs : files of phase history, or one SICD
    output : .tif amplitudes on the map, with a second band of flags; .png a picture, hatched
    relief : elevation tiles
    options : how the image is formed
    overwrite : replace a file that is there
    as_json : answer with JSON

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    check_output(output, overwrite=overwrite, known=KNOWN)
    image, terrain = (
        read_both(inputs, relief, options) if exists(inputs) else form_both(inputs, output, relief, options)
    )
    plan = plan_geocoding(image, terrain, options.spacing)
    rows, columns = plan.grid.shape
    refuse_too_many(rows * columns, output)
    counts, doubtful = np.zeros(len(GroundFlag), np.int64), 0
    with progress("Laying", rows, "rows") as advance:

        def told(band: Band) -> None:
            nonlocal counts, doubtful
            counts += np.bincount(band.flags.ravel(), minlength=len(counts))
            doubtful += band.doubtful
            advance(len(band.flags))

        write_ground(geocode_bands(plan), plan.grid, f"{said_of(image)}; laid onto terrain", output, told)
    discard_parts(output)
    imaged = max(int(counts.sum() - counts[GroundFlag.OUTSIDE]), 1)
    report = GroundReport(
        output=str(output),
        rows=rows,
        columns=columns,
        spacing_m=options.spacing or min(image.grid.row_spacing, image.grid.column_spacing),
        imaged=round(float(1.0 - counts[GroundFlag.OUTSIDE] / counts.sum()), 4),
        layover=round(float(counts[GroundFlag.LAYOVER] / imaged), 4),
        shadow=round(float(counts[GroundFlag.SHADOW] / imaged), 4),
        doubtful=round(doubtful / imaged, 4),
        simulated=image.origin.simulated,
        marking=highest_marking([image.origin]).text,
    )
    answer(report, in_words(report), as_json=as_json)


def refuse_too_many(pixels: int, output: Path) -> None:
    """Refuse a map with more pixels than its file is to hold."""
    picture = output.suffix.lower() == ".png"
    most = MOST_HELD if picture else MOST_PIXELS
    if pixels > most:
        other = "write a .tif, or " if picture else ""
        message = f"the map would have {pixels:,} pixels, more than the {most:,} written: {other}make --spacing larger"
        raise UsageError(message)


def read_both(inputs: Sequence[Source], relief: Relief, options: ImageOptions) -> tuple[SarImage, HeightGrid]:
    """Read an image that exists, and the terrain that it shows."""
    image = read(inputs, options).image
    look_of(image)  # before any tile is read
    assert image.frame is not None  # noqa: S101 - what is read has a place
    return image, relief.read(image.frame)


def form_both(
    inputs: Sequence[Source], output: Path, relief: Relief, options: ImageOptions
) -> tuple[SarImage, HeightGrid]:
    """Form an image of echoes on the level of its terrain: nearest to where its ground is."""
    history = read_histories(inputs, options.said, autofocus=options.focus == "supplied")
    frame = history.frame
    if frame is None:
        raise NoPlaceError(inputs[0].name)
    terrain = relief.read(frame)
    height = float(terrain.height_at(frame.latitude, frame.longitude))
    if np.isfinite(height):
        history = laid_in(history, LocalFrame(latitude=frame.latitude, longitude=frame.longitude, height=height))
    return form_of(history, output, options).image, terrain


def in_words(report: GroundReport) -> str:
    """Say it for people."""
    doubt = f"; {report.doubtful:.1%} may be hidden by ground that no tile shows" if report.doubtful else ""
    return (
        f"{report.output}: {report.rows:,} x {report.columns:,} pixels of {report.spacing_m:g} m, {report.imaged:.1%} "
        f"imaged\nof what is imaged {report.layover:.1%} is layover and {report.shadow:.1%} shadow{doubt}\n"
        f"{marking_words(report.marking, simulated=report.simulated)}"
    )
