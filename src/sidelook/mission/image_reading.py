"""Reading what a radar image is made of, or one that exists; and saying of it what its files do not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, TypeVar

import numpy as np

from sidelook.errors import InputError, SidelookError, UsageError
from sidelook.formats.gotcha import read_gotcha
from sidelook.geometry.frames import LocalFrame, ecef_to_enu, enu_to_ecef
from sidelook.mission.remote import RemoteError, Source
from sidelook.model.echoes import PhaseHistory, concatenate_histories
from sidelook.model.image import Aperture, SarImage, Wanted
from sidelook.model.origin import Classification, read_classification
from sidelook.timescale import parse_utc

IMAGES = (".nitf", ".ntf", ".sicd", ".sidd", ".tif", ".tiff")
"""Suffixes of images that exist; everything else is taken for phase history."""

MOST_SAMPLES = 1_000_000_000
"""Of echoes that are held: 8 GB."""

CPHD = b"CPHD/"
"""How such a file begins."""

ASSUMED_SPEED = 100.0
"""m/s, of an antenna whose record has no times."""

Said = TypeVar("Said", PhaseHistory, SarImage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sayings:
    """What the user says where files say nothing.

    Attributes
    ----------
    centre : latitude and longitude of the scene reference, degrees; where the echoes have a place, of the image
    begin : of the collection, ns UTC
    marking : of what is read
    owner : of that marking: a country's or organisation's code as the standard of markings has it (ISM, "DEU", "NATO")
    image : number of one among several in a file, from 1 on
    channel, pulses : of a CPHD; the reference channel and all pulses where nothing is said
    """

    centre: tuple[float, float] | None = None
    begin: int | None = None
    marking: Classification | None = None
    owner: str | None = None
    image: int | None = None
    channel: str | None = None
    pulses: tuple[int, int | None] = (0, None)


def read_sayings(words: Sequence[str]) -> Sayings:
    """Read ``LAT,LON`` and what has a name, in any order.

    Parameters
    ----------
    words : ``begin=TIME``, ``marking=WORD``, ``owner=CODE``, ``image=N``, ``channel=NAME``, ``pulses=FIRST:LAST``

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
        elif key == "owner":
            said = replace(said, owner=value.strip().upper())
        elif key == "image":
            said = replace(said, image=_read_number(value))
        elif key == "channel":
            said = replace(said, channel=value)
        elif key == "pulses":
            said = replace(said, pulses=_read_pulses(value))
        else:
            message = (
                f"--say {word}: say center=LAT,LON, begin=2008-03-01T12:00:00Z, marking=UNCLASSIFIED, owner=DEU, "
                "image=2, channel=NAME or pulses=0:1000"
            )
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


def _read_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        message = f"image={text}: give the number of one, from 1 on"
        raise UsageError(message)
    return int(text)


def _read_pulses(text: str) -> tuple[int, int | None]:
    first, _, last = text.partition(":")
    try:
        wanted = int(first or 0), int(last) if last else None
    except ValueError:
        wanted = -1, None
    if ":" not in text or wanted[0] < 0 or (wanted[1] is not None and wanted[1] <= wanted[0]):
        message = f"pulses={text}: give the first and the one after the last, such as 0:1000 or 5000:"
        raise UsageError(message)
    return wanted


def read_histories(inputs: Sequence[Source], said: Sayings, *, autofocus: bool) -> PhaseHistory:
    """Read phase histories, join them in the order given, and add what the user says of them."""
    parts = []
    for path in inputs:
        try:
            with path.open("rb") as file:
                parts.append(marked(_read_echoes(file, path.name, said, autofocus=autofocus), said))
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror or error}"
            raise InputError(message) from error
        except RemoteError:  # says where
            raise
        except InputError as error:
            message = f"{path}: {error}"
            raise InputError(message) from error
    history = concatenate_histories(parts)
    if history.begin is None and said.begin is not None:
        history = replace(history, begin=said.begin)
    return history if said.centre is None else centred(history, said.centre)


def centred(history: PhaseHistory, centre: tuple[float, float]) -> PhaseHistory:
    """Give echoes the scene reference at latitude and longitude, degrees: there it lies, or it is moved to there."""
    latitude, longitude = (float(angle) for angle in np.radians(centre))
    height = 0.0 if history.frame is None else history.frame.height
    return laid_in(history, LocalFrame(latitude=latitude, longitude=longitude, height=height))


