"""Relief of a fictional island: land rises out of the sea, and rivers carve it, from coarse grids to a fine one.

Grids are (rows, columns) with rows from south to north and columns from west to east.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from sidelook.errors import UsageError
from sidelook.simulation.island.kernels import carve, flood, gather, steepest
from sidelook.simulation.island.noise import fine_noise, fractal_noise, refine, rounded

_LEVELS = 5  # grids, each half as coarse as the one before
_ROUNDS = (40, 16, 10, 4, 2)  # of carving on each
_ROOM = 1.14  # half extent of the grid, in half axes of the island
_FALL = 1e-3  # m by which water sinks from cell to cell where the ground is level
_EROSION = 60.0  # of a cell of a square kilometre in one round, m
_STEEPEST = 0.75  # slope that rock stands, as a ratio
_LEAST, _MOST = 50, 3e7  # cells in half a side, and in all (some 2 GB while it is made)
_SKETCH = 161  # cells of the sketch of the outline, along a side


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefSettings:
    """How large and how high an island is.

    Attributes
    ----------
    spacing : of the grid, m
    half_width, half_depth : half of the island's extent from west to east and from south to north, m
    roughness : share of noise in the outline; 0 is an ellipse
    summit : greatest height, m
    lakes : how many to lay at most
    """

    spacing: float = 200.0
    half_width: float = 150_000.0
    half_depth: float = 125_000.0
    roughness: float = 0.22
    summit: float = 2_350.0
    lakes: int = 14

    def __post_init__(self) -> None:
        """Refuse what no land or no memory is enough for."""
        if not (self.spacing > 0.0 and self.summit > 0.0 and min(self.half_width, self.half_depth) > 0.0):
            message = "spacing, extent and summit of an island must be above zero"
            raise UsageError(message)
        if min(self.half_width, self.half_depth) < _LEAST * self.spacing:
            message = f"an island needs half a width and half a depth of {_LEAST} cells: take a smaller spacing"
            raise UsageError(message)
        if 4.0 * _ROOM**2 * self.half_width * self.half_depth > _MOST * self.spacing**2:
            message = f"an island may have {_MOST:.0f} cells: take a larger spacing"
            raise UsageError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """Heights of the land, and how its water runs.

    Attributes
    ----------
    spacing : of the grid, m
    height : (R, C) above the sea, m; negative in the sea; a lake is level but for millimetres that its water follows
    lake : (R, C) True where a lake lies
    receiver : (R C,) cell to which the water of each cell goes; itself in the sea
    drained : (R, C) area whose water comes through, km2
    """

    spacing: float
    height: NDArray[np.float32]
    lake: NDArray[np.bool_]
    receiver: NDArray[np.int64]
    drained: NDArray[np.float32]

    @property
    def dry(self) -> NDArray[np.bool_]:
        """(R, C) True on land outside the lakes."""
        return (self.height > 0.0) & ~self.lake

    def place(self, row: NDArray[Any], column: NDArray[Any]) -> NDArray[np.float64]:
        """Turn (...) rows and columns, fractions too, into (..., 2) east and north of the grid's centre, m."""
        rows, columns = self.height.shape
        east, north = column - (columns - 1) / 2.0, row - (rows - 1) / 2.0
        return self.spacing * np.stack([east, north], axis=-1)

    def cell(self, places: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Turn (..., 2) places, east and north of the grid's centre, m, into (...) rows and columns of the grid."""
        rows, columns = self.height.shape
        column = np.rint(places[..., 0] / self.spacing + (columns - 1) / 2.0).astype(np.int64)
        row = np.rint(places[..., 1] / self.spacing + (rows - 1) / 2.0).astype(np.int64)
        return np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)

    def is_dry(self, places: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell whether (..., 2) places, east and north of the grid's centre in m, are on land outside the lakes."""
        found: NDArray[np.bool_] = self.dry[self.cell(places)]
        return found

    def height_at(self, east: ArrayLike, north: ArrayLike) -> NDArray[np.float64]:
        """Give the height, (...) m, between the grid's points; 0 in the sea and beyond the grid."""
        rows, columns = self.height.shape
        east, north = np.broadcast_arrays(np.asarray(east, np.float64), np.asarray(north, np.float64))
        places = np.stack([north.ravel(), east.ravel()]) / self.spacing + [[(rows - 1) / 2.0], [(columns - 1) / 2.0]]
        found = ndimage.map_coordinates(np.maximum(self.height, 0.0), places, order=1, output=np.float64)
        return np.reshape(found, east.shape)


def make_relief(rng: Generator, settings: ReliefSettings) -> Relief:
    """Raise an island out of the sea.

    Parameters
    ----------
    rng : source of chance
    settings : its size

    Raises
    ------
    UsageError : its settings leave no land, or too much
    """
    coarsest = settings.spacing * 2 ** (_LEVELS - 1)
    half = _ROOM * np.array([settings.half_depth, settings.half_width]) / coarsest
    shape = (2 * int(np.ceil(half[0])) + 1, 2 * int(np.ceil(half[1])) + 1)
    inland = _outline(rng, settings, shape, coarsest)
    uplift = _uplift(rng, inland, settings, coarsest)
    height = np.maximum(inland, 0.0) * 50.0 + rng.uniform(0.0, 1.0, shape)
    for level, rounds in enumerate(_ROUNDS):
        spacing = coarsest / 2**level
        if level:
            inland = refine(inland) + 1.1 * spacing / settings.half_width * fine_noise(rng, _finer(inland.shape), 1.2)
            uplift, height = np.maximum(refine(uplift), 0.0), _bend(rng, refine(height))
            height = height * (1.0 + 0.08 * fine_noise(rng, height.shape)) + 0.004 * spacing * rng.random(height.shape)
        sea = ~_large(inland > 0.0, smallest=int(12e6 / spacing**2) + 1)
        height = np.where(sea, 0.0, height)
        for _ in range(rounds):
            height = _erode(height, sea, uplift, spacing)
        if level == 0:  # slopes go with the uplift, so one measure of the summit sets the scale of all
            scale = settings.summit / height.max()
            height, uplift = height * scale, uplift * scale
    return _finish(rng, height, inland, sea, settings)


def _finer(shape: tuple[int, ...]) -> tuple[int, int]:
    return 2 * shape[0] - 1, 2 * shape[1] - 1


def _bend(rng: Generator, height: NDArray[np.float64]) -> NDArray[np.float64]:
    """Push the ground about by a cell or two, so that no valley keeps the straight ways of the coarser grid."""
    shape = (height.shape[0], height.shape[1])
    moved = [cells + 1.3 * fine_noise(rng, shape, 3.0) for cells in np.indices(shape)]
    bent = ndimage.map_coordinates(height, moved, order=1, mode="nearest")
    return np.maximum(bent, 0.0)


def _outline(rng: Generator, settings: ReliefSettings, shape: tuple[int, int], spacing: float) -> NDArray[np.float64]:
    """Draw the shore: 1 in the middle, 0 on it, negative in the sea; the land just fills its extent."""
    along = np.linspace(-1.7, 1.7, _SKETCH)
    north, east = np.meshgrid(along, along, indexing="ij")
    round_off = (np.abs(east) ** 2.4 + np.abs(north) ** 2.4) ** (1.0 / 2.4)
    noise = fractal_noise(rng, (_SKETCH, _SKETCH), 1.55, _SKETCH / 2.2)
    beyond = np.maximum(round_off - 1.0, 0.0)  # the sea deepens fast, so that islets stay near
    sketch = rounded(1.0 - round_off - 3.0 * beyond + settings.roughness * noise)
    land = _main(sketch > 0.0)
    rows, columns = np.flatnonzero(land.any(axis=1)), np.flatnonzero(land.any(axis=0))
    half = np.array([settings.half_depth, settings.half_width]) / spacing
    grids = []
    for axis, used in enumerate((rows, columns)):
        cells = np.arange(shape[axis]) - (shape[axis] - 1) / 2.0
        grids.append(0.5 * (used[0] + used[-1]) + cells / half[axis] * 0.5 * (used[-1] - used[0] + 1))
    inland = ndimage.map_coordinates(sketch, np.meshgrid(*grids, indexing="ij"), order=1, mode="nearest")
    edge = np.ones(shape, bool)
    edge[2:-2, 2:-2] = False
    return rounded(np.where(edge, -1.0, inland))


def _uplift(
    rng: Generator, inland: NDArray[np.float64], settings: ReliefSettings, spacing: float
) -> NDArray[np.float64]:
    """Say how fast the ground rises: a range along a winding spine, a lesser massif, hills, and a wide plain."""
    shape = inland.shape
    north, east = np.meshgrid(*(np.linspace(-_ROOM, _ROOM, size) for size in shape), indexing="ij")
    turn = rng.uniform(-0.5, 0.2)
    along = east * np.cos(turn) + north * np.sin(turn)
    across = north * np.cos(turn) - east * np.sin(turn)
    scale = settings.half_width / spacing
    warp = fractal_noise(rng, shape, 1.7, scale)
    spine = across - 0.34 - 0.16 * np.sin(3.0 * along + rng.uniform(0.0, 6.0)) + 0.12 * warp
    rough = 1.0 - 0.8 * np.abs(fractal_noise(rng, shape, 1.5, scale / 2.0))
    belt = np.exp(-((spine / 0.23) ** 2)) * np.exp(-((along / 0.85) ** 4)) * np.clip(0.45 + 0.55 * rough, 0.1, None)
    massif = np.exp(-(((along - 0.5) / 0.2) ** 2) - ((across + 0.42 + 0.1 * warp) / 0.16) ** 2)
    hills = np.clip(fractal_noise(rng, shape, 1.4, scale / 3.0), 0.0, None)
    shore = np.clip(inland / 0.25, 0.0, 1.0)
    return rounded(shore**0.7 * (0.018 + 0.045 * hills + 0.38 * massif) + shore * belt)


def _erode(
    height: NDArray[np.float64], sea: NDArray[np.bool_], uplift: NDArray[np.float64], spacing: float
) -> NDArray[np.float64]:
    """Raise the ground, and let the rivers carve it, for one round."""
    raised = np.ravel(flood(height + uplift * (~sea), sea, _FALL))
    receiver, length = steepest(raised.reshape(height.shape), sea, spacing)
    falling = np.argsort(raised, kind="stable")[::-1].astype(np.int64)
    drained = gather(receiver, falling, np.full(raised.size, spacing**2 / 1e6))
    carve(raised, receiver, length, falling, _EROSION * np.sqrt(drained), _STEEPEST)
    return raised.reshape(height.shape)


def _finish(
    rng: Generator,
    height: NDArray[np.float64],
    inland: NDArray[np.float64],
    sea: NDArray[np.bool_],
    settings: ReliefSettings,
) -> Relief:
    """Lay lakes, give the sea its depth, and let water run once more."""
    rolling = ndimage.gaussian_filter(height, 0.6)
    rolling = rolling * (settings.summit / rolling.max())
    ground = np.where(sea, 0.0, np.maximum(rolling, 0.0) + 1.0)
    ground = _dig(rng, ground, sea, settings)
    filled = flood(ground, sea, _FALL)
    lake = _lakes(ground, filled, settings)
    receiver, _ = steepest(filled, sea, settings.spacing)
    falling = np.argsort(np.ravel(filled), kind="stable")[::-1].astype(np.int64)
    drained = gather(receiver, falling, np.full(filled.size, settings.spacing**2 / 1e6)).reshape(filled.shape)
    depth = np.minimum(400.0 * inland, -1.0)
    return Relief(
        spacing=settings.spacing,
        height=np.where(sea, depth, filled).astype(np.float32),
        lake=lake,
        receiver=receiver,
        drained=np.where(sea, 0.0, drained).astype(np.float32),
    )


def _dig(
    rng: Generator, ground: NDArray[np.float64], sea: NDArray[np.bool_], settings: ReliefSettings
) -> NDArray[np.float64]:
    """Dig hollows with even floors where lakes are to lie: well inland, not on the heights."""
    basin = fractal_noise(rng, ground.shape, 2.2, 22_000.0 / settings.spacing)
    inland = np.clip(ndimage.distance_transform_edt(~sea) * settings.spacing / 9_000.0 - 1.0, 0.0, 1.0)
    low = np.clip(1.6 - ground / (0.3 * settings.summit), 0.0, 1.0)
    depth = rounded(np.clip(basin - 1.8, 0.0, 0.7) * inland * low) * 110.0
    floor = ndimage.gaussian_filter(ground, 1_600.0 / settings.spacing)
    share = np.clip(depth / 15.0, 0.0, 1.0)
    return np.maximum(ground + share * (floor - ground) - depth, np.minimum(ground, 0.5))


def _lakes(ground: NDArray[np.float64], filled: NDArray[np.float64], settings: ReliefSettings) -> NDArray[np.bool_]:
    """Call the largest filled hollows lakes; the others are silted up."""
    label, found = ndimage.label(filled - ground > 1.5, structure=np.ones((3, 3)))  # noqa: PLR2004 - m of water
    size = np.bincount(np.ravel(label), minlength=found + 1)
    size[0] = 0
    largest = np.argsort(-size, kind="stable")[: settings.lakes]
    largest = largest[size[largest] * settings.spacing**2 > 1.5e6]  # noqa: PLR2004 - m2: smaller is a pond
    holds = np.zeros(found + 1, bool)
    holds[largest] = True
    lake: NDArray[np.bool_] = holds[label]
    return lake


def _main(land: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the largest stretch of cells, (R, C)."""
    label, count = ndimage.label(land)
    size = np.bincount(np.ravel(label), minlength=count + 1)
    size[0] = 0
    largest: NDArray[np.bool_] = label == int(np.argmax(size))
    return largest


def _large(land: NDArray[np.bool_], smallest: int) -> NDArray[np.bool_]:
    """Drown islets of fewer cells than ``smallest``, and take ponds that the sea cannot reach as land."""
    label, count = ndimage.label(land)
    size = np.bincount(np.ravel(label), minlength=count + 1)
    size[0] = 0
    kept: NDArray[np.bool_] = ndimage.binary_fill_holes(size[label] >= smallest)
    return kept
