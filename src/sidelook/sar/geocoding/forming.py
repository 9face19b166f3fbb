"""Geocoding: an image that was formed on a plane is laid onto terrain, and each pixel says what it can be.

For each pixel of the ground, at its height, range and Doppler in the middle of the aperture say where it is in the
image; amplitudes are interpolated there. Shadow is the ground that a straight ray, in standard air, does not reach from
the antenna in the middle of the aperture. Nothing is corrected for the slope of the ground: what faces the radar stays
bright.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter, minimum_filter

from sidelook.errors import InputError
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.sightlines import cell_size
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.visibility import Points, Sight, SightRules, line_of_sight
from sidelook.model.columns import Flags, Floats, Octets, Singles
from sidelook.model.geocoded import DegreeGrid, GeocodedImage, GroundFlag
from sidelook.model.image import SarImage
from sidelook.sar.geocoding import kernels
from sidelook.sar.geocoding.folds import find_folds, lines_over, spacing_of
from sidelook.sar.geocoding.projection import (
    ELLIPSOID,
    circle_of,
    footprint_of,
    grid_over,
    layout_of,
    trimmed,
    view_of,
)
from sidelook.sar.looking import Look, look_of, plane_of

BAND = 1 << 22  # pixels at a time
LOOK_SHARE = 0.125  # of a cell of the terrain: so far apart shadow is looked for at first, and in between where need be


class NoPlaceError(InputError):
    """The image is nowhere on earth."""

    def __init__(self, source: str) -> None:
        super().__init__(f"{source} does not say where on earth its scene is: say center=LAT,LON")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundPlan:
    """All that laying an image onto terrain needs, worked out before the first pixel.

    Attributes
    ----------
    image : to be laid
    terrain : heights of the ground
    grid : pixels of the ground
    look : the antenna in the middle of the aperture
    sensor : the same, geodetic
    folds : (S, Y) flags along lines across the flight
    thinning : rows and columns from one to the next that shadow is looked for at first
    layout, view, circle, marks : as the kernel wants them
    """

    image: SarImage
    terrain: HeightGrid
    grid: DegreeGrid
    look: Look
    sensor: Points
    folds: Octets
    thinning: int
    layout: tuple[float, float, float, float]
    view: Floats
    circle: Floats
    marks: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Some rows of the ground.

    Attributes
    ----------
    top : number of the first
    amplitude : (R, C); ``flags`` : (R, C) ``GroundFlag``
    doubtful : how many pixels ground of unknown height, if as high as the highest known, would hide; they count as seen
    """

    top: int
    amplitude: Singles
    flags: Octets
    doubtful: int


def plan_geocoding(image: SarImage, terrain: HeightGrid, spacing: float | None = None) -> GroundPlan:
    """Find what ground an image shows, and where it folds over.

    Parameters
    ----------
    image : on a plane, with its place on earth and its aperture
    terrain : heights that cover it
    spacing : of the pixels on the ground, m; the finer of the image's where None

    Raises
    ------
    NoPlaceError, NoTerrainError, NoApertureError
    """
    look, frame = look_of(image), image.frame
    if frame is None:
        raise NoPlaceError(image.origin.source)
    step = spacing or min(image.grid.row_spacing, image.grid.column_spacing)
    footprint = footprint_of(image.grid, look, frame, terrain)
    side = plane_of(image.grid, look).side
    lines = lines_over(look, side, footprint, spacing_of(terrain, step))
    sensor = _sensor_of(look, frame)

    def visible(latitude: Floats, longitude: Floats, height: Floats) -> Flags:
        targets = Points(latitude=latitude, longitude=longitude, height=height)
        return np.asarray(line_of_sight(terrain, sensor, targets, _rules(terrain)) != Sight.MASKED)

    return GroundPlan(
        image=image,
        terrain=terrain,
        grid=grid_over(trimmed(footprint, image.grid, look, frame, terrain), step),
        look=look,
        sensor=sensor,
        folds=find_folds(lines, look, terrain, frame, footprint, visible),
        thinning=max(1, int(LOOK_SHARE * min(cell_size(terrain)) / step)),
        layout=layout_of(terrain, footprint),
        view=view_of(look, side, frame),
        circle=circle_of(image.grid, look),
        marks=lines.marks,
    )


