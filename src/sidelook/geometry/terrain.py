"""Terrain: heights on a grid of latitude and longitude, and the same as the ground of a local frame.

What no height is known of, within the grid or outside it, is NaN: said, not guessed.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.pyramid import Pyramid, build_pyramid

_TURN = 2.0 * np.pi
_SLACK = 1e-6  # cells: what lies on the edge but for rounding is inside
_ROUNDS = 12
_CLOSE = 1e-4  # m


@dataclass(frozen=True, slots=True, kw_only=True)
class HeightGrid:
    """Heights at the crossings of parallels and meridians, linear in both between them.

    Attributes
    ----------
    south, west : latitude and longitude of the first row and column, rad; west in -pi..pi, and from there the columns
        run eastward, over the antimeridian too
    latitude_step, longitude_step : between rows and between columns, rad, above zero
    heights : (R, C) float32 above the ellipsoid, m, rows from south to north, NaN not known; made read-only
    highest : the greatest height, m, -inf where none is known
    """

    south: float
    west: float
    latitude_step: float
    longitude_step: float
    heights: NDArray[np.float32]
    highest: float = field(init=False, compare=False)
    _pyramid: Pyramid | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check that the parts fit together, and find the highest point once: every line of sight asks for it."""
        if self.heights.ndim != 2 or min(self.heights.shape) < 2 or self.heights.dtype != np.float32:  # noqa: PLR2004 - a cell has two sides
            message = "heights must be float32 with two rows and two columns or more"
            raise ValueError(message)
        if not (self.latitude_step > 0.0 and self.longitude_step > 0.0 and -np.pi <= self.west <= np.pi):
            message = "steps must be above zero and west between -pi and pi"
            raise ValueError(message)
        if self.south < -np.pi / 2 - 1e-9 or self.north > np.pi / 2 + 1e-9 or self.width > _TURN + 1e-9:
            message = "the grid reaches beyond a pole or more than once round the earth"
            raise ValueError(message)
        heights = np.ascontiguousarray(self.heights)
        heights.setflags(write=False)
        object.__setattr__(self, "heights", heights)
        object.__setattr__(self, "highest", float(np.fmax.reduce(heights, axis=None, initial=-np.inf)))
        object.__setattr__(self, "_pyramid", None)

    @property
    def pyramid(self) -> Pyramid:
        """What is highest in its blocks; found when first asked for, as most grids are only read and joined."""
        known = self._pyramid
        if known is None:
            known = build_pyramid(self.heights)
            object.__setattr__(self, "_pyramid", known)
        return known

    @property
    def north(self) -> float:
        """Latitude of the last row, rad."""
        return self.south + (len(self.heights) - 1) * self.latitude_step

    @property
    def width(self) -> float:
        """Longitudes from the first column to the last, rad."""
        return float(self.heights.shape[1] - 1) * self.longitude_step

    @property
    def latitude(self) -> NDArray[np.float64]:
        """(R,) latitudes of the rows, rad."""
        return np.arange(self.heights.shape[0], dtype=np.float64) * self.latitude_step + self.south

    @property
    def longitude(self) -> NDArray[np.float64]:
        """(C,) longitudes of the columns, rad; above pi beyond the antimeridian."""
        return np.arange(self.heights.shape[1], dtype=np.float64) * self.longitude_step + self.west

    def rows(self, latitude: ArrayLike) -> NDArray[np.float64]:
        """Give the rows, (...) with fractions, of latitudes, (...) rad; below 0 or above R - 1 outside."""
        return (np.asarray(latitude, np.float64) - self.south) / self.latitude_step

    def columns(self, longitude: ArrayLike) -> NDArray[np.float64]:
        """Give the columns, (...) with fractions, of longitudes, (...) rad; below 0 or above C - 1 outside.

        Of the turns a longitude stands for, the one nearest to the middle of the grid is meant.
        """
        middle = self.west + 0.5 * self.width
        aside = np.mod(np.asarray(longitude, np.float64) - middle + np.pi, _TURN) - np.pi
        return (aside + 0.5 * self.width) / self.longitude_step

    def height_at(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
        """Give the height of the ground, bilinear in its cell.

        Parameters
        ----------
        latitude, longitude : (...) rad

        Returns
        -------
        (...) above the ellipsoid, m; NaN outside the grid and where a height that counts is not known
        """
        row, column = np.broadcast_arrays(self.rows(latitude), self.columns(longitude))
        below, up = _cells(row, self.heights.shape[0])
        left, right = _cells(column, self.heights.shape[1])
        total = np.zeros(row.shape)
        for i, across in ((0, 1.0 - up), (1, up)):
            for j, along in ((0, 1.0 - right), (1, right)):
                weight = across * along
                # A corner of no weight does not count, known or not: the edge of what is known is known.
                total += np.where(weight == 0.0, 0.0, weight * self.heights[below + i, left + j])
        return total

    def known(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
        """Tell whether the height is known at (...) latitudes and longitudes, rad."""
        return np.isfinite(self.height_at(latitude, longitude))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """Terrain as the ground of a local frame; the earth's curvature is in it.

    Attributes
    ----------
    frame : the local frame
    grid : heights of the ground
    """

    frame: LocalFrame
    grid: HeightGrid

    def height(self, east: ArrayLike, north: ArrayLike) -> NDArray[np.float64]:
        """Give the up coordinate at which the vertical of the frame meets the ground.

        A line along the frame's up leans against the local vertical by no more than the angle between the two
        places, so climbing by what is missing comes that many times nearer with every round.

        Parameters
        ----------
        east, north : (...) m, within some hundred kilometres of the frame's origin

        Returns
        -------
        (...) up, m; NaN where the ground is not known, and maybe a few tens of metres from the edge of what is
        """
        across, along = np.broadcast_arrays(np.asarray(east, np.float64), np.asarray(north, np.float64))
        position = np.stack([across, along, Ellipsoid(frame=self.frame).height(across, along)], axis=-1)
        missing = np.full(across.shape, np.inf)
        for _ in range(_ROUNDS):
            missing = self._missing(position)
            position[..., 2] += missing
            if not np.any(np.abs(missing) > _CLOSE):
                break
        up: NDArray[np.float64] = position[..., 2]
        return np.where(np.abs(missing) <= _CLOSE, up, np.nan)

    def known(self, east: ArrayLike, north: ArrayLike) -> NDArray[np.bool_]:
        """Tell whether the ground is known at (...) east and north, m."""
        return np.isfinite(self.height(east, north))

    def _missing(self, position: NDArray[np.float64]) -> NDArray[np.float64]:
        latitude, longitude, height = enu_to_geodetic(position, self.frame)
        return self.grid.height_at(latitude, longitude) - height


def _cells(place: NDArray[np.float64], count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Split places among ``count`` nodes into the node before and the fraction of a cell beyond; NaN outside."""
    inside = (place >= -_SLACK) & (place <= count - 1 + _SLACK)
    held = np.clip(np.where(inside, place, 0.0), 0.0, count - 1.0)
    node = np.minimum(held.astype(np.int64), count - 2)
    return node, np.where(inside, held - node, np.nan)
