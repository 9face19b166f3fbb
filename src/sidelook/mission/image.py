"""``sidelook image``: phase histories become a radar image, as a quick look or on the map."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from sidelook.archive.errors import storage_errors
from sidelook.errors import InputError, UsageError
from sidelook.formats.gotcha import read_gotcha
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.mission.forming import Method, choose_way, discard_parts, form_image
from sidelook.mission.reporting import answer, progress
from sidelook.model.echoes import PhaseHistory, concatenate_histories
from sidelook.model.image import SarImage, centred_grid
from sidelook.release import OPERATOR_HERE, highest_marking, release_origins
from sidelook.sar.autofocus import Focusing, focus_by_gradient, sight_grid
from sidelook.sar.backprojection import Forming
from sidelook.sar.quality import ImageFigures, LineResponse, measure_image, measure_point
from sidelook.sar.sharpness import focus_by_sharpness
from sidelook.sar.windows import even, taylor

Focus: TypeAlias = Literal["supplied", "none", "gradient", "sharpness"]
SUFFIXES = (".png", ".tif", ".tiff")
DYNAMIC_DB = 55.0  # of a quick look, below its brightest pixels
BRIGHT = 99.95  # percentile that is white
CHIP = 48  # pixels about the strongest point that its figures are taken from
MOST_PIXELS = 10_000_000_000  # 80 GB on disk while it is formed
MOST_SHOWN = 400_000_000  # of a quick look: 3.2 GB, and as much again while it is written
FOCUS_PIXELS = 512
BAND = 512  # rows of an image that are written at a time
TAYLOR = (35.0, 4)  # dB, equal lobes


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOptions:
    """How an image is to be formed.

    Attributes
    ----------
    size : of its sides, m; ``spacing`` : of its pixels, m
    method : of forming it; by size where ``auto``
    window : Taylor weights, or none
    focus : with the motion solution that came along, without, by the phase gradient, or from that on by sharpness
    centre : latitude and longitude of the scene reference, degrees, where the input does not say
    """

    size: float = 100.0
    spacing: float = 0.1
    method: Method = "auto"
    window: Literal["taylor", "none"] = "taylor"
    focus: Focus = "supplied"
    centre: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no image."""
        if not (0.0 < self.spacing < self.size):
            message = f"an image of {self.size:g} m with pixels of {self.spacing:g} m makes no sense"
            raise UsageError(message)
        if self.pixels**2 > MOST_PIXELS:
            message = (
                f"{self.pixels:,} x {self.pixels:,} pixels are more than the {MOST_PIXELS:,} that are formed at "
                "once: make --size smaller or --spacing larger"
            )
            raise UsageError(message)

    @property
    def pixels(self) -> int:
        """To a side."""
        return round(self.size / self.spacing)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrongestPoint:
    """Response of the strongest point, and its place from the scene reference."""

    east_m: float
    north_m: float
    amplitude: float
    north_south: LineResponse
    east_west: LineResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReport:
    """What came out.

    Attributes
    ----------
    output : the file; ``pixels`` : to a side
    pulses, frequencies : that it is made of; ``centre_frequency_ghz``, ``bandwidth_mhz``
    method : how it was formed, and why so
    focus : how the motion was corrected, and what that changed
    figures : of the whole image
    strongest : response of its strongest point
    simulated, marking : as of the input
    """

    output: str
    pixels: int
    pulses: int
    frequencies: int
    centre_frequency_ghz: float
    bandwidth_mhz: float
    method: str
    focus: str
    figures: ImageFigures
    strongest: StrongestPoint
    simulated: bool
    marking: str


