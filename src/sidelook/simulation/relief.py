"""Relief of a fictional island: heights on a grid, from fractal noise within an ellipse.

Grids are (rows, columns) with rows from south to north and columns from west to east.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import csgraph

_MARGIN = 1.45  # half extent of the grid, in half axes of the island
_REACH = 1.4  # no land beyond, so that every shore closes within the grid
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefSettings:
    """How large and how rough an island is.

    Attributes
    ----------
    spacing : of the grid, m
    half_width, half_depth : east-west and north-south half axes of the island, m
    roughness : share of noise in the outline; 0 is an ellipse
    summit : greatest height, m
    """

    spacing: float = 500.0
    half_width: float = 66_000.0
    half_depth: float = 50_000.0
    roughness: float = 0.24
    summit: float = 1_650.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """Heights of land and depths of sea around a fictional island.

    Attributes
    ----------
    spacing : of the grid, m
    height : (R, C) above the sea, m; negative in the sea
    lake : (R, C) True where a lake lies
    """

    spacing: float
    height: NDArray[np.float64]
    lake: NDArray[np.bool_]

    @property
    def dry(self) -> NDArray[np.bool_]:
        """(R, C) True on land outside the lakes."""
        return (self.height > 0.0) & ~self.lake

    def place(self, row: NDArray[Any], column: NDArray[Any]) -> NDArray[np.float64]:
        """Turn (...) rows and columns, fractions too, into (..., 2) east and north of the grid's centre, m."""
        rows, columns = self.height.shape
        east, north = column - (columns - 1) / 2.0, row - (rows - 1) / 2.0
        return self.spacing * np.stack([east, north], axis=-1)

    def is_dry(self, places: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell whether (..., 2) places, east and north of the grid's centre in m, are on land outside the lakes."""
        rows, columns = self.height.shape
        column = np.rint(places[..., 0] / self.spacing + (columns - 1) / 2.0).astype(int)
        row = np.rint(places[..., 1] / self.spacing + (rows - 1) / 2.0).astype(int)
        found: NDArray[np.bool_] = self.dry[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]
        return found


def fractal_noise(rng: Generator, shape: tuple[int, int], exponent: float, longest: float) -> NDArray[np.float64]:
    """Make noise whose amplitude falls with spatial frequency, as land's relief does.

    Parameters
    ----------
    rng : source of chance
    shape : of the grid
    exponent : amplitude goes with frequency to the power of minus this; 1 is rugged, 2 smooth
    longest : wavelength above which the amplitude rises no more, in cells

    Returns
    -------
    shape, zero mean, unit variance
    """
    rows, columns = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :]
    frequency = np.maximum(np.hypot(rows, columns), 1.0 / longest)
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * frequency**-exponent, s=shape)
    standard: NDArray[np.float64] = (noise - noise.mean()) / noise.std()
    return standard


def make_relief(rng: Generator, settings: ReliefSettings) -> Relief:
    """Raise an island out of the sea.

    Parameters
    ----------
    rng : source of chance
    settings : its size
    """
    half = _MARGIN * np.array([settings.half_depth, settings.half_width]) / settings.spacing
    shape = (2 * int(half[0]) + 1, 2 * int(half[1]) + 1)
    rows, columns = np.meshgrid(*(np.linspace(-_MARGIN, _MARGIN, size) for size in shape), indexing="ij")
    distance = np.hypot(rows, columns)
    outline = fractal_noise(rng, shape, 1.75, max(shape) / 2.5)
    # 1 in the middle, 0 on the ellipse; the noise moves the shore in and out.
    inland = np.where(distance < _REACH, 1.0 - distance + settings.roughness * outline, -1.0)
    ridges = 1.0 - np.abs(fractal_noise(rng, shape, 1.5, max(shape) / 3.0))
    rise = np.clip(inland, 0.0, 1.0) ** 1.4 * np.clip(0.35 + ridges + 0.5 * (rows - 0.2 * columns), 0.05, None)
    detail = 1.0 + 0.15 * fractal_noise(rng, shape, 1.1, 40.0)
    height = np.where(inland > 0.0, rise / rise.max() * detail * settings.summit + 1.0, 300.0 * inland)
    height = _keep_large_land(height, smallest=40)
    return Relief(spacing=settings.spacing, height=height, lake=_lakes(rng, height))


