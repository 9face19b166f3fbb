"""Where an image is on the ground, and the numbers that the kernels need to find it pixel by pixel."""

from dataclasses import dataclass, replace

import numpy as np

from sidelook.errors import InputError
from sidelook.geometry.frames import LocalFrame, enu_to_ecef, enu_to_geodetic, geodetic_to_enu, rotate_enu_to_ecef
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.wgs84 import ECCENTRICITY_SQUARED, SEMI_MAJOR_AXIS
from sidelook.model.columns import Floats
from sidelook.model.geocoded import DegreeGrid
from sidelook.model.image import PlaneGrid
from sidelook.sar.looking import UP, Look, heard, level_at, pixels_of, plane_of, where_heard

ELLIPSOID = (SEMI_MAJOR_AXIS, ECCENTRICITY_SQUARED)
AROUND = 33  # places along each edge of an image that are projected to find what ground it shows
ROUNDS = 3  # of widening the ground looked at by its heights
LOOKED_AT = 256  # places to a side of that ground at which it is seen what the image shows


class NoTerrainError(InputError):
    """No height is known of the ground that an image shows."""

    def __init__(self) -> None:
        super().__init__("no height is known of the ground that the image shows: give elevation tiles that cover it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """The ground that an image shows, and how high and low it may be.

    Attributes
    ----------
    south, west, north, east : rad; east is above west, beyond pi over the antimeridian
    lowest, highest : of the ground there, above the ellipsoid, m
    places : (N, 3) of its edge, at both heights, m in the image's frame
    """

    south: float
    west: float
    north: float
    east: float
    lowest: float
    highest: float
    places: Floats


def footprint_of(grid: PlaneGrid, look: Look, frame: LocalFrame, terrain: HeightGrid) -> Footprint:
    """Find what ground an image shows: that on the circles of its edge, from the lowest ground to the highest.

    Raises
    ------
    NoTerrainError
    """
    slant, ahead = heard(look, _edge(grid))
    surface = plane_of(grid, look)
    places = where_heard(look, slant, ahead, surface)
    around = places
    for _ in range(ROUNDS):
        latitude, longitude, _ = enu_to_geodetic(around, frame)
        aside = np.mod(longitude - frame.longitude + np.pi, 2.0 * np.pi) - np.pi
        box = (latitude.min(), latitude.max(), frame.longitude + aside.min(), frame.longitude + aside.max())
        low, high = _heights_in(terrain, box)
        levels = [level_at(height - frame.height, surface.side) for height in (low, high)]
        around = np.concatenate([where_heard(look, slant, ahead, level) for level in levels])
        around = around[np.isfinite(around).all(axis=-1)]
        if not len(around):
            raise NoTerrainError
    latitude, longitude, _ = enu_to_geodetic(around, frame)
    aside = np.mod(longitude - frame.longitude + np.pi, 2.0 * np.pi) - np.pi
    return Footprint(
        south=float(latitude.min()),
        west=float(frame.longitude + aside.min()),
        north=float(latitude.max()),
        east=float(frame.longitude + aside.max()),
        lowest=low,
        highest=high,
        places=around,
    )


def trimmed(footprint: Footprint, grid: PlaneGrid, look: Look, frame: LocalFrame, terrain: HeightGrid) -> Footprint:
    """Cut away ground that, at its own height, an image does not show, but for one step of a coarse lattice.

    Raises
    ------
    NoTerrainError
        where the image shows no ground of known height
    """
    latitude = np.linspace(footprint.south, footprint.north, LOOKED_AT)
    longitude = np.linspace(footprint.west, footprint.east, LOOKED_AT)
    heights = terrain.height_at(latitude[:, None], longitude)
    places = geodetic_to_enu(latitude[:, None], longitude, heights, frame)
    rows, columns = pixels_of(grid, where_heard(look, *heard(look, places), plane_of(grid, look)))
    inside = (rows >= 0) & (rows <= grid.shape[0] - 1) & (columns >= 0) & (columns <= grid.shape[1] - 1)
    inside &= (places - look.place) @ np.cross(UP, level_ahead(look)) * plane_of(grid, look).side > 0.0
    if not inside.any():
        raise NoTerrainError
    (south, north), (west, east) = (
        (sides[max(there[0] - 1, 0)], sides[min(there[-1] + 1, LOOKED_AT - 1)])
        for sides, there in (
            (latitude, np.flatnonzero(inside.any(axis=1))),
            (longitude, np.flatnonzero(inside.any(axis=0))),
        )
    )
    return replace(footprint, south=float(south), north=float(north), west=float(west), east=float(east))


def grid_over(footprint: Footprint, spacing: float) -> DegreeGrid:
    """Lay pixels over a footprint, about ``spacing`` metres apart both ways."""
    middle = 0.5 * (footprint.south + footprint.north)
    bulge = 1.0 - ECCENTRICITY_SQUARED * np.sin(middle) ** 2
    across = SEMI_MAJOR_AXIS / np.sqrt(bulge)
    latitude_step = spacing / (across * (1.0 - ECCENTRICITY_SQUARED) / bulge)
    longitude_step = spacing / (across * np.cos(middle))
    return DegreeGrid(
        south=footprint.south,
        west=footprint.west,
        latitude_step=float(latitude_step),
        longitude_step=float(longitude_step),
        shape=(
            int(np.ceil((footprint.north - footprint.south) / latitude_step)) + 1,
            int(np.ceil((footprint.east - footprint.west) / longitude_step)) + 1,
        ),
    )


def circle_of(grid: PlaneGrid, look: Look) -> Floats:
    """Give what turns range and ahead into row and column of an image, (9,), as ``kernels.lay_rows`` uses it.

    Square of the antenna's height over the plane; what height adds to ahead; ahead to along; then row at the antenna's
    foot, and rows a metre along and across; and columns likewise.
    """
    surface = plane_of(grid, look)
    normal, ahead = surface.normal, look.ahead
    up = float((surface.point - look.place) @ normal)
    level = ahead - (ahead @ normal) * normal
    share = float(np.linalg.norm(level))
    along = level / share
    across = surface.side * np.cross(normal, along)
    foot = look.place + up * normal - np.array(grid.first)
    axes = (np.array(grid.row_axis) / grid.row_spacing, np.array(grid.column_axis) / grid.column_spacing)
    places = [float(vector @ axis) for axis in axes for vector in (foot, along, across)]
    return np.array([up**2, up * float(ahead @ normal), 1.0 / share, *places])


def view_of(look: Look, side: float, frame: LocalFrame) -> Floats:
    """Give the antenna's place, m, and the unit vectors ahead and, level, aside, (3, 3) in ECEF."""
    ahead, along = look.ahead, level_ahead(look)
    return np.stack(
        [
            enu_to_ecef(look.place, frame),
            rotate_enu_to_ecef(ahead, frame),
            rotate_enu_to_ecef(side * np.cross(UP, along), frame),
        ]
    )


def level_ahead(look: Look) -> Floats:
    """Give the level unit vector ahead."""
    level = look.ahead * np.array((1.0, 1.0, 0.0))
    return np.asarray(level / np.linalg.norm(level))


def layout_of(terrain: HeightGrid, footprint: Footprint) -> tuple[float, float, float, float]:
    """Give where a grid of heights lies, its longitudes in the turn that the footprint's are in."""
    middle = 0.5 * (footprint.west + footprint.east)
    turns = np.round((middle - (terrain.west + 0.5 * terrain.width)) / (2.0 * np.pi))
    return terrain.south, float(terrain.west + 2.0 * np.pi * turns), terrain.latitude_step, terrain.longitude_step


def _edge(grid: PlaneGrid) -> Floats:
    rows, columns = (np.linspace(0.0, count - 1.0, AROUND) for count in grid.shape)
    first, last = np.zeros(AROUND), np.ones(AROUND)
    return np.concatenate(
        [
            grid.positions(rows, first),
            grid.positions(rows, last * (grid.shape[1] - 1)),
            grid.positions(first, columns),
            grid.positions(last * (grid.shape[0] - 1), columns),
        ]
    )


def _heights_in(terrain: HeightGrid, box: tuple[float, float, float, float]) -> tuple[float, float]:
    """Give the lowest and highest known ground in a box of latitudes and longitudes, rad."""
    south, north, west, east = box
    wider = np.array((-1.0, 2.0))  # cells: the corners of those that the box cuts count
    rows = np.clip(terrain.rows([south, north]) + wider, 0, terrain.heights.shape[0]).astype(int)
    columns = np.clip(terrain.columns([west, east]) + wider, 0, terrain.heights.shape[1]).astype(int)
    part = terrain.heights[rows[0] : rows[1], columns[0] : columns[1]]
    if not np.isfinite(part).any():
        raise NoTerrainError
    return float(np.nanmin(part)), float(np.nanmax(part))
