"""An island as grids of latitude and longitude, and as functions of place, for those who ask what lies where."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import LocalFrame, geodetic_to_enu
from sidelook.geometry.wgs84 import MEAN_RADIUS
from sidelook.simulation.island.cover import LandCover
from sidelook.simulation.island.making import Island
from sidelook.simulation.island.network import to_geodetic

_BAND = 64  # rows at a time, so that memory stays at the result and little more


class GeodeticGrid(NamedTuple):
    """Values at the crossings of parallels and meridians.

    Attributes
    ----------
    south, west : latitude and longitude of the first row and column, rad
    spacing : between rows and between columns, rad
    values : (R, C), rows from south to north, columns from west to east
    """

    south: float
    west: float
    spacing: float
    values: NDArray[np.float32]


def terrain_of(island: Island, spacing: float | None = None) -> GeodeticGrid:
    """Give an island's heights on a grid of latitude and longitude.

    Parameters
    ----------
    island : whose relief
    spacing : rad; as fine as the island's own grid, along a meridian, unless given

    Returns
    -------
    south, west, spacing in rad and heights above the ellipsoid in m, float32, none unknown; the sea is at 0
    """
    return _resample(island, spacing, lambda places: island.relief.height_at(*np.moveaxis(places, -1, 0)))


def land_classes(island: Island, spacing: float | None = None) -> tuple[float, float, float, NDArray[np.uint8]]:
    """Give ``LandCover`` on the same grid as ``terrain_of`` gives heights on.

    Parameters
    ----------
    island : whose cover
    spacing : as for ``terrain_of``

    Returns
    -------
    south, west, spacing in rad and classes, (R, C) uint8
    """
    south, west, step, values = _resample(island, spacing, lambda places: _cover_at(island, places))
    return south, west, step, values.astype(np.uint8)


def clutter_at(island: Island) -> Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.integer]]:
    """Make a function that tells what the ground is to a radar.

    Parameters
    ----------
    island : whose cover

    Returns
    -------
    function of (K,) east and north in the island's frame, m, to (K,) land classes: ``LandCover`` without towns, which
    are as mountains
    """
    cover = np.where(island.cover == LandCover.TOWN, LandCover.MOUNTAINS, island.cover).astype(np.int64)

    def land(east: NDArray[np.float64], north: NDArray[np.float64]) -> NDArray[np.integer]:
        row, column = island.relief.cell(np.stack([east, north], axis=-1))
        return np.asarray(cover[row, column])

    return land


def _cover_at(island: Island, places: NDArray[np.float64]) -> NDArray[np.float64]:
    return island.cover[island.relief.cell(places)].astype(np.float64)


def _resample(
    island: Island, spacing: float | None, sample: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> GeodeticGrid:
    """Sample a function of (..., 2) east and north, m, over all that the island's grid covers."""
    step = island.relief.spacing / MEAN_RADIUS if spacing is None else spacing
    south, north, west, east = _extent(island)
    latitude: NDArray[np.float64] = south + step * np.arange(np.ceil((north - south) / step) + 1.0, dtype=np.float64)
    longitude: NDArray[np.float64] = west + step * np.arange(np.ceil((east - west) / step) + 1.0, dtype=np.float64)
    values = np.empty((len(latitude), len(longitude)), np.float32)
    for first in range(0, len(latitude), _BAND):
        band = latitude[first : first + _BAND]
        values[first : first + _BAND] = sample(_places(band, longitude, island.frame))
    return GeodeticGrid(south, west, step, values)


def _places(latitude: NDArray[np.float64], longitude: NDArray[np.float64], frame: LocalFrame) -> NDArray[np.float64]:
    """Give the (R, C, 2) east and north of the crossings, m."""
    return geodetic_to_enu(latitude[:, None], longitude[None, :], 0.0, frame)[..., :2]


def _extent(island: Island) -> tuple[float, float, float, float]:
    """Give south, north, west and east of all the corners and sides of the island's grid, rad."""
    rows, columns = island.relief.height.shape
    row, column = (np.linspace(0.0, size - 1.0, 9) for size in (rows, columns))
    grid = np.stack(np.meshgrid(row, column, indexing="ij"), axis=-1).reshape(-1, 2)
    latitude, longitude = to_geodetic(island.relief.place(grid[:, 0], grid[:, 1]), island.frame)
    return float(latitude.min()), float(latitude.max()), float(longitude.min()), float(longitude.max())
