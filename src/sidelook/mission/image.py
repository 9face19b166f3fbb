"""``sidelook image``: phase histories become a radar image, or one that exists is read; written as is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.mission.echo_writing import ECHOES, convert_echoes, refuse_untold
from sidelook.mission.forming import Method, choose_way, discard_parts, form_image
from sidelook.mission.image_keeping import Kept, check_archive, is_archive, keep_in
from sidelook.mission.image_reading import IMAGES, Sayings, aperture_of, read_histories, read_image
from sidelook.mission.image_writing import BANDED_SUFFIXES, SICD_SUFFIXES, SIDD_SUFFIXES, WRITERS, write_image
from sidelook.mission.quality_page import PAGE, write_quality_page
from sidelook.mission.remote import Source
from sidelook.mission.reporting import answer, marking_words, progress
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import Chip, PlaneGrid, SarImage, Wanted, centred_grid
from sidelook.release import OPERATOR_HERE, highest_marking, release_origins
from sidelook.sar.autofocus import Focusing, focus_by_gradient, sight_grid
from sidelook.sar.backprojection import Forming
from sidelook.sar.quality import ImageFigures, LineResponse, expected_widths, measure_image, measure_point
from sidelook.sar.sharpness import focus_by_sharpness
from sidelook.sar.windows import even, taylor
from sidelook.timescale import SystemClock

Focus: TypeAlias = Literal["supplied", "none", "gradient", "sharpness"]
CHIP = 48  # pixels about the strongest point that its figures are taken from
MOST_PIXELS = 10_000_000_000  # 80 GB on disk while it is formed
MOST_HELD = 400_000_000  # of all but a GeoTIFF: 3.2 GB, and as much again while it is written
FOCUS_PIXELS = 512
SIDE = 100.0  # m, of an image where nothing is said
FINE = 0.1  # m, of pixels where nothing is said
PLACELESS = (".png", PAGE)  # that need no place on earth
TAYLOR = (35.0, 4)  # dB, equal lobes


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOptions:
    """How an image is to be formed.

    Attributes
    ----------
    size : of its sides, m; None for 100, or all of an image that exists
    spacing : of its pixels, m; None for 0.1, or as an image that exists has them
    method : of forming it; by size where ``auto``
    window : Taylor weights, or none
    focus : with the motion solution that came along, without, by the phase gradient, or from that on by sharpness
    said : what the input does not say
    """

    size: float | None = None
    spacing: float | None = None
    method: Method = "auto"
    window: Literal["taylor", "none"] = "taylor"
    focus: Focus = "supplied"
    said: Sayings = field(default_factory=Sayings)

    def __post_init__(self) -> None:
        """Refuse what makes no image."""
        if not (0.0 < self.step < self.side):
            message = f"an image of {self.side:g} m with pixels of {self.step:g} m makes no sense"
            raise UsageError(message)
        if self.pixels**2 > MOST_PIXELS:
            message = (
                f"{self.pixels:,} x {self.pixels:,} pixels are more than the {MOST_PIXELS:,} that are formed at "
                "once: make --size smaller or --spacing larger"
            )
            raise UsageError(message)

    @property
    def side(self) -> float:
        """Of an image that is formed, or of a part of one that exists, m."""
        return SIDE if self.size is None else self.size

    @property
    def chip(self) -> Chip | None:
        """The part of an image that exists that is asked for, by its middle or its size; None for all of it."""
        if self.said.centre is None:
            return None if self.size is None else Chip(size=self.size)
        latitude, longitude = np.radians(self.said.centre)
        return Chip(place=(float(latitude), float(longitude)), size=self.side)

    @property
    def pixels(self) -> int:
        """To a side."""
        return round(self.side / self.step)

    @property
    def step(self) -> float:
        """Of pixels of an image that is formed, m."""
        return FINE if self.spacing is None else self.spacing


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
    output : the file; ``rows``, ``columns`` : of its pixels
    pulses, frequencies, bandwidth_mhz : of the echoes it is made of, 0 where it existed before
    centre_frequency_ghz : 0 where it is not known
    method : how it was formed, and why so
    focus : how the motion was corrected, and what that changed
    figures : of the whole image
    strongest : response of its strongest point
    expected_north_south_m, expected_east_west_m : widths of a point by theory, without weights; None where the image
        existed before
    simulated, marking : as of the input
    kept : where in an archive it went
    """

    output: str
    rows: int
    columns: int
    pulses: int
    frequencies: int
    centre_frequency_ghz: float
    bandwidth_mhz: float
    method: str
    focus: str
    figures: ImageFigures
    strongest: StrongestPoint
    expected_north_south_m: float | None
    expected_east_west_m: float | None
    simulated: bool
    marking: str
    kept: Kept | None = None


