"""Radar images go to an archive: with the mission that was flown then, or as a mission of their own."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidelook.archive import Archive, KeptImage, MissionKind, MissionSummary
from sidelook.archive.catalog import FILE_NAME
from sidelook.errors import UsageError
from sidelook.mission.image_writing import corner_pixels, degrees_of, white_of, write_geotiff
from sidelook.model.image import SarImage
from sidelook.model.origin import Classification
from sidelook.timescale import Clock

NS = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where an image went: its number, and that of its mission, which may have begun with it."""

    image: int
    mission: int
    mission_is_new: bool


def is_archive(output: Path) -> bool:
    """Tell an archive's folder from a file to write, by its name."""
    return output.suffix == "" or output.is_dir()


def check_archive(folder: Path) -> None:
    """Refuse, before any work, a folder of other things, or a file."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / FILE_NAME).exists():
        message = f"{folder} holds other things and no archive: name an archive's folder, or a new one"
        raise UsageError(message)
    if folder.exists() and not folder.is_dir():
        message = f"{folder} is a file: name an archive's folder, or give the output one of the known endings"
        raise UsageError(message)


def refuse_unkeepable(image: SarImage) -> None:
    """Refuse what an archive could not find again, or not give to anyone: without a place, a time or a marking."""
    missing = ["--center 39.78,-84.10"] if image.frame is None else []
    missing += ["--say begin=2008-03-01T12:00:00Z"] if image.begin is None else []
    missing += ["--say marking=UNCLASSIFIED"] if image.origin.classification is Classification.UNREAD else []
    if missing:
        message = f"the input does not say what an archive must know: add {' '.join(missing)}"
        raise UsageError(message)


def keep_in(folder: Path, image: SarImage, name: str, clock: Clock) -> Kept:
    """Open an archive, made where there is none, and keep an image in it.

    Raises
    ------
    UsageError : the image lacks what an archive must know
    ArchiveLockedError, StorageError
    """
    refuse_unkeepable(image)
    with Archive.open(folder, "write") as archive:
        mission = mission_of(archive.missions(), image)
        if mission is not None:
            return keep_image(archive, mission.mission, image, name, clock)
        kind: MissionKind = "simulation" if image.origin.simulated else "recording"
        writer = archive.begin_mission(name, kind=kind, received=clock.now())
        writer.end(clock.now())
        kept = keep_image(archive, writer.mission, image, name, clock)
        return Kept(image=kept.image, mission=kept.mission, mission_is_new=True)


def keep_image(archive: Archive, mission: int, image: SarImage, name: str, clock: Clock) -> Kept:
    """Keep an image with a mission."""
    entry = entry_of(image, mission, name)
    number = archive.keep_image(entry, received=clock.now(), write=lambda path: write_geotiff(image, path))
    return Kept(image=number, mission=mission, mission_is_new=False)


def mission_of(missions: tuple[MissionSummary, ...], image: SarImage) -> MissionSummary | None:
    """Find the mission that was flown when an image was taken, the latest where there are several."""

    def flown(mission: MissionSummary) -> bool:
        span = mission.begin, mission.end
        return image.begin is not None and None not in span and span[0] <= image.begin <= span[1]  # type: ignore[operator]

    return next(filter(flown, reversed(missions)), None)


def entry_of(image: SarImage, mission: int, name: str) -> KeptImage:
    """Say what an archive is to know of an image."""
    refuse_unkeepable(image)
    assert image.begin is not None  # noqa: S101 - refused above
    corners = np.radians(degrees_of(image, corner_pixels(image.grid)))
    known = np.isfinite(image.centre_frequency) and image.centre_frequency > 0.0
    return KeptImage(
        mission=mission,
        name=name,
        begin=image.begin,
        end=end_of(image, image.begin),
        corners=tuple((float(latitude), float(longitude)) for latitude, longitude in corners),
        shape=image.grid.shape,
        spacing=(image.grid.row_spacing, image.grid.column_spacing),
        centre_frequency=float(image.centre_frequency) if known else None,
        processing=image.processing,
        white_db=white_of(image),
        origin=image.origin,
    )


def end_of(image: SarImage, begin: int) -> int:
    """Tell when the collection of an image ended, ns UTC: at its begin where nothing says it."""
    if image.end is not None:
        return max(image.end, begin)
    aperture = image.aperture
    return begin if aperture is None else begin + max(round(float(aperture.time[-1]) * NS), 0)
