"""A box of longitude and latitude that may cross the antimeridian."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from sidelook.model.columns import Flags, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Area between two meridians and two parallels, edges included.

    Attributes
    ----------
    west, east : longitude, rad, -pi..pi; ``west > east`` crosses the antimeridian
    south, north : geodetic latitude, rad
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        """Refuse edges that are not angles on the earth."""
        good = -math.pi <= self.west <= math.pi and -math.pi <= self.east <= math.pi
        if not (good and -math.pi / 2 <= self.south <= self.north <= math.pi / 2):
            message = f"{self} is no box on the earth: radians, south <= north, longitudes within -pi..pi"
            raise ValueError(message)

    @classmethod
    def around(cls, longitude: Floats, latitude: Floats) -> Self | None:
        """Find the smallest box around points, across the antimeridian where that is smaller.

        Parameters
        ----------
        longitude, latitude : (N,) rad; points that are not on the earth (NaN, or damaged) are left out

        Returns
        -------
        None without points.
        """
        known = (np.abs(longitude) <= math.pi) & (np.abs(latitude) <= math.pi / 2)
        if not known.any():
            return None
        longitude, latitude = longitude[known], latitude[known]
        west, east = float(longitude.min()), float(longitude.max())
        if east - west > math.pi:
            west, east = _across(longitude, west, east)
        return cls(west=west, east=east, south=float(latitude.min()), north=float(latitude.max()))

    def contains(self, longitude: Floats, latitude: Floats) -> Flags:
        """(N,) True for points inside; NaN is outside."""
        above = longitude >= self.west
        below = longitude <= self.east
        within = above & below if self.west <= self.east else above | below
        return within & (latitude >= self.south) & (latitude <= self.north)

    def overlaps(self, other: "Box") -> bool:
        """Tell whether two boxes share a point."""
        if self.south > other.north or other.south > self.north:
            return False
        return any(a <= d and c <= b for a, b in self.spans() for c, d in other.spans())

    def spans(self) -> tuple[tuple[float, float], ...]:
        """Longitudes as one interval, or two where the antimeridian is crossed, rad."""
        if self.west <= self.east:
            return ((self.west, self.east),)
        return ((self.west, math.pi), (-math.pi, self.east))


def _across(longitude: Floats, west: float, east: float) -> tuple[float, float]:
    """Give the edges of the interval through the antimeridian if it is the shorter one."""
    positive, negative = longitude[longitude >= 0], longitude[longitude < 0]
    crossing = float(positive.min()), float(negative.max())
    width = crossing[1] + 2 * math.pi - crossing[0]
    return crossing if width < east - west else (west, east)