def make_image(
    inputs: Sequence[Source], output: Path, options: ImageOptions, *, overwrite: bool = False, as_json: bool = False
) -> None:
    """Form an image, or read one, and write it; everything that can be wrong is said before the work begins.

    Parameters
    ----------
    inputs : phase history: CPHD, or AFRL Gotcha files of neighbouring azimuths; or one SICD, SIDD, NITF or
        GeoTIFF
    output : .png for a quick look in decibels, .tif or .kmz on the map, .nitf for a SICD, .sidd for a SIDD, .cphd
        for the echoes, .html for a page that says how good it is; or a folder: an archive to keep the image in
    options : how
    overwrite : replace a file that is there
    as_json : answer with JSON

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    if is_archive(output):
        check_archive(output)
    else:
        check_output(output, overwrite=overwrite)
    if output.suffix.lower() == ECHOES:
        convert_echoes(inputs, output, options.said, autofocus=options.focus == "supplied", as_json=as_json)
        return
    made = read(inputs, options) if exists(inputs) else form(inputs, output, options)
    report = report_of(made, output)
    if is_archive(output):
        report = replace(report, kept=keep_in(output, made.image, name_of(inputs), SystemClock()))
    elif output.suffix.lower() == PAGE:
        write_page(made.image, report, output)
    else:
        write_image(made.image, output)
    discard_parts(output)
    answer(report, in_words(report), as_json=as_json)


def exists(inputs: Sequence[Source]) -> bool:
    """Tell images that exist from echoes, by their names."""
    return any(path.suffix.lower() in IMAGES for path in inputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An image, and what it was made of: nothing where it existed before.

    Attributes
    ----------
    image : to write
    pulses, frequencies, bandwidth : of the echoes; Hz
    expected : unweighted widths of a point in the middle, along rows and columns, by theory, m
    method, focus : in words
    """

    image: SarImage
    pulses: int = 0
    frequencies: int = 0
    bandwidth: float = 0.0
    expected: tuple[float, float] | None = None
    method: str
    focus: str = "as it is"


def read(inputs: Sequence[Source], options: ImageOptions) -> Made:
    """Read an image that exists, or a part of it."""
    wanted = Wanted(spacing=options.spacing, chip=options.chip, most_pixels=MOST_HELD)
    image = read_image(inputs, options.said, wanted)
    release_origins([image.origin], OPERATOR_HERE, "image").refuse_if_withheld()
    return Made(image=image, method="; ".join(image.processing))


def form(inputs: Sequence[Source], output: Path, options: ImageOptions) -> Made:
    """Read echoes, and form an image of them."""
    if output.suffix.lower() not in BANDED_SUFFIXES and not is_archive(output) and options.pixels**2 > MOST_HELD:
        message = (
            f"{options.pixels:,} x {options.pixels:,} pixels are more than memory holds for a {output.suffix}: write "
            "a .tif, or make --size smaller or --spacing larger"
        )
        raise UsageError(message)
    return form_of(read_histories(inputs, options.said, autofocus=options.focus == "supplied"), output, options)


def form_of(history: PhaseHistory, output: Path, options: ImageOptions) -> Made:
    """Form an image of echoes that are read."""
    if output.suffix.lower() not in PLACELESS and history.frame is None:
        message = "the input does not say where on earth its scene is: give --center LAT,LON, or write a .png"
        raise UsageError(message)
    if output.suffix.lower() in SICD_SUFFIXES or is_archive(output):
        refuse_untold(history, "an archive" if is_archive(output) else "a SICD")
    if output.suffix.lower() in SIDD_SUFFIXES:
        refuse_untold(history, "a SIDD", owner=True)
    release_origins([history.origin], OPERATOR_HERE, "image").refuse_if_withheld()
    forming = Forming(frequency_window=taylor_of(options), pulse_window=taylor_of(options))
    history, said = focused(history, options, forming)
    grid = centred_grid((options.pixels, options.pixels), options.step)
    way = choose_way(history, grid, options.method, forming)
    with progress("Forming", 1000, "thousandths") as advance:
        image = form_image(history, grid, way, output, progress=stepwise(advance))
    return Made(
        image=replace(image, aperture=aperture_of(history)),
        pulses=len(history),
        frequencies=history.samples.shape[1],
        bandwidth=history.bandwidth,
        expected=expected_widths(history, grid, middle_of(grid)),
        method=way.said,
        focus=said,
    )


