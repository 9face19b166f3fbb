"""Counts by cell and hour, with how long each cell was looked at; few vehicles are told of larger blocks only.

A cell says how many vehicles were in it only where there were five or more. Others are put together with their
neighbours, two by two, four by four and so on, until a block has five; what is left where even the whole map has fewer
is told of nowhere. So the counts can be kept when the tracks behind them are deleted.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sidelook.model.cells import MERGED, CellCounts
from sidelook.model.columns import Flags, Floats, Indices, Integers, stack
from sidelook.model.origin import Origin, join_origins
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackState, TrackTable
from sidelook.monitoring.edge_crossings import AFLOAT_OR_ALOFT
from sidelook.sensing.coverage_map import Visibility, looked_at
from sidelook.sensing.equal_area import EqualAreaGrid

HOUR, MINUTE = 3_600 * 10**9, 60 * 10**9
MINUTES = 60
FEWEST = 5
"""Vehicles that a row tells of at least."""
SIDE = 256
"""Rows and columns of the map that is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """How the cells of a grid, (N,) each, were looked at in an hour."""

    looks: Indices
    minutes: Indices
    visible: Indices
    speed: Floats


def map_about(dwells: Dwells, cell: float) -> EqualAreaGrid:
    """Choose the map of an archive: about the middle of what was first looked at, rounded to whole degrees."""
    latitude, longitude = (np.median(part) for part in (dwells.area_latitude, dwells.area_longitude))
    degree = np.pi / 180.0
    return EqualAreaGrid(
        latitude=float(np.round(latitude / degree) * degree),
        longitude=float(np.round(longitude / degree) * degree),
        cell=cell,
        rows=SIDE,
        columns=SIDE,
    )


def count_hour(
    grid: EqualAreaGrid, hour: int, dwells: Dwells, tracks: TrackTable, visible: Visibility | None = None
) -> CellCounts:
    """Count one hour of one mission.

    Parameters
    ----------
    grid : of cells
    hour : when it begins, ns UTC
    dwells : of that hour, with their plots; what lies outside it is left alone
    tracks : states of that hour, likewise
    visible : what hides, asked once a minute of each cell; None where it is not known

    Returns
    -------
    cells that were looked at, in order, then blocks
    """
    dwells = dwells.take((dwells.time >= hour) & (dwells.time < hour + HOUR))
    looked = _looks(grid, hour, dwells, visible)
    cells = np.flatnonzero(looked.looks)
    where, track = _vehicles(grid, hour, tracks)
    plot = grid.cells_at(dwells.plots.latitude, dwells.plots.longitude)
    plots = np.bincount(plot[plot >= 0], minlength=len(grid))
    origins = (*dwells.origins, *tracks.origins)
    parts = [_of_cells(grid, cells, looked, where, plots)]
    parts += _of_blocks(grid, where, track, plots)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    count = len(columns["cell"])
    return CellCounts(
        **columns,
        begin=np.full(count, hour, np.int64),
        simulated=np.full(count, any(origin.simulated for origin in origins), np.bool_),
        origin=np.zeros(count, np.int32),
        origins=(join_origins(origins),) if origins else (Origin(source="nothing"),),
    )


def join_cells(parts: list[CellCounts]) -> CellCounts:
    """Put counts of several hours of one mission one after the other, all under the most protected origin of them."""
    if not parts:
        return CellCounts.empty(origins=())
    columns = stack(parts, CellCounts.DTYPES)
    origins = tuple(origin for part in parts for origin in part.origins)
    return CellCounts(**columns, origins=(join_origins(origins),))


def _looks(grid: EqualAreaGrid, hour: int, dwells: Dwells, visible: Visibility | None) -> _Looked:
    """Sum up looks at cells, minute by minute."""
    count = len(grid)
    looks, speeds = np.zeros(count, np.int64), np.zeros(count)
    said = np.zeros(count, np.int64)
    seen = np.zeros((MINUTES, count), np.bool_)
    minute = (dwells.time - hour) // MINUTE
    speed = np.where(dwells.minimum_detectable_speed > 0.0, dwells.minimum_detectable_speed, np.nan)
    for dwell, cell in looked_at(grid, dwells):
        seen[minute[dwell], cell] = True
        looks += np.bincount(cell, minlength=count)
        known = np.isfinite(speed[dwell])
        speeds += np.bincount(cell[known], speed[dwell[known]], count)
        said += np.bincount(cell[known], minlength=count)
    shown = np.full(count, -1, np.int32) if visible is None else _shown(grid, seen, dwells, minute, visible)
    return _Looked(
        looks=looks.astype(np.int32),
        minutes=seen.sum(axis=0, dtype=np.int32),
        visible=shown,
        speed=np.divide(speeds, said, out=np.full(count, np.nan), where=said > 0),
    )