def make_image(
    inputs: Sequence[Path], output: Path, options: ImageOptions, *, overwrite: bool = False, as_json: bool = False
) -> None:
    """Form an image and write it; everything that can be wrong is said before the work begins.

    Parameters
    ----------
    inputs : files of AFRL Gotcha phase history, of neighbouring azimuths
    output : .png for a quick look in decibels, .tif for amplitudes on the map
    options : how
    overwrite : replace a file that is there
    as_json : answer with JSON

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    check_output(output, overwrite=overwrite)
    if output.suffix.lower() == ".png" and options.pixels**2 > MOST_SHOWN:
        message = (
            f"a quick look of {options.pixels:,} x {options.pixels:,} pixels is more than memory holds: write "
            "a .tif, or make --size smaller or --spacing larger"
        )
        raise UsageError(message)
    history = read_histories(inputs, options)
    if output.suffix.lower() != ".png" and history.frame is None:
        message = "the input does not say where on earth its scene is: give --center LAT,LON, or write a .png"
        raise UsageError(message)
    release_origins([history.origin], OPERATOR_HERE, "image").refuse_if_withheld()
    forming = Forming(frequency_window=taylor_of(options), pulse_window=taylor_of(options))
    history, said = focused(history, options, forming)
    grid = centred_grid((options.pixels, options.pixels), options.spacing)
    way = choose_way(history, grid, options.method, forming)
    with progress("Forming", 1000) as advance:
        image = form_image(history, grid, way, output, progress=stepwise(advance))
    write_image(image, output)
    discard_parts(output)
    report = ImageReport(
        output=str(output),
        pixels=options.pixels,
        pulses=len(history),
        frequencies=history.samples.shape[1],
        centre_frequency_ghz=round(history.centre_frequency / 1e9, 4),
        bandwidth_mhz=round(history.bandwidth / 1e6, 2),
        method=way.said,
        focus=said,
        figures=measure_image(image),
        strongest=strongest_point(image),
        simulated=history.origin.simulated,
        marking=highest_marking([history.origin]).text,
    )
    answer(report, in_words(report), as_json=as_json)


def check_output(output: Path, *, overwrite: bool) -> None:
    """Refuse an output that cannot be written, before any work."""
    if output.suffix.lower() not in SUFFIXES:
        message = f"{output} ends in {output.suffix or 'nothing'}: write to {', '.join(SUFFIXES)}"
        raise UsageError(message)
    if output.exists() and not overwrite:
        message = f"{output} is there already: add --overwrite to replace it"
        raise UsageError(message)
    if not output.parent.is_dir():
        message = f"there is no folder {output.parent} to write to"
        raise UsageError(message)


def read_histories(inputs: Sequence[Path], options: ImageOptions) -> PhaseHistory:
    """Read phase histories, and join them in the order given."""
    parts = []
    for path in inputs:
        try:
            with path.open("rb") as file:
                parts.append(read_gotcha(file, source=path.name, autofocus=options.focus == "supplied"))
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror or error}"
            raise InputError(message) from error
        except InputError as error:
            message = f"{path}: {error}"
            raise InputError(message) from error
    history = concatenate_histories(parts)
    if options.centre is None:
        return history
    latitude, longitude = np.radians(options.centre)
    return replace(history, frame=LocalFrame(latitude=float(latitude), longitude=float(longitude)))


def read_centre(text: str) -> tuple[float, float] | None:
    """Read latitude and longitude, degrees."""
    if not text:
        return None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        latitude = longitude = np.nan
    if not (abs(latitude) <= 90.0 and abs(longitude) <= 180.0):  # noqa: PLR2004 - degrees
        message = f"--center {text}: give latitude and longitude in degrees, such as 39.78,-84.10"
        raise UsageError(message)
    return latitude, longitude


def read_choices(words: Sequence[str]) -> tuple[Method, Focus]:
    """Read method and focus, in any order and at most one of each."""
    methods: list[Method] = [word for word in get_args(Method) if word in words]
    focuses: list[Focus] = [word for word in get_args(Focus) if word in words]
    if max(len(methods), len(focuses)) > 1:
        message = f"{', '.join(words)}: give one method ({', '.join(get_args(Method))}) and one focus"
        raise UsageError(message)
    return (methods or ["auto"])[0], (focuses or ["supplied"])[0]


def taylor_of(options: ImageOptions) -> Callable[[int], NDArray[np.float64]]:
    """Give the weights asked for."""
    if options.window == "none":
        return even
    return lambda count: taylor(count, side_lobe_db=TAYLOR[0], equal_lobes=TAYLOR[1])


def focused(history: PhaseHistory, options: ImageOptions, forming: Forming) -> tuple[PhaseHistory, str]:
    """Correct the motion as asked for, and say how."""
    if options.focus in ("supplied", "none"):
        return history, "as supplied" if options.focus == "supplied" else "none"
    grid = sight_grid(history, spacing=options.spacing, pixels=min(FOCUS_PIXELS, options.pixels))
    done = focus_by_gradient(history, grid, forming)
    if options.focus == "gradient":
        return done.history, f"phase gradient, {changed(done)}"
    finer = focus_by_sharpness(history, grid, forming, start=done.phase)
    entropies = f"entropy {finer.before.entropy:.3f} before, {finer.after.entropy:.3f} after"
    return finer.history, f"sharpness, {changed(finer)}; {entropies}"


def changed(done: Focusing) -> str:
    """Say how much an autofocus changed."""
    spread = float(np.sqrt(np.mean(done.phase**2)))
    return f"{spread:.2f} rad rms in {len(done.changes)} passes, {'settled' if done.settled else 'not settled'}"


def stepwise(advance: Callable[[int], None]) -> Callable[[float], None]:
    """Turn shares done into steps of a bar."""
    done = 0

    def step(share: float) -> None:
        nonlocal done
        advance(round(1000 * share) - done)
        done = round(1000 * share)

    return step


def strongest_point(image: SarImage) -> StrongestPoint:
    """Measure the strongest point."""
    point = measure_point(strongest_chip(image))
    return StrongestPoint(
        east_m=round(float(point.place[0]), 3),
        north_m=round(float(point.place[1]), 3),
        amplitude=point.amplitude,
        north_south=point.along_rows,
        east_west=point.along_columns,
    )


def strongest_chip(image: SarImage) -> SarImage:
    """Cut out what lies about the strongest pixel."""
    rows, columns = image.grid.shape
    tops = [float(np.abs(line).max()) for line in image.pixels]  # line by line: it may be larger than memory
    row = int(np.argmax(tops))
    column = int(np.abs(image.pixels[row]).argmax())
    top, left = (
        int(np.clip(place - CHIP // 2, 0, max(count - CHIP, 0))) for place, count in ((row, rows), (column, columns))
    )
    pixels = image.pixels[top : top + CHIP, left : left + CHIP].astype(np.complex64)
    first = image.grid.positions(np.array(top), np.array(left))
    corner = (float(first[0]), float(first[1]), float(first[2]))
    return replace(image, pixels=pixels, grid=replace(image.grid, first=corner, shape=pixels.shape))


def write_image(image: SarImage, output: Path) -> None:
    """Write an image beside its place first, so that nothing half-written is ever there."""
    with storage_errors(output.parent, "writing an image"):
        handle, name = tempfile.mkstemp(suffix=output.suffix, dir=output.parent)
        os.close(handle)
        written = Path(name)
        try:
            (write_quick_look if output.suffix.lower() == ".png" else write_geotiff)(image, written)
            written.replace(output)
        except BaseException:
            written.unlink(missing_ok=True)
            raise


def write_quick_look(image: SarImage, path: Path) -> None:
    """Write decibels as greys, north up, with the marking in the file's text."""
    from matplotlib.image import imsave  # noqa: PLC0415 - half a second, where it is wanted

    level = 20.0 * np.log10(np.maximum(image.amplitude, 1e-20))
    white = float(np.percentile(level, BRIGHT))
    notes = {"Comment": said_of(image), "Software": "Sidelook"}
    imsave(path, level[::-1], cmap="gray", vmin=white - DYNAMIC_DB, vmax=white, metadata=notes)


