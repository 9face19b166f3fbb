"""Reading what a radar image is made of, or one that exists; and saying of it what its files do not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np

from sidelook.errors import InputError, SidelookError, UsageError
from sidelook.formats.gotcha import read_gotcha
from sidelook.geometry.frames import LocalFrame
from sidelook.model.echoes import PhaseHistory, concatenate_histories
from sidelook.model.image import Aperture, SarImage
from sidelook.model.origin import Classification, read_classification
from sidelook.timescale import parse_utc

IMAGES = (".nitf", ".ntf", ".sicd", ".tif", ".tiff")
"""Suffixes of images that exist; everything else is taken for phase history."""

ASSUMED_SPEED = 100.0
"""m/s, of an antenna whose record has no times."""

Said = TypeVar("Said", PhaseHistory, SarImage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sayings:
    """What the user says where files say nothing.

    Attributes
    ----------
    centre : latitude and longitude of the scene reference, degrees
    begin : of the collection, ns UTC
    marking : of what is read
    """

    centre: tuple[float, float] | None = None
    begin: int | None = None
    marking: Classification | None = None


def read_sayings(words: Sequence[str]) -> Sayings:
    """Read ``LAT,LON``, ``begin=TIME`` and ``marking=WORD``, in any order.

    Raises
    ------
    UsageError
    """
    said = Sayings()
    for word in words:
        key, _, value = word.partition("=")
        if "=" not in word:
            said = replace(said, centre=read_centre(word))
        elif key == "center":
            said = replace(said, centre=read_centre(value))
        elif key == "begin":
            said = replace(said, begin=_read_time(value))
        elif key == "marking":
            said = replace(said, marking=_read_marking(value))
        else:
            message = f"--say {word}: say center=LAT,LON, begin=2008-03-01T12:00:00Z or marking=UNCLASSIFIED"
            raise UsageError(message)
    return said


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


def _read_time(text: str) -> int:
    try:
        return parse_utc(text)
    except (ValueError, SidelookError) as error:
        message = f"begin={text} is no time: write 2008-03-01T12:00:00Z"
        raise UsageError(message) from error


def _read_marking(text: str) -> Classification:
    level = read_classification(text)
    if level is Classification.UNREAD:
        known = ", ".join(level.words for level in Classification if level is not Classification.UNREAD)
        message = f"marking={text} is none of {known}"
        raise UsageError(message)
    return level


def read_histories(inputs: Sequence[Path], said: Sayings, *, autofocus: bool) -> PhaseHistory:
    """Read phase histories, join them in the order given, and add what the user says of them."""
    parts = []
    for path in inputs:
        try:
            with path.open("rb") as file:
                parts.append(read_gotcha(file, source=path.name, autofocus=autofocus))
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror or error}"
            raise InputError(message) from error
        except InputError as error:
            message = f"{path}: {error}"
            raise InputError(message) from error
    history = marked(concatenate_histories(parts), said)
    if history.begin is None and said.begin is not None:
        history = replace(history, begin=said.begin)
    if said.centre is None:
        return history
    latitude, longitude = np.radians(said.centre)
    return replace(history, frame=LocalFrame(latitude=float(latitude), longitude=float(longitude)))


def read_image(inputs: Sequence[Path], said: Sayings, spacing: float | None, most_pixels: int) -> SarImage:
    """Read an image that exists, and lay it on the map.

    Raises
    ------
    UsageError, InputError
    """
    if len(inputs) != 1:
        message = f"{len(inputs)} images were given: take one at a time"
        raise UsageError(message)
    try:
        with inputs[0].open("rb") as file:
            return marked(_read(file, inputs[0], spacing, most_pixels), said)
    except OSError as error:
        message = f"{inputs[0]} cannot be read: {error.strerror or error}"
        raise InputError(message) from error


def _read(file: BinaryIO, path: Path, spacing: float | None, most_pixels: int) -> SarImage:
    """Read a SICD by what it says of itself, and every other image by its georeference."""
    from sidelook.formats.sicd_reading import is_sicd, map_image, read_sicd  # noqa: PLC0415 - a second, where wanted

    if is_sicd(file):
        return map_image(read_sicd(file, source=path.name, most_pixels=most_pixels), spacing)
    from sidelook.formats.rasters import read_raster  # noqa: PLC0415 - likewise

    return read_raster(file, source=path.name, most_pixels=most_pixels, spacing=spacing)


def marked(what: Said, said: Sayings) -> Said:
    """Give it the marking that the user says it bears, where none could be read."""
    if said.marking is None or what.origin.classification is not Classification.UNREAD:
        return what
    return replace(what, origin=replace(what.origin, classification=said.marking))


def aperture_of(history: PhaseHistory) -> Aperture:
    """Give the aperture of a phase history; where it has no times, as if it was flown at ``ASSUMED_SPEED``."""
    time = history.time
    if not np.isfinite(time).all():
        step = np.linalg.norm(np.diff(history.receive, axis=0), axis=1)
        time = np.concatenate([[0.0], np.cumsum(step)]) / ASSUMED_SPEED
    top = history.frequency_start + (history.samples.shape[1] - 1) * history.frequency_step
    return Aperture(
        time=time - time[0],
        places=0.5 * (history.transmit + history.receive),
        band=(history.frequency_start, top),
    )