def _keep_large_land(height: NDArray[np.float64], smallest: int) -> NDArray[np.float64]:
    """Drown islets of fewer cells than ``smallest`` and fill ponds inside the land that the sea cannot reach."""
    label, count = ndimage.label(height > 0.0)
    size = ndimage.sum_labels(np.ones_like(height), label, np.arange(count + 1))
    kept = np.where((height > 0.0) & (size[label] < smallest), -5.0, height)
    return np.where(ndimage.binary_fill_holes(kept > 0.0) & (kept <= 0.0), 2.0, kept)


def _lakes(rng: Generator, height: NDArray[np.float64], count: int = 6) -> NDArray[np.bool_]:
    """Lay the largest few basins well inland as lakes."""
    basin = fractal_noise(rng, height.shape, 1.7, 40.0)
    inland = ndimage.distance_transform_edt(height > 0.0) > 14.0  # noqa: PLR2004 - 7 km from the shore
    label, found = ndimage.label((basin > 1.55) & inland & (height < 0.45 * height.max()))  # noqa: PLR2004 - the deepest 6 %
    size = ndimage.sum_labels(np.ones_like(height), label, np.arange(1, found + 1))
    return np.isin(label, 1 + np.argsort(size)[::-1][:count]) & (label > 0)


def lattice(cost: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """List the steps between neighbouring cells of a grid, diagonals included, each pair once.

    Parameters
    ----------
    cost : (R, C); only its shape counts

    Returns
    -------
    first, second : (S,) flat cell numbers
    length : (S,) of the steps, in cells
    """
    number = np.arange(cost.size).reshape(cost.shape)
    firsts, seconds, lengths = [], [], []
    for down, right in _NEIGHBOURS:
        first = number[: cost.shape[0] - down, max(-right, 0) : cost.shape[1] - max(right, 0)]
        second = number[down:, max(right, 0) : cost.shape[1] - max(-right, 0)]
        firsts.append(first.ravel())
        seconds.append(second.ravel())
        lengths.append(np.full(first.size, np.hypot(down, right)))
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(lengths)


def rivers(rng: Generator, relief: Relief, sources: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Let water find the sea: the cheapest way down from each source, joined where ways meet.

    Parameters
    ----------
    rng : source of chance: hard and soft ground, around which rivers wind
    relief : of the island
    sources : (S,) flat cell numbers where rivers rise

    Returns
    -------
    of (K,) flat cell numbers from a source down to the sea or to an earlier river
    """
    height = np.where(relief.lake, ndimage.minimum_filter(relief.height, 9), relief.height).ravel()
    first, second, length = lattice(relief.height)
    length = length * rng.uniform(0.5, 1.5, len(length))
    climb = np.concatenate([height[first] - height[second], height[second] - height[first]])
    # Water flows from the far end of each step to the near one: climbing there costs a hundredfold.
    cost = np.tile(length, 2) * (1.0 + 0.002 * np.tile(np.maximum(height[first], 0), 2)) + 5.0 * np.maximum(climb, 0)
    graph = sparse.csr_array((cost, (np.r_[first, second], np.r_[second, first])), shape=(height.size,) * 2)
    sea = np.flatnonzero((height <= 0.0) & ndimage.binary_dilation(relief.height > 0.0).ravel())
    _, down, _ = csgraph.dijkstra(graph, indices=sea, min_only=True, return_predecessors=True)
    taken: set[int] = set()
    courses = []
    for source in sources.tolist():
        course = [source]
        while course[-1] not in taken and down[course[-1]] >= 0:
            course.append(int(down[course[-1]]))
        taken.update(course)
        courses.append(np.array(course))
    return courses
