"""Stationary vehicles of an image: detected pixels joined, what is of a vehicle's size kept, and the number told.

A vehicle is a few bright points some decimetres to metres apart. Pixels found by ``sidelook.sar.cfar`` are joined over
gaps; a cluster larger than a vehicle may be several side by side, and is joined again over half the gap, and again.
What is larger still is a building's edge or a hedge, what is smaller a speckle or a pole.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.ndimage import binary_dilation, label, maximum, minimum
from scipy.ndimage import sum as sum_of
from scipy.stats import binom, poisson

from sidelook.errors import UsageError
from sidelook.model.columns import Flags, Floats, Integers, stack
from sidelook.model.image import SarImage
from sidelook.model.vehicles import Vehicles
from sidelook.sar.cfar import CellAveraging, Cells, detect_cells, exceeded_by_chance
from sidelook.sar.multilook import intensity_of

PIXEL = 1.0 / 12.0  # variance of a place within a pixel, in pixels squared


class CountingError(UsageError):
    """A probability outside of 0 to 1, or fewer vehicles or false alarms than none."""

    def __init__(self, detected: int, detection_probability: float, false_alarms: float, confidence: float) -> None:
        super().__init__(
            f"{detected} detections, {false_alarms} false alarms, a probability of detection of {detection_probability}"
            f" and a confidence of {confidence} do not go together"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleSize:
    """What is as large as a vehicle, as imaged: m, the radar's response included.

    Attributes
    ----------
    gap : between the pixels of one vehicle, at most, where a vehicle's size is not exceeded
    spread : standard deviation of a vehicle's bright points from its middle along either axis of the map
    shortest, longest : length
    widest : width
    least_area : of the pixels found
    """

    gap: float = 2.5
    spread: float = 1.1
    shortest: float = 1.0
    longest: float = 14.0
    widest: float = 7.0
    least_area: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many vehicles there are.

    Attributes
    ----------
    likely : in the mean
    low, high : ends of the interval, themselves in it
    """

    likely: float
    low: int
    high: int


def find_vehicles(
    image: SarImage, settings: CellAveraging | None = None, size: VehicleSize | None = None
) -> tuple[Vehicles, Cells]:
    """Find what stands out of the ground and is of a vehicle's size.

    Parameters
    ----------
    image : laid on the ground: lengths and places are those of its grid

    Returns
    -------
    the vehicles, strongest first; and what is known of each pixel

    Raises
    ------
    RingError : the settings fit no ring, or no threshold
    """
    settings, size = settings or CellAveraging(), size or VehicleSize()
    cells = detect_cells(image, settings)
    left, gap, parts = cells.detected, size.gap, []
    while True:
        reach = [int(0.5 * gap / spacing) for spacing in (image.grid.row_spacing, image.grid.column_spacing)]
        clusters = _join(left, reach)
        found = _measure(image, cells, clusters, (settings, size))
        large = (found.length > size.longest) | (found.width > size.widest)
        area = np.bincount(clusters.ravel(), minlength=len(found) + 1)[1:] * (
            image.grid.row_spacing * image.grid.column_spacing
        )
        parts.append(found.take(~large & (found.length >= size.shortest) & (area >= size.least_area)))
        left = np.concatenate([[False], large])[clusters]
        if not left.any() or not any(reach):
            break
        gap *= 0.5
    columns: dict[str, Any] = stack(parts, Vehicles.DTYPES)
    found = replace(found, **columns)
    return found.take(np.argsort(-found.strength_db, kind="stable")), cells


def count_interval(
    detected: int, *, detection_probability: float, false_alarms: float, confidence: float = 0.9
) -> Count:
    """Say how many vehicles there are where so many were detected.

    Of n vehicles a binomial number is detected, and a Poisson number of false alarms comes on top. In the interval is
    every n that makes neither so many detections nor so few improbable, (1 - confidence) / 2 on either side, as
    Clopper and Pearson (Biometrika 26, 1934) have it: it holds the true number with at least the confidence. The
    probability of detection and the number of false alarms are taken as known.

    Parameters
    ----------
    detected : vehicles and false alarms
    detection_probability : of a vehicle, above 0
    false_alarms : expected in the area searched (``Vehicles.false_alarms``)

    Raises
    ------
    CountingError : what is given cannot be
    """
    possible = 0.0 < detection_probability <= 1.0 and 0.0 < confidence < 1.0 and 0.0 <= false_alarms < np.inf
    if not possible or detected < 0:
        raise CountingError(detected, detection_probability, false_alarms, confidence)
    tail = 0.5 * (1.0 - confidence)

    def at_most(seen: int, vehicles: int) -> float:
        """Probability of no more than so many detections."""
        some = np.arange(seen + 1)
        return float(binom.pmf(some, vehicles, detection_probability) @ poisson.cdf(seen - some, false_alarms))

    low = _first(lambda vehicles: 1.0 - at_most(detected - 1, vehicles) > tail)
    after = _first(lambda vehicles: at_most(detected, vehicles) <= tail)
    likely = max(0.0, (detected - false_alarms) / detection_probability)
    return Count(likely=likely, low=low, high=max(low, after - 1))


