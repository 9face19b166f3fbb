"""A grid of cells of equal area on the earth, so that counting them measures square kilometres.

Cells are squares of Lambert's azimuthal equal-area projection of authalic latitudes (Snyder, Map Projections: A Working
Manual, USGS Professional Paper 1395, 1987, equations 3-11 to 3-18 and chapter 24); what they measure is the area of the
ellipsoid.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.errors import UsageError
from sidelook.geometry.wgs84 import ECCENTRICITY_SQUARED, SEMI_MAJOR_AXIS, wrap_longitude
from sidelook.model.columns import Floats

_LARGEST = 100_000_000
# One plus the cosine of the farthest arc from the middle: opposite it the projection breaks down.
_FARTHEST = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualAreaGrid:
    """Square cells around a place; row 0 is the southernmost, column 0 the westernmost.

    Attributes
    ----------
    latitude, longitude : of the middle of the grid, rad
    cell : side of a cell, m
    rows, columns : how many

    Raises
    ------
    UsageError : no cells, or more than fit in memory
    """

    latitude: float
    longitude: float
    cell: float
    rows: int
    columns: int

    def __post_init__(self) -> None:
        """Check the size."""
        if not (self.cell > 0.0 and self.rows > 0 and self.columns > 0 and self.rows * self.columns <= _LARGEST):
            message = f"a map has from one to {_LARGEST:,} cells, not {self.rows} x {self.columns} of {self.cell} m"
            raise UsageError(message)

    def __len__(self) -> int:
        """Count the cells."""
        return self.rows * self.columns

    @property
    def _middle(self) -> tuple[float, float]:
        """Sine and cosine of the middle's authalic latitude."""
        middle = _authalic(np.array([self.latitude]))[0]
        return float(np.sin(middle)), float(np.cos(middle))

    @property
    def cell_km2(self) -> float:
        """Area of one cell, km2."""
        return self.cell**2 * 1e-6

    def cells_at(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.int64]:
        """Find the cells, (...), that hold places, (...) rad; -1 outside."""
        lat = _authalic(np.asarray(latitude, np.float64))
        off = np.asarray(longitude, np.float64) - self.longitude
        sine, cosine = self._middle
        near = 1.0 + sine * np.sin(lat) + cosine * np.cos(lat) * np.cos(off)
        scale = _AUTHALIC_RADIUS * np.sqrt(2.0 / np.maximum(near, 1e-12))
        east = scale * np.cos(lat) * np.sin(off)
        north = scale * (cosine * np.sin(lat) - sine * np.cos(lat) * np.cos(off))
        column = np.floor(east / self.cell + 0.5 * self.columns)
        row = np.floor(north / self.cell + 0.5 * self.rows)
        inside = (near > _FARTHEST) & (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        cells: NDArray[np.int64] = np.where(inside, row * self.columns + column, -1).astype(np.int64)
        return cells

    def places(self, cells: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """Give latitude and longitude, (K,) rad, of the middles of cells."""
        row, column = np.divmod(cells, self.columns)
        east = (column + 0.5 - 0.5 * self.columns) * self.cell
        north = (row + 0.5 - 0.5 * self.rows) * self.cell
        reach = np.hypot(east, north)
        arc = 2.0 * np.arcsin(np.minimum(reach / (2.0 * _AUTHALIC_RADIUS), 1.0))
        sine, cosine = self._middle
        slope = np.divide(np.sin(arc), reach, out=np.zeros_like(reach), where=reach > 0.0)
        latitude = _geodetic(np.arcsin(np.clip(np.cos(arc) * sine + north * slope * cosine, -1.0, 1.0)))
        off = np.arctan2(east * slope, cosine * np.cos(arc) - north * slope * sine)
        return latitude, wrap_longitude(self.longitude + off)


def grid_over(latitude: Floats, longitude: Floats, cell: float) -> EqualAreaGrid:
    """Choose a grid that holds places, (N,) rad, over the antimeridian too.

    Parameters
    ----------
    latitude, longitude : (N,) of one place or more, rad
    cell : side of the cells, m

    Raises
    ------
    UsageError : it would be too large
    """
    off = wrap_longitude(longitude - longitude[0])
    middle = 0.5 * (off.min() + off.max())
    # Meridians lean: what a box of degrees leaves out at its corners is some percent of its width and height.
    wide = (off.max() - off.min()) * _AUTHALIC_RADIUS * np.cos(np.abs(latitude).min())
    high = (latitude.max() - latitude.min()) * _AUTHALIC_RADIUS
    return EqualAreaGrid(
        latitude=float(0.5 * (latitude.min() + latitude.max())),
        longitude=float(wrap_longitude(longitude[0] + middle)),
        cell=cell,
        rows=int(np.ceil((high + 0.1 * wide) / cell)) + 2,
        columns=int(np.ceil(1.05 * wide / cell)) + 2,
    )


def _q(sine: ArrayLike) -> Floats:
    """Snyder's q (3-12) of the sine of a geodetic latitude."""
    e, s = np.sqrt(ECCENTRICITY_SQUARED), np.asarray(sine, np.float64)
    q: Floats = (1.0 - e**2) * (s / (1.0 - (e * s) ** 2) + np.arctanh(e * s) / e)
    return q


_POLE = float(_q(1.0))
_AUTHALIC_RADIUS = SEMI_MAJOR_AXIS * float(np.sqrt(0.5 * _POLE))


def _authalic(latitude: Floats) -> Floats:
    """Turn geodetic into authalic latitudes, (...) rad (Snyder 3-11)."""
    authalic: Floats = np.arcsin(np.clip(_q(np.sin(latitude)) / _POLE, -1.0, 1.0))
    return authalic


def _geodetic(authalic: Floats) -> Floats:
    """Turn authalic into geodetic latitudes, (...) rad (Snyder 3-18)."""
    e2 = ECCENTRICITY_SQUARED
    geodetic: Floats = (
        authalic
        + (e2 / 3.0 + 31.0 * e2**2 / 180.0 + 517.0 * e2**3 / 5040.0) * np.sin(2.0 * authalic)
        + (23.0 * e2**2 / 360.0 + 251.0 * e2**3 / 3780.0) * np.sin(4.0 * authalic)
        + 761.0 * e2**3 / 45360.0 * np.sin(6.0 * authalic)
    )
    return geodetic
