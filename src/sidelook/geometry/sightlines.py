"""Lines from sensors to targets over a grid of heights, and what stands in their way: the float64 reference.

A line's foot follows the great circle of geodetic directions; its length there is measured with the ellipsoid's
radius of curvature along it, good to 2 m in 100 km, and laid on a sphere of the effective radius, over which the
ray is straight.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.geometry.kernels import BEYOND_HORIZON, FARTHEST, MASKED, UNKNOWN, VISIBLE
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.viewing import EFFECTIVE_EARTH_RADIUS
from sidelook.geometry.wgs84 import ECCENTRICITY_SQUARED, SEMI_MAJOR_AXIS

_SHARES = np.arange(4) / 3.0
# Coefficients of the cubic through values at the four shares of the way, constant first.
_CUBIC = np.linalg.inv(np.vander(_SHARES, increasing=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class SightRules:
    """What lines of sight go by.

    Attributes
    ----------
    earth_radius : effective, m: 4/3 of the earth's bends rays as the standard atmosphere does
    ceiling : above the ellipsoid, m, which ground that is not known is taken nowhere to exceed; the default is above
        the highest mountain; 0 fits an island in a grid that ends at sea; minus infinity lets the unknown hide nothing
    step : along a ray, m; None takes half a cell
    """

    earth_radius: float = EFFECTIVE_EARTH_RADIUS
    ceiling: float = 9_000.0
    step: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Where sensors or targets are; the columns broadcast.

    Attributes
    ----------
    latitude, longitude : (...) rad
    height : (...) above the ellipsoid, m; NaN not known
    """

    latitude: float | NDArray[np.float64]
    longitude: float | NDArray[np.float64]
    height: float | NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightlines:
    """Lines from K targets to their sensors.

    Attributes
    ----------
    foot : (K, 2, 4) cubics of row and column in the share of the way, constant first
    ray : (K, 4) target's distance from the centre of the effective earth, m; tangent of the ray's elevation at the
        target; angle to the sensor and angle of a step, rad
    sight : (K,) uint8, what is seen before any ground is looked at
    """

    foot: NDArray[np.float64]
    ray: NDArray[np.float64]
    sight: NDArray[np.uint8]


