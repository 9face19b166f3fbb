"""A flat map of a small part of the earth, on which it is told what crosses what.

Equirectangular about a place (Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395, 1987, chapter
12): lengths are some parts in a thousand wrong over a hundred kilometres; which side of a line a point lies on is not.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.geometry.wgs84 import MEAN_RADIUS, wrap_longitude

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Place = tuple[float, float]
"""Latitude and longitude, rad."""


def flat(latitude: ArrayLike, longitude: ArrayLike, origin: Place) -> Array:
    """Lay places, (...) rad, out east and north of an origin, (..., 2) m, over the antimeridian too."""
    east = wrap_longitude(np.asarray(longitude, np.float64) - origin[1]) * np.cos(origin[0])
    return np.asarray(MEAN_RADIUS * np.stack([east, np.asarray(latitude, np.float64) - origin[0]], axis=-1))


def from_flat(where: Array, origin: Place) -> tuple[Array, Array]:
    """Give latitude and longitude, (...) rad, of places, (..., 2) m: ``flat`` backwards."""
    latitude = origin[0] + where[..., 1] / MEAN_RADIUS
    return latitude, wrap_longitude(origin[1] + where[..., 0] / (MEAN_RADIUS * np.cos(origin[0])))


def turn(one: Array, other: Array) -> Array:
    """Cross product of plane vectors, (..., 2): above zero where the other lies to the left."""
    return np.asarray(one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0])


def inside(ring: Array, points: Array) -> NDArray[np.bool_]:
    """Tell which points, (N, 2), lie in a closed ring of (K, 2) corners, the first again at the end (even-odd rule)."""
    within = np.zeros(len(points), np.bool_)
    for (one_east, one_north), (other_east, other_north) in pairwise(ring):
        spans = (one_north > points[:, 1]) != (other_north > points[:, 1])
        if not spans.any():
            continue
        share = (points[:, 1] - one_north) / (other_north - one_north)
        within ^= spans & (points[:, 0] < one_east + share * (other_east - one_east))
    return np.asarray(within)
