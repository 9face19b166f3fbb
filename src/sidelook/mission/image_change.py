"""``sidelook change``: two passes over one place become two images, and where the second differs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from pathlib import Path

import numpy as np

from sidelook.errors import InputError
from sidelook.mission.forming import discard_parts
from sidelook.mission.image import ImageOptions, check_output, form_of
from sidelook.mission.image_reading import laid_in, read_histories
from sidelook.mission.image_writing import DYNAMIC_DB, decibels, said_of, write_image, written_beside
from sidelook.mission.remote import Source
from sidelook.mission.reporting import answer, marking_words
from sidelook.model.image import SarImage
from sidelook.model.origin import join_origins
from sidelook.release import highest_marking
from sidelook.sar.change import ChangeMap, ChangeSettings, coherent_change
from sidelook.sar.multilook import independent_share
from sidelook.sar.registration import Shift, register

LOOKS = 25.0
LEAST_COHERENCE = 0.3  # of most of the ground: below it, what changed does not stand out
KNOWN = (".png", ".tif", ".tiff")
CHANGED = (0.902, 0.624, 0.0)
"""Red, green, blue, 0 to 1, of what changed (orange of Okabe and Ito, Color Universal Design, 2008)."""


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
    changed : share of what could be compared
    by_chance : share of unchanged ground that is called changed
    coherence : of the ground that did not change
    threshold : coherence below which ground is called changed
    shift_north_m, shift_east_m : that the second image was off, and moved by
    simulated, marking : as of both
    """

    output: str
    changed: float
    by_chance: float
    coherence: float
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
    """Form two passes on one grid, lay the second on the first, and show where the phase is no longer the same.

    Parameters
    ----------
    passes : files of phase history, before and after
    output : .png the second image with what changed in orange, .tif the coherence on the map
    options : how the images are formed
    overwrite : replace a file that is there
    as_json : answer with JSON

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    check_output(output, overwrite=overwrite, known=KNOWN)
    supplied = options.focus == "supplied"
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
    origin = join_origins([image.origin for image in images])
    second = replace(second, origin=origin, processing=(*second.processing, "change against a first image"))
    if output.suffix.lower() == ".png":
        write_overlay(second, change, output)
    else:
        coherence = np.nan_to_num(change.measure).astype(np.float32)
        write_image(replace(second, pixels=coherence, processing=(*second.processing, "coherence")), output)
    report = report_of(change, shift, settings, second, output)
    answer(report, in_words(report), as_json=as_json)


def window_for(share: float) -> int:
    """Give the side, pixels, of a window of ``LOOKS`` independent ones: with fewer, changed ground looks coherent."""
    return 2 * ceil(0.5 * (sqrt(LOOKS / share) - 1.0)) + 1


def write_overlay(image: SarImage, change: ChangeMap, output: Path) -> None:
    """Write decibels as greys, north up, what changed in orange, with the marking in the file's text."""
    from matplotlib.image import imsave  # noqa: PLC0415 - half a second, where it is wanted

    level, white = decibels(image.amplitude)
    grey = np.clip((level - white) / DYNAMIC_DB + 1.0, 0.0, 1.0)
    colours = np.repeat(grey[:, :, None], 3, axis=2)
    colours[change.changed] = (0.35 + 0.65 * grey[change.changed])[:, None] * np.array(CHANGED)
    notes = {"Comment": said_of(image), "Software": "Sidelook"}
    with written_beside(output, "writing an image") as written:
        imsave(written, colours[::-1], metadata=notes)


def report_of(change: ChangeMap, shift: Shift, settings: ChangeSettings, image: SarImage, output: Path) -> ChangeReport:
    """Say what changed."""
    compared = np.isfinite(change.measure)
    return ChangeReport(
        output=str(output),
        changed=round(float(change.changed.sum() / max(int(compared.sum()), 1)), 5),
        by_chance=settings.false_change_rate,
        coherence=round(change.unchanged, 3),
        threshold=round(change.threshold, 3),
        shift_north_m=round(shift.rows * image.grid.row_spacing, 3),
        shift_east_m=round(shift.columns * image.grid.column_spacing, 3),
        simulated=image.origin.simulated,
        marking=highest_marking(change.origins).text,
    )


def in_words(report: ChangeReport) -> str:
    """Say it for people."""
    return (
        f"{report.output}: {report.changed:.2%} of the ground has changed, {report.by_chance:.2%} by chance\n"
        f"coherence of unchanged ground {report.coherence:.2f}, changed below {report.threshold:.2f}; the second image "
        f"was {report.shift_north_m:.2f} m north and {report.shift_east_m:.2f} m east of the first\n"
        f"{marking_words(report.marking, simulated=report.simulated)}"
    )
