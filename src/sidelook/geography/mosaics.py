"""Several grids of heights joined into one; where none reaches, nothing is known."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.geography.tiles import LARGEST_GRID, TileTooLargeError
from sidelook.geometry.terrain import HeightGrid

Steps: TypeAlias = tuple[float, float]  # of latitude and longitude, rad

_TURN = 2.0 * np.pi
_ALIGNED = 1e-2  # steps: a grid less far off the common lattice is on it
_ALIKE = 1e-6  # share by which steps may differ and be one


def mosaic(grids: Sequence[HeightGrid]) -> HeightGrid:
    """Join grids into the least one that holds them all, over the antimeridian too.

    Where grids overlap the first that knows a height gives it. Grids on one lattice are copied; those with wider
    steps, as tiles near the poles have, are first joined among themselves and then read bilinearly at the finest.

    Parameters
    ----------
    grids : one or more

    Raises
    ------
    UsageError : no grid
    TileTooLargeError : they lie so far apart that the joint grid is too large
    """
    if not grids:
        message = "no elevation tiles to join: name one or more"
        raise UsageError(message)
    bands: list[list[HeightGrid]] = []
    for grid in grids:
        band = next((band for band in bands if _alike(_steps(band[0]), _steps(grid))), None)
        if band is None:
            bands.append([grid])
        else:
            band.append(grid)
    joined = [_join(band, _steps(band[0])) for band in bands]
    if len(joined) == 1:
        return joined[0]
    return _join(joined, (min(b.latitude_step for b in joined), min(b.longitude_step for b in joined)))


def _steps(grid: HeightGrid) -> Steps:
    return grid.latitude_step, grid.longitude_step


def _alike(one: Steps, other: Steps) -> bool:
    return bool(np.allclose(one, other, rtol=_ALIKE, atol=0.0))


def _join(grids: Sequence[HeightGrid], steps: Steps) -> HeightGrid:
    """Put grids on one lattice of given steps."""
    if len(grids) == 1 and _alike(_steps(grids[0]), steps):
        return grids[0]
    south, north = min(grid.south for grid in grids), max(grid.north for grid in grids)
    west = _start(grids)
    away = [(grid.west - west) % _TURN for grid in grids]
    east = max(start + grid.width for start, grid in zip(away, grids, strict=True))
    rows = round((north - south) / steps[0]) + 1
    columns = min(round(east / steps[1]) + 1, round(_TURN / steps[1]) + 1)
    if rows * columns > LARGEST_GRID:
        raise TileTooLargeError(rows * columns)
    heights = np.full((rows, columns), np.nan, np.float32)
    for start, grid in zip(away, grids, strict=True):
        _lay(heights, grid, ((grid.south - south) / steps[0], start / steps[1]), (south, west), steps)
    return HeightGrid(south=south, west=west, latitude_step=steps[0], longitude_step=steps[1], heights=heights)


def _start(grids: Sequence[HeightGrid]) -> float:
    """Give the west edge behind the widest stretch of longitudes without a grid."""
    order = sorted(grids, key=lambda grid: grid.west)
    west = np.array([grid.west for grid in order])
    reach = np.maximum.accumulate(west + [grid.width for grid in order])
    gap = np.append(west[1:], west[0] + _TURN) - reach
    return float(west[(int(np.argmax(gap)) + 1) % len(west)])


def _lay(
    heights: NDArray[np.float32],
    grid: HeightGrid,
    offset: tuple[float, float],
    corner: tuple[float, float],
    steps: Steps,
) -> None:
    """Lay a grid into a larger one, at an offset in rows and columns from its corner, where nothing is known yet."""
    rows, columns = grid.heights.shape
    near = np.rint(offset)
    if _alike(_steps(grid), steps) and np.abs(offset - near).max() < _ALIGNED:
        row, column = near.astype(int)
        part = heights[row : row + rows, column : column + columns]
        new = grid.heights[: part.shape[0], : part.shape[1]]
    else:
        first = np.maximum(np.ceil(np.array(offset) - _ALIGNED), 0.0).astype(int)
        span = np.array([rows - 1, columns - 1]) * _steps(grid) / np.array(steps)
        last = np.floor(offset + span + _ALIGNED).astype(int) + 1
        part = heights[first[0] : last[0], first[1] : last[1]]
        latitude = corner[0] + (first[0] + np.arange(part.shape[0])) * steps[0]
        longitude = corner[1] + (first[1] + np.arange(part.shape[1])) * steps[1]
        new = grid.height_at(latitude[:, None], longitude[None, :]).astype(np.float32)
    np.copyto(part, new, where=np.isnan(part))
