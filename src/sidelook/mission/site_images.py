"""What stands at sites, counted in the images that an archive keeps of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sidelook.archive import Archive, KeptImage, MissionSummary, Window
from sidelook.geometry.flat import flat, inside
from sidelook.geometry.frames import enu_to_geodetic
from sidelook.mission.image import MOST_HELD
from sidelook.mission.reporting import progress
from sidelook.mission.vehicle_count import held_against
from sidelook.model.columns import Flags, Floats
from sidelook.model.image import Chip, OutsideImageError, SarImage, Wanted
from sidelook.model.origin import Origin, merge_origins
from sidelook.model.places import PlaceKind, Places
from sidelook.model.stock import ImageCount
from sidelook.release import OPERATOR_HERE, release_origins
from sidelook.sar.speckle import NoSpeckleError
from sidelook.sar.vehicles import find_vehicles

MARGIN = 60.0  # m about a site that are read with it: the ground beside vehicles tells what stands out
LEAST_SHARE = 0.2  # of a site, of which an image shows less says too little
GRID = 64  # places to a side at which it is looked how much of a site an image shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """How likely a vehicle that stands in view is found in an image.

    Attributes
    ----------
    probability : 0 to 1; ``error`` : its standard deviation
    """

    probability: float
    error: float


def count_in_images(
    archive: Archive,
    missions: Sequence[MissionSummary],
    places: Places,
    detection: Detection,
    window: Window | None = None,
) -> ImageCount:
    """Count what stands at each site in each image of some missions.

    Raises
    ------
    InputError, StorageError, ReleaseRefusedError
    """
    numbers = {one.mission for one in missions}
    images = [
        image
        for image in archive.images()
        if image.mission in numbers and (window is None or window[0] <= image.begin < window[1])
    ]
    release_origins([image.origin for image in images], OPERATOR_HERE, "images").refuse_if_withheld()
    sites = [place for place in range(len(places)) if places.kind[place] == PlaceKind.SITE]
    rows: list[tuple[int, int, int, float, float, Origin]] = []
    with progress("Counting", len(images), "images") as advance:
        for image in images:
            advance(1)
            for site in sites:
                found = count_at(archive, image, places, site)
                if found is not None:
                    rows.append((site, image.begin, *found, image.origin))
    return as_counts(rows, detection)


def count_at(archive: Archive, image: KeptImage, places: Places, site: int) -> tuple[int, float, float] | None:
    """Count what stands at a site in one image.

    Returns
    -------
    things of a vehicle's size, false ones among them at most over even ground, and share of the site in the image; None
    where it shows too little of the site
    """
    try:
        part, ring = part_about(archive, image, places, site)
        middle = middle_of(places, site)
        share = share_shown(part, ring, middle)
        if share < LEAST_SHARE:
            return None
        vehicles, _ = find_vehicles(part, held_against(part))
    except (OutsideImageError, NoSpeckleError):
        return None
    counted = within(part, np.stack([vehicles.east, vehicles.north], axis=-1), ring, middle)
    false = vehicles.false_alarms_per_km2 * share * area_of(ring) / 1e6
    return int(counted.sum()), false, share


def middle_of(places: Places, site: int) -> tuple[float, float]:
    """Give latitude and longitude, rad, of the middle of a site's corners."""
    latitude, longitude = places.outline(site)
    return float(latitude[:-1].mean()), float(longitude[:-1].mean())


def part_about(archive: Archive, image: KeptImage, places: Places, site: int) -> tuple[SarImage, Floats]:
    """Read the part of an image about a site, and lay the site's outline out on it.

    Returns
    -------
    the part, whose reference is the middle of the site; and (K, 2) corners east and north of that, m

    Raises
    ------
    OutsideImageError
    """
    from sidelook.formats.rasters import read_raster  # noqa: PLC0415 - half a second, where it is wanted

    middle = middle_of(places, site)
    ring = flat(*places.outline(site), middle)
    side = 2.0 * (float(np.abs(ring).max()) + MARGIN)
    wanted = Wanted(chip=Chip(place=middle, size=side), most_pixels=MOST_HELD)
    with archive.open_image(image.number) as file:
        return read_raster(file, source=image.name, wanted=wanted), ring


def within(image: SarImage, places: Floats, ring: Floats, middle: tuple[float, float]) -> Flags:
    """Tell which places, (N, 2) east and north of an image's reference, m, lie in a ring about a middle."""
    assert image.frame is not None  # noqa: S101 - it was read as a part of the map
    level = np.concatenate([places, np.zeros((len(places), 1))], axis=-1)
    latitude, longitude, _ = enu_to_geodetic(level, image.frame)
    return inside(ring, flat(latitude, longitude, middle))


def share_shown(image: SarImage, ring: Floats, middle: tuple[float, float]) -> float:
    """Give the share of a site that an image shows."""
    rows, columns = (np.linspace(0, count - 1, min(count, GRID)).astype(int) for count in image.grid.shape)
    row, column = (axis.ravel() for axis in np.meshgrid(rows, columns, indexing="ij"))
    inner = within(image, image.grid.positions(row, column)[:, :2], ring, middle)
    return float((image.amplitude[row, column] > 0.0)[inner].mean()) if inner.any() else 0.0


def area_of(ring: Floats) -> float:
    """Give the area, m2, of a closed ring of (K, 2) corners, the first again at the end (Gauss's shoelace)."""
    east, north = ring.T
    return 0.5 * abs(float(east[:-1] @ north[1:] - east[1:] @ north[:-1]))


def as_counts(rows: Sequence[tuple[int, int, int, float, float, Origin]], detection: Detection) -> ImageCount:
    """Put counts into a record."""
    if not rows:
        return ImageCount.empty(origins=())
    site, time, counted, false, share, origins = zip(*rows, strict=True)
    table, origin = merge_origins([((one,), np.zeros(1, np.int32)) for one in origins])
    count = len(rows)
    return ImageCount(
        site=np.array(site, np.int32),
        time=np.array(time, np.int64),
        counted=np.array(counted, np.int32),
        detection_probability=np.full(count, detection.probability),
        detection_error=np.full(count, detection.error),
        false_alarms=np.array(false),
        share=np.array(share),
        origin=origin.astype(np.int32),
        origins=table,
    )