def report_of(made: Made, output: Path) -> ImageReport:
    """Say what came out."""
    image = made.image
    return ImageReport(
        output=str(output),
        rows=image.grid.shape[0],
        columns=image.grid.shape[1],
        pulses=made.pulses,
        frequencies=made.frequencies,
        centre_frequency_ghz=round(float(np.nan_to_num(image.centre_frequency)) / 1e9, 4),
        bandwidth_mhz=round(made.bandwidth / 1e6, 2),
        method=made.method,
        focus=made.focus,
        figures=measure_image(image),
        strongest=strongest_point(image),
        expected_north_south_m=round(made.expected[0], 3) if made.expected else None,
        expected_east_west_m=round(made.expected[1], 3) if made.expected else None,
        simulated=image.origin.simulated,
        marking=highest_marking([image.origin]).text,
    )


def write_page(image: SarImage, report: ImageReport, output: Path) -> None:
    """Write how good an image is, with pictures."""
    write_quality_page(
        image,
        strongest_chip(image),
        figures_of(report),
        marking_words(report.marking, simulated=report.simulated),
        output,
    )


def name_of(inputs: Sequence[Source]) -> str:
    """Name an image by what it was made of."""
    return inputs[0].name if len(inputs) == 1 else f"{inputs[0].name} and {len(inputs) - 1} more"


def middle_of(grid: PlaneGrid) -> NDArray[np.float64]:
    """Give the place in the middle of a grid."""
    return grid.positions(np.array(0.5 * (grid.shape[0] - 1)), np.array(0.5 * (grid.shape[1] - 1)))


def check_output(output: Path, *, overwrite: bool, known: Sequence[str] = (*WRITERS, ECHOES, PAGE)) -> None:
    """Refuse an output that cannot be written, before any work."""
    if output.suffix.lower() not in known:
        message = f"{output} ends in {output.suffix or 'nothing'}: write to {', '.join(known)}"
        raise UsageError(message)
    if output.exists() and not overwrite:
        message = f"{output} is there already: add --overwrite to replace it"
        raise UsageError(message)
    if not output.parent.is_dir():
        message = f"there is no folder {output.parent} to write to"
        raise UsageError(message)


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
    grid = sight_grid(history, spacing=options.step, pixels=min(FOCUS_PIXELS, options.pixels))
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


def figures_of(report: ImageReport) -> list[tuple[str, str]]:
    """Say figures for people: what of, and what."""
    point, whole = report.strongest, report.figures
    along, across = point.north_south, point.east_west
    echoes = (
        f" of {report.pulses:,} pulses with {report.frequencies:,} frequencies ({report.bandwidth_mhz:g} MHz)"
        if report.pulses
        else ""
    )
    at = f" at {report.centre_frequency_ghz:g} GHz" if report.centre_frequency_ghz else ""
    where = f"{point.east_m:.2f} m east, {point.north_m:.2f} m north"
    lobes = f"side lobes {along.peak_side_lobe:.1f} dB; east-west {across.width:.3f} m, {across.peak_side_lobe:.1f} dB"
    said = [
        ("image", f"{report.rows:,} x {report.columns:,} pixels{echoes}{at}"),
        ("formed", report.method),
        ("motion", report.focus),
        ("strongest point", f"{where}: north-south {along.width:.3f} m wide, {lobes}"),
    ]
    if report.expected_north_south_m is not None:
        widths = f"{report.expected_north_south_m:.3f} m north-south, {report.expected_east_west_m:.3f} m east-west"
        said.append(("by theory", f"a point without weights is {widths} wide"))
    measured = (
        f"entropy {whole.entropy:.3f}, contrast {whole.contrast:.2f}, noise floor {whole.noise_floor:.1f} dB, "
        f"peak {whole.peak:.1f} dB"
    )
    return [*said, ("whole image", measured)]


def kept_words(kept: Kept | None) -> str:
    """Say where in an archive an image went."""
    if kept is None:
        return ""
    return f", image {kept.image} of {'the new ' if kept.mission_is_new else ''}mission {kept.mission}"


def in_words(report: ImageReport) -> str:
    """Say it for people."""
    (_, image), *rest = figures_of(report)
    return "\n".join(
        [
            f"{report.output}{kept_words(report.kept)}: {image}",
            *(f"{name}: {said}" for name, said in rest),
            marking_words(report.marking, simulated=report.simulated),
        ]
    )