def _join(detected: Flags, reach: list[int]) -> Integers:
    """Give each detected pixel the number, from 1 on, of its cluster; so many rows and columns to either side join."""
    near = np.ones((2 * reach[0] + 1, 2 * reach[1] + 1), np.bool_)
    labels, _ = label(binary_dilation(detected, near) if any(reach) else detected, np.ones((3, 3)))
    return np.asarray(np.where(detected, labels, 0), np.int64)


def _first(holds: Callable[[int], bool]) -> int:
    """Find the first number from which on something holds."""
    below, above = -1, 1
    while not holds(above):
        below, above = above, 2 * above
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above


def _measure(image: SarImage, cells: Cells, clusters: Integers, given: tuple[CellAveraging, VehicleSize]) -> Vehicles:
    """Measure clusters, numbered from 1 on, of detected pixels, by their intensities over the ground's mean.

    The middle is that of the few points that shine, drawn from all that a vehicle has: its variance is that of one
    point, as seen or as usual, over their number, which is taken for that of the independent pixels.
    """
    settings, size = given
    count = int(clusters.max(initial=0))
    rows, columns = np.nonzero(clusters)
    cluster = clusters[rows, columns]
    weight = cells.ratio[rows, columns]
    grid, numbers = image.grid, np.arange(1, count + 1, dtype=np.int64)

    def total(values: Floats) -> Floats:
        return np.asarray(sum_of(values, cluster, numbers), np.float64).reshape(count)

    whole = total(weight)
    places = grid.positions(rows, columns)
    middle = np.stack([total(weight * places[:, axis]) / whole for axis in range(3)], axis=1)
    away = places - middle[cluster - 1]
    points = np.maximum(1.0, settings.independent_share * whole**2 / total(weight**2))
    axes = (np.array(grid.row_axis), np.array(grid.column_axis))
    pixel = PIXEL * ((grid.row_spacing * axes[0]) ** 2 + (grid.column_spacing * axes[1]) ** 2)
    spread = np.stack([total(weight * away[:, axis] ** 2) / whole for axis in range(2)], axis=1)
    error = np.maximum(spread, size.spread**2) / points[:, None] + pixel[:2]
    length, width = _sides(away @ axes[0], away @ axes[1], weight, (cluster, numbers))
    spacing = np.sqrt(grid.row_spacing * grid.column_spacing)
    strongest = np.asarray(maximum(weight, cluster, numbers), np.float64).reshape(count)
    chance = exceeded_by_chance(weight, cells.independent[rows, columns], settings.looks)
    return Vehicles(
        east=middle[:, 0],
        north=middle[:, 1],
        east_error=np.sqrt(error[:, 0]),
        north_error=np.sqrt(error[:, 1]),
        length=length + spacing,
        width=width + spacing,
        strength_db=10.0 * np.log10(strongest),
        false_alarm_probability=np.asarray(minimum(chance, cluster, numbers), np.float64).reshape(count),
        area=float((intensity_of(image) > 0.0).sum() * grid.row_spacing * grid.column_spacing),
        false_alarms_per_km2=settings.false_alarms_per_km2,
        frame=image.frame,
        begin=image.begin,
        end=image.end,
        origin=image.origin,
    )


def _sides(along: Floats, across: Floats, weight: Floats, labels: tuple[Integers, Integers]) -> tuple[Floats, Floats]:
    """Extent of clusters along the axis of their largest moment and at right angles to it, the longer first, m."""
    cluster, numbers = labels
    moments = [
        np.atleast_1d(sum_of(weight * product, cluster, numbers)) for product in (along**2, across**2, along * across)
    ]
    angle = 0.5 * np.arctan2(2.0 * moments[2], moments[0] - moments[1])[cluster - 1]
    extents = []
    for places in (
        along * np.cos(angle) + across * np.sin(angle),
        across * np.cos(angle) - along * np.sin(angle),
    ):
        top, bottom = maximum(places, cluster, numbers), minimum(places, cluster, numbers)
        extents.append(np.asarray(np.subtract(top, bottom), np.float64).reshape(len(numbers)))
    return np.maximum(*extents), np.minimum(*extents)