def laid_in(history: PhaseHistory, frame: LocalFrame) -> PhaseHistory:
    """Give echoes another frame: what they are of stays where it is, unless it was nowhere."""
    if history.frame is None:
        return replace(history, frame=frame)
    receive = ecef_to_enu(enu_to_ecef(history.receive, history.frame), frame)
    same = history.transmit is history.receive
    transmit = receive if same else ecef_to_enu(enu_to_ecef(history.transmit, history.frame), frame)
    return replace(history, frame=frame, receive=receive, transmit=transmit)


def _read_echoes(file: BinaryIO, source: str, said: Sayings, *, autofocus: bool) -> PhaseHistory:
    begin = file.read(len(CPHD))
    file.seek(0)
    if begin != CPHD:
        return read_gotcha(file, source=source, autofocus=autofocus)
    from sidelook.formats.cphd_reading import CphdPart, read_cphd  # noqa: PLC0415 - a second, where it is wanted

    part = CphdPart(channel=said.channel, first=said.pulses[0], last=said.pulses[1])
    return read_cphd(file, source=source, most_samples=MOST_SAMPLES, part=part)


def timed(history: PhaseHistory) -> PhaseHistory:
    """Give pulses without times those of a flight at ``ASSUMED_SPEED``."""
    if np.isfinite(history.time).all():
        return history
    step = np.linalg.norm(np.diff(history.receive, axis=0), axis=1)
    return replace(history, time=np.concatenate([[0.0], np.cumsum(step)]) / ASSUMED_SPEED)


def read_image(inputs: Sequence[Source], said: Sayings, wanted: Wanted) -> SarImage:
    """Read an image that exists, or the part of it that is wanted, and lay it on the map.

    Raises
    ------
    UsageError, InputError
    """
    if len(inputs) != 1:
        message = f"{len(inputs)} images were given: take one at a time"
        raise UsageError(message)
    try:
        with inputs[0].open("rb") as file:
            return marked(_read(file, inputs[0], replace(wanted, number=said.image)), said)
    except OSError as error:
        message = f"{inputs[0]} cannot be read: {error.strerror or error}"
        raise InputError(message) from error


def _read(file: BinaryIO, path: Source, wanted: Wanted) -> SarImage:
    """Read a SICD or SIDD by what it says of itself, and every other image by its georeference."""
    from sidelook.formats.nitf_kind import kind_of_nitf  # noqa: PLC0415 - with the rest, where it is wanted

    kind = kind_of_nitf(file, source=path.name)
    if kind == "SIDD":  # first: it may say of which SICD it is made
        from sidelook.formats.sidd_reading import read_sidd  # noqa: PLC0415 - a second, where it is wanted

        return read_sidd(file, source=path.name, wanted=wanted)
    if wanted.number not in (None, 1):
        message = f"{path.name} holds one image, not {wanted.number}: leave --say image={wanted.number} out"
        raise UsageError(message)
    if kind == "SICD":
        from sidelook.formats.sicd_reading import read_sicd  # noqa: PLC0415 - likewise

        return read_sicd(file, source=path.name, wanted=wanted)
    from sidelook.formats.rasters import read_raster  # noqa: PLC0415 - likewise

    return read_raster(file, source=path.name, wanted=wanted)


def marked(what: Said, said: Sayings) -> Said:
    """Give it the marking that the user says it bears, and whose marking that is, where none could be read."""
    origin = what.origin
    if said.marking is not None and origin.classification is Classification.UNREAD:
        origin = replace(origin, classification=said.marking)
    if said.owner is not None and not origin.nationality:
        origin = replace(origin, nationality=said.owner)
    return what if origin is what.origin else replace(what, origin=origin)


def aperture_of(history: PhaseHistory) -> Aperture:
    """Give the aperture of a phase history; where it has no times, as if it was flown at ``ASSUMED_SPEED``."""
    time = timed(history).time
    top = history.frequency_start + (history.samples.shape[1] - 1) * history.frequency_step
    return Aperture(
        time=time - time[0],
        places=0.5 * (history.transmit + history.receive),
        band=(history.frequency_start, top),
    )
