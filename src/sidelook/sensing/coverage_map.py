"""Where a radar has looked: a map of equal cells, each with when, how often, and whether it could be seen.

"Not seen" is not "not there": only a cell that was looked at, and that nothing hid, says something by its emptiness.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.geometry.frames import local_axes
from sidelook.geometry.wgs84 import (
    MEAN_RADIUS,
    ecef_to_geodetic,
    geodetic_to_ecef,
    wrap_longitude,
)
from sidelook.model.columns import Flags, Floats
from sidelook.model.plots import Dwells
from sidelook.sensing.equal_area import EqualAreaGrid, grid_over
from sidelook.sensing.location import Place, bearing_and_distance, locate_ground

# Samples of a footprint lie closer than cells, so that every cell whose middle is inside holds one.
_SAMPLING = 0.7
_AT_ONCE = 400_000
Pairs: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]


class Visibility(Protocol):
    """Interface of what terrain or anything else hides."""

    def __call__(self, latitude: Floats, longitude: Floats, sensor: Place, /) -> Flags:
        """Tell which places, (K,) rad, a sensor at latitude, longitude, height (rad, rad, m) can see, (K,)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageMap:
    """What was looked at, (N,) for the cells of a grid.

    Attributes
    ----------
    grid : of cells
    last : time of the last look, ns UTC, 0 never
    looks : how many there were
    last_visible : time of the last look at which nothing hid the cell, ns UTC, 0 never
    """

    grid: EqualAreaGrid
    last: NDArray[np.int64]
    looks: NDArray[np.int32]
    last_visible: NDArray[np.int64]

    @classmethod
    def blank(cls, grid: EqualAreaGrid) -> "CoverageMap":
        """Begin with a map on which nothing was looked at."""
        count = len(grid)
        return cls(
            grid=grid,
            last=np.zeros(count, np.int64),
            looks=np.zeros(count, np.int32),
            last_visible=np.zeros(count, np.int64),
        )

    @property
    def visible(self) -> Flags:
        """(N,) looked at, and not hidden, once at least."""
        return self.last_visible > 0

    @property
    def scanned_km2(self) -> float:
        """Area that was looked at, km2."""
        return float(np.count_nonzero(self.looks)) * self.grid.cell_km2

    @property
    def visible_km2(self) -> float:
        """Area that was looked at and not hidden, km2."""
        return float(np.count_nonzero(self.visible)) * self.grid.cell_km2

    def image(self, column: NDArray[Any]) -> NDArray[Any]:
        """Lay a column of cells out as (rows, columns), south first."""
        return column.reshape(self.grid.rows, self.grid.columns)


def grid_around(dwells: Dwells, cell: float = 1_000.0) -> EqualAreaGrid:
    """Choose a grid that holds the footprints of dwells.

    Raises
    ------
    UsageError : there are no dwells
    """
    if not len(dwells):
        message = "no dwells, so nothing to map: was the area ever in view?"
        raise UsageError(message)
    bearing, distance = bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )
    reach = dwells.range_half_extent
    ends = [
        locate_ground(dwells.sensor_latitude, dwells.sensor_longitude, bearing + side, distance + along)
        for side in (-dwells.angle_half_extent, dwells.angle_half_extent)
        for along in (-reach, reach)
    ]
    latitude, longitude = (np.concatenate(axis) for axis in zip(*ends, strict=True))
    return grid_over(latitude, longitude, cell)


def add_looks(coverage: CoverageMap, dwells: Dwells, visible: Visibility | None = None) -> CoverageMap:
    """Mark on a map what dwells looked at.

    Parameters
    ----------
    coverage : so far; it is not changed
    dwells : M of them, in any order
    visible : what hides, asked once for each dwell with the cells it looks at; None hides nothing

    Returns
    -------
    the map with these looks
    """
    last, looks, seen = coverage.last.copy(), coverage.looks.copy(), coverage.last_visible.copy()
    for dwell, cell in looked_at(coverage.grid, dwells):
        np.maximum.at(last, cell, dwells.time[dwell])
        looks += np.bincount(cell, minlength=len(looks)).astype(np.int32)
        shown = np.ones(len(cell), bool) if visible is None else _ask(coverage.grid, dwells, (dwell, cell), visible)
        np.maximum.at(seen, cell[shown], dwells.time[dwell[shown]])
    return CoverageMap(grid=coverage.grid, last=last, looks=looks, last_visible=seen)


