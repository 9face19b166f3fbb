"""``sidelook change``: two passes over one place, as echoes or as images that exist, and where the second differs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from pathlib import Path
from typing import Literal

import numpy as np

from sidelook.errors import InputError, UsageError
from sidelook.mission.forming import discard_parts
from sidelook.mission.image import ImageOptions, check_output, exists, form_of, read
from sidelook.mission.image_reading import laid_in, read_histories
from sidelook.mission.image_writing import DYNAMIC_DB, decibels, said_of, write_image, written_beside
from sidelook.mission.remote import Source
from sidelook.mission.reporting import answer, marking_words
from sidelook.model.image import SarImage
from sidelook.model.origin import join_origins
from sidelook.release import highest_marking
from sidelook.sar.change import ChangeMap, ChangeSettings, coherent_change, intensity_change
from sidelook.sar.laying import ApartError, lay_onto
from sidelook.sar.multilook import independent_share
from sidelook.sar.registration import Shift, register
from sidelook.sar.speckle import measure_speckle

LOOKS = 25.0
FINE = 0.2  # m, of pixels of images that are formed, where nothing is said
DECIBELS = 10.0 / np.log(10.0)  # to a natural logarithm
LEAST_COHERENCE = 0.3  # of most of the ground: below it, what changed does not stand out
KNOWN = (".png", ".tif", ".tiff")
CHANGED, DARKER = (0.902, 0.624, 0.0), (0.337, 0.706, 0.914)
"""Red, green, blue, 0 to 1, of what changed or came, and of what went (Okabe and Ito, Color Universal Design, 2008)."""


class IncoherentPassesError(InputError):
    """Most of the ground has another phase in the second pass: of change nothing can be said.

    Attributes
    ----------
    coherence : of most of the ground
    """

    def __init__(self, coherence: float) -> None:
        super().__init__(
            f"the passes have a coherence of {coherence:.2f} where {LEAST_COHERENCE:g} is needed: they were flown too "
            "differently, or all of the ground has changed; compare passes along one path"
        )
        self.coherence = coherence


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReport:
    """What changed.

    Attributes
    ----------
    output : the file
    compared : by phase, where both are echoes, or by brightness
    changed : share of what could be compared
    brighter, darker : shares that came and went; None by phase
    by_chance : share of unchanged ground that is called changed
    coherence : of the ground that did not change; None by brightness
    threshold : coherence below which ground is called changed, or decibels beyond which it is
    shift_north_m, shift_east_m : that the second image was off, and moved by
    simulated, marking : as of both
    """

    output: str
    compared: Literal["phase", "brightness"]
    changed: float
    brighter: float | None
    darker: float | None
    by_chance: float
    coherence: float | None
    threshold: float
    shift_north_m: float
    shift_east_m: float
    simulated: bool
    marking: str


def report_change(
    passes: tuple[Sequence[Source], Sequence[Source]],
    output: Path,
    options: ImageOptions,
    *,
    overwrite: bool = False,
    as_json: bool = False,
) -> None:
    """Lay a second pass on a first, and show where it is no longer the same: by phase, or by brightness of images.

    Parameters
    ----------
    passes : before and after: files of phase history, or an image each
    output : .png the second image with what changed in orange (what went, of images, in blue); .tif on the map: the
        coherence, or the second's brightness over the first's, as a ratio of amplitudes
    options : how the images are formed
    overwrite : replace a file that is there
    as_json : answer with JSON

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    check_output(output, overwrite=overwrite, known=KNOWN)
    kinds = {exists(inputs) for inputs in passes}
    if len(kinds) > 1:
        message = "one pass is an image, the other echoes: give two of a kind, or form an image of the echoes first"
        raise UsageError(message)
    compared = compare_images(passes, options) if kinds == {True} else compare_echoes(passes, output, options)
    write_change(compared, output)
    report = report_of(compared, output)
    answer(report, in_words(report), as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two images that were compared.

    Attributes
    ----------
    second : laid on the first, under the marking of both
    change : what was found; ``settings`` : how
    shift : that was taken out of the second
    coherent : compared by phase
    """

    second: SarImage
    change: ChangeMap
    settings: ChangeSettings
    shift: Shift
    coherent: bool


def compare_echoes(passes: tuple[Sequence[Source], Sequence[Source]], output: Path, options: ImageOptions) -> Compared:
    """Form two passes on one grid, and compare their phases."""
    supplied = options.focus == "supplied"
    options = replace(options, spacing=options.spacing or FINE)
    before, after = (read_histories(inputs, options.said, autofocus=supplied) for inputs in passes)
    if before.frame is not None:
        after = laid_in(after, before.frame)
    images = []
    for history in (before, after):
        images.append(form_of(history, output, options).image)
        discard_parts(output)
    first, (second, shift) = images[0], register(*images)
    share = min(independent_share(image) for image in images)
    settings = ChangeSettings(window=window_for(share), independent_share=share)
    change = coherent_change(first, second, settings)
    if change.unchanged < LEAST_COHERENCE:
        raise IncoherentPassesError(change.unchanged)
    return Compared(second=joined(images, second), change=change, settings=settings, shift=shift, coherent=True)


def compare_images(passes: tuple[Sequence[Source], Sequence[Source]], options: ImageOptions) -> Compared:
    """Read two images that exist, lay the second on the pixels of the first, and compare their brightness."""
    images = [read(inputs, options).image for inputs in passes]
    coarser = max(image.grid.row_spacing for image in images)
    # A much finer one is read again with the pixels of the other.
    images = [
        image if image.grid.row_spacing > 0.9 * coarser else read(inputs, replace(options, spacing=coarser)).image
        for image, inputs in zip(images, passes, strict=True)
    ]
    first = images[0]
    if first.frame is None:
        message = "the first image does not say where on earth it lies"
        raise ApartError(message)
    second, shift = register(first, lay_onto(images[1], first.grid, first.frame))
    speckles = [measure_speckle(image) for image in (first, second)]
    looks, share = (min(getattr(speckle, name) for speckle in speckles) for name in ("looks", "independent_share"))
    settings = ChangeSettings(window=window_for(share * looks), looks=looks, independent_share=share)
    change = intensity_change(first, second, settings)
    return Compared(second=joined(images, second), change=change, settings=settings, shift=shift, coherent=False)


def joined(images: Sequence[SarImage], second: SarImage) -> SarImage:
    """Give the second image the marking of both."""
    origin = join_origins([image.origin for image in images])
    return replace(second, origin=origin, processing=(*second.processing, "change against a first image"))


def write_change(compared: Compared, output: Path) -> None:
    """Write the picture, or the measure on the map."""
    second, change = compared.second, compared.change
    if output.suffix.lower() == ".png":
        write_overlay(second, change, output)
        return
    measure = change.measure if compared.coherent else np.exp(0.5 * change.measure)
    said = "coherence" if compared.coherent else "amplitude over that of the first image"
    pixels = np.nan_to_num(measure).astype(np.float32)
    write_image(replace(second, pixels=pixels, processing=(*second.processing, said)), output)


def window_for(share: float) -> int:
    """Give the side, pixels, of a window of ``LOOKS`` independent ones: with fewer, changed ground looks coherent."""
    return 2 * ceil(0.5 * (sqrt(LOOKS / share) - 1.0)) + 1


def write_overlay(image: SarImage, change: ChangeMap, output: Path) -> None:
    """Write decibels as greys, north up, what changed in colours, with the marking in the file's text."""
    from matplotlib.image import imsave  # noqa: PLC0415 - half a second, where it is wanted

    level, white = decibels(image.amplitude)
    grey = np.clip((level - white) / DYNAMIC_DB + 1.0, 0.0, 1.0)
    colours = np.repeat(grey[:, :, None], 3, axis=2)
    fainter = change.changed & np.isnan(change.unchanged) & (change.measure < 0.0)
    for changed, colour in ((change.changed & ~fainter, CHANGED), (fainter, DARKER)):
        colours[changed] = (0.35 + 0.65 * grey[changed])[:, None] * np.array(colour)
    notes = {"Comment": said_of(image), "Software": "Sidelook"}
    with written_beside(output, "writing an image") as written:
        imsave(written, colours[::-1], metadata=notes)


def report_of(compared: Compared, output: Path) -> ChangeReport:
    """Say what changed."""
    change, shift, image = compared.change, compared.shift, compared.second
    whole = max(int(np.isfinite(change.measure).sum()), 1)
    changed = change.changed
    came, went = (round(float((changed & side).sum() / whole), 5) for side in (change.measure > 0, change.measure < 0))
    coherent = compared.coherent
    return ChangeReport(
        output=str(output),
        compared="phase" if coherent else "brightness",
        changed=round(float(changed.sum() / whole), 5),
        brighter=None if coherent else came,
        darker=None if coherent else went,
        by_chance=compared.settings.false_change_rate,
        coherence=round(change.unchanged, 3) if coherent else None,
        threshold=round(change.threshold if coherent else DECIBELS * change.threshold, 3),
        shift_north_m=round(shift.rows * image.grid.row_spacing, 3),
        shift_east_m=round(shift.columns * image.grid.column_spacing, 3),
        simulated=image.origin.simulated,
        marking=highest_marking(change.origins).text,
    )


def in_words(report: ChangeReport) -> str:
    """Say it for people."""
    how = (
        f"coherence of unchanged ground {report.coherence:.2f}, changed below {report.threshold:.2f}"
        if report.coherence is not None
        else f"{report.brighter:.2%} brighter, {report.darker:.2%} darker, by more than {report.threshold:.1f} dB"
    )
    return (
        f"{report.output}: {report.changed:.2%} of the ground has changed, {report.by_chance:.2%} by chance\n"
        f"{how}; the second image was {report.shift_north_m:.2f} m north and {report.shift_east_m:.2f} m east of the "
        "first\n"
        f"{marking_words(report.marking, simulated=report.simulated)}"
    )