def _shown(grid: EqualAreaGrid, seen: Flags, dwells: Dwells, minute: Integers, visible: Visibility) -> Indices:
    """Count the minutes in which a cell was looked at and not hidden."""
    shown = np.zeros(len(grid), np.int32)
    for number in np.unique(minute).tolist():
        cells = np.flatnonzero(seen[number])
        row = int(np.searchsorted(minute, number))
        sensor = (dwells.sensor_latitude[row], dwells.sensor_longitude[row], dwells.sensor_height[row])
        shown[cells] += visible(*grid.places(cells), sensor)
    return shown


def _vehicles(grid: EqualAreaGrid, hour: int, tracks: TrackTable) -> tuple[Integers, Integers]:
    """Give cell and track, (K,) each, of each vehicle and cell that a plot puts it in, each pair once."""
    plotted = (tracks.time == tracks.supported) & (tracks.state == TrackState.CONFIRMED)
    plotted &= (tracks.time >= hour) & (tracks.time < hour + HOUR) & ~np.isin(tracks.target_class, AFLOAT_OR_ALOFT)
    cell = grid.cells_at(tracks.latitude[plotted], tracks.longitude[plotted])
    pairs = np.unique(np.stack([cell, tracks.track[plotted]], axis=1)[cell >= 0], axis=0)
    return pairs[:, 0], pairs[:, 1]


def _of_cells(
    grid: EqualAreaGrid, cells: Integers, looked: _Looked, where: Integers, plots: Integers
) -> dict[str, Any]:
    """Lay out the rows of cells."""
    latitude, longitude = grid.places(cells)
    vehicles = np.bincount(where, minlength=len(grid))[cells]
    enough = vehicles >= FEWEST
    return {
        "level": np.zeros(len(cells), np.uint8),
        "cell": cells,
        "latitude": latitude,
        "longitude": longitude,
        "looks": looked.looks[cells],
        "minutes": looked.minutes[cells],
        "visible_minutes": looked.visible[cells],
        "minimum_detectable_speed": looked.speed[cells].astype(np.float32),
        "plots": np.where(enough, plots[cells], 0).astype(np.int32),
        "vehicles": np.where(enough, vehicles, MERGED).astype(np.int32),
    }


def _of_blocks(grid: EqualAreaGrid, where: Integers, track: Integers, plots: Integers) -> list[dict[str, Any]]:
    """Lay out the rows of blocks, smallest first; a vehicle counts once in a block, however many cells it was in."""
    parts = []
    few = np.bincount(where, minlength=len(grid)) < FEWEST
    rest = np.where(few, plots, 0)
    left = few[where]
    level, largest = 1, max(grid.rows, grid.columns)
    while left.any() and 2 ** (level - 1) < largest:
        block, corner = _blocks(grid, np.arange(len(grid)), level)
        pairs = np.unique(np.stack([block[where[left]], track[left]], axis=1), axis=0)
        vehicles = np.bincount(pairs[:, 0], minlength=int(block.max()) + 1)
        found = np.flatnonzero(vehicles >= FEWEST)
        told = np.isin(block, found)
        parts.append(_block_rows(grid, level, corner[found], vehicles[found], np.bincount(block, rest)[found]))
        left &= ~told[where]
        rest = np.where(told, 0, rest)
        level += 1
    return parts


def _blocks(grid: EqualAreaGrid, cells: Integers, level: int) -> tuple[Integers, Integers]:
    """Give the block of each cell, and the southwesternmost cell of each block."""
    row, column = np.divmod(cells, grid.columns)
    across = -(-grid.columns >> level) if grid.columns % (1 << level) == 0 else (grid.columns >> level) + 1
    block = (row >> level) * across + (column >> level)
    number = np.arange(int(block.max()) + 1)
    corner = ((number // across) << level) * grid.columns + ((number % across) << level)
    return block, corner


def _block_rows(
    grid: EqualAreaGrid, level: int, corner: Integers, vehicles: Integers, plots: Floats | Integers
) -> dict[str, Any]:
    """Lay out the rows of blocks of one size."""
    row, column = np.divmod(corner, grid.columns)
    half = 1 << (level - 1)
    middle = np.minimum(row + half, grid.rows - 1) * grid.columns + np.minimum(column + half, grid.columns - 1)
    latitude, longitude = grid.places(middle)
    nothing = np.zeros(len(corner), np.int32)
    return {
        "level": np.full(len(corner), level, np.uint8),
        "cell": corner,
        "latitude": latitude,
        "longitude": longitude,
        "looks": nothing,
        "minutes": nothing,
        "visible_minutes": nothing - 1,
        "minimum_detectable_speed": np.full(len(corner), np.nan, np.float32),
        "plots": plots.astype(np.int32),
        "vehicles": vehicles.astype(np.int32),
    }
