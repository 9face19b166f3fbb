"""Images that lie beside a recording: kept with its mission, so that the page can show them."""

from pathlib import Path

from structlog.typing import FilteringBoundLogger

from sidelook.archive import Archive
from sidelook.errors import InputError, StorageError, UsageError
from sidelook.mission.image_keeping import keep_image
from sidelook.mission.kept_truth import RECORDING
from sidelook.model.image import Wanted
from sidelook.timescale import Clock

IMAGE = "image-"
MOST_PIXELS = 400_000_000


def image_name(stem: str, job: int, number: int) -> str:
    """Name the file of an image, the ``number``-th from 0 of a job, beside the recording of a stem."""
    return f"{stem}{IMAGE}{job:02d}-{number + 1:03d}.tif"


def images_beside(recording: Path) -> tuple[Path, ...]:
    """Find the images that ``sidelook simulate`` wrote with a recording, by name."""
    if not recording.name.endswith(RECORDING):
        return ()
    stem = recording.name.removesuffix(RECORDING)
    return tuple(sorted(path for path in recording.parent.glob("*.tif") if path.name.startswith(stem + IMAGE)))


def keep_images(
    paths: tuple[Path, ...], archive: Archive, mission: int, clock: Clock, log: FilteringBoundLogger
) -> int:
    """Keep images with a mission; one that cannot be read is said and left out.

    Returns
    -------
    images kept
    """
    from sidelook.formats.rasters import read_raster  # noqa: PLC0415 - most recordings have no images

    kept = 0
    for path in paths:
        try:
            with path.open("rb") as file:
                image = read_raster(file, source=path.name, wanted=Wanted(most_pixels=MOST_PIXELS))
            keep_image(archive, mission, image, path.name, clock)
        except (InputError, UsageError, StorageError, OSError) as error:
            log.warning("an image beside the recording is not kept", file=path.name, reason=str(error))
        else:
            kept += 1
    if kept:
        log.info("images beside the recording are kept, and the page can show them", images=kept)
    return kept
