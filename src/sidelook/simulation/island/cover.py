"""What grows and stands on an island: plains, fields, woods, mountains and towns."""

from enum import IntEnum

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from sidelook.simulation.island.noise import fractal_noise, rounded
from sidelook.simulation.island.relief import Relief
from sidelook.simulation.island.towns import Towns

_LEVEL = 0.012  # mean slope below which a plain is flat to a radar
_HIGH = 0.52  # share of the summit above which mountains begin, but for noise
_STEEP = 0.2  # mean slope from which ground is a mountain's
_WOODS = 12_000.0  # longest size of a wood, m


class LandCover(IntEnum):
    """Kinds of ground; the first five are numbered as the land classes of radar clutter are."""

    FLAT = 0
    FARMLAND = 1
    WOODED_HILLS = 2
    MOUNTAINS = 3
    SEA = 4
    TOWN = 5


def cover_land(rng: Generator, relief: Relief, towns: Towns) -> NDArray[np.uint8]:
    """Say what covers each cell.

    Parameters
    ----------
    rng : source of chance: where woods are
    relief : of the island
    towns : on it

    Returns
    -------
    (R, C) ``LandCover`` of the relief's cells; a lake is as the sea
    """
    height = np.maximum(relief.height, 0.0).astype(np.float64)
    slope = ndimage.gaussian_filter(ndimage.gaussian_gradient_magnitude(height, 1.0), 2.0) / relief.spacing
    woods = fractal_noise(rng, height.shape, 1.4, _WOODS / relief.spacing)
    summit = float(height.max())
    wooded = rounded(woods + 12.0 * slope + height / (0.5 * summit)) > 1.3  # noqa: PLR2004 - a third of the land
    mountain = (height > (_HIGH + 0.04 * woods) * summit) | (slope > _STEEP)
    cover = np.where(slope < _LEVEL, LandCover.FLAT, LandCover.FARMLAND).astype(np.uint8)
    cover[wooded] = LandCover.WOODED_HILLS
    cover[mountain] = LandCover.MOUNTAINS
    cover[_built_up(relief, towns)] = LandCover.TOWN
    cover[~relief.dry] = LandCover.SEA
    return cover


def _built_up(relief: Relief, towns: Towns) -> NDArray[np.bool_]:
    """Mark the cells within towns."""
    shape = (relief.height.shape[0], relief.height.shape[1])
    built = np.zeros(shape, bool)
    for row, column, radius in zip(towns.row.tolist(), towns.column.tolist(), towns.radius.tolist(), strict=True):
        reach = int(radius / relief.spacing)
        if reach:
            rows = np.arange(max(row - reach, 0), min(row + reach + 1, shape[0]))
            columns = np.arange(max(column - reach, 0), min(column + reach + 1, shape[1]))
            apart = np.hypot(rows[:, None] - row, columns[None] - column)
            built[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] |= apart * relief.spacing <= radius
    return built