def write_geotiff(image: SarImage, path: Path) -> None:
    """Write amplitudes as a Cloud-Optimised GeoTIFF in degrees of WGS-84, band by band, its marking among the tags."""
    import rasterio  # type: ignore[import-untyped]  # noqa: PLC0415 - half a second, where it is wanted
    from rasterio.shutil import copy  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise
    from rasterio.transform import from_gcps  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise
    from rasterio.windows import Window  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise

    rows, columns = image.grid.shape
    if image.frame is None:
        message = "an image without a place on earth has none on a map"
        raise UsageError(message)
    corners = np.array([[0, 0], [0, columns - 1], [rows - 1, 0], [rows - 1, columns - 1]])
    places = image.grid.positions(corners[:, 0], corners[:, 1])
    latitude, longitude, _ = enu_to_geodetic(places, image.frame)
    points = [
        rasterio.control.GroundControlPoint(
            row=rows - 1 - row + 0.5, col=column + 0.5, x=np.degrees(longitude[k]), y=np.degrees(latitude[k])
        )
        for k, (row, column) in enumerate(corners)
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
            file.update_tags(TIFFTAG_IMAGEDESCRIPTION=said_of(image), TIFFTAG_SOFTWARE="Sidelook")
        copy(plain, path, driver="COG", compress="deflate", bigtiff="if_safer")
    finally:
        plain.unlink(missing_ok=True)


def said_of(image: SarImage) -> str:
    """Say marking, lineage and processing of an image, for the text in its file."""
    marking, simulated = highest_marking([image.origin]).text, ", simulated" if image.origin.simulated else ""
    return f"{marking}{simulated}; source {image.origin.source}; {'; '.join(image.processing)}"


def in_words(report: ImageReport) -> str:
    """Say it for people."""
    point, figures = report.strongest, report.figures
    along, across = point.north_south, point.east_west
    return (
        f"{report.output}: {report.pixels:,} x {report.pixels:,} pixels of {report.pulses:,} pulses with "
        f"{report.frequencies:,} frequencies ({report.bandwidth_mhz:g} MHz at {report.centre_frequency_ghz:g} GHz)\n"
        f"formed: {report.method}\nmotion: {report.focus}\n"
        f"strongest point at {point.east_m:.2f} m east, {point.north_m:.2f} m north: north-south {along.width:.3f} m "
        f"wide, side lobes {along.peak_side_lobe:.1f} dB; east-west {across.width:.3f} m, "
        f"{across.peak_side_lobe:.1f} dB\n"
        f"entropy {figures.entropy:.3f}, contrast {figures.contrast:.2f}, noise floor {figures.noise_floor:.1f} dB, "
        f"peak {figures.peak:.1f} dB\n"
        f"{report.marking}{', simulated' if report.simulated else ''}"
    )