def geocode_bands(plan: GroundPlan) -> Iterator[Band]:
    """Lay an image onto the ground, some rows at a time, from south to north."""
    rows, columns = plan.grid.shape
    each = max(1, BAND // columns)
    latitude, longitude = plan.grid.latitude, plan.grid.longitude
    for top in range(0, rows, each):
        chosen = latitude[top : top + each]
        shape = (len(chosen), columns)
        amplitude, flags, heights = np.empty(shape, np.float32), np.empty(shape, np.uint8), np.empty(shape, np.float32)
        kernels.lay_rows(
            (chosen, longitude),
            (plan.terrain.heights, plan.layout, ELLIPSOID),
            plan.view,
            plan.circle,
            plan.image.pixels.view(np.ndarray),  # it may lie in a file
            (plan.folds, plan.marks),
            (amplitude, flags, heights),
        )
        doubtful = _shade(plan, (chosen, longitude), heights, flags)
        yield Band(top=top, amplitude=amplitude, flags=flags, doubtful=doubtful)


def geocode(image: SarImage, terrain: HeightGrid, spacing: float | None = None) -> GeocodedImage:
    """Lay an image onto terrain, all of it in memory; see ``plan_geocoding`` for arguments and errors."""
    plan = plan_geocoding(image, terrain, spacing)
    bands = list(geocode_bands(plan))
    return GeocodedImage(
        amplitude=np.concatenate([band.amplitude for band in bands]),
        flags=np.concatenate([band.flags for band in bands]),
        grid=plan.grid,
        begin=image.begin,
        end=image.end,
        processing=(*image.processing, "laid onto terrain"),
        origin=image.origin,
    )


def _shade(plan: GroundPlan, sides: tuple[Floats, Floats], heights: Singles, flags: Octets) -> int:
    """Mark what the antenna does not see; give how many pixels may be hidden by ground that is not known."""
    imaged = flags != GroundFlag.OUTSIDE
    sight = np.full(flags.shape, Sight.VISIBLE, np.uint8)
    asked = imaged if plan.thinning == 1 else imaged & ~_agreed(plan, sides, heights, sight)
    rows, columns = np.nonzero(asked)
    sight[rows, columns] = _sight(plan, sides[0][rows], sides[1][columns], heights[rows, columns])
    hidden = (sight == Sight.MASKED) | (sight == Sight.BEYOND_HORIZON)
    flags[imaged & hidden] = GroundFlag.SHADOW
    return int((imaged & (sight == Sight.UNKNOWN)).sum())


def _agreed(plan: GroundPlan, sides: tuple[Floats, Floats], heights: Singles, sight: Octets) -> Flags:
    """Look at a few pixels; give those about which all neighbours of these agree, and write what these say of them.

    The few are a small share of a cell of the terrain apart: no shadow is so narrow but at its own edge.
    """
    few, nearest = [], []
    for count in sight.shape:
        nodes = np.unique(np.append(np.arange(0, count, plan.thinning), count - 1))
        few.append(nodes)
        nearest.append(np.searchsorted(0.5 * (nodes[1:] + nodes[:-1]), np.arange(count)))
    rows, columns = (part.ravel() for part in np.meshgrid(*few, indexing="ij"))
    seen = _sight(plan, sides[0][rows], sides[1][columns], heights[rows, columns]).reshape(len(few[0]), len(few[1]))
    agree = minimum_filter(seen, 3, mode="nearest") == maximum_filter(seen, 3, mode="nearest")
    sight[:] = seen[np.ix_(*nearest)]
    return np.asarray(agree[np.ix_(*nearest)])


def _sight(plan: GroundPlan, latitude: Floats, longitude: Floats, height: Singles) -> Octets:
    targets = Points(latitude=latitude, longitude=longitude, height=height.astype(np.float64))
    return line_of_sight(plan.terrain, plan.sensor, targets, _rules(plan.terrain))


def _rules(terrain: HeightGrid) -> SightRules:
    """Take ground that is not known to be no higher than what is."""
    return SightRules(ceiling=terrain.highest)


def _sensor_of(look: Look, frame: LocalFrame) -> Points:
    latitude, longitude, height = (float(part) for part in enu_to_geodetic(look.place, frame))
    return Points(latitude=latitude, longitude=longitude, height=height)