def _ask(grid: EqualAreaGrid, dwells: Dwells, pairs: Pairs, visible: Visibility) -> Flags:
    """Ask what is hidden from each dwell; the pairs come sorted by dwell."""
    dwell, cell = pairs
    latitude, longitude = grid.places(cell)
    shown = np.zeros(len(cell), bool)
    edges = np.append(np.flatnonzero(np.diff(dwell, prepend=-1)), len(dwell))
    for start, end in pairwise(edges.tolist()):
        row = dwell[start]
        sensor = (dwells.sensor_latitude[row], dwells.sensor_longitude[row], dwells.sensor_height[row])
        shown[start:end] = visible(latitude[start:end], longitude[start:end], sensor)
    return shown


def looked_at(grid: EqualAreaGrid, dwells: Dwells) -> Iterator[Pairs]:
    """Pair dwells with the cells whose middles lie in their footprints, in pieces of bounded size.

    Returns
    -------
    rows of dwells and numbers of cells, (K,) each, of each piece, by dwell
    """
    bearing, distance = bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )
    near = np.maximum(distance - dwells.range_half_extent, 0.0)
    far = distance + dwells.range_half_extent
    step = _SAMPLING * grid.cell
    size = ((far - near) / step + 2.0) * ((near + far) * dwells.angle_half_extent / step + 2.0)
    piece = (np.cumsum(size) // _AT_ONCE).astype(np.int64)
    for number in np.unique(piece):
        rows = np.flatnonzero(piece == number)
        dwell, toward, reach = _samples(rows, (near, far), dwells.angle_half_extent, step)
        cell = grid.cells_at(*_reached(dwells, dwell, bearing[dwell] + toward, reach))
        pairs = np.divmod(np.unique((dwell * len(grid) + cell)[cell >= 0]), len(grid))
        yield _inside(grid, dwells, pairs, bearing, distance)


def _samples(
    rows: NDArray[np.int64], swath: tuple[Floats, Floats], half_angle: Floats, step: float
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Scatter samples over footprints: the row of each, its angle off the centre, rad, and its distance, m."""
    near, far = (edge[rows] for edge in swath)
    along = np.ceil((far - near) / step).astype(np.int64) + 1
    ring, place = _ragged(along)
    reach = near[ring] + (far - near)[ring] * place / np.maximum(along[ring] - 1, 1)
    across = np.ceil(2.0 * reach * half_angle[rows][ring] / step).astype(np.int64) + 1
    sample, place = _ragged(across)
    share = 2.0 * place / np.maximum(across[sample] - 1, 1) - 1.0
    dwell = rows[ring[sample]]
    return dwell, share * half_angle[dwell], reach[sample]


def _ragged(counts: NDArray[np.int64]) -> Pairs:
    """Give the row, and the place in it, of each item of rows of different lengths."""
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)


def _reached(dwells: Dwells, dwell: NDArray[np.int64], bearing: Floats, distance: Floats) -> tuple[Floats, Floats]:
    """Find places as ``locate_ground`` does, by its first guess alone: within some metres."""
    ground = geodetic_to_ecef(dwells.sensor_latitude, dwells.sensor_longitude, 0.0)
    axes = local_axes(dwells.sensor_latitude, dwells.sensor_longitude)
    chord = 2.0 * MEAN_RADIUS * np.sin(distance / (2.0 * MEAN_RADIUS))
    down = chord**2 / (2.0 * MEAN_RADIUS)
    across = np.sqrt(chord**2 - down**2)
    arm = np.stack([across * np.sin(bearing), across * np.cos(bearing), -down], axis=-1)
    latitude, longitude, _ = ecef_to_geodetic(ground[dwell] + np.einsum("kj,kji->ki", arm, axes[dwell]))
    return latitude, longitude


def _inside(grid: EqualAreaGrid, dwells: Dwells, pairs: Pairs, bearing: Floats, distance: Floats) -> Pairs:
    """Keep the pairs in which the middle of the cell lies in the footprint, as ``covers`` tells it."""
    dwell, cell = pairs
    latitude, longitude = grid.places(cell)
    toward, away = bearing_and_distance(
        dwells.sensor_latitude[dwell], dwells.sensor_longitude[dwell], latitude, longitude
    )
    kept = (np.abs(wrap_longitude(toward - bearing[dwell])) <= dwells.angle_half_extent[dwell]) & (
        np.abs(away - distance[dwell]) <= dwells.range_half_extent[dwell]
    )
    return dwell[kept], cell[kept]