def directions(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Give the (..., 3) ECEF unit vectors of the verticals at (...) latitudes and longitudes, rad."""
    cosine = np.cos(latitude)
    parts = np.broadcast_arrays(cosine * np.cos(longitude), cosine * np.sin(longitude), np.sin(latitude))
    return np.stack(parts, axis=-1).astype(np.float64)


def curvature_radius(latitude: ArrayLike, east: ArrayLike, north: ArrayLike) -> NDArray[np.float64]:
    """Give the ellipsoid's radius of curvature, (...) m, at latitudes, rad, toward (...) east and north."""
    e, n = np.asarray(east, np.float64), np.asarray(north, np.float64)
    bulge = 1.0 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    across = SEMI_MAJOR_AXIS / np.sqrt(bulge)
    along = across * (1.0 - ECCENTRICITY_SQUARED) / bulge
    share = np.sin(np.arctan2(e, n)) ** 2
    radius: NDArray[np.float64] = 1.0 / ((1.0 - share) / along + share / across)  # Euler's formula
    return radius


def feet(grid: HeightGrid, unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the (K, 2, 4) cubics of row and column of ways given by (K, 4, 3) directions at thirds of them."""
    latitude = np.arctan2(unit[..., 2], np.hypot(unit[..., 0], unit[..., 1]))
    longitude = np.arctan2(unit[..., 1], unit[..., 0])
    aside = np.mod(longitude - longitude[:, :1] + np.pi, 2.0 * np.pi) - np.pi
    column = grid.columns(longitude[:, :1]) + aside / grid.longitude_step
    return np.stack([grid.rows(latitude), column], axis=1) @ _CUBIC.T


def cell_size(grid: HeightGrid) -> tuple[float, float]:
    """Give the north-south and east-west sides of the cell in the middle of a grid, m."""
    middle = 0.5 * (grid.south + grid.north)
    north = float(curvature_radius(middle, 0.0, 1.0)) * grid.latitude_step
    east = float(curvature_radius(middle, 1.0, 0.0)) * np.cos(middle) * grid.longitude_step
    return north, float(east)


def step_length(grid: HeightGrid, rules: SightRules) -> float:
    """Give the distance between the samples of a ray, m."""
    return rules.step if rules.step is not None else 0.5 * min(cell_size(grid))


def sightlines(grid: HeightGrid, sensors: Points, targets: Points, rules: SightRules) -> Sightlines:
    """Lay lines between (K,) sensors and targets, and judge what needs no ground: the horizon and what is not known."""
    start, end = directions(targets.latitude, targets.longitude), directions(sensors.latitude, sensors.longitude)
    shares = _SHARES[:, None]
    foot = feet(grid, start[:, None] * (1.0 - shares) + end[:, None] * shares)
    angle = _ground_distance(start, end, sensors, targets) / rules.earth_radius
    target, sensor = rules.earth_radius + targets.height, rules.earth_radius + sensors.height
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (sensor * np.cos(angle) - target) / (sensor * np.sin(angle))
    ray = np.stack(np.broadcast_arrays(target, slope, angle, step_length(grid, rules) / rules.earth_radius), axis=-1)
    return Sightlines(foot=foot, ray=ray, sight=_before_ground(ray, rules.earth_radius))


def follow(grid: HeightGrid, lines: Sightlines, rules: SightRules) -> NDArray[np.uint8]:
    """Tell for each line what is seen of its target: the reference of ``kernels.cross_all``."""
    sight = lines.sight.copy()
    for k in np.flatnonzero(sight == VISIBLE):
        radius, slope, whole, step = lines.ray[k]
        angle = step * np.arange(1, int(whole / step) + 1)
        over = radius / (np.cos(angle) - slope * np.sin(angle)) - rules.earth_radius
        row, column = lines.foot[k] @ (angle / whole) ** np.arange(4)[:, None]
        ground = grid.height_at(grid.south + row * grid.latitude_step, grid.west + column * grid.longitude_step)
        if np.any(ground > over):
            sight[k] = MASKED
        elif np.any(np.isnan(ground) & (over < rules.ceiling)):
            sight[k] = UNKNOWN
    return sight


def _ground_distance(
    start: NDArray[np.float64], end: NDArray[np.float64], sensors: Points, targets: Points
) -> NDArray[np.float64]:
    """Give the lengths of ways along the ellipsoid between (K, 3) directions, (K,) m."""
    middle = 0.5 * (sensors.latitude + np.asarray(targets.latitude))
    aside = np.mod(sensors.longitude - targets.longitude + np.pi, 2.0 * np.pi) - np.pi
    radius = curvature_radius(middle, aside * np.cos(middle), sensors.latitude - targets.latitude)
    half_chord = 0.5 * np.linalg.norm(end - start, axis=-1)
    length: NDArray[np.float64] = 2.0 * radius * np.arcsin(np.minimum(half_chord, 1.0))
    return length


def _before_ground(ray: NDArray[np.float64], earth: float) -> NDArray[np.uint8]:
    """Judge the horizon of the smooth sphere, which lies at sea level or at a target below it."""
    radius, slope, whole, _ = ray.T
    lowest = radius / np.sqrt(1.0 + slope**2)
    dips = (slope < 0.0) & (np.arctan(-slope) < whole) & (lowest < np.minimum(radius, earth))
    sight = np.where(dips | (whole > FARTHEST), BEYOND_HORIZON, VISIBLE)
    return np.where(np.isnan(slope) & ~(whole == 0.0), UNKNOWN, sight).astype(np.uint8)
