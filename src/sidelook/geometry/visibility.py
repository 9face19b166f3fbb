"""What terrain lets a sensor see: exact lines of sight, and shadow masks of a whole grid.

Rays are bent by the standard atmosphere as if the earth's radius were 4/3 of what it is (see ``viewing``). Ground that
is not known hides nothing for certain, and nothing behind it is certainly seen: that is an answer of its own.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.geometry import kernels, shadows
from sidelook.geometry.shadows import Viewpoint
from sidelook.geometry.sightlines import Points, SightRules, step_length
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.wgs84 import ECCENTRICITY_SQUARED, SEMI_MAJOR_AXIS

__all__ = ["Points", "Sight", "SightRules", "Viewpoint", "line_of_sight", "on_ground", "shadow_mask"]

_RULES = SightRules()
_BLOCK = 1 << 15  # lines laid at once: 3 MB


class Sight(IntEnum):
    """What a sensor sees of a target, as far as terrain goes."""

    VISIBLE = kernels.VISIBLE
    MASKED = kernels.MASKED
    UNKNOWN = kernels.UNKNOWN
    BEYOND_HORIZON = kernels.BEYOND_HORIZON


def on_ground(grid: HeightGrid, latitude: ArrayLike, longitude: ArrayLike, above: ArrayLike = 0.0) -> Points:
    """Put targets a height, (...) m, above the ground at (...) latitudes and longitudes, rad."""
    lat, lon = np.asarray(latitude, np.float64), np.asarray(longitude, np.float64)
    return Points(latitude=lat, longitude=lon, height=grid.height_at(lat, lon) + np.asarray(above, np.float64))


def line_of_sight(grid: HeightGrid, sensors: Points, targets: Points, rules: SightRules = _RULES) -> NDArray[np.uint8]:
    """Tell what sensors see of targets, by following each ray from its target until it is above all ground.

    Parameters
    ----------
    grid : the ground
    sensors : one for all targets, or (...) one for each, within the air
    targets : (...); on the ground, or in the air

    Returns
    -------
    (...) ``Sight``: MASKED where known ground stands in the ray; else UNKNOWN where the target's
    height is not known or the ray passes, below the ceiling, ground that is not; BEYOND_HORIZON where the smooth earth
    itself is in the way
    """
    columns = [getattr(points, name) for points in (sensors, targets) for name in ("latitude", "longitude", "height")]
    shape = np.broadcast_shapes(*(np.shape(column) for column in columns))
    ends = np.empty((*shape, len(columns)))
    for place, column in enumerate(columns):
        ends[..., place] = column
    ends, sight = ends.reshape(-1, len(columns)), np.empty(shape, np.uint8)
    for begin in range(0, len(ends), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        _see(grid, ends[part], rules, sight.reshape(-1)[part])
    return sight


def shadow_mask(
    grid: HeightGrid, sensor: Viewpoint, above: float = 0.0, rules: SightRules = _RULES
) -> NDArray[np.uint8]:
    """Tell what a sensor sees of targets at every node of a grid, by sweeping fans of rays over it.

    Agrees with ``line_of_sight`` but at the very edges of shadows. Works in about ten times the memory of the heights.

    Parameters
    ----------
    grid : the ground
    sensor : within the air, over the grid or outside it
    above : height of the targets above the ground, m

    Returns
    -------
    (R, C) ``Sight``
    """
    view = shadows.view_from(sensor, grid.highest + above, rules)
    sight = shadows.unjudged(grid)
    aside = grid.longitude - sensor.longitude
    sides = (np.sin(grid.latitude), np.cos(grid.latitude), np.sin(aside), np.cos(aside))
    place = (float(np.sin(sensor.latitude)), float(np.cos(sensor.latitude)), above)
    for quadrant in range(len(shadows.QUADRANTS)):
        rays = shadows.fan(grid, sensor, quadrant, view)
        if rays is None:
            continue
        profile = np.empty((len(rays.ray), rays.samples, 2), np.float32)
        kernels.sweep(grid.heights, rays.foot, rays.ray, rays.marks, view, profile)
        scale = np.ascontiguousarray(rays.ray[:, 1])
        kernels.shade(grid.heights, sides, place, rays.turn, rays.marks, view, (scale, profile), sight)
    return sight


def _see(grid: HeightGrid, ends: NDArray[np.float64], rules: SightRules, sight: NDArray[np.uint8]) -> None:
    """Tell what is seen along lines between (K, 6) latitudes, longitudes and heights of sensors and of targets."""
    layout = (grid.south, grid.west + 0.5 * grid.width, 0.5 * grid.width, grid.latitude_step, grid.longitude_step)
    step = step_length(grid, rules) / rules.earth_radius
    foot, ray = np.empty((len(ends), 2, 4)), np.empty((len(ends), 4))
    kernels.lay_all(ends, layout, (SEMI_MAJOR_AXIS, ECCENTRICITY_SQUARED, rules.earth_radius, step), foot, ray, sight)
    pyramid, limits = grid.pyramid, (rules.earth_radius, grid.highest, rules.ceiling)
    kernels.cross_all(grid.heights, (pyramid.tops, pyramid.voids, pyramid.levels), foot, ray, limits, sight)
